"""What the pictures of a report show beside its figures: its cohort cut by weeks and by days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from mailsla.core.rate.cohort import Cohort
from mailsla.core.rate.finality import Watched
from mailsla.core.rate.period import Grain, Period, week_of
from mailsla.core.rate.section import PeriodLine, Section, period_lines

WEEKS = 12
"""Weeks that are shown before the present one."""

LONGEST_CALENDAR = timedelta(weeks=53)
SHORTEST_CALENDAR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Series:
    """A report's cohort by time, cut from the same requests as its sections.

    Attributes:
        weeks: The last weeks that have begun.
        days: The days of the section that pictures are about.
    """

    weeks: tuple[PeriodLine, ...] = ()
    days: tuple[PeriodLine, ...] = ()


def series(
    asked: Period | None, sections: tuple[Section, ...], everything: Cohort, watched: Watched
) -> Series:
    """Return what the pictures of a report show.

    Args:
        asked: The only period that it is about; None for the usual ones.
        sections: Its sections.
        everything: All requests, judged.
        watched: How collection went.
    """
    widest = pictured(sections)

    def cut(period: Period | None, grain: Grain) -> tuple[PeriodLine, ...]:
        return () if period is None else tuple(period_lines(everything, period, grain, widest.by, watched))

    return Series(
        weeks=cut(weeks_shown(asked, everything.today), Grain.WEEK),
        days=cut(days_shown(widest.period, everything.today), Grain.DAY),
    )


def weeks_shown(asked: Period | None, today: date) -> Period | None:
    """Return the last weeks that have begun: twelve and the present one; of a period that was asked for, its own.

    None of a period that is still to come.

    >>> weeks_shown(None, date(2026, 11, 13)).name
    '2026-08-17..2026-11-15'
    """
    end = week_of(today if asked is None else min(today, asked.last)).last
    first = end - timedelta(weeks=WEEKS + 1) + timedelta(days=1)
    if asked is not None:
        first, end = max(first, asked.first), min(end, asked.last)
    return None if first > end else _stretch(first, end)


def days_shown(of: Period, today: date) -> Period | None:
    """Return the days of a period: of a longer one than a year, the last that have begun; None of less than two weeks.

    >>> days_shown(Period("2026", date(2026, 1, 1), date(2026, 12, 31)), date(2026, 11, 13)).name
    '2026-01-01..2026-12-31'
    """
    first, last = of.first, of.last
    if last - first >= LONGEST_CALENDAR:
        last = max(min(last, week_of(today).last), first + LONGEST_CALENDAR - timedelta(days=1))
        first = last - LONGEST_CALENDAR + timedelta(days=1)
    return None if last - first + timedelta(days=1) < SHORTEST_CALENDAR else _stretch(first, last)


def pictured(sections: tuple[Section, ...]) -> Section:
    """Return the widest section of which anything has fallen due; at the beginning of a year, the former one."""
    return next((item for item in reversed(sections) if item.population.fallen_due), sections[-1])


def _stretch(first: date, last: date) -> Period:
    return Period(f"{first.isoformat()}..{last.isoformat()}", first, last)
