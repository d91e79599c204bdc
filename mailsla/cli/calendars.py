"""`mailsla clock` and `mailsla calendar`: the rule, without any store."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from mailsla.adapters.french_holidays import LAST_YEAR, check_year
from mailsla.bootstrap import clock_rules
from mailsla.bootstrap.clock_rules import ClockRules
from mailsla.cli import session
from mailsla.cli.instants import read_instant, read_time
from mailsla.cli.session import TextOrJson
from mailsla.core.clock.commitment import Commitment, Comparison, Unit
from mailsla.core.clock.origin import Origin
from mailsla.core.clock.receipt import ClosedDayReceipt
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.documents.clock import calendar_document, clock_document
from mailsla.presentation.documents.values import text
from mailsla.presentation.formats import terminal
from mailsla.presentation.pages.clock_page import calendar_page, clock_page

if TYPE_CHECKING:
    from mailsla.config import Settings

A_YEAR = timedelta(days=366)


class DayUnit(StrEnum):
    """Which days a promise counts."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


DepartementOption = Annotated[str | None, typer.Option(help=_("18, 2A, 67, 974…"), show_default=False)]
GoodFridayOption = Annotated[
    bool | None, typer.Option(help=_("Vendredi saint chômé (Alsace-Moselle)."), show_default=False)
]
DaysOption = Annotated[
    int | None, typer.Option(min=1, max=200, help=_("Nombre de jours."), show_default=False)
]
ComparisonOption = Annotated[
    Comparison | None,
    typer.Option(help=_("less_than : « en moins de » ; at_most : « en … au plus »."), show_default=False),
]
HoursOption = Annotated[
    int | None,
    typer.Option(min=1, max=2000, help=_("Nombre d'heures d'ouverture."), show_default=False),
]
UnitOption = Annotated[
    DayUnit | None, typer.Option(help=_("working_days ou calendar_days."), show_default=False)
]
CutoffOption = Annotated[
    str | None,
    typer.Option(help=_("Heure à partir de laquelle on compte le lendemain (17:00)."), show_default=False),
]
ClosedDayOption = Annotated[
    ClosedDayReceipt | None, typer.Option(help=_("same_day ou next_working_day."), show_default=False)
]
FormatOption = Annotated[TextOrJson, typer.Option("--format", help=_("text ou json."))]


def clock(
    context: typer.Context,
    received: Annotated[str, typer.Argument(metavar=_("REÇUE"), help=_("2026-04-28, « 28/04/2026 23:30 »…"))],
    replied: Annotated[
        str | None, typer.Argument(metavar=_("[RÉPONDUE]"), help=_("De même ; sans elle, l'échéance seule."))
    ] = None,
    departement: DepartementOption = None,
    good_friday: GoodFridayOption = None,
    days: DaysOption = None,
    comparison: ComparisonOption = None,
    hours: HoursOption = None,
    unit: UnitOption = None,
    cutoff: CutoffOption = None,
    closed_day_receipt: ClosedDayOption = None,
    format_: FormatOption = TextOrJson.TEXT,
) -> None:
    """Print the due date and, with a reply, the delay and the verdict, day by day."""
    settings = session.optional_settings(context)
    rules = _rules(settings, departement, good_friday)
    received_at = read_instant(received, rules.zone, end_of_day=False)
    replied_at = None if replied is None else read_instant(replied, rules.zone, end_of_day=True)
    if replied_at is not None and replied_at < received_at:
        raise UsageError(_("La réponse précède la demande : inversez les deux dates."))
    if hours is not None and (days is not None or unit is not None):
        raise UsageError(_("Indiquez --hours seul, sans --days ni --unit."))
    # From a year before, as a report sees it.
    clock_ = rules.clock(received_at - A_YEAR, replied_at or received_at)
    clock_ = clock_.with_receipt(_read_cutoff(cutoff), closed_day_receipt)
    commitment = _instead(clock_rules.main_commitment(settings), days, hours, unit, comparison)
    try:
        verdict = clock_.verdict(received_at, replied_at, commitment, replied_at or received_at)
    except UsageError as error:
        raise UsageError(
            _("Le calendrier s'arrête à la fin de {last} : ce délai va au-delà.").format(last=LAST_YEAR)
        ) from error
    until = replied_at or clock_.calendar.start_of(verdict.due_on)
    counted = (
        clock_.days(received_at, until, commitment.unit)
        if until >= clock_.calendar.start_of(verdict.received_on)
        else ()
    )
    if format_ is TextOrJson.JSON:
        document = clock_document(verdict, commitment, counted, clock_, replied=replied is not None)
        session.write_out(text(document), None)
    else:
        page = clock_page(
            verdict, commitment, counted, clock_, replied=replied is not None, territory=rules.territory.name
        )
        terminal.show(page, session.console())


def calendar(
    context: typer.Context,
    year: Annotated[int, typer.Argument(metavar=_("ANNÉE"), help=_("2026"))],
    departement: DepartementOption = None,
    good_friday: GoodFridayOption = None,
    format_: FormatOption = TextOrJson.TEXT,
) -> None:
    """Print the holidays and closures of a year, with their law or reason."""
    check_year(year)
    rules = _rules(session.optional_settings(context), departement, good_friday)
    days = rules.calendar(year, year).special_days
    if format_ is TextOrJson.JSON:
        session.write_out(text(calendar_document(days)), None)
    else:
        terminal.show(calendar_page(days, year, rules.territory.name), session.console())


def _rules(settings: Settings | None, departement: str | None, good_friday: bool | None) -> ClockRules:
    """Return the site's rules, with what was asked for instead."""
    rules = clock_rules.clock_rules(settings)
    if departement is not None:
        rules = rules.elsewhere(clock_rules.territory(departement))
    return rules if good_friday is None else replace(rules, good_friday=good_friday)


def _instead(
    promise: Commitment,
    days: int | None,
    hours: int | None,
    unit: DayUnit | None,
    comparison: Comparison | None,
) -> Commitment:
    """Return a promise, with what was asked for instead."""
    if hours is not None:
        promise = promise.in_hours(hours)
    if days is not None:
        promise = promise.in_days(days)
    if unit is not None:
        promise = replace(promise, unit=Unit(unit.value), origin=Origin())
    return promise if comparison is None else promise.compared(comparison)


def _read_cutoff(written: str | None) -> time | None:
    """Read a cutoff.

    Raises:
        UsageError: When it is no time of day.
    """
    if written is None:
        return None
    try:
        return read_time(written.strip())
    except ValueError as error:
        raise UsageError(
            _("Heure illisible : {written} ; écrivez par exemple 17:00.").format(
                written=words.safe(written, 40)
            )
        ) from error
