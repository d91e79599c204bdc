"""The time of this machine, until the program is asked to stop. Satisfies `mailsla.usecases.watch.Timing`."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass

from mailsla.adapters.machine.present import Now
from mailsla.adapters.machine.signs_of_life import give_sign

SIGN_SECONDS = 60
"""A pause that lasts longer gives a sign of life so often."""


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
        """Tell whether everything is to end; whoever asks goes on: that is a sign of life."""
        give_sign()
        return self.stop.is_set()

    def pause(self, seconds: float) -> bool:
        """Wait; tell whether everything was to end meanwhile, at once."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.stop.wait(min(left, SIGN_SECONDS)):
            give_sign()
        return self.stop.is_set()

    def chance(self) -> float:
        """Return a number from 0 to 1."""
        return random.random()  # noqa: S311 (to spread attempts, nothing else)
