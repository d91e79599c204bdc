"""Actions asked for by mail, with this site's key, people and rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from mailsla.adapters.access.signing_key import make_signing_key, signing_key
from mailsla.adapters.machine.present import system_now
from mailsla.adapters.machine.session_user import system_user
from mailsla.bootstrap import decisions
from mailsla.bootstrap.application import Application
from mailsla.core.alerts.asked_action import Act, sender_of, still_waiting
from mailsla.core.alerts.memory import Recall
from mailsla.core.alerts.signed_action import Signer
from mailsla.core.mail.copies import Mail
from mailsla.core.mail.printable import printable
from mailsla.core.pairing.decision import Recorded
from mailsla.core.pairing.derivation import ListedMail
from mailsla.core.pairing.request import Request
from mailsla.language import gettext as _
from mailsla.usecases.act_from_mail import act_on_mails
from mailsla.usecases.action_todo import ActionTerms


def act(app: Application) -> int:
    """Do what mails ask for that were not looked at yet; return how many there were.

    Requests are up to date, by this site's rules.

    Raises:
        PermanentError: When the key cannot be read, nor made.
    """
    settings = app.site.settings.actions
    if settings is None or not settings.enabled:
        return 0
    # By whoever collects, and nobody else: the others must find one that they may read, or do without.
    make_signing_key(settings.key_file)
    if not app.store.acts.unread():
        return 0
    return act_on_mails(app.store.acts, app.store.derivations, _terms(app), app.now, app.derive)


@dataclass(frozen=True, slots=True)
class NotedAct:
    """What became of a mail that asked for an action, and that mail; whether it still waits for somebody."""

    act: Act
    mail: ListedMail | None
    waits: bool


def noted(app: Application) -> list[NotedAct]:
    """Return what became of every mail that asked for an action, the newest first."""
    acts = app.store.acts.all()
    waiting = {act.mail for act in still_waiting(acts, app.store.decisions.taken())}
    mails = app.store.mails.mails([act.mail for act in acts])
    return [NotedAct(act, mails.get(act.mail), act.mail in waiting) for act in reversed(acts)]


def recalls(app: Application, keys: Collection[str]) -> Iterator[Recall]:
    """Yield who asked to be told again of some requests, and on which day; by mail, or for everybody by a decision."""
    acts = app.store.acts.reminders(keys)
    mails = app.store.mails.mails([act.mail for act in acts]) if acts else {}
    for act in acts:
        if act.target is not None and act.until is not None and act.mail in mails:
            yield from (Recall(act.target, sender, act.until) for sender in mails[act.mail].senders)
    for decision in app.store.decisions.reminders(keys):
        if decision.at is not None:
            yield Recall(decision.target, "", decision.at.astimezone(app.site.zone).date())


def address(app: Application) -> str | None:
    """Return where mails that ask for actions go: the address named, or the first account's; None without any."""
    settings = app.site.settings
    named = None if settings.actions is None else settings.actions.address
    return named or next((account.user.lower() for account in settings.accounts if "@" in account.user), None)


def signer(app: Application) -> Signer:
    """Return what signs this site's actions.

    Raises:
        PermanentError: When the key cannot be read.
    """
    settings = app.site.settings
    assert settings.actions is not None
    return Signer(signing_key(settings.actions.key_file), settings.site.name)


def _terms(app: Application) -> ActionTerms:
    calendar = app.clock().calendar
    return ActionTerms(
        signer=signer(app),
        office=app.site.office,
        choices=decisions.choices(app),
        referents=referents(app),
        heads=lambda request: heads(app, request),
        next_working_day=lambda day: calendar.working_day(day, 1),
        doubts=lambda request: decisions.doubts_about(app, request),
        recorded=lambda mail: _recorded(app, mail),
    )


def referents(app: Application) -> Collection[str]:
    """Return the addresses of whoever answers for the figures; unless one is named, of who has what nobody has."""
    ladder = app.site.alert_rule.ladder
    address = ladder.referent or ladder.unassigned
    return () if address is None else (address,)


def heads(app: Application, request: Request) -> Collection[str]:
    """Return the addresses of those who may act on a request: all that its service has, whoever is away today.

    A deputy acts on what he was told of once his days are over, too, as a head does before he is back.
    """
    rule = app.site.alert_rule
    contacts = None if request.service is None else rule.contacts.get(request.service)
    named = () if contacts is None else contacts.everybody
    fallback = rule.ladder.unassigned or rule.ladder.referent
    return named or (() if fallback is None else (fallback,))


def _recorded(app: Application, mail: Mail) -> Recorded:
    """Return what the machine notes of an action: who runs it, and which mail of whom asked for it."""
    by = _("{user}, par le courriel {message_id} de {person}").format(
        user=system_user(),
        message_id=printable(mail.header.message_id or "–", 200),
        person=sender_of(mail, app.site.office) or "–",
    )
    return Recorded(by, system_now())
