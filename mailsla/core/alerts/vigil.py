"""When whoever watches from outside is told how things are: at each change, and, of a ping, every few minutes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

STARTING = timedelta(minutes=15)
"""For how long what is not well after a start is told to nobody: the first collection may be long."""

AGAIN = timedelta(minutes=5)
"""Between two pings, and between two tries at a command that failed."""


@dataclass
class Listener:
    """What one of those who are told was told.

    Attributes:
        repeats: Whether it is told again though nothing changed.
        told: How things were when it was last told; None when it never was.
        tried_at: When telling it was last tried.
        tried: How things were then.
    """

    repeats: bool
    told: bool | None = None
    tried_at: datetime | None = None
    tried: bool | None = None

    def is_due(self, now: datetime, *, well: bool) -> bool:
        """Tell whether it is to be told now: at once of what changed, later of what is still so."""
        if self.told is well and not self.repeats:
            return False
        is_late = self.tried_at is None or not self.tried_at <= now < self.tried_at + AGAIN
        return is_late or self.tried is not well

    def note(self, now: datetime, *, well: bool, heard: bool) -> None:
        """Note that telling it was tried."""
        self.tried_at, self.tried = now, well
        self.told = well if heard else self.told


@dataclass
class Vigil:
    """How things were since a start.

    Attributes:
        began_at: When that was; None before the first look.
    """

    began_at: datetime | None = None
    _was_well: bool = field(default=False, init=False)

    def is_worth_telling(self, now: datetime, *, well: bool) -> bool:
        """Tell whether how things are says something yet.

        >>> from datetime import UTC
        >>> vigil, at = Vigil(), datetime(2026, 11, 13, 8, tzinfo=UTC)
        >>> [vigil.is_worth_telling(at + timedelta(minutes=minute), well=False) for minute in (0, 14, 15)]
        [False, False, True]
        """
        self.began_at = self.began_at or now
        self._was_well = self._was_well or well
        return self._was_well or not self.began_at <= now < self.began_at + STARTING
