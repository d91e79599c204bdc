"""`mailsla report`, `mailsla show`: the figures, and what stands behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailsla.adapters.machine.session_user import recorded_now, said_user
from mailsla.bootstrap import commands
from mailsla.bootstrap.application import Application
from mailsla.cli import papers, past, session, workbooks
from mailsla.cli.answering import answer
from mailsla.cli.options import (
    AtOption,
    CohortOption,
    OutputOption,
    PeriodOption,
    ServiceOption,
    check_service,
)
from mailsla.cli.periods import read_period
from mailsla.cli.session import Format, ReportFormat, TextOrJson
from mailsla.core.errors import UsageError
from mailsla.core.rate.period import Grain
from mailsla.core.rate.publication import Published
from mailsla.core.rate.report import Report
from mailsla.language import gettext as _
from mailsla.presentation.documents.mail import mail_document
from mailsla.presentation.documents.report import report_document
from mailsla.presentation.documents.request import request_document
from mailsla.presentation.documents.values import text
from mailsla.presentation.formats import csv_sheet as sheet
from mailsla.presentation.formats import terminal
from mailsla.presentation.pages.mail_page import mail_page
from mailsla.presentation.pages.register_page import just_published
from mailsla.presentation.pages.report_page import MOST_ROWS, report_page
from mailsla.presentation.pages.request_page import request_page
from mailsla.usecases.look_at_mails import ShownMail

PICTURED = frozenset({ReportFormat.HTML, ReportFormat.PDF, ReportFormat.XLSX})
"""The formats of a report that has pictures."""

ReportFormatOption = Annotated[
    ReportFormat, typer.Option("--format", help=_("text, json, csv, html, pdf ou xlsx."))
]


def report(
    context: typer.Context,
    period: PeriodOption = None,
    service: ServiceOption = None,
    format_: ReportFormatOption = ReportFormat.TEXT,
    output: OutputOption = None,
    by: Annotated[
        Grain, typer.Option(help=_("Découpage : day, week, month, quarter ou year."))
    ] = Grain.MONTH,
    cohort: CohortOption = None,
    at: AtOption = None,
    publish: Annotated[
        bool, typer.Option("--publish", help=_("Fige ces chiffres : le rapport dira s'ils changent."))
    ] = False,
    signed_by: Annotated[
        str | None,
        typer.Option("--signed-by", help=_("publish : qui publie ; par défaut, votre nom de session.")),
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", help=_("publish : pourquoi ; reste avec le chiffre."))
    ] = "",
    fail_under: Annotated[
        bool, typer.Option("--fail-under", help=_("Sort avec le code 3 si l'objectif n'est pas tenu."))
    ] = False,
) -> None:
    """Print the report."""
    _check_format(format_, output)
    if publish:
        _check_publishing(context, service, at)
    with past.known_at(context, at, writes=publish) as app:
        check_service(app, service)
        periods = () if period is None else (read_period(period),)
        listed = None if format_ is ReportFormat.JSON else MOST_ROWS
        built = commands.report(
            app,
            periods,
            service=service,
            grain=by,
            by=cohort,
            most_overdue=listed,
            is_pictured=format_ in PICTURED,
        )
        zone = app.site.zone
        signed = Published(signed_by or said_user(), recorded_now(), reason)
        published = commands.publish(app, built, signed, cohort) if publish else []
        if format_ in PICTURED:
            _write_pictured(app, built, format_, output, known_then=at is not None)
    if format_ not in PICTURED:
        answer(
            Format(format_),
            output,
            document=lambda: report_document(built, zone),
            sheet=lambda: sheet.report(built),
            page=lambda _columns: report_page(built, zone, known_then=at is not None),
        )
    for item in published:
        told = session.console() if format_ is ReportFormat.TEXT else session.error_console()
        told.print(just_published(item, built.minimum))
    if fail_under and _misses(built):
        raise typer.Exit(3)


def _check_format(wanted: ReportFormat, output: Path | None) -> None:
    """Refuse what this format cannot be written to, or with, before anything is read."""
    if wanted is ReportFormat.XLSX:
        workbooks.check(output)
    elif wanted is ReportFormat.PDF:
        papers.check(output, _("rapport.pdf"))


def _write_pictured(
    app: Application, built: Report, wanted: ReportFormat, output: Path | None, *, known_then: bool
) -> None:
    """Write the report that has pictures."""
    if wanted is ReportFormat.XLSX:
        workbooks.write(app, built, output, known_then=known_then)
        return
    from mailsla.presentation.formats import html_page  # noqa: PLC0415 (loaded for this format alone)
    from mailsla.presentation.pages.illustrated_report import illustrated_report  # noqa: PLC0415 (loaded for this format alone)

    page = illustrated_report(built, app.site.zone, known_then=known_then)
    if wanted is ReportFormat.PDF:
        papers.write(html_page.drawn(page), output)
    else:
        session.write_out(html_page.write(page), output)


def _check_publishing(context: typer.Context, service: str | None, at: str | None) -> None:
    """Refuse to publish what is no figure of the whole office now."""
    session.refuse_set_clock(context)
    if service is not None:
        raise UsageError(_("Les chiffres d'un seul service ne se publient pas : retirez --service."))
    if at is not None:
        raise UsageError(_("Seuls les chiffres de maintenant se publient : retirez --at."))


def _misses(built: Report) -> bool:
    """Tell whether the widest cohort is under the target; exact fractions are compared."""
    attainment = built.sections[-1].population.attainment
    return attainment is not None and attainment < built.commitment.target


def show(
    context: typer.Context,
    request: Annotated[str, typer.Argument(metavar=_("DEMANDE"), help=_("Sa référence, ou le début."))],
    at: AtOption = None,
    format_: Annotated[TextOrJson, typer.Option("--format", help=_("text ou json."))] = TextOrJson.TEXT,
) -> None:
    """Print one request: its messages, what tied each, the days counted one by one, the verdict; or any other mail."""
    with past.known_at(context, at) as app:
        then = past.told_of_then(app, at)
        with past.errors_of_then(app, at):
            found = commands.show(app, request)
        zone = app.site.zone
    if isinstance(found, ShownMail):
        shown = (found.mail, found.requests, found.doubts, found.decisions)
        if format_ is TextOrJson.JSON:
            session.write_out(text(mail_document(*shown, zone)), None)
        else:
            terminal.show(then(mail_page(*shown, found.candidates, zone)), session.console())
        return
    if format_ is TextOrJson.JSON:
        document = request_document(
            found.request, found.verdict, found.decisions, found.messages, found.counted, zone
        )
        session.write_out(text(document), None)
    else:
        page = request_page(
            found.request,
            found.verdict,
            found.messages,
            found.counted,
            found.decisions,
            found.commitment,
            zone,
        )
        terminal.show(then(page), session.console())
