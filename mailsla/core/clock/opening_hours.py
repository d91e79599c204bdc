"""Hours of opening: for a promise counted in hours, when the office is there to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from mailsla.core.clock.working_days import WorkingCalendar

ONE_DAY = timedelta(days=1)
MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of one local day, `start` included, `end` excluded; an end at midnight is the day's own end."""

    start: time
    end: time

    def __post_init__(self) -> None:
        """Refuse an empty or an inverted stretch."""
        if self.end != MIDNIGHT and self.end <= self.start:
            raise ValueError("an interval of opening ends before it starts")

    def overlaps(self, other: Interval) -> bool:
        """Tell whether two stretches share an instant.

        >>> Interval(time(9), time(12)).overlaps(Interval(time(11, 59), MIDNIGHT))
        True
        """
        begins = max(self.start, other.start)
        return all(item.end == MIDNIGHT or begins < item.end for item in (self, other))


USUAL_WEEK: tuple[tuple[Interval, ...], ...] = (
    *(((Interval(time(9), time(12)), Interval(time(13, 30), time(16, 30))),) * 5),
    (),
    (),
)


@dataclass(frozen=True)
class OpeningHours:
    """When the office is open.

    Attributes:
        week: For each day of the week from Monday, its stretches in order.
        days: Dates with stretches of their own, such as a half-day.
    """

    week: tuple[tuple[Interval, ...], ...] = USUAL_WEEK
    days: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict)

    def of(self, on: date, calendar: WorkingCalendar) -> tuple[tuple[datetime, datetime], ...]:
        """Return the stretches of `on` as instants (UTC); none on a day that does not count."""
        intervals = self.days.get(on)
        if intervals is None:
            intervals = self.week[on.weekday()] if calendar.is_working(on) else ()
        return tuple(
            (
                datetime.combine(on, interval.start, calendar.zone).astimezone(UTC),
                _end(on, interval, calendar),
            )
            for interval in intervals
        )

    def minutes_between(self, start: datetime, end: datetime, calendar: WorkingCalendar) -> int:
        """Count the whole minutes of opening in [start, end[; 0 when `end` is before `start`."""
        open_for = timedelta()
        on, last = calendar.local_date(start), calendar.local_date(end)
        while on <= last:
            for opens, closes in self.of(on, calendar):
                open_for += max(timedelta(), min(end, closes) - max(start, opens))
            on += ONE_DAY
        return int(open_for / timedelta(minutes=1))

    def after(self, start: datetime, minutes: int, calendar: WorkingCalendar) -> datetime:
        """Return the first instant at which `minutes` of opening have passed since `start`.

        Raises:
            UsageError: When it lies outside the calendar's years.
        """
        left = timedelta(minutes=minutes)
        on = calendar.local_date(start)
        while True:
            for opens, closes in self.of(on, calendar):
                begin = max(start, opens)
                if closes - begin >= left:
                    return begin + left
                left -= max(timedelta(), closes - begin)
            on += ONE_DAY


def _end(on: date, interval: Interval, calendar: WorkingCalendar) -> datetime:
    if interval.end == MIDNIGHT:
        return calendar.start_of(on + ONE_DAY).astimezone(UTC)
    return datetime.combine(on, interval.end, calendar.zone).astimezone(UTC)
