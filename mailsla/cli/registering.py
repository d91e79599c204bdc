"""`mailsla decisions` and `mailsla publications`: the registers."""

from __future__ import annotations

import typer

from mailsla.bootstrap import commands
from mailsla.cli import session
from mailsla.cli.answering import answer
from mailsla.cli.options import FormatOption, OutputOption, PeriodOption
from mailsla.cli.periods import read_period
from mailsla.cli.session import Format
from mailsla.presentation.documents.registers import decisions_document, publications_document
from mailsla.presentation.formats import register_sheet as sheet
from mailsla.presentation.pages.register_page import decisions_page, publications_page


def decisions(
    context: typer.Context,
    period: PeriodOption = None,
    format_: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> None:
    """Print every decision, or those taken in a period."""
    wanted = None if period is None else read_period(period)
    with session.up_to_date(context) as app:
        found = [
            (item.decision, item.undone_by, item.effects)
            for item in commands.registered_decisions(app, wanted)
        ]
        zone = app.site.zone
    answer(
        format_,
        output,
        document=lambda: decisions_document(found, zone),
        sheet=lambda: sheet.decisions(found, zone),
        page=lambda _columns: decisions_page(found, zone),
    )


def publications(
    context: typer.Context,
    period: PeriodOption = None,
    format_: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> None:
    """Print everything published, or what was of periods within one."""
    wanted = None if period is None else read_period(period)
    with session.up_to_date(context) as app:
        found = [
            (item.published, item.revision, item.followed_by)
            for item in commands.registered_publications(app, wanted)
        ]
        zone, minimum = app.site.zone, app.site.settings.site.minimum
    answer(
        format_,
        output,
        document=lambda: publications_document(found, minimum, zone),
        sheet=lambda: sheet.publications(found, zone),
        page=lambda _columns: publications_page(found, minimum, zone),
    )
