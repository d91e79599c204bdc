"""The rule on one real date of the site's own calendar, for whoever recounts by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mailsla.core.clock.commitment import Commitment, Unit
from mailsla.core.clock.verdict import Clock
from mailsla.core.clock.working_days import Day, DayKind

MORNING = timedelta(hours=10)
FURTHEST = 400


@dataclass(frozen=True, slots=True)
class Example:
    """A mail received at ten in the morning of a working day.

    Attributes:
        received_at: Its instant.
        due_on: The last date in time.
        due_at: The last instant in time, for a promise in hours.
        off: The holidays, closures and half-days between the two that did not count.
    """

    received_at: datetime
    due_on: date
    due_at: datetime | None
    off: tuple[Day, ...]


def worked_example(clock: Clock, commitment: Commitment, today: date) -> Example:
    """Return the latest mail due by `today` whose delay met a holiday or a closure; else the latest one due.

    The same site, calendar and date always give the same example.
    """
    latest: Example | None = None
    for back in range(FURTHEST):
        on = today - timedelta(days=back)
        if on <= clock.calendar.first:
            break
        if not clock.calendar.is_working(on):
            continue
        example = _example(clock, commitment, on)
        if example.due_on > today:
            continue
        latest = latest or example
        if example.off:
            return example
    return latest or _example(clock, commitment, today)


def _example(clock: Clock, commitment: Commitment, on: date) -> Example:
    received_at = clock.calendar.start_of(on) + MORNING
    due_on = clock.due_on(received_at, commitment)
    hours = commitment.unit is Unit.OPENING_HOURS
    days = () if commitment.unit is Unit.CALENDAR_DAYS else clock.calendar.days_after(on, due_on)
    return Example(
        received_at=received_at,
        due_on=due_on,
        due_at=clock.due_at(received_at, commitment) if hours else None,
        off=tuple(
            day
            for day in days
            if not day.counted and day.kind is not DayKind.WEEKEND and day.on.weekday() < 5
        ),
    )
