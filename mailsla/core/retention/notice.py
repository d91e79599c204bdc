"""What goes is gone: before the daemon ends personal data by a retention that is new, it says so and waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from mailsla.core.retention.ended import Retention

NOTICE = timedelta(days=7)
"""So long whoever upgraded, or shortened the retention, has to read what is about to go."""


class Notice(NamedTuple):
    """That it was said by which retention personal data ends.

    Attributes:
        at: When it was first said.
        retention: By which.
    """

    at: datetime
    retention: Retention

    @property
    def ends_at(self) -> datetime:
        """From when on the daemon ends it."""
        return self.at + NOTICE


def standing(given: Notice | None, retention: Retention, now: datetime) -> Notice:
    """Return the notice by which a retention stands: the one that was given of it, or one from now on."""
    return given if given is not None and given.retention == retention else Notice(now, retention)
