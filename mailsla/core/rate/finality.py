"""Whether a figure is definitive: its period is over, all of it has fallen due, and collection was whole (DOMAIN)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.verdict import Clock
from mailsla.core.collection.gap import Gap
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.period import Period
from mailsla.core.rate.population import Population
from mailsla.core.rate.standard import Standard

ONE_DAY = timedelta(days=1)

LONGEST_ANNOUNCED = timedelta(days=93)
"""No date is announced further from receipt (DOMAIN: three months)."""


class Missing(StrEnum):
    """What a figure still lacks to be definitive: the end of its period, verdicts, or a collection that was whole."""

    PERIOD = "period"
    DUE = "due"
    COLLECTION = "collection"


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of collection.

    Attributes:
        gaps: Where it was interrupted, ever.
        since: When every account had been read whole for the first time; None when one never was.
    """

    gaps: Sequence[Gap] = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finality:
    """Whether a figure is definitive.

    Attributes:
        missing: What it lacks; empty when it is.
        is_covered: False when the period was over before anything was collected.
        holes: Where collection was interrupted while its mail came.
    """

    missing: tuple[Missing, ...] = ()
    is_covered: bool = True
    holes: tuple[Gap, ...] = field(default=(), compare=False)

    @property
    def is_definitive(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def finality(
    period: Period,
    by: Belonging,
    counts: Population,
    watched: Watched,
    standard: Standard,
    now: datetime,
) -> Finality:
    """Return whether the figure of a cohort is definitive at `now`, and what it lacks."""
    clock, calendar = standard.clock, standard.clock.calendar
    begins, ends = watched_days(period, by, clock, standard.main)
    since = watched.since
    first_read = None if since is None else calendar.local_date(since)
    holes = tuple(gap for gap in watched.gaps if _touches(gap, begins, ends, clock))
    is_late = first_read is None or begins < first_read
    found = (
        (Missing.PERIOD, calendar.local_date(now) <= period.last),
        (Missing.DUE, counts.not_due > 0),
        (Missing.COLLECTION, is_late or bool(holes)),
    )
    return Finality(
        tuple(item for item, is_missing in found if is_missing),
        first_read is not None and first_read <= period.last,
        holes,
    )


def watched_days(period: Period, by: Belonging, clock: Clock, promise: Commitment) -> tuple[date, date]:
    """Return the first and the last day whose mail decides a figure.

    From the first day whose requests fall due in the period (by receipt: from its own first day) to the first working
    day after the last due date.
    """
    calendar = clock.calendar
    if by is Belonging.RECEIVED:
        last_due = clock.due_on(_end_of(period.last, clock), promise)
        return period.first, calendar.working_day(max(last_due, period.last), 1)
    begins = period.first
    while clock.due_on(_end_of(begins - ONE_DAY, clock), promise) >= period.first:
        begins -= ONE_DAY
    if promise.announced_date_counts:
        begins -= LONGEST_ANNOUNCED
    return begins, calendar.working_day(period.last, 1)


def _end_of(on: date, clock: Clock) -> datetime:
    """Return the last instant of a day: what comes then is due the latest."""
    return clock.calendar.start_of(on + ONE_DAY) - timedelta(microseconds=1)


def _touches(gap: Gap, begins: date, ends: date, clock: Clock) -> bool:
    """Tell whether a gap may have hidden something of some days."""
    since, until = clock.calendar.start_of(begins), clock.calendar.start_of(ends) + timedelta(days=1)
    return gap.never or (gap.since < until and (gap.until is None or gap.until > since))
