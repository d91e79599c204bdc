"""The gaps of collection that are spoken of: how long a silence must last, and which of the past ones matter."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from mailsla.core.collection.gap import Gap

LONG = timedelta(hours=12)
"""Shorter stretches without a collection left nothing behind: the next one found everything."""


class GapSource(Protocol):
    """Where the runs of collection are remembered."""

    def gaps(self, accounts: Collection[str], silence: timedelta, now: datetime) -> Sequence[Gap]:
        """Return the stretches over which accounts were not read whole, and those of silence longer than that."""


def patience(wanted: timedelta, intervals: Mapping[str, timedelta]) -> timedelta:
    """Return how old a collection may be: as wanted, unless collections are hardly more often than that.

    >>> patience(timedelta(hours=12), {"contact": timedelta(days=1)})
    datetime.timedelta(days=2)
    """
    return max(wanted, *(2 * interval for interval in intervals.values()))


def lasting_or_long(source: GapSource, intervals: Mapping[str, timedelta], now: datetime) -> tuple[Gap, ...]:
    """Return the stretches over which an account was not collected: those that last, and the long past ones.

    Args:
        source: Where runs are remembered.
        intervals: Each account, and the time between its collections.
        now: The present instant.
    """
    long = patience(LONG, intervals)
    found = source.gaps(intervals.keys(), long, now)
    return tuple(gap for gap in found if gap.until is None or gap.until - gap.since > long)
