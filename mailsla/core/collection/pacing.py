"""When an account may be tried again: failures back off, refusals nearly stop, and logins are few whatever happens."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MOST_LOGINS = 10
"""Logins of one account in any minute, whatever the cause: servers lock accounts out, and people have alarms."""

A_MINUTE = timedelta(minutes=1)
SHORTEST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
REFUSED_PAUSES = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""After a refused login: a wrong password is never tried often enough to lock an account."""


REMEMBERED = timedelta(minutes=30)
MOST_REFUSALS = 3
"""Refused logins of one account in `REMEMBERED`, by all processes: many servers lock an account at the fifth."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login that did not lead to a whole collection, as the store remembers it.

    Attributes:
        at: When.
        refused: The login itself was refused.
    """

    at: datetime
    refused: bool


def next_attempt(attempts: Iterable[Attempt], now: datetime) -> datetime | None:
    """Return from when an account may be tried again, by anyone; None when it may be now.

    A process that crashes and is started again forgets its `Pace`, and never knew that of another one; the store
    remembers both. New credentials change nothing here: they may be as wrong as the old ones.

    Args:
        attempts: Those that were in vain, in any order.
        now: The present instant.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 13, 12, tzinfo=UTC)
    >>> next_attempt([Attempt(noon, refused=True)] * 3, noon + timedelta(minutes=29)).isoformat()
    '2026-11-13T12:30:00+00:00'
    """
    # One that is still to come was noted before the clock was set back: it tells nothing.
    past = (attempt for attempt in attempts if attempt.at <= now + A_MINUTE)
    known = sorted(past, key=lambda attempt: attempt.at, reverse=True)
    refused = [attempt.at for attempt in known if attempt.refused]
    logins = [attempt.at for attempt in known]
    free = [
        instants[most - 1] + span
        for instants, most, span in ((refused, MOST_REFUSALS, REMEMBERED), (logins, MOST_LOGINS, A_MINUTE))
        if len(instants) >= most
    ]
    return max((at for at in free if at > now), default=None)


@dataclass
class Pace:
    """The rhythm of one account.

    Attributes:
        every: The interval between collections when all is well.
        failures: In a row, of any kind but refused logins.
        refusals: Refused logins in a row.
        not_before: No attempt before that, unless the credentials have changed.
        credentials: Digest of the credentials last refused.
    """

    every: timedelta
    failures: int = 0
    refusals: int = 0
    not_before: datetime | None = None
    credentials: str = ""
    _logins: deque[datetime] = field(default_factory=deque)

    def may_try(self, now: datetime, credentials: str = "") -> bool:
        """Tell whether to log in now; changed credentials end the pause that a refusal imposed.

        What lies further ahead than any pause was noted before the clock was set back, and counts no more.
        """
        while self._logins and abs(now - self._logins[0]) >= A_MINUTE:
            self._logins.popleft()
        if len(self._logins) >= MOST_LOGINS:
            return False
        renewed = self.refusals > 0 and credentials != self.credentials
        longest = REFUSED_PAUSES[-1] if self.refusals else LONGEST_PAUSE
        paused = self.not_before is not None and now < self.not_before <= now + longest
        return not paused or renewed

    def started(self, now: datetime) -> None:
        """Note a login."""
        self._logins.append(now)

    def succeeded(self) -> None:
        """Note that a collection ended well."""
        self.failures = self.refusals = 0
        self.not_before = None

    def failed(self, now: datetime, jitter: float) -> None:
        """Note a failure that locks nothing: a short pause, then twice as long each time, up to an hour.

        Args:
            now: When.
            jitter: From 0 to 1; spreads the attempts of many.
        """
        pause = min(min(self.every, SHORTEST_PAUSE) * 2 ** min(self.failures, 20), LONGEST_PAUSE)
        self.failures += 1
        self.not_before = now + pause * (0.5 + jitter / 2)

    def retry_in(self, now: datetime) -> timedelta | None:
        """Return how long to wait after a failure; None when the last attempt was none."""
        if not self.failures or self.not_before is None:
            return None
        return max(self.not_before - now, timedelta(0))

    def refused(self, now: datetime, credentials: str = "") -> None:
        """Note a refused login; it will be refused until a person acts."""
        pause = REFUSED_PAUSES[min(self.refusals, len(REFUSED_PAUSES) - 1)]
        self.refusals += 1
        self.credentials = credentials
        self.not_before = now + pause
