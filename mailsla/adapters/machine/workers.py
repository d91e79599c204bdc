"""Names the processes that share a store, and tells which of this machine's are no more."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from functools import cache
from pathlib import Path


def this_worker() -> str:
    """Return this process's name: that of what numbers it, and its number."""
    return f"{_numbering()}:{os.getpid()}"


@cache
def _numbering() -> str:
    """Return the name of the machine since it was started, and of the container: two may have one host name."""
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8])
        parts.append(str(Path("/proc/self/ns/pid").stat().st_ino))
    return "-".join(parts)


def is_dead(worker: str) -> bool:
    """Tell whether a worker was a process of this machine, and is no more; of other machines nothing is known.

    A number that another program bears by now counts as alive: the worker's lease ends by itself.
    """
    numbering, _colon, number = worker.rpartition(":")
    if numbering != _numbering() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        # It is another user's.
        return False
    return False
