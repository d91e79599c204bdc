"""Working days: which days count, and how many lie between two instants.

A working day (« jour ouvré ») is a Monday to Friday that is no legal holiday and no declared closure. A day
exists only in the site's own zone: an instant becomes a date there before anything is counted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from math import gcd
from zoneinfo import ZoneInfo

from mailsla.core.errors import UsageError


class DayKind(StrEnum):
    """Why a day counts or not."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    CLOSURE = "closure"
    WORKED_HOLIDAY = "worked_holiday"
    HALF_DAY = "half_day"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that the calendar treats apart from its weekday.

    Attributes:
        on: The date.
        kind: `HOLIDAY`, `CLOSURE`, `WORKED_HOLIDAY` for a holiday the site works on, or `HALF_DAY` for a day
            on which it closes early or opens late.
        name: What it is called, in French: « Lundi de Pâques », « pont de l'Ascension ».
        source: The law, or the configuration key that declares it.
        computed: True when the year lies beyond what the law lets us know today.
    """

    on: date
    kind: DayKind
    name: str
    source: str
    computed: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a count, with the reason it was counted or not."""

    on: date
    counted: bool
    kind: DayKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class Slots:
    """Running totals by stretch of `step` seconds: from an instant to its count without a search.

    Every local midnight falls between two stretches, so that all the instants of one stretch have one date.

    Attributes:
        step: Seconds of a stretch: 3600, or less where a zone's midnights do not fall on whole hours.
        begin: Number of the first stretch since 1970-01-01T00:00Z.
        totals: Working days from the calendar's first day up to and including the stretch's local date.
    """

    step: int
    begin: int
    totals: list[int]


class WorkingCalendar:
    """The working days of one site, over whole years.

    Built once, then read only. Counting is one subtraction in a table of running totals, so that a million
    verdicts take about a second.

    Args:
        zone: The site's zone: an instant belongs to the date it has there.
        first_year: First year covered, inclusive.
        last_year: Last year covered, inclusive.
        special_days: Holidays, closures and worked holidays; later entries of one date win over earlier ones.
        half_days_count: Whether a half-day counts as a whole working day, or not at all.

    Raises:
        ValueError: When the years are inverted.
    """

    def __init__(
        self,
        *,
        zone: ZoneInfo,
        first_year: int,
        last_year: int,
        special_days: Iterable[SpecialDay],
        half_days_count: bool = True,
    ) -> None:
        if last_year < first_year:
            raise ValueError("a calendar's last year is before its first")
        self.zone = zone
        self.first = date(first_year, 1, 1)
        self.last = date(last_year, 12, 31)
        self.half_days_count = half_days_count
        self._origin = self.first.toordinal()
        self._declared = [day for day in special_days if self.first <= day.on <= self.last]
        self._special = {day.on: day for day in self._declared}
        size = self.last.toordinal() - self._origin + 1
        working = [self._works(self.first + timedelta(days=index)) for index in range(size)]
        # _totals[i] is the number of working days up to and including day i.
        self._totals = list(accumulate(working, initial=0))[1:]
        self._working_days = [index for index, works in enumerate(working) if works]
        self._midnights = [self._midnight(self.first + timedelta(days=index)) for index in range(size + 1)]

    def _works(self, on: date) -> bool:
        special = self._special.get(on)
        kind = None if special is None else special.kind
        if kind in {DayKind.HOLIDAY, DayKind.CLOSURE} or (
            kind is DayKind.HALF_DAY and not self.half_days_count
        ):
            return False
        return on.weekday() < 5

    def _midnight(self, on: date) -> float:
        return datetime.combine(on, time.min, self.zone).timestamp()

    @property
    def special_days(self) -> tuple[SpecialDay, ...]:
        """Every holiday, closure and worked holiday of the covered years, by date."""
        return tuple(self._special[on] for on in sorted(self._special))

    @property
    def legal_holidays(self) -> frozenset[date]:
        """The holidays of the covered years, whatever else is declared of those days."""
        return frozenset(day.on for day in self._declared if day.kind is DayKind.HOLIDAY)

    def local_date(self, instant: datetime) -> date:
        """Return the date of an aware instant in the site's zone.

        Raises:
            ValueError: When `instant` is naive.
            UsageError: When the date is outside the covered years.
        """
        return date.fromordinal(self._origin + self._index(instant))

    def is_working(self, on: date) -> bool:
        """Tell whether `on` counts."""
        index = self._date_index(on)
        return self._totals[index] > (self._totals[index - 1] if index else 0)

    def day(self, on: date) -> Day:
        """Return `on` with the reason it counts or not."""
        self._date_index(on)
        special = self._special.get(on)
        counted = self.is_working(on)
        if special is not None:
            return Day(on, counted, special.kind, special.name)
        return Day(on, counted, DayKind.WORKING if counted else DayKind.WEEKEND)

    def working_days_after(self, start: datetime, end: datetime) -> int:
        """Count the working days after `start`'s local date, up to and including `end`'s.

        The day of `start` is day 0: a reply on the same day took 0 (code de procédure civile, art. 641, for
        comparison).

        Raises:
            ValueError: When an instant is naive, or `end` is before `start`.

        >>> paris = ZoneInfo("Europe/Paris")
        >>> victory = SpecialDay(date(2026, 5, 8), DayKind.HOLIDAY, "8 mai", "L3133-1")
        >>> calendar = WorkingCalendar(zone=paris, first_year=2026, last_year=2026, special_days=[victory])
        >>> thursday = datetime(2026, 5, 7, 9, tzinfo=paris)
        >>> monday = datetime(2026, 5, 11, 17, tzinfo=paris)
        >>> calendar.working_days_after(thursday, monday)  # Friday 8 May is a holiday
        1
        """
        if end < start:
            raise ValueError("an interval ends before it starts")
        return self._totals[self._index(end)] - self._totals[self._index(start)]

    @cached_property
    def slots(self) -> Slots:
        """The table from instants to running totals, built on first use."""
        step = gcd(3600, *(int(midnight) for midnight in self._midnights))
        begin, end = int(self._midnights[0]) // step, int(self._midnights[-1]) // step
        totals: list[int] = []
        for total, midnight in zip(self._totals, self._midnights[1:], strict=True):
            totals += [total] * (int(midnight) // step - begin - len(totals))
        assert len(totals) == end - begin
        return Slots(step, begin, totals)

    def working_days_between(self, start_on: date, end_on: date) -> int:
        """Count the working days d with `start_on < d <= end_on`; negative when the dates are inverted."""
        return self._totals[self._date_index(end_on)] - self._totals[self._date_index(start_on)]

    def working_day(self, start_on: date, number: int) -> date:
        """Return the working day that is `number` working days after `start_on`, which is day 0.

        `number` is at least 1; the result never is `start_on` itself.

        Raises:
            UsageError: When it lies outside the covered years.
        """
        position = self._totals[self._date_index(start_on)] + number - 1
        if number < 1 or position >= len(self._working_days):
            raise self._outside(start_on)
        return date.fromordinal(self._origin + self._working_days[position])

    def next_working_day(self, on: date) -> date:
        """Return `on` when it counts, else the first working day after it."""
        return on if self.is_working(on) else self.working_day(on, 1)

    def days_after(self, start_on: date, end_on: date) -> tuple[Day, ...]:
        """List every day d with `start_on < d <= end_on`, each with its reason."""
        length = (end_on - start_on).days
        return tuple(self.day(start_on + timedelta(days=offset)) for offset in range(1, length + 1))

    def without(self, kind: DayKind) -> WorkingCalendar:
        """Return the same calendar had no day of `kind` been declared."""
        return WorkingCalendar(
            zone=self.zone,
            first_year=self.first.year,
            last_year=self.last.year,
            special_days=[day for day in self._declared if day.kind is not kind],
            half_days_count=self.half_days_count,
        )

    def start_of(self, on: date) -> datetime:
        """Return the first instant of `on` in the site's zone, UTC."""
        return datetime.fromtimestamp(self._midnights[self._date_index(on)], UTC)

    def _index(self, instant: datetime) -> int:
        if instant.tzinfo is None:
            raise ValueError("an instant needs a zone")
        index = bisect_right(self._midnights, instant.timestamp()) - 1
        if index < 0 or index >= len(self._totals):
            raise self._outside(instant.astimezone(self.zone).date())
        return index

    def _date_index(self, on: date) -> int:
        index = on.toordinal() - self._origin
        if index < 0 or index >= len(self._totals):
            raise self._outside(on)
        return index

    def outside(self, *instants: datetime) -> UsageError:
        """Return the error that says which of some instants lies outside the covered years."""
        dates = [instant.astimezone(self.zone).date() for instant in instants]
        return self._outside(next(on for on in dates if not self.first <= on <= self.last))

    def _outside(self, on: date) -> UsageError:
        return UsageError(f"{on.isoformat()} ∉ [{self.first.isoformat()}, {self.last.isoformat()}]")
