"""Names the processes that share a store, and tells which of this machine's are no more."""

from __future__ import annotations

import os
import socket


def this_worker() -> str:
    """Return this process's name: its machine's and its number."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_dead(worker: str) -> bool:
    """Tell whether a worker was a process of this machine, and is no more; of other machines nothing is known.

    A number that another program bears by now counts as alive: the worker's lease ends by itself.
    """
    host, _colon, number = worker.rpartition(":")
    if host != socket.gethostname() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        # It is another user's.
        return False
    return False
