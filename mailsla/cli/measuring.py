"""`mailsla report`, `mailsla requests`, `mailsla show`: the figures, and what stands behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailsla.bootstrap import commands
from mailsla.bootstrap.application import Application
from mailsla.cli import session
from mailsla.cli.session import Format, TextOrJson
from mailsla.core.errors import UsageError
from mailsla.core.rate.period import Grain, Period, parse_period
from mailsla.core.rate.report import Report
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.documents.report import report_document
from mailsla.presentation.documents.request import request_document, requests_document
from mailsla.presentation.documents.values import text
from mailsla.presentation.formats import csv_sheet as sheet
from mailsla.presentation.formats import terminal
from mailsla.presentation.pages.report_page import report_page
from mailsla.presentation.pages.request_page import request_page, requests_page
from mailsla.usecases.look_up import Selection, State


def declare(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command(help=_("Donne le rapport : la dernière semaine complète et l'année, face à l'objectif."))(
        report
    )
    app.command(help=_("Liste les demandes derrière n'importe quel chiffre."))(requests)
    app.command(help=_("Montre une demande : ses courriels, ce qui les relie, les jours comptés."))(show)


PeriodOption = Annotated[
    str | None,
    typer.Option(help=_("2026-W46, 2026-11, 2026-Q4, 2026, ou A..B."), show_default=False),
]
ServiceOption = Annotated[str | None, typer.Option(help=_("Nom d'un service."), show_default=False)]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help=_("Fichier à écrire."), show_default=False)
]


def report(
    context: typer.Context,
    period: PeriodOption = None,
    service: ServiceOption = None,
    format_: Annotated[Format, typer.Option("--format", help=_("text, json ou csv."))] = Format.TEXT,
    output: OutputOption = None,
    by: Annotated[Grain, typer.Option(help=_("Découpage : week, month, quarter ou year."))] = Grain.MONTH,
    publish: Annotated[
        bool, typer.Option("--publish", help=_("Fige ces chiffres : le rapport dira s'ils changent."))
    ] = False,
    fail_under: Annotated[
        bool, typer.Option("--fail-under", help=_("Sort avec le code 3 si l'objectif n'est pas tenu."))
    ] = False,
) -> None:
    """Print the report."""
    with session.application(context) as app:
        _check_service(app, service)
        periods = () if period is None else (_period(period),)
        built = commands.report(app, periods, service=service, grain=by)
        zone = app.site.zone
        if publish:
            commands.publish(app, [cohort.period for cohort in built.sections])
    if format_ is Format.JSON:
        session.write_out(text(report_document(built, zone)), output)
    elif format_ is Format.CSV:
        session.write_out(sheet.report(built), output)
    else:
        with session.printing(output) as console:
            terminal.show(report_page(built, zone), console)
    if fail_under and _misses(built):
        raise typer.Exit(3)


def _misses(built: Report) -> bool:
    """Tell whether the widest cohort is under the target; exact fractions are compared."""
    attainment = built.sections[-1].population.attainment
    return attainment is not None and attainment < built.commitment.target


def _period(written: str) -> Period:
    try:
        return parse_period(written)
    except UsageError as error:
        raise UsageError(
            _("Période illisible : {written} ; écrivez 2026-W46, 2026-11, 2026-Q4, 2026 ou A..B.").format(
                written=words.safe(written, 40)
            )
        ) from error


def _check_service(app: Application, service: str | None) -> None:
    names = [item.name for item in app.site.settings.services]
    if service is not None and service not in names:
        raise UsageError(
            _("Service inconnu : {service} ; la configuration nomme : {names}.").format(
                service=words.safe(service, 60), names=", ".join(names) or "–"
            )
        )


def requests(
    context: typer.Context,
    state: Annotated[
        State | None,
        typer.Option(
            help=_("met, missed, waiting, overdue, unanswered, follow-up, to-check ou excluded."),
            show_default=False,
        ),
    ] = None,
    period: PeriodOption = None,
    service: ServiceOption = None,
    format_: Annotated[Format, typer.Option("--format", help=_("text, json ou csv."))] = Format.TEXT,
    output: OutputOption = None,
) -> None:
    """Print the list of requests behind a figure."""
    with session.application(context) as app:
        _check_service(app, service)
        found = commands.requests(app, Selection(state, None if period is None else _period(period), service))
        zone = app.site.zone
        if format_ is Format.JSON:
            ids = commands.message_ids(app, found.items)
            session.write_out(
                text(requests_document(found.items, ids, found.doubts, found.decided, zone)), output
            )
        elif format_ is Format.CSV:
            session.write_out(sheet.requests(found.items, zone), output)
        else:
            with session.printing(output) as console:
                doubts = found.doubts if state is State.TO_CHECK else ()
                terminal.show(requests_page(found.items, found.decided, zone, doubts), console)


def show(
    context: typer.Context,
    request: Annotated[str, typer.Argument(metavar=_("DEMANDE"), help=_("Sa référence, ou le début."))],
    format_: Annotated[TextOrJson, typer.Option("--format", help=_("text ou json."))] = TextOrJson.TEXT,
) -> None:
    """Print one request: its messages, what tied each, the days counted one by one, the verdict."""
    with session.application(context) as app:
        found = commands.show(app, request)
        zone = app.site.zone
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
        terminal.show(page, session.console())
