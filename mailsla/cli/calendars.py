"""`mailsla clock` and `mailsla calendar`: the rule, without any store."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from mailsla.adapters.french_holidays import FIRST_YEAR, LAST_YEAR, check_year
from mailsla.bootstrap import site_rules
from mailsla.cli import session
from mailsla.cli.instants import read_instant, read_time
from mailsla.cli.session import TextOrJson
from mailsla.config import Settings
from mailsla.config.promises import CommitmentSection
from mailsla.core.clock.commitment import Commitment, Comparison, Unit
from mailsla.core.clock.territory import Territory
from mailsla.core.clock.verdict import Clock, ClosedDayReceipt, ReceiptRule
from mailsla.core.clock.working_days import SpecialDay
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.documents.clock import calendar_document, clock_document
from mailsla.presentation.documents.values import text
from mailsla.presentation.formats import terminal


class DayUnit(StrEnum):
    """Which days a promise counts."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


def declare(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command(help=_("Donne l'échéance d'une demande et, avec une réponse, le délai jour par jour."))(clock)
    app.command(help=_("Liste les jours fériés et les fermetures d'une année, avec leur source."))(calendar)


def clock(
    context: typer.Context,
    received: Annotated[str, typer.Argument(metavar=_("REÇUE"), help=_("2026-04-28, « 28/04/2026 23:30 »…"))],
    replied: Annotated[
        str | None, typer.Argument(metavar=_("[RÉPONDUE]"), help=_("De même ; sans elle, l'échéance seule."))
    ] = None,
    departement: Annotated[str | None, typer.Option(help=_("18, 2A, 67, 974…"), show_default=False)] = None,
    good_friday: Annotated[
        bool | None, typer.Option(help=_("Vendredi saint chômé (Alsace-Moselle)."), show_default=False)
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=200, help=_("Nombre de jours."), show_default=False)
    ] = None,
    comparison: Annotated[
        Comparison | None,
        typer.Option(help=_("less_than : « en moins de » ; at_most : « en … au plus »."), show_default=False),
    ] = None,
    hours: Annotated[
        int | None,
        typer.Option(min=1, max=2000, help=_("Nombre d'heures d'ouverture."), show_default=False),
    ] = None,
    unit: Annotated[
        DayUnit | None, typer.Option(help=_("working_days ou calendar_days."), show_default=False)
    ] = None,
    cutoff: Annotated[
        str | None,
        typer.Option(
            help=_("Heure à partir de laquelle on compte le lendemain (17:00)."), show_default=False
        ),
    ] = None,
    closed_day_receipt: Annotated[
        ClosedDayReceipt | None, typer.Option(help=_("same_day ou next_working_day."), show_default=False)
    ] = None,
    format_: Annotated[TextOrJson, typer.Option("--format", help=_("text ou json."))] = TextOrJson.TEXT,
) -> None:
    """Print the due date and, with a reply, the delay and the verdict, day by day."""
    settings = session.optional_settings(context)
    territory = _territory(settings, departement)
    zone = ZoneInfo(territory.zone)
    received_at = read_instant(received, zone, end_of_day=False)
    replied_at = None if replied is None else read_instant(replied, zone, end_of_day=True)
    if replied_at is not None and replied_at < received_at:
        raise UsageError(_("La réponse précède la demande : inversez les deux dates."))
    if hours is not None and (days is not None or unit is not None):
        raise UsageError(_("Indiquez --hours seul, sans --days ni --unit."))
    clock_ = _clock(settings, territory, good_friday, received_at, replied_at)
    clock_ = replace(clock_, receipt=_receipt(clock_.receipt, cutoff, closed_day_receipt))
    commitment = _commitment(settings, days, hours, unit, comparison)
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
        terminal.clock(
            verdict,
            commitment,
            counted,
            clock_,
            replied=replied is not None,
            territory=territory.name,
            console=session.console(),
        )


def calendar(
    context: typer.Context,
    year: Annotated[int, typer.Argument(metavar=_("ANNÉE"), help=_("2026"))],
    departement: Annotated[str | None, typer.Option(help=_("18, 2A, 67, 974…"), show_default=False)] = None,
    good_friday: Annotated[
        bool | None, typer.Option(help=_("Vendredi saint chômé (Alsace-Moselle)."), show_default=False)
    ] = None,
    format_: Annotated[TextOrJson, typer.Option("--format", help=_("text ou json."))] = TextOrJson.TEXT,
) -> None:
    """Print the holidays and closures of a year, with their law or reason."""
    check_year(year)
    settings = session.optional_settings(context)
    territory = _territory(settings, departement)
    days = site_rules.calendar(
        territory,
        year,
        year,
        good_friday=_good_friday(settings, good_friday),
        declared=_declared(settings, territory),
    ).special_days
    if format_ is TextOrJson.JSON:
        session.write_out(text(calendar_document(days)), None)
    else:
        title = _("Jours fériés et fermetures {year} – {territory}").format(
            year=year, territory=territory.name
        )
        terminal.calendar(days, title, session.console())


def _territory(settings: Settings | None, departement: str | None) -> Territory:
    if departement is not None:
        return site_rules.territory(departement)
    return settings.site.territory if settings is not None else site_rules.territory("75")


def _declared(settings: Settings | None, territory: Territory) -> tuple[SpecialDay, ...]:
    """Return the site's own days, unless another territory was asked for."""
    if settings is None or settings.site.territory != territory:
        return ()
    return site_rules.declared_days(settings)


def _good_friday(settings: Settings | None, asked: bool | None) -> bool:
    if asked is not None:
        return asked
    return settings.site.good_friday if settings is not None else True


def _commitment(
    settings: Settings | None,
    days: int | None,
    hours: int | None,
    unit: DayUnit | None,
    comparison: Comparison | None,
) -> Commitment:
    """Return the site's first promise, with what was asked for instead."""
    section = settings.commitments[0] if settings is not None else CommitmentSection()
    promise = section.commitment
    if hours is not None:
        promise = replace(promise, amount=hours, unit=Unit.OPENING_HOURS)
    elif days is not None:
        in_days = Unit.WORKING_DAYS if promise.unit is Unit.OPENING_HOURS else promise.unit
        promise = replace(promise, amount=days, unit=in_days)
    if unit is not None and hours is None:
        promise = replace(promise, unit=Unit(unit.value))
    return promise if comparison is None else promise.compared(comparison)


def _clock(
    settings: Settings | None,
    territory: Territory,
    good_friday: bool | None,
    received_at: datetime,
    replied_at: datetime | None,
) -> Clock:
    days = site_rules.calendar(
        territory,
        max(received_at.year - 1, FIRST_YEAR),
        min(max(received_at, replied_at or received_at).year + 2, LAST_YEAR),
        good_friday=_good_friday(settings, good_friday),
        declared=_declared(settings, territory),
    )
    if settings is None:
        return Clock(days)
    receipt = ReceiptRule(settings.receipt.cutoff, settings.receipt.closed_day_receipt)
    return Clock(days, receipt, site_rules.Site(settings).opening)


def _receipt(rule: ReceiptRule, cutoff: str | None, closed_day: ClosedDayReceipt | None) -> ReceiptRule:
    """Return the site's receipt rule with what was asked for instead.

    Raises:
        UsageError: When the cutoff is no time of day.
    """
    if cutoff is not None:
        try:
            rule = replace(rule, cutoff=read_time(cutoff.strip()))
        except ValueError as error:
            raise UsageError(
                _("Heure illisible : {written} ; écrivez par exemple 17:00.").format(
                    written=words.safe(cutoff, 40)
                )
            ) from error
    return rule if closed_day is None else replace(rule, closed_day=closed_day)
