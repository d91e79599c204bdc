"""Between two collections, on the line: what comes is collected at once, and logins stay few whatever breaks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.collection.pacing import Pace
from mailsla.core.errors import PermanentError, TransientError
from mailsla.usecases.attempts import Restraint
from mailsla.usecases.poll import Collected

Heard = Callable[[Collected], object]
"""Told how each collection ended."""


@dataclass(frozen=True, slots=True)
class LineLimits:
    """How long a line is listened to, and when one that broke is opened again.

    Attributes:
        listen_seconds: One wait for news lasts so long: far below the 29 minutes after which a server may hang up
            (RFC 2177).
        held_seconds: A line that held so long and then broke is opened again at once: four logins a minute at most.
        reopen_seconds: At once is within so many seconds: a server that restarts is given a moment, and not by all
            at the same.
    """

    listen_seconds: float = 60
    held_seconds: float = 15
    reopen_seconds: float = 4


class Line(AbstractContextManager[object], Protocol):
    """The line to one account's server. Entered, it is one connection at most; left, none; it may be entered again."""

    def credentials(self) -> str:
        """Return a digest of what the account logs in with now."""

    def collect(self) -> Collected:
        """Collect the account; the first time since the line was entered, log in."""

    @property
    def can_wait(self) -> bool:
        """Whether the server says by itself when something changes."""

    def keep(self) -> bool:
        """Keep the account from other workers, who would open a second connection; False when one has it by now."""

    def wait_for_change(self, seconds: float) -> bool:
        """Wait for a sign of change, and tell whether one came.

        Raises:
            TransientError: When the line breaks.
            PermanentError: When the server refuses.
        """


class Timing(Protocol):
    """The time that a watch goes by."""

    def now(self) -> datetime:
        """Return the present instant."""

    def monotonic(self) -> float:
        """Return seconds on a clock that nobody sets."""

    def is_stopping(self) -> bool:
        """Tell whether everything is to end."""

    def pause(self, seconds: float) -> bool:
        """Wait; tell whether everything was to end meanwhile, at once."""

    def chance(self) -> float:
        """Return a number from 0 to 1 that spreads the attempts of many."""


@dataclass(frozen=True)
class Watch:
    """One account under watch.

    Attributes:
        line: To its server.
        pace: Its rhythm, kept from one watch to the next.
        restraint: What the store forbids.
        time: To go by.
        heard: Told how each collection ended, and why none was tried when it is the store that forbids it.
        limits: How the line is held.
    """

    line: Line
    pace: Pace
    restraint: Restraint
    time: Timing
    heard: Heard
    limits: LineLimits

    def until_due(self) -> None:
        """Collect, then stay on the line until the next collection is due.

        At each sign of change the account is collected again, over the same connection: one login, one connection.
        A pause that failures or refusals impose is kept.
        """
        deadline = self.time.monotonic() + self.pace.every.total_seconds()
        while self._may_try():
            pause = self._pause(reopens=self._hold(deadline))
            if pause is None or self.time.monotonic() + pause >= deadline or self.time.pause(pause):
                return

    def _may_try(self) -> bool:
        """Tell whether the account may be logged in to now; when it is the store that forbids it, say so."""
        credentials = self.line.credentials() if self.pace.refusals else ""
        if not self.pace.may_try(self.time.now(), credentials):
            return False
        held_back = self.restraint.held_back(self.time.now())
        if held_back is not None:
            self.heard(held_back)
        return held_back is None

    def _pause(self, *, reopens: bool) -> float | None:
        """Return how many seconds to wait before another try; None when there is none before its turn."""
        if reopens:
            return self.limits.reopen_seconds * self.time.chance()
        retry = self.pace.retry_in(self.time.now())
        return None if retry is None else retry.total_seconds()

    def _hold(self, deadline: float) -> bool:
        """Collect, then listen; tell whether the line broke and is worth opening again at once."""
        self.pace.started(self.time.now())
        with self.line:
            result = self.line.collect()
            self._note(result)
            self.heard(result)
            return result.outcome is RunOutcome.OK and self.line.can_wait and self._listen(deadline)

    def _note(self, result: Collected) -> None:
        """Set the pace by how a collection ended."""
        if result.outcome is RunOutcome.REFUSED:
            self.pace.refused(self.time.now(), self.line.credentials())
        elif result.outcome.has_failed:
            self.pace.failed(self.time.now(), self.time.chance())
        elif result.outcome is RunOutcome.OK:
            self.pace.succeeded()

    def _listen(self, deadline: float) -> bool:
        """Wait for signs of change until `deadline`, or until the line breaks.

        Returns:
            Whether it broke after it had held: one that breaks at once, again and again, waits for its turn.
        """
        since = self.time.monotonic()
        while not self.time.is_stopping() and (left := deadline - self.time.monotonic()) > 1:
            if not self.line.keep():
                return False
            try:
                changed = self.line.wait_for_change(min(left, self.limits.listen_seconds))
            except (TransientError, PermanentError):
                held = self.time.monotonic() - since >= self.limits.held_seconds
                return held and not self.time.is_stopping()
            if changed and not self.time.is_stopping():
                self.heard(self.line.collect())
        return False
