"""When an account may be tried again: failures back off, refusals nearly stop, and logins are few whatever happens."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MOST_LOGINS = 10
"""Logins of one account in any minute, whatever the cause: servers lock accounts out, and people have alarms."""

A_MINUTE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
REFUSED_PAUSES = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""After a refusal that a person must act on: a wrong password is never tried often enough to lock an account."""


@dataclass
class Pace:
    """The rhythm of one account.

    Attributes:
        every: The interval between collections when all is well.
        failures: Transient failures in a row.
        refusals: Permanent ones in a row.
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
        """Tell whether to log in now; changed credentials end the pause that a refusal imposed."""
        while self._logins and now - self._logins[0] >= A_MINUTE:
            self._logins.popleft()
        if len(self._logins) >= MOST_LOGINS:
            return False
        renewed = self.refusals > 0 and credentials != self.credentials
        return self.not_before is None or now >= self.not_before or renewed

    def started(self, now: datetime) -> None:
        """Note a login."""
        self._logins.append(now)

    def succeeded(self) -> None:
        """Note that a collection ended well."""
        self.failures = self.refusals = 0
        self.not_before = None

    def failed(self, now: datetime, jitter: float) -> None:
        """Note a failure that may pass: the pause doubles, up to an hour, and `jitter` (0 to 1) spreads it."""
        self.failures += 1
        pause = min(self.every * 2 ** min(self.failures, 20), LONGEST_PAUSE)
        self.not_before = now + pause * (0.5 + jitter / 2)

    def refused(self, now: datetime, credentials: str = "") -> None:
        """Note a refusal that will last until a person acts."""
        pause = REFUSED_PAUSES[min(self.refusals, len(REFUSED_PAUSES) - 1)]
        self.refusals += 1
        self.credentials = credentials
        self.not_before = now + pause
