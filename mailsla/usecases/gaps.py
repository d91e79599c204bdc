"""The holes of collection: how long a silence must last, and which of the past ones may have hidden something."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from mailsla.core.collection.gap import Gap
from mailsla.core.rate.declared import Declared

LONG = timedelta(hours=12)
"""Shorter stretches without a collection left nothing behind: the next one found everything."""


class GapSource(Protocol):
    """Where the runs of collection are remembered."""

    def gaps(
        self, accounts: Collection[str], silence: timedelta, now: datetime, since: datetime | None = None
    ) -> Sequence[Gap]:
        """Return the stretches over which accounts were not read whole, and those of silence longer than that.

        With `since`, those alone that were not over by then.
        """


class HoleSource(GapSource, Protocol):
    """Where it is remembered, too, what was lost in them."""

    def with_losses(self, gaps: Iterable[Gap]) -> Sequence[Gap]:
        """Return gaps with what the next whole read found to have been lost in each."""


def patience(wanted: timedelta, intervals: Mapping[str, timedelta]) -> timedelta:
    """Return how old a collection may be: as wanted, unless collections are hardly more often than that.

    >>> patience(timedelta(hours=12), {"contact": timedelta(days=1)})
    datetime.timedelta(days=2)
    """
    return max((wanted, *(2 * interval for interval in intervals.values())))


def holes(
    source: HoleSource, intervals: Mapping[str, timedelta], declared: Declared, now: datetime
) -> tuple[Gap, ...]:
    """Return the stretches in which mail may have come and gone unseen: those that last, and the long past ones.

    Not those that lost nothing, as the next whole read found, nor those that people closed.

    Args:
        source: Where runs are remembered.
        intervals: Each account, and the time between its collections.
        declared: What people said of collection.
        now: The present instant.
    """
    long = patience(LONG, intervals)
    found = source.gaps(intervals.keys(), long, now)
    lasting = (gap for gap in found if gap.until is None or gap.until - gap.since > long)
    open_ = (gap for gap in lasting if not declared.closes(gap))
    return tuple(gap for gap in source.with_losses(open_) if gap.lost != 0)
