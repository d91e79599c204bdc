"""What a contender is told, and what it says back: one line of JSON each way."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bench.measuring import processor_seconds


@dataclass(frozen=True)
class Target:
    """A mailbox to fetch, and a folder of one's own to put it in.

    Attributes:
        messages: How many messages the inbox holds.
        folder: An empty folder, removed after the run.
    """

    host: str
    port: int
    user: str
    password: str
    messages: int
    folder: str = ""

    def within(self, folder: Path) -> Target:
        """Return the same mailbox, with a folder."""
        return replace(self, folder=str(folder))

    @property
    def account(self) -> dict[str, str | int]:
        """The same mailbox as an account of mailsla's configuration."""
        return {
            "host": self.host,
            "port": self.port,
            "tls": "none",
            "user": self.user,
            "password": self.password,
        }

    def command(self, contender: str) -> list[str]:
        """Return the command line of a contender, a module of this package, on this target."""
        return [sys.executable, "-m", f"bench.contenders.{contender}", json.dumps(asdict(self))]


class Stopwatch:
    """The seconds from `start` to each of the laps, and the processor time of everything from there to the end."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self.start()

    def start(self) -> None:
        """Begin; what was done before is preparation."""
        self._processor = processor_seconds()
        self._started = time.perf_counter()

    @property
    def processor(self) -> float:
        """Seconds of processor time since `start`, with those of processes that have ended."""
        return processor_seconds() - self._processor

    def lap(self, name: str) -> None:
        """Note that something is done."""
        self.laps[name] = time.perf_counter() - self._started


def contend(work: Callable[[Target, Stopwatch], int]) -> None:
    """Run `work` on the command line's target, print its laps, and wait to be let go: the memory is looked at.

    `work` returns how many messages it has fetched.
    """
    target = Target(**json.loads(sys.argv[1]))
    stopwatch = Stopwatch()
    fetched = work(target, stopwatch)
    assert fetched == target.messages, f"{fetched} messages instead of {target.messages}"
    print(json.dumps({"laps": stopwatch.laps, "processor": stopwatch.processor}), flush=True)
    sys.stdin.read()
