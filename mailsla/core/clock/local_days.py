"""Local days as numbers: all that a promise in days depends on, and instants that stand for them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

NEVER = 0
"""The number of no day."""

QUARTER = 900
"""Seconds: its instants have one local date since 1980, in every zone whose clocks change on one. So do ours."""

FIRST_YEAR = 1980

LAST_YEAR = 2037
"""Up to its end, what is known of a zone's offsets is a part of the name of its days."""

MOST_REMEMBERED = 2**16
"""Quarters of an hour whose date is remembered: nearly two years of them."""


@dataclass(frozen=True)
class LocalDays:
    """Turns instants into numbers of local days, and back into instants that stand for them.

    A clock in days asks of an instant its local date alone; of one from which it runs, also whether the cutoff was
    past. A day has the number of `date.toordinal`; a start has twice that, and one more from the cutoff on.

    Attributes:
        zone: The site's zone.
        cutoff: Local time from which mail counts as received the next day; None when there is none.
    """

    zone: ZoneInfo
    cutoff: time | None = None

    @property
    def name(self) -> str:
        """What tells these numbers from those of another zone, of other offsets of it, or of another cutoff."""
        cutoff = "" if self.cutoff is None else self.cutoff.isoformat()
        return f"{self.zone.key} {_offsets(self.zone)} {cutoff}".rstrip()

    def day(self, at: datetime | None) -> int:
        """Return the number of an instant's local date; `NEVER` without one."""
        if at is None:
            return NEVER
        if not FIRST_YEAR <= at.year < date.max.year:
            return self._local(at).toordinal()
        return _day(self.zone, int(at.timestamp()) // QUARTER)

    def start(self, at: datetime | None) -> int:
        """Return the number of an instant from which a clock may run; `NEVER` without one."""
        day = self.day(at)
        return 2 * day + (
            at is not None and self.cutoff is not None and self._local(at).time() >= self.cutoff
        )

    def first_start(self, on: date) -> int:
        """Return the lowest number of a start on a date."""
        return 2 * on.toordinal()

    def start_at(self, number: int) -> datetime:
        """Return an instant that has the number of a start: the first of its day, or the last from the cutoff on."""
        day, is_late = divmod(number, 2)
        return self._instant(day, time.max if is_late else time.min)

    def end_at(self, number: int) -> datetime | None:
        """Return an instant that has the number of a day, the last one; None for `NEVER`."""
        return None if number == NEVER else self._instant(number, time.max)

    def _local(self, at: datetime) -> datetime:
        try:
            return at.astimezone(self.zone)
        except OverflowError:
            # Within a day of an end of the calendar.
            return at

    def _instant(self, day: int, at: time) -> datetime:
        return datetime.combine(date.fromordinal(day), at, self.zone).astimezone(UTC)


@lru_cache(maxsize=MOST_REMEMBERED)
def _day(zone: ZoneInfo, quarter: int) -> int:
    return datetime.fromtimestamp(quarter * QUARTER, zone).toordinal()


@lru_cache
def _offsets(zone: ZoneInfo) -> str:
    """Return a digest of a zone's offsets, week by week: the machine's data of zones is renewed without a word."""
    weeks = range(date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR + 1, 1, 1).toordinal(), 7)
    offsets = (zone.utcoffset(datetime.fromordinal(week)) for week in weeks)
    said = repr([None if offset is None else offset.seconds for offset in offsets])
    return hashlib.sha256(said.encode()).hexdigest()[:8]
