"""`mailsla decide`: what a person knows and the mailbox does not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from mailsla.adapters.machine.session_user import recorded_now, said_user
from mailsla.bootstrap import asked_decisions, decisions
from mailsla.bootstrap.application import Application
from mailsla.bootstrap.decisions import Decided
from mailsla.cli import session
from mailsla.cli.instants import read_instant
from mailsla.core.errors import UsageError
from mailsla.core.pairing.decision import Action
from mailsla.core.pairing.request import Request
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.formats import terminal
from mailsla.presentation.pages.mail_page import changes_page
from mailsla.usecases.asked_decision import AskedDecision
from mailsla.usecases.decide import Signature

Named = Annotated[
    str,
    typer.Argument(metavar=_("DEMANDE"), help=_("Sa référence, ou le début ; close-hole : le compte.")),
]
What = Annotated[
    Action,
    typer.Argument(
        metavar=_("DÉCISION"),
        help=_(
            "exclude, answered, assign, category, remind, join, split, dismiss, count, leave-out, close-hole ou undo."
        ),
    ),
]
OnOption = Annotated[
    str | None,
    typer.Option(
        "--on",
        help=_(
            "answered : date ou instant de la réponse ; remind : jour où redire l'alerte ; close-hole : jour du début."
        ),
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
        asked = AskedDecision(
            action,
            request,
            reason,
            # A date alone means the end of that day.
            at=_instant(app, on, end_of_day=True) if action in {Action.ANSWERED, Action.REMIND} else None,
            day=_day(app, on) if action is Action.CLOSE_HOLE else None,
            channel=channel,
            service=service,
            category=category,
            message=message,
            number=number,
        )
        socket = app.site.settings.decisions.socket if app.reads_only else None
        if socket is None:
            signed = Signature(reason, by or said_user(), app.now(), recorded_now())
            done = asked_decisions.decide_as_asked(app, asked, signed)
        else:
            before = asked_decisions.around(app, asked)
    if socket is not None:
        done = _by_the_daemon(context, socket, asked, before, by)
    console = session.console()
    undone = _("La décision n° {number} ne vaut plus.")
    line = undone if action is Action.UNDO else _("Décision n° {number} consignée.")
    console.print(line.format(number=done.number))
    if action is Action.REMIND and asked.at is not None:
        until = _("Aucune alerte n'en parle avant le {day}.")
        console.print(until.format(day=words.day_name(asked.at.date())))
    terminal.show(changes_page(done.changes), console)


def _by_the_daemon(
    context: typer.Context, socket: Path, asked: AskedDecision, before: Sequence[Request], by: str | None
) -> Decided:
    """Have the daemon decide, and return what that changed."""
    if by is not None:
        raise UsageError(_("--by ne se donne pas ici : le démon note votre nom de session."))
    number = asked_decisions.ask_daemon(socket, asked)
    # Opened anew: what was read before may be of a store that was taken not to change.
    with session.reading(context) as app:
        return Decided(number, decisions.changes_since(app, before))


def _instant(app: Application, on: str | None, *, end_of_day: bool) -> datetime | None:
    return None if on is None else read_instant(on, app.site.zone, end_of_day=end_of_day)


def _day(app: Application, on: str | None) -> date | None:
    found = _instant(app, on, end_of_day=False)
    return None if found is None else found.date()
