"""`mailsla note` and `mailsla notes`: what stands beside the figures of a period, in people's words."""

from __future__ import annotations

from typing import Annotated

import typer

from mailsla.adapters.machine.session_user import recorded_now, said_user
from mailsla.bootstrap import notes as noting
from mailsla.cli import session
from mailsla.cli.answering import answer
from mailsla.cli.options import FormatOption, OutputOption, PeriodOption, ServiceOption
from mailsla.cli.periods import read_period
from mailsla.cli.session import Format
from mailsla.core.rate.note import Note, NoteKind
from mailsla.language import gettext as _
from mailsla.presentation.documents.notes import notes_document
from mailsla.presentation.formats import register_sheet as sheet
from mailsla.presentation.pages.note_page import notes_page


def note(
    context: typer.Context,
    kind: Annotated[
        NoteKind,
        typer.Argument(
            metavar=_("NATURE"),
            help=_("cause (de retard), taken (action menée), planned (action prévue) ou undo (retrait)."),
        ),
    ],
    text: Annotated[str, typer.Argument(metavar=_("TEXTE"), help=_("Ce qui est à noter ; undo : pourquoi."))],
    period: PeriodOption = None,
    service: ServiceOption = None,
    number: Annotated[
        int | None, typer.Option("--number", help=_("undo : numéro de la note."), show_default=False)
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help=_("Qui note ; par défaut, votre nom de session."))
    ] = None,
) -> None:
    """Note a cause of lateness or an action of a period, or take a note back."""
    session.refuse_set_clock(context)
    about = None if period is None else read_period(period)
    with session.application(context) as app:
        wanted = Note(
            number=0,
            kind=kind,
            text=text,
            noted_by=said_user() if by is None else by,
            noted_at=app.now(),
            recorded=recorded_now(),
            period=None if kind is NoteKind.UNDO else about,
            service=None if kind is NoteKind.UNDO else service,
            undone=number if kind is NoteKind.UNDO else None,
        )
        made = noting.add(app, wanted)
    line = (
        _("La note n° {number} est retirée.") if kind is NoteKind.UNDO else _("Note n° {number} consignée.")
    )
    session.console().print(line.format(number=number if kind is NoteKind.UNDO else made))


def notes(
    context: typer.Context,
    period: PeriodOption = None,
    format_: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> None:
    """Print every note, or those about a part of a period."""
    wanted = None if period is None else read_period(period)
    with session.reading(context) as app:
        found, zone = noting.registered(app, wanted), app.site.zone
    answer(
        format_,
        output,
        document=lambda: notes_document(found, zone),
        sheet=lambda: sheet.notes(found, zone),
        page=lambda _columns: notes_page(found, zone),
    )
