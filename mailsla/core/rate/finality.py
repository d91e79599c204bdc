"""Whether a figure is definitive: its period is over, all of it has fallen due, and collection was whole (DOMAIN)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.verdict import Clock
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.collection.gap import Gap, Span
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
        gaps: Where it was interrupted, ever, and something may have been lost.
        spans: From when to when each account was read; an account is read from its first whole read on.
        complete: The days of which an archive was declared whole.
    """

    gaps: Sequence[Gap] = ()
    spans: Sequence[Span] = ()
    complete: Sequence[Period] = ()

    @property
    def since(self) -> datetime | None:
        """When any account had been read whole for the first time; None when none ever was."""
        return min((span.since for span in self.spans), default=None)


@dataclass(frozen=True, slots=True)
class Finality:
    """Whether a figure is definitive.

    Attributes:
        missing: What it lacks; empty when it is.
        is_covered: False when the period was over before anything was collected.
        from_archives: Whether only an import tells of it, then.
        uncovered: The first of the days whose mail decides it on which nothing was collected; None when there is none.
        holes: Where collection was interrupted while its mail came.
    """

    missing: tuple[Missing, ...] = ()
    is_covered: bool = True
    from_archives: bool = False
    uncovered: date | None = field(default=None, compare=False)
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
    *,
    imported: bool = False,
) -> Finality:
    """Return whether the figure of a cohort is definitive at `now`, and what it lacks.

    Args:
        period: When its requests are due, or were received.
        by: Which of the two.
        counts: Where they stand.
        watched: How collection went.
        standard: What they are held against.
        now: The instant.
        imported: Whether any of them is known from an archive alone.
    """
    calendar = standard.clock.calendar
    today = calendar.local_date(now)
    begins, ends = watched_days(period, by, standard.clock, standard.main)
    gaps = (gap for gap in watched.gaps if not _is_filled(gap, watched, calendar))
    holes = tuple(gap for gap in gaps if _touches(gap, begins, ends, calendar))
    covered = is_covered(period, watched, calendar)
    uncovered = _first_missing(_days_read(watched, calendar), begins, min(ends, today))
    found = (
        (Missing.PERIOD, today <= period.last),
        (Missing.DUE, counts.not_due > 0),
        (Missing.COLLECTION, bool(holes) or uncovered is not None),
    )
    return Finality(
        missing=tuple(item for item, is_missing in found if is_missing),
        is_covered=covered,
        from_archives=imported and not covered,
        uncovered=uncovered,
        holes=holes,
    )


def is_covered(period: Period, watched: Watched, calendar: WorkingCalendar) -> bool:
    """Tell whether anything was collected before the end of a period, or an archive of it declared whole."""
    return any(first <= period.last for first, _last in _days_read(watched, calendar))


def _days_read(watched: Watched, calendar: WorkingCalendar) -> Iterator[tuple[date, date]]:
    """Yield the days on which some account was read, or of which an archive has all the mail."""
    yield from _days_of(watched.complete)
    for span in watched.spans:
        last = date.max if span.until is None else calendar.local_date(span.until)
        yield calendar.local_date(span.since), last


def _days_of(periods: Iterable[Period]) -> Iterator[tuple[date, date]]:
    return ((period.first, period.last) for period in periods)


def _first_missing(stretches: Iterable[tuple[date, date]], begins: date, ends: date) -> date | None:
    """Return the first day, from one to another, that no stretch has; None when together they have all."""
    missing = begins
    for first, last in sorted(stretches):
        if first <= missing <= last:
            if last >= ends:
                return None
            missing = last + ONE_DAY
    return missing if missing <= ends else None


def _is_filled(gap: Gap, watched: Watched, calendar: WorkingCalendar) -> bool:
    """Tell whether an archive that was declared whole has all the mail of a hole."""
    if gap.until is None or gap.never:
        return False
    first, last = calendar.local_date(gap.since), calendar.local_date(gap.until)
    return _first_missing(_days_of(watched.complete), first, last) is None


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


def _touches(gap: Gap, begins: date, ends: date, calendar: WorkingCalendar) -> bool:
    """Tell whether a gap may have hidden something of some days."""
    since, until = calendar.start_of(begins), calendar.start_of(ends + ONE_DAY)
    return gap.since < until and (gap.until is None or gap.until > since)
