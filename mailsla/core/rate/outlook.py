"""Getting to the target: what the year still allows, and where it ends at the present pace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor, sqrt

from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.rate.period import Period, week_of
from mailsla.core.rate.population import Population

SAME_WEEKDAY_LAST_YEAR = timedelta(weeks=52)
NORMAL_95 = 1.959963984540054
"""The 97.5th percentile of the normal distribution: 95 % lie within it on both sides."""


class VolumeBasis(StrEnum):
    """What the volume still to come is taken from."""

    LAST_YEAR = "last_year"
    THIS_YEAR = "this_year"


@dataclass(frozen=True, slots=True)
class Landing:
    """The share at which the year ends at the present pace, with a 95 % interval."""

    expected: Fraction
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the rest of the year still allows.

    Attributes:
        year: The year.
        waiting: Requests due in the year that wait, and are not due yet.
        needed: How many of them must still be met for those due in the year, as known so far, to reach the target;
            None when even all of them would not do.
        expected: How many more requests due in the year are expected.
        volume_basis: What that expectation is taken from.
        may_lose: How many more requests the year can still miss, at that volume; negative when too many were
            missed already.
        landing: Where the year ends at the present pace; None when fewer have fallen due than give a percentage.
        out_of_reach_from: The first week after which the target can no longer be reached, at the present pace,
            even if all that follows is met; None when it stays within reach.
    """

    year: int
    waiting: int
    needed: int | None
    expected: int
    volume_basis: VolumeBasis
    may_lose: int
    landing: Landing | None
    out_of_reach_from: Period | None

    @property
    def lost(self) -> bool:
        """Tell whether the target is out of reach whatever happens, at the expected volume."""
        return self.may_lose < 0


def outlook(
    *,
    counts: Population,
    target: Fraction,
    received: Counter[date],
    until: date,
    today: date,
    calendar: WorkingCalendar,
    minimum: int = 1,
) -> Outlook:
    """Return what the year of `today` still allows.

    Args:
        counts: Where the requests stand that are due in the year.
        target: The share promised.
        received: How many of the requests known were received on each local date, last year's included.
        until: The last day whose requests are due in the year.
        today: The date the report speaks of.
        calendar: The site's, over the year and the one before.
        minimum: Below so many fallen due nothing is said of the pace.
    """
    volume, basis = _expected_by_week(received, today, until, calendar)
    expected = sum(count for _week, count in volume)
    missing = ceil(target * counts.counted) - counts.met - counts.early
    has_pace = counts.fallen_due >= max(1, minimum)
    return Outlook(
        year=today.year,
        waiting=counts.waiting,
        needed=max(0, missing) if missing <= counts.waiting else None,
        expected=expected,
        volume_basis=basis,
        may_lose=floor((counts.counted + expected) * (1 - target)) - counts.missed,
        landing=_landing(counts.met, counts.fallen_due, counts.not_due + expected) if has_pace else None,
        out_of_reach_from=_out_of_reach(counts, volume, target) if has_pace else None,
    )


def _expected_by_week(
    received: Counter[date], today: date, until: date, calendar: WorkingCalendar
) -> tuple[list[tuple[Period, int]], VolumeBasis]:
    """Return how many requests due in the year each week left is expected to bring, and on what that rests.

    The same weekdays of last year (52 weeks before) when they are known; else this year's mean by working day.
    """
    left = [today + timedelta(days=offset) for offset in range(1, (until - today).days + 1)]
    by_week: dict[Period, Fraction] = {}
    known = bool(received) and min(received) <= today - SAME_WEEKDAY_LAST_YEAR
    start = max(date(today.year, 1, 1), min(received, default=today))
    worked = calendar.working_days_between(start - timedelta(days=1), today)
    so_far = sum(count for on, count in received.items() if start <= on <= today)
    mean = Fraction(so_far, worked) if worked else Fraction(0)
    for on in left:
        if known:
            brought = Fraction(received[on - SAME_WEEKDAY_LAST_YEAR])
        else:
            brought = mean if calendar.is_working(on) else Fraction(0)
        week = week_of(on)
        by_week[week] = by_week.get(week, Fraction(0)) + brought
    # Rounded on running totals, so that the weeks add up to the year.
    volume, total, rounded = [], Fraction(0), 0
    for week, brought in by_week.items():
        total += brought
        volume.append((week, round(total) - rounded))
        rounded = round(total)
    return volume, VolumeBasis.LAST_YEAR if known else VolumeBasis.THIS_YEAR


def _landing(met: int, fallen_due: int, left: int) -> Landing:
    """Return where the year ends if what is left fares like what has fallen due.

    The interval is Wilson's, at 95 %, for the share of what is left: an estimate from `fallen_due` requests of a
    share among `left` others varies like one from fallen_due × left / (fallen_due + left) requests (E. B. Wilson,
    "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22, 1927).
    """
    share = Fraction(met, fallen_due)
    total = fallen_due + left
    if not left:
        return Landing(share, float(share), float(share))
    low, high = wilson(float(share), fallen_due * left / total)
    return Landing(
        (met + share * left) / total, (met + low * left) / total, min(1.0, (met + high * left) / total)
    )


def wilson(share: float, count: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval for a share seen in `count` trials.

    >>> [round(bound, 3) for bound in wilson(0.8, 50)]
    [0.67, 0.888]
    """
    spread = NORMAL_95**2 / count
    middle = share + spread / 2
    width = NORMAL_95 * sqrt(share * (1 - share) / count + spread / (4 * count))
    return (max(0.0, (middle - width) / (1 + spread)), min(1.0, (middle + width) / (1 + spread)))


def _out_of_reach(
    counts: Population, volume: Sequence[tuple[Period, int]], target: Fraction
) -> Period | None:
    total = counts.counted + sum(count for _week, count in volume)
    if not volume or counts.missed <= 0:
        return None
    share_missed = Fraction(counts.missed, counts.fallen_due)
    lost = counts.missed + share_missed * counts.not_due
    for week, count in volume:
        lost += share_missed * count
        if total - lost < target * total:
            return week
    return None
