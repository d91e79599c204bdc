"""Kills (`kill -9`) of the daemon, tied to how far its work has come and drawn from a seed."""

from __future__ import annotations

import math
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tests.trials.servers.fault_proxy import Direction, Fault, FaultKind, FaultProxy
from tests.trials.warm_start import WarmStart

PATIENCE_SECONDS = 30
LOOK_SECONDS = 0.0005
NOTHING_MORE_SECONDS = 0.4
"""Whoever waits for a longer log waits that long after the collection: requests are derived then."""

MOST_BYTES = {Direction.TO_SERVER: 2_500, Direction.TO_CLIENT: 50_000}
LONGEST_LOG = 400_000
"""What the daemon writes on the mailboxes of `tests.trials.faults`, its tables included, is that many bytes or more."""


class Moment(Enum):
    """What the daemon is at when it is killed."""

    AT_A_BYTE = "kill at a byte"
    WHILE_WRITING = "kill while writing"
    AFTER_COLLECTING = "kill after collecting"


@dataclass(frozen=True)
class Kill:
    """One kill; what does not come to its moment is killed after collecting.

    Attributes:
        fault: Where on the wire.
        log_bytes: How long the store's write-ahead log is.
        seconds: How long after the end of a collection.
    """

    fault: Fault | None = None
    log_bytes: float = math.inf
    seconds: float = 0


def kills(seed: int) -> tuple[Kill, ...]:
    """Draw the kills that come before a collection may end: none in half of the seeds, one or two in others."""
    draw = random.Random(f"kills of {seed}")
    return tuple(_kill(draw) for _number in range(draw.choice((0, 0, 0, 1, 1, 2))))


def _kill(draw: random.Random) -> Kill:
    match draw.choice(list(Moment)):
        case Moment.AT_A_BYTE:
            direction = draw.choice(list(Direction))
            at_byte = int(MOST_BYTES[direction] ** draw.random()) - 1
            return Kill(fault=Fault(0, direction, at_byte, FaultKind.KILL))
        case Moment.WHILE_WRITING:
            return Kill(log_bytes=draw.uniform(1, LONGEST_LOG), seconds=NOTHING_MORE_SECONDS)
        case Moment.AFTER_COLLECTING:
            return Kill(seconds=draw.uniform(0, 0.2))


class Victim:
    """Runs daemons and kills each.

    Args:
        warm: Starts them.
        port: Their mail server's.
        environment: Of the daemons, in addition to this process's.
    """

    def __init__(self, warm: WarmStart, port: int, environment: dict[str, str]) -> None:
        self._warm, self._port, self._environment = warm, port, environment

    def run(self, kill: Kill, store: Path, configured: Callable[[int], Path]) -> Moment:
        """Run the daemon on `store` until its kill; return what it was at.

        Args:
            kill: When.
            store: Its SQLite file.
            configured: Writes a configuration for a mail server's port.

        Raises:
            AssertionError: When it ended by itself, or never came so far.
        """
        log = store.with_suffix(".log")
        log.unlink(missing_ok=True)
        planned = () if kill.fault is None else (kill.fault,)
        with FaultProxy(self._port, planned, kill=self._warm.kill) as proxy:
            command = ("--config", str(configured(proxy.port)), "run")
            self._warm.start(*command, log=log, environment=self._environment)
            moment = self._await(kill, store.with_name(f"{store.name}-wal"), log)
            self._warm.kill()
            code = self._warm.wait()
        assert code == -signal.SIGKILL, f"the daemon ended by itself, with {code}: {_tail(log)}"
        return moment

    def _await(self, kill: Kill, written: Path, log: Path) -> Moment:
        """Return when the daemon is dead, or when it is to be killed."""
        deadline, end = time.monotonic() + PATIENCE_SECONDS, math.inf
        while not self._warm.has_ended(LOOK_SECONDS):
            if _size(written) >= kill.log_bytes:
                return Moment.WHILE_WRITING
            if math.isinf(end) and '"event": "collect' in _tail(log):
                end = time.monotonic() + kill.seconds
            if time.monotonic() >= end:
                return Moment.AFTER_COLLECTING
            assert time.monotonic() < deadline, f"no collection in {PATIENCE_SECONDS} s: {_tail(log)}"
        return Moment.AT_A_BYTE


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8")[-2_000:] if log.exists() else ""
