"""`mailsla decide`: what a person knows and the mailbox does not."""

from __future__ import annotations

import os
import pwd
from dataclasses import replace
from datetime import datetime, time
from typing import Annotated, TypeVar

import typer

from mailsla.bootstrap.application import Application
from mailsla.cli import session
from mailsla.cli.instants import read_instant
from mailsla.cli.measuring import find_request
from mailsla.core.errors import UsageError
from mailsla.core.office.sides import Side
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.request import Request
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.usecases.decide import decide as add_decision
from mailsla.usecases.decide import undo as take_back

_Value = TypeVar("_Value")


def declare(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(help=_("Consigne une décision datée et motivée sur une demande."))(decide)


def decide(
    context: typer.Context,
    request: Annotated[str, typer.Argument(metavar=_("DEMANDE"), help=_("Sa référence, ou le début."))],
    action: Annotated[
        Action,
        typer.Argument(
            metavar=_("DÉCISION"),
            help=_("exclude, answered, assign, category, join, split, dismiss ou undo."),
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", help=_("Pourquoi ; reste avec la décision."))],
    on: Annotated[
        str | None,
        typer.Option("--on", help=_("answered : date ou instant de la réponse."), show_default=False),
    ] = None,
    channel: Annotated[
        str, typer.Option("--channel", help=_("answered : téléphone, courrier, guichet…"))
    ] = "",
    service: Annotated[
        str | None, typer.Option("--service", help=_("assign : nom du service."), show_default=False)
    ] = None,
    category: Annotated[
        str | None, typer.Option("--category", help=_("category : nom de l'engagement."), show_default=False)
    ] = None,
    message: Annotated[
        str | None,
        typer.Option(
            "--message", help=_("join, split, dismiss : référence du courriel."), show_default=False
        ),
    ] = None,
    number: Annotated[
        int | None, typer.Option("--number", help=_("undo : numéro de la décision."), show_default=False)
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help=_("Qui décide ; par défaut, votre nom de session."))
    ] = None,
) -> None:
    """Add a decision about a request, or take one back."""
    with session.application(context) as app:
        found = find_request(app, request)
        who, at = by or _session_user(), app.now()
        if action is Action.UNDO:
            undone = take_back(
                app.store.decisions, _needed(number, "--number"), reason=reason, decided_by=who, decided_at=at
            )
            line = _("La décision n° {number} est reprise.").format(number=undone.number)
        else:
            draft = Decision(0, found.key, action, reason, who, at)
            number = add_decision(
                app.store.decisions, _completed(app, draft, found, on, channel, service, category, message)
            )
            line = _("Décision n° {number} consignée.").format(number=number)
        app.derive()
    session.console().print(line)


def _completed(
    app: Application,
    draft: Decision,
    request: Request,
    on: str | None,
    channel: str,
    service: str | None,
    category: str | None,
    message: str | None,
) -> Decision:
    """Return the decision with what its action needs."""
    if draft.action is Action.ANSWERED:
        return replace(draft, at=_answered_at(app, request, _needed(on, "--on")), text=channel)
    if draft.action is Action.ASSIGN:
        names = [item.name for item in app.site.settings.services]
        return replace(draft, text=_one_of(_needed(service, "--service"), names))
    if draft.action is Action.CATEGORY:
        return replace(draft, text=_one_of(_needed(category, "--category"), list(app.site.commitments)))
    if draft.action in {Action.JOIN, Action.SPLIT, Action.DISMISS}:
        key = _message_key(app, _needed(message, "--message"))
        _check_message(app, draft.action, key, request)
        return replace(draft, target=key, other=request.key if draft.action is Action.JOIN else None)
    return draft


def _answered_at(app: Application, request: Request, written: str) -> datetime:
    """Return the instant of an answer given elsewhere: a date alone means the end of that day."""
    at = read_instant(written, app.site.zone, end_of_day=True)
    if at.astimezone(app.site.zone).date() < request.received.at.astimezone(app.site.zone).date():
        raise UsageError(_("La réponse précède la demande : vérifiez --on."))
    latest = datetime.combine(app.now().astimezone(app.site.zone).date(), time.max, app.site.zone)
    if at > latest:
        raise UsageError(_("La réponse est dans l'avenir : vérifiez --on."))
    return max(min(at, app.now()), request.received.at)


def _check_message(app: Application, action: Action, key: str, request: Request) -> None:
    """Refuse a decision about a mail that it could not change.

    Raises:
        UsageError: With what that mail is.
    """
    found = app.store.derivations.message(key)
    if action is Action.JOIN and (found is None or found.side != Side.OUTBOUND.value):
        raise UsageError(_("Ce courriel n'est pas une réponse de la préfecture : rien à rattacher."))
    if action is Action.DISMISS and key not in {doubt.reply for doubt in app.store.derivations.doubts()}:
        raise UsageError(_("Ce courriel n'est pas une réponse à vérifier : voir --state to-check."))
    if action is Action.SPLIT and (found is None or found.conversation != request.conversation):
        raise UsageError(_("Ce courriel n'est pas de l'échange de cette demande."))


def _message_key(app: Application, written: str) -> str:
    prefix = written.strip().lower()
    found = app.store.derivations.messages_named(prefix) if len(prefix) >= 4 else ()
    if len(found) != 1:
        raise UsageError(
            _(
                "Aucun courriel unique ne commence par {written} ; « mailsla show » donne les références."
            ).format(written=words.safe(written, 40))
        )
    return found[0].key


def _needed(value: _Value | None, option: str) -> _Value:
    if value is None:
        raise UsageError(_("Indiquez {option}.").format(option=option))
    return value


def _one_of(written: str, known: list[str]) -> str:
    if written not in known:
        raise UsageError(
            _("{written} n'est pas dans la configuration, qui nomme : {names}.").format(
                written=words.safe(written, 60), names=", ".join(known) or "–"
            )
        )
    return written


def _session_user() -> str:
    """Return the name of whoever runs the command."""
    try:
        return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
