"""What the clock goes by: a territory's law and a site's own days and rules, and the one way to build it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailsla.adapters.french_holidays import FIRST_YEAR, LAST_YEAR, public_holidays
from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.opening_hours import OpeningHours
from mailsla.core.clock.presets import USUAL
from mailsla.core.clock.receipt import ReceiptRule
from mailsla.core.clock.territory import METROPOLE, Territory, territory_of
from mailsla.core.clock.verdict import Clock
from mailsla.core.clock.working_days import DayKind, SpecialDay, WorkingCalendar
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _

if TYPE_CHECKING:
    # Without a configuration, pydantic is not loaded.
    from mailsla.config import Settings
    from mailsla.config.promises import CalendarSection


@dataclass(frozen=True)
class ClockRules:
    """What the clock goes by, and the one way to build it: whoever asks, the same instants have the same delay.

    Attributes:
        territory: Whose legal holidays and whose zone; alone, the law without any site's own rules.
        good_friday: Whether Good Friday is a holiday, in Alsace-Moselle.
        declared: The days that the site adds; those of one date that come last win.
        half_days_count: Whether a half-day counts as a whole working day, or not at all.
        receipt: From which day a received mail's clock runs.
        opening: When the office is open.
    """

    territory: Territory
    good_friday: bool = True
    declared: tuple[SpecialDay, ...] = ()
    half_days_count: bool = True
    receipt: ReceiptRule = field(default_factory=ReceiptRule)
    opening: OpeningHours = field(default_factory=OpeningHours)

    @property
    def zone(self) -> ZoneInfo:
        """The territory's zone."""
        return ZoneInfo(self.territory.zone)

    def elsewhere(self, territory: Territory) -> ClockRules:
        """Return the rules in another territory: the site's own days do not apply there."""
        if territory == self.territory:
            return self
        return replace(self, territory=territory, declared=(), opening=OpeningHours(self.opening.week))

    def calendar(self, first_year: int, last_year: int) -> WorkingCalendar:
        """Return the working days of whole years, kept for whoever asks for the same.

        Raises:
            UsageError: When the law of one of them is not known.
        """
        years = (first_year, last_year)
        if years not in self._calendars:
            self._calendars[years] = self._built(first_year, last_year)
        return self._calendars[years]

    @cached_property
    def _calendars(self) -> dict[tuple[int, int], WorkingCalendar]:
        return {}

    def _built(self, first_year: int, last_year: int) -> WorkingCalendar:
        legal = [
            SpecialDay(item.on, DayKind.HOLIDAY, item.name, item.source, item.computed)
            for year in range(first_year, last_year + 1)
            for item in public_holidays(self.territory, year, good_friday=self.good_friday)
        ]
        return WorkingCalendar(
            zone=self.zone,
            first_year=first_year,
            last_year=last_year,
            special_days=[*legal, *self.declared],
            half_days_count=self.half_days_count,
        )

    def clock(self, first: datetime, last: datetime) -> Clock:
        """Return the clock over the years of two instants, and two more for due dates, as far as the law is known.

        The longest promise in hours lasts well over a year: 2,000 hours are 334 days of six hours.
        """
        first_year = max(first.astimezone(self.zone).year, FIRST_YEAR)
        last_year = min(last.astimezone(self.zone).year + 2, LAST_YEAR)
        days = self.calendar(first_year, max(first_year, last_year))
        return Clock(days, self.receipt, self.opening)


def clock_rules(settings: Settings | None) -> ClockRules:
    """Return a site's rules; without a configuration, those of the Métropole."""
    if settings is None:
        return ClockRules(METROPOLE)
    receipt, half_days = settings.receipt, settings.calendar.half_days
    return ClockRules(
        territory=settings.site.territory,
        good_friday=settings.site.good_friday,
        declared=tuple(_declared_days(settings.calendar)),
        half_days_count=settings.calendar.half_days_count,
        receipt=ReceiptRule(receipt.cutoff, receipt.closed_day_receipt),
        opening=OpeningHours(settings.opening.week, {item.on: item.open for item in half_days}),
    )


def main_commitment(settings: Settings | None) -> Commitment:
    """Return the promise that a site's report speaks of, the first one; without a configuration, the usual one."""
    return USUAL if settings is None else settings.commitments[0].commitment


def _declared_days(section: CalendarSection) -> Iterator[SpecialDay]:
    """Yield the days that the configuration declares, those that win last."""
    for items, kind, source in (
        (section.local_holidays, DayKind.HOLIDAY, "calendar.local_holidays"),
        (section.half_days, DayKind.HALF_DAY, "calendar.half_days"),
        (section.worked_holidays, DayKind.WORKED_HOLIDAY, "calendar.worked_holidays"),
        (section.closures, DayKind.CLOSURE, "calendar.closures"),
    ):
        for item in items:
            yield SpecialDay(item.on, kind, item.reason, source)


def territory(departement: str) -> Territory:
    """Return the territory of a département.

    Raises:
        UsageError: When there is none.
    """
    found = territory_of(departement)
    if found is None:
        raise UsageError(
            _("Département inconnu : {code} ; indiquez son numéro, comme 18, 2A, 67 ou 974.").format(
                code=departement
            )
        )
    return found
