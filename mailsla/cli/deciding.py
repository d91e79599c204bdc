"""`mailsla decide`: what a person knows and the mailbox does not."""

from __future__ import annotations

from typing import Annotated, TypeVar

import typer

from mailsla.adapters.machine.session_user import recorded_now, said_user
from mailsla.bootstrap import commands, decisions
from mailsla.bootstrap.application import Application
from mailsla.bootstrap.decisions import Decided
from mailsla.cli import session
from mailsla.cli.instants import read_instant
from mailsla.core.errors import UsageError
from mailsla.core.pairing.decision import Action
from mailsla.language import gettext as _
from mailsla.presentation.formats import terminal
from mailsla.presentation.pages.mail_page import changes_page
from mailsla.usecases.decide import Answered, Assign, Exclude, OfMail, Recategorise, Signature, Wanted

_Value = TypeVar("_Value")


Named = Annotated[
    str,
    typer.Argument(metavar=_("DEMANDE"), help=_("Sa référence, ou le début ; close-hole : le compte.")),
]
What = Annotated[
    Action,
    typer.Argument(
        metavar=_("DÉCISION"),
        help=_(
            "exclude, answered, assign, category, join, split, dismiss, count, leave-out, close-hole ou undo."
        ),
    ),
]
OnOption = Annotated[
    str | None,
    typer.Option(
        "--on",
        help=_("answered : date ou instant de la réponse ; close-hole : jour du début."),
        show_default=False,
    ),
]


def decide(
    context: typer.Context,
    request: Named,
    action: What,
    reason: Annotated[str, typer.Option("--reason", help=_("Pourquoi ; reste avec la décision."))],
    on: OnOption = None,
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
    session.refuse_set_clock(context)
    with session.up_to_date(context, writes=True) as app:
        signed = Signature(reason, by or said_user(), app.now(), recorded_now())
        line = _("Décision n° {number} consignée.")
        if action is Action.UNDO:
            keys = commands.keys_about(app, request)
            done = decisions.undo(app, keys, _needed(number, "--number"), signed)
            line = _("La décision n° {number} ne vaut plus.")
        elif action is Action.CLOSE_HOLE:
            day = None if on is None else read_instant(on, app.site.zone, end_of_day=False).date()
            done = Decided(decisions.close_hole(app, request, day, signed), ())
        elif action is Action.COUNT or action is Action.LEAVE_OUT:
            done = decisions.decide_mail(app, commands.message_named(app, request), action, signed)
        else:
            found = commands.request_named(app, request)
            wanted = _wanted(app, action, on, channel, service, category, message)
            done = decisions.decide(app, found, wanted, signed)
    console = session.console()
    console.print(line.format(number=done.number))
    terminal.show(changes_page(done.changes), console)


def _wanted(
    app: Application,
    action: Action,
    on: str | None,
    channel: str,
    service: str | None,
    category: str | None,
    message: str | None,
) -> Wanted:
    """Return what is asked for, with the options that the action needs."""
    assert action not in {Action.UNDO, Action.COUNT, Action.LEAVE_OUT, Action.CLOSE_HOLE}
    match action:
        case Action.EXCLUDE:
            return Exclude()
        case Action.ANSWERED:
            # A date alone means the end of that day.
            at = read_instant(_needed(on, "--on"), app.site.zone, end_of_day=True)
            return Answered(at, channel)
        case Action.ASSIGN:
            return Assign(_needed(service, "--service"))
        case Action.CATEGORY:
            return Recategorise(_needed(category, "--category"))
        case Action.JOIN | Action.SPLIT | Action.DISMISS:
            return OfMail(action, commands.message_named(app, _needed(message, "--message")))
        case Action.COMPLETE:
            raise UsageError(
                _("Déclarez une archive entière en la reprenant : « mailsla import --complete A..B ».")
            )


def _needed(value: _Value | None, option: str) -> _Value:
    if value is None:
        raise UsageError(_("Indiquez {option}.").format(option=option))
    return value
