"""`mailsla report`, `mailsla requests`, `mailsla show`: the figures, and what stands behind them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mailsla.bootstrap.application import Application
from mailsla.cli import session
from mailsla.cli.session import Format, TextOrJson
from mailsla.core.clock.verdict import Outcome
from mailsla.core.errors import UsageError
from mailsla.core.pairing.recipient_matching import Doubt
from mailsla.core.pairing.request import Request
from mailsla.core.rate.case import Case, case_of
from mailsla.core.rate.period import Grain, Period, parse_period
from mailsla.core.rate.report import Report
from mailsla.core.rate.standard import Judged
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.documents.report import report_document
from mailsla.presentation.documents.request import request_document, requests_document
from mailsla.presentation.documents.values import text
from mailsla.presentation.formats import csv_sheet as sheet
from mailsla.presentation.formats import terminal
from mailsla.presentation.pages.report_page import report_page
from mailsla.presentation.pages.request_page import request_page, requests_page


class State(StrEnum):
    """Which requests to list."""

    MET = "met"
    MISSED = "missed"
    WAITING = "waiting"
    OVERDUE = "overdue"
    UNANSWERED = "unanswered"
    FOLLOW_UP = "follow-up"
    TO_CHECK = "to-check"
    EXCLUDED = "excluded"


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
        built = app.report(periods, service=service, grain=by)
        zone = app.site.zone
        if publish:
            app.publish([cohort.period for cohort in built.sections])
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
        items = _selected(app, state, None if period is None else _period(period), service)
        zone = app.site.zone
        if format_ is Format.JSON:
            named = [(item, _message_id(app, item.case)) for item in items]
            session.write_out(
                text(requests_document(named, _doubts(app, items), app.store.decisions.decided(), zone)),
                output,
            )
        elif format_ is Format.CSV:
            session.write_out(sheet.requests(items, zone), output)
        else:
            with session.printing(output) as console:
                doubts = _doubts(app, items) if state is State.TO_CHECK else ()
                terminal.show(requests_page(items, app.store.decisions.decided(), zone, doubts), console)


def _doubts(app: Application, items: Sequence[Judged]) -> list[Doubt]:
    """Return the possible replies to some requests."""
    keys = {item.case.key for item in items}
    return [doubt for doubt in app.store.derivations.doubts() if keys.intersection(doubt.candidates)]


def _message_id(app: Application, case: Case) -> str | None:
    message = app.store.derivations.message(case.key)
    return None if message is None else message.message_id


def _selected(
    app: Application, state: State | None, period: Period | None, service: str | None
) -> list[Judged]:
    calendar = app.clock().calendar
    doubtful = {key for doubt in app.store.derivations.doubts() for key in doubt.candidates}
    return [
        item
        for item in app.judged()
        if (service is None or item.case.service == service)
        and (period is None or calendar.local_date(item.case.received_at) in period)
        and _is_in(item, state, doubtful)
    ]


def _is_in(item: Judged, state: State | None, doubtful: set[str]) -> bool:
    case, outcome, unanswered = item.case, item.verdict.outcome, item.verdict.answered_on is None
    if case.excluded is not None:
        return state in {None, State.EXCLUDED}
    return {
        None: not case.follow_up,
        State.MET: not case.follow_up and outcome is Outcome.MET,
        State.MISSED: not case.follow_up and outcome is Outcome.MISSED,
        State.WAITING: not case.follow_up and outcome is Outcome.WAITING,
        State.OVERDUE: unanswered and outcome is Outcome.MISSED,
        State.UNANSWERED: unanswered,
        State.FOLLOW_UP: case.follow_up,
        State.TO_CHECK: case.key in doubtful,
        State.EXCLUDED: False,
    }[state]


def show(
    context: typer.Context,
    request: Annotated[str, typer.Argument(metavar=_("DEMANDE"), help=_("Sa référence, ou le début."))],
    format_: Annotated[TextOrJson, typer.Option("--format", help=_("text ou json."))] = TextOrJson.TEXT,
) -> None:
    """Print one request: its messages, what tied each, the days counted one by one, the verdict."""
    with session.application(context) as app:
        found = find_request(app, request)
        clock = app.clock()
        commitment = app.site.standard(clock).commitment_of(found.category)
        verdict = app.site.standard(clock).judge([case_of(found)], app.now())[0].verdict
        messages = app.store.derivations.conversation(found.conversation)
        end = found.answered.at if verdict.answered_on and found.answered else app.now()
        counted = clock.days(found.received.at, end, commitment.unit)
        decisions = [item for key in found.keys for item in app.store.decisions.taken(key)]
        if format_ is TextOrJson.JSON:
            session.write_out(
                text(request_document(found, verdict, decisions, messages, counted, app.site.zone)),
                None,
            )
        else:
            zone = app.site.zone
            page = request_page(found, verdict, messages, counted, decisions, commitment, zone)
            terminal.show(page, session.console())


def find_request(app: Application, written: str) -> Request:
    """Return the one request whose reference begins with `written`.

    Raises:
        UsageError: When there is none, or several.
    """
    prefix = written.strip().lower()
    found = app.store.derivations.requests_named(prefix) if len(prefix) >= 4 else ()
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            _("Plusieurs demandes commencent par {prefix} ; écrivez-la en entier.").format(prefix=prefix)
        )
    raise UsageError(
        _("Aucune demande {written} ; « mailsla requests » donne les références.").format(
            written=words.safe(written, 40)
        )
    )
