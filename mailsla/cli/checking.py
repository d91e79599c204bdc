"""`mailsla check`: each part of the installation, ok, to watch, or to mend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer
from rich.text import Text

from mailsla.bootstrap import access
from mailsla.bootstrap.application import Application
from mailsla.cli import session
from mailsla.cli.session import TextOrJson
from mailsla.config import Account
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.errors import MailslaError
from mailsla.core.mail.copies import MailboxRole
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import words
from mailsla.presentation.documents.values import text

RECENT = timedelta(hours=1)
"""A collection older than this, and than its own interval, is a failure."""


class Health(StrEnum):
    """How one part is."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at; the sentence says what to do unless all is well."""

    subject: str
    health: Health
    sentence: str


STYLES = {Health.OK: "green", Health.WARNING: "yellow", Health.FAILURE: "red"}


def declare(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(help=_("Vérifie l'installation : comptes, dossiers, envoi, base, calendrier, horloge."))(
        check
    )


def check(
    context: typer.Context,
    quick: Annotated[
        bool, typer.Option("--quick", help=_("Sans connexion : la base s'ouvre et la relève est récente."))
    ] = False,
    format_: Annotated[TextOrJson, typer.Option("--format", help=_("text ou json."))] = TextOrJson.TEXT,
) -> None:
    """Look at every part of the installation; exit 1 when one fails."""
    settings = session.settings(context)
    console = session.console()
    lines = [Line(_("configuration"), Health.OK, str(session.chosen(context).path()))]
    try:
        with session.application(context) as app:
            lines += list(_recent(app) if quick else _lines(app))
    except MailslaError as error:
        lines.append(Line(_("base de données"), Health.FAILURE, str(error)))
    if format_ is TextOrJson.JSON:
        checks = [
            {"subject": line.subject, "health": line.health.value, "sentence": line.sentence}
            for line in lines
        ]
        document = {"schema": "mailsla.check/1", "site": settings.site.name, "checks": checks}
        session.write_out(text(document), None)
    else:
        for line in lines:
            label = {
                Health.OK: _("ok"),
                Health.WARNING: _("attention"),
                Health.FAILURE: _("à corriger"),
            }[line.health]
            console.print(Text(f"{label:<11}", style=STYLES[line.health]), end="")
            console.print(Text(f"{line.subject} : {line.sentence}"))
    if any(line.health is Health.FAILURE for line in lines):
        raise typer.Exit(1)


def _recent(app: Application) -> Iterator[Line]:
    """Say whether every account was collected with success within the hour, for a container's health."""
    good = {run.account: run.started_at for run in app.store.runs.last() if run.outcome is RunOutcome.OK}
    for account in app.accounts:
        subject = _("relève {account}").format(account=account.name)
        last = good.get(account.name)
        if last is None:
            yield Line(subject, Health.FAILURE, _("aucune relève réussie."))
            continue
        recent = app.now() - last < RECENT + timedelta(seconds=account.every_seconds)
        sentence = _("dernière relève réussie le {instant}.").format(
            instant=words.instant(last, app.site.zone)
        )
        yield Line(subject, Health.OK if recent else Health.FAILURE, sentence)


def _lines(app: Application) -> Iterator[Line]:
    for account in app.accounts:
        yield from _account(app, account)
    yield _sent_mail(app)
    yield _smtp(app)
    yield _store(app)
    yield from _set_aside(app)
    yield from _runs(app)
    yield _calendar(app)
    yield Line(_("horloge"), Health.OK, words.instant(app.now(), app.site.zone))


def _account(app: Application, account: Account) -> Iterator[Line]:
    subject = _("compte {name}").format(name=account.name)
    try:
        with app.checking(account) as opened:
            mailboxes = opened.mailboxes()
    except MailslaError as error:
        yield Line(subject, Health.FAILURE, str(error))
        return
    shown = ", ".join(f"{words.safe(box.name, 60)} ({_role(box.role)})" for box in mailboxes)
    yield Line(subject, Health.OK, _("connexion réussie ; dossiers : {mailboxes}").format(mailboxes=shown))
    if not any(mailbox.role is MailboxRole.SENT for mailbox in mailboxes):
        yield Line(
            subject,
            Health.WARNING,
            _("aucun dossier d'envoyés reconnu ; nommez-le avec « sent » si les agents répondent d'ici."),
        )


def _role(role: MailboxRole) -> str:
    return {
        MailboxRole.INBOX: _("reçus"),
        MailboxRole.SENT: _("envoyés"),
        MailboxRole.JUNK: _("indésirables"),
        MailboxRole.TRASH: _("corbeille"),
        MailboxRole.DRAFTS: _("brouillons"),
    }[role]


def _sent_mail(app: Application) -> Line:
    subject = _("réponses")
    count = app.store.derivations.outbound_count()
    if count == 0:
        sentence = _(
            "aucune réponse n'a encore été vue : vérifiez que les envoyés des agents sont dans un dossier relevé."
        )
        return Line(subject, Health.WARNING, sentence)
    seen = ngettext("{n} réponse vue.", "{n} réponses vues.", count).format(n=count)
    return Line(subject, Health.OK, seen)


def _smtp(app: Application) -> Line:
    subject = _("envoi des alertes")
    smtp = app.site.settings.smtp
    if smtp is None:
        return Line(subject, Health.WARNING, _("pas de section [smtp] : aucune alerte ne partira."))
    try:
        access.smtp_server(smtp).greet()
    except MailslaError as error:
        return Line(subject, Health.FAILURE, str(error))
    return Line(subject, Health.OK, _("le serveur répond."))


def _store(app: Application) -> Line:
    count = len(app.store.derivations.requests())
    held = ngettext("{n} demande connue.", "{n} demandes connues.", count).format(n=count)
    return Line(_("base de données"), Health.OK, held)


def _set_aside(app: Application) -> Iterator[Line]:
    for item in app.store.set_aside.all():
        sentence = _("{account}, dossier {mailbox}, UID {uid} : {reason}").format(
            account=item.account,
            mailbox=words.safe(item.mailbox, 60),
            uid=item.uid,
            reason=words.set_aside(item.reason),
        )
        yield Line(_("courriel mis de côté"), Health.WARNING, sentence)


def _runs(app: Application) -> Iterator[Line]:
    for run in app.store.runs.last():
        if run.outcome is RunOutcome.OK and run.reason is not None:
            yield Line(_("relève {account}").format(account=run.account), Health.WARNING, run.reason)
    for gap in app.gaps():
        if gap.until is not None or gap.partial:
            continue
        since = (
            _("jamais relevé en entier.") if gap.never else _("pas de relève réussie depuis le {instant}.")
        )
        sentence = since.format(instant=words.instant(gap.since, app.site.zone))
        yield Line(_("relève {account}").format(account=gap.account), Health.WARNING, sentence)


def _calendar(app: Application) -> Line:
    calendar = app.clock().calendar
    today = calendar.local_date(app.now())
    following = calendar.working_day(today, 1)
    sentence = _("{territory} ; prochain jour ouvré : {day}.").format(
        territory=app.site.settings.site.territory.name, day=words.day_name(following)
    )
    return Line(_("calendrier"), Health.OK, sentence)
