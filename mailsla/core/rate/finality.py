"""Whether a figure is definitive: its period is over, all of it has fallen due, and collection was whole (DOMAIN)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.verdict import Clock
from mailsla.core.collection.gap import Gap
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.period import Period
from mailsla.core.rate.population import Population


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
    """

    missing: tuple[Missing, ...] = ()
    is_covered: bool = True

    @property
    def is_definitive(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def finality(
    period: Period,
    by: Belonging,
    counts: Population,
    watched: Watched,
    clock: Clock,
    promise: Commitment,
    now: datetime,
) -> Finality:
    """Return whether the figure of a cohort is definitive at `now`, and what it lacks."""
    calendar = clock.calendar
    begins, ends = watched_days(period, by, clock, promise)
    since = watched.since
    first_read = None if since is None else calendar.local_date(since)
    has_hole = (
        first_read is None
        or begins < first_read
        or any(_touches(gap, begins, ends, clock) for gap in watched.gaps)
    )
    found = (
        (Missing.PERIOD, calendar.local_date(now) <= period.last),
        (Missing.DUE, counts.not_due > 0),
        (Missing.COLLECTION, has_hole),
    )
    return Finality(
        tuple(item for item, is_missing in found if is_missing),
        first_read is not None and first_read <= period.last,
    )


def watched_days(period: Period, by: Belonging, clock: Clock, promise: Commitment) -> tuple[date, date]:
    """Return the first and the last day whose mail decides a figure.

    From the first day whose requests fall due in the period (by receipt: from its own first day) to the first working
    day after the last due date.
    """
    calendar = clock.calendar
    noon = timedelta(hours=12)
    if by is Belonging.RECEIVED:
        last_due = clock.due_on(calendar.start_of(period.last) + noon, promise)
        return period.first, calendar.working_day(max(last_due, period.last), 1)
    begins = period.first
    while clock.due_on(calendar.start_of(begins - timedelta(days=1)) + noon, promise) >= period.first:
        begins -= timedelta(days=1)
    return begins, calendar.working_day(period.last, 1)


def _touches(gap: Gap, begins: date, ends: date, clock: Clock) -> bool:
    """Tell whether a gap may have hidden something of some days."""
    since, until = clock.calendar.start_of(begins), clock.calendar.start_of(ends) + timedelta(days=1)
    return gap.never or (gap.since < until and (gap.until is None or gap.until > since))
