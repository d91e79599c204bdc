"""Between which instants whatever is due within some days was received: due dates are never stored.

A due date never moves back as receipt moves on, whatever the unit, the receipt rule and the calendar: so both ends are
found by halving. They hold every request that is due then, and a few that are not: the verdict says which.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from mailsla.core.clock.announcement import LONGEST_ANNOUNCEMENT
from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.verdict import Clock
from mailsla.core.errors import UsageError

ONE_DAY = timedelta(days=1)
AN_INSTANT = timedelta(microseconds=1)


def received_from(clock: Clock, commitments: Iterable[Commitment], due_from: date, now: datetime) -> datetime:
    """Return an instant such that nothing received before it is due on `due_from` or later, by any of some promises.

    What holding replies announce may move a due date for three months after receipt, where that counts.
    """

    def is_due(on: date, commitment: Commitment) -> bool:
        if commitment.announced_date_counts and on + LONGEST_ANNOUNCEMENT >= due_from:
            return True
        last_instant = clock.calendar.start_of(on + ONE_DAY) - AN_INSTANT
        return _due_on(clock, last_instant, commitment) >= due_from

    return min(_first_day(clock, now, is_due, commitment) for commitment in commitments)


def received_before(clock: Clock, commitments: Iterable[Commitment], due_by: date, now: datetime) -> datetime:
    """Return an instant such that nothing received from it on, until `now`, is due on `due_by` or before."""

    def is_later(on: date, commitment: Commitment) -> bool:
        return _due_on(clock, clock.calendar.start_of(on), commitment) > due_by

    return max(_first_day(clock, now, is_later, commitment) for commitment in commitments)


def _first_day(
    clock: Clock, now: datetime, holds: Callable[[date, Commitment], bool], commitment: Commitment
) -> datetime:
    """Return the first instant of the first day of receipt of which something holds; of tomorrow when of none."""
    calendar = clock.calendar
    days = range(calendar.first.toordinal(), calendar.local_date(now).toordinal() + 1)
    found = bisect_left(days, True, key=lambda day: holds(date.fromordinal(day), commitment))  # noqa: FBT003 (what is looked for)
    return calendar.start_of(date.fromordinal(days.start + found))


def _due_on(clock: Clock, received_at: datetime, commitment: Commitment) -> date:
    """Return when a request is due; later than any date, when that lies outside the calendar's years."""
    try:
        return clock.due_on(received_at, commitment)
    except UsageError:
        return date.max
