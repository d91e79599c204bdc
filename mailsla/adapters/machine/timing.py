"""The time of this machine, until the program is asked to stop. Satisfies `mailsla.usecases.watch.Timing`."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass

from mailsla.adapters.machine.present import Now


@dataclass(frozen=True)
class MachineTiming:
    """Time that passes.

    Attributes:
        now: Returns the present instant.
        stop: Set when everything is to end.
    """

    now: Now
    stop: threading.Event

    def monotonic(self) -> float:
        """Return seconds on a clock that nobody sets."""
        return time.monotonic()

    def is_stopping(self) -> bool:
        """Tell whether everything is to end."""
        return self.stop.is_set()

    def pause(self, seconds: float) -> bool:
        """Wait; tell whether everything was to end meanwhile, at once."""
        return self.stop.wait(seconds)

    def chance(self) -> float:
        """Return a number from 0 to 1."""
        return random.random()  # noqa: S311 (to spread attempts, nothing else)
