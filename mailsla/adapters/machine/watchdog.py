"""Watches the jobs: the service manager hears that all is well only while every job gives signs of life.

A job that waits for ever, for a server or a lock, ends nothing and logs nothing: seen from outside, the daemon runs.
systemd ends and starts again a service from which it hears nothing for `WatchdogSec=` (sd_watchdog_enabled(3)).
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from mailsla.adapters.machine import service_manager
from mailsla.adapters.machine.logs import LOG
from mailsla.adapters.machine.signs_of_life import give_sign, giving

SILENCE_SECONDS = 30 * 60.0
"""How long a job may give no sign where nobody asks: three times the longest wait for a server."""

BEATS = 4
"""How often the service manager is told, in the time after which it gives up."""


def asked_seconds() -> float | None:
    """Return after how long a silence the service manager ends this process; None when it does not watch it."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    asked = os.environ.get("WATCHDOG_USEC", "")
    return int(asked) / 1_000_000 if asked.isdecimal() and int(asked) else None


@dataclass
class _Life:
    """One job's last sign of life, and how long it may give none while it waits for its turn."""

    seconds: float
    last: float
    is_busy: bool = False

    def is_silent(self, now: float, allowed: float) -> bool:
        return now - self.last > allowed + (0 if self.is_busy else self.seconds)


@dataclass
class Watchdog:
    """The jobs of a shift, each with its last sign of life.

    Attributes:
        asked: After how long a silence the service manager ends this process; None when it does not watch it.
        monotonic: Returns seconds on a clock that nobody sets.
    """

    asked: float | None = field(default_factory=asked_seconds)
    monotonic: Callable[[], float] = time.monotonic
    _lives: dict[str, _Life] = field(default_factory=dict, init=False)
    _silent: set[str] = field(default_factory=set, init=False)
    _told_at: float | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def watch(self, jobs: Mapping[str, float]) -> None:
        """Watch these jobs, and no others any more: each with the seconds between two of its turns."""
        with self._lock:
            now = self.monotonic()
            self._lives = {name: _Life(seconds, now) for name, seconds in jobs.items()}
            self._silent = set()

    @contextmanager
    def at_work(self, name: str) -> Iterator[None]:
        """Have what is done in the block, by this thread, give the signs of a job."""
        try:
            with giving(lambda: self._sign(name, is_busy=True)):
                give_sign()
                yield
        finally:
            self._sign(name, is_busy=False)

    def _sign(self, name: str, *, is_busy: bool) -> None:
        with self._lock:
            life = self._lives.get(name)
            if life is not None:
                life.last, life.is_busy = self.monotonic(), is_busy

    def look(self) -> None:
        """Tell the service manager that all is well, in time, when every job gives signs; log those that stop to."""
        now = self.monotonic()
        allowed = self.asked or SILENCE_SECONDS
        with self._lock:
            silent = {name for name, life in self._lives.items() if life.is_silent(now, allowed)}
        for name in sorted(silent - self._silent):
            LOG.error("job gives no sign of life", job=name, seconds=round(allowed))
        self._silent = silent
        if self.asked is None or silent:
            return
        if self._told_at is None or now - self._told_at >= self.asked / BEATS:
            service_manager.tell("WATCHDOG=1")
            self._told_at = now
