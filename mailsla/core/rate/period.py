"""Periods: the days, weeks, months, quarters and years that a report speaks of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from enum import StrEnum

from dateutil.relativedelta import relativedelta

from mailsla.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both ends included.

    Attributes:
        name: `2026-W46`, `2026-11`, `2026-Q4`, `2026`, or `2026-01-01..2026-11-13`.
        first: First day.
        last: Last day.
    """

    name: str
    first: date
    last: date

    def __contains__(self, on: date) -> bool:
        return self.first <= on <= self.last

    def within(self, other: Period) -> Period:
        """Return the part of this period that lies in another one: itself when it lies there whole.

        >>> week_of(date(2026, 1, 1)).within(parse_period("2026")).name
        '2026-01-01..2026-01-04'
        """
        first, last = max(self.first, other.first), min(self.last, other.last)
        if (first, last) == (self.first, self.last):
            return self
        return Period(f"{first.isoformat()}..{last.isoformat()}", first, last)


class Grain(StrEnum):
    """Into what a cohort is cut."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    def period_of(self, on: date) -> Period:
        """Return the day, week, month, quarter or year of `on`.

        >>> Grain.QUARTER.period_of(date(2026, 11, 15)).name
        '2026-Q4'
        """
        if self is Grain.DAY:
            return _day(on.isoformat(), on.year, on.month, on.day)
        if self is Grain.WEEK:
            return week_of(on)
        if self is Grain.MONTH:
            return _month(f"{on.year}-{on.month:02}", on.year, on.month)
        if self is Grain.QUARTER:
            quarter = (on.month + 2) // 3
            return _quarter(f"{on.year}-Q{quarter}", on.year, quarter)
        return _year(str(on.year), on.year)


def pieces(period: Period, grain: Grain) -> tuple[Period, ...]:
    """Return the days, weeks, months, quarters or years that have a day in a period, in order.

    >>> [piece.name for piece in pieces(parse_period("2026-01"), Grain.QUARTER)]
    ['2026-Q1']
    """
    found = [grain.period_of(period.first)]
    while found[-1].last < period.last:
        found.append(grain.period_of(found[-1].last + timedelta(days=1)))
    return tuple(found)


def last_full_week(today: date) -> Period:
    """Return the last Monday to Sunday that ended before `today`.

    >>> last_full_week(date(2026, 11, 15)).name  # a Sunday: its own week is not over
    '2026-W45'
    """
    monday = today - timedelta(days=today.weekday() + 7)
    return week_of(monday)


def week_of(on: date) -> Period:
    """Return the ISO 8601 week of `on`."""
    monday = on - timedelta(days=on.weekday())
    year, week, _weekday = monday.isocalendar()
    return Period(f"{year}-W{week:02}", monday, monday + timedelta(days=6))


def year_before(period: Period) -> Period:
    """Return the same week, month, quarter, year or days of the year before; of a week 53, the last one there was.

    >>> year_before(parse_period("2026-W53")).name, year_before(parse_period("2024-02-29")).name
    ('2025-W52', '2023-02-28')
    """
    if "-W" in period.name:
        year, week, _weekday = period.first.isocalendar()
        last_week = date(year - 1, 12, 28).isocalendar().week
        return week_of(date.fromisocalendar(year - 1, min(week, last_week), 1))
    first, last = (on - relativedelta(years=1) for on in (period.first, period.last))
    if ".." in period.name:
        return Period(f"{first.isoformat()}..{last.isoformat()}", first, last)
    return parse_period(f"{first.year}{period.name[4:]}" if period.first < period.last else first.isoformat())


def period_before(period: Period) -> Period:
    """Return the week, month, quarter, year or days just before: of whole months, as many; of other days, as many.

    >>> period_before(parse_period("2026-W01")).name, period_before(parse_period("2026-01..2026-02")).name
    ('2025-W52', '2025-11-01..2025-12-31')
    >>> period_before(parse_period("2026-03-02..2026-03-04")).name
    '2026-02-27..2026-03-01'
    """
    last = period.first - timedelta(days=1)
    for grain in Grain:
        if period == grain.period_of(period.first):
            return grain.period_of(last)
    following = period.last + timedelta(days=1)
    months = relativedelta(following, period.first)
    is_whole = period.first.day == following.day == 1
    first = period.first - (months if is_whole else following - period.first)
    return Period(f"{first.isoformat()}..{last.isoformat()}", first, last)


def parse_period(written: str) -> Period:
    """Return the period that `written` names: a week, month, quarter, year, day, or `A..B` of two of them.

    Raises:
        UsageError: When it names none; its text is `written`, for the caller to say what to write.
    """
    first, dots, last = written.strip().partition("..")
    if dots:
        start, end = parse_period(first), parse_period(last)
        if end.last < start.first:
            raise UsageError(written)
        return Period(f"{start.first.isoformat()}..{end.last.isoformat()}", start.first, end.last)
    for pattern, build in _FORMS:
        found = re.fullmatch(pattern, first, re.ASCII)
        if found is not None:
            try:
                return build(first, *(int(part) for part in found.groups()))
            except (ValueError, OverflowError) as error:
                raise UsageError(written) from error
    raise UsageError(written)


def _month(name: str, year: int, month: int) -> Period:
    return _months(name, date(year, month, 1), 1)


def _quarter(name: str, year: int, quarter: int) -> Period:
    return _months(name, date(year, 3 * quarter - 2, 1), 3)


def _year(name: str, year: int) -> Period:
    return _months(name, date(year, 1, 1), 12)


def _day(name: str, year: int, month: int, day: int) -> Period:
    on = date(year, month, day)
    return Period(name, on, on)


def _week(_name: str, year: int, week: int) -> Period:
    return week_of(date.fromisocalendar(year, week, 1))


def _months(name: str, first: date, months: int) -> Period:
    if first.year >= MAXYEAR:
        raise ValueError(name)
    return Period(name, first, first + relativedelta(months=months) - timedelta(days=1))


_FORMS: tuple[tuple[str, Callable[..., Period]], ...] = (
    (r"(\d{4})-W(\d{2})", _week),
    (r"(\d{4})-(\d{2})", _month),
    (r"(\d{4})-[QT]([1-4])", _quarter),
    (r"(\d{4})", _year),
    (r"(\d{4})-(\d{2})-(\d{2})", _day),
)
