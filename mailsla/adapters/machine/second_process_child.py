"""The other end of `machine.second_process`: does what comes through a pipe. It imports as little as it can."""

from __future__ import annotations

import gc
import os
import pickle
import sys
from collections.abc import Callable
from itertools import count
from typing import IO, Any

COLLECTED_EVERY = 200
"""Answers after which cycles are looked for all the same."""

MOST_KNOWN = 3
"""Functions that are kept, with what they remember: reading and deriving take turns."""

LENGTH = 8
"""Bytes that tell how long a value is."""


def pickled(value: object) -> bytes:
    """Return a value as it goes through a pipe."""
    return pickle.dumps(value, protocol=5)


def write(pipe: IO[bytes], written: bytes) -> None:
    """Send what `pickled` made."""
    pipe.write(len(written).to_bytes(LENGTH))
    pipe.write(written)
    pipe.flush()


def read(pipe: IO[bytes]) -> Any:
    """Receive a value.

    Raises:
        EOFError: When the other end is closed.
    """
    length = pipe.read(LENGTH)
    if len(length) < LENGTH:
        raise EOFError
    # Both ends are this program: nothing from outside comes through this pipe.
    return pickle.loads(pipe.read(int.from_bytes(length)))  # noqa: S301 (from our own process)


def serve(received: IO[bytes], answered: IO[bytes]) -> None:
    """Do what comes through a pipe until it is closed.

    Any error ends it: whoever asked finds out which by doing the work himself.
    """
    known: dict[bytes, Callable[[Any], Any]] = {}
    # Bulk work makes no cycles to speak of; looking for them takes a tenth of its time.
    gc.disable()
    for done in count(1):
        if done % COLLECTED_EVERY == 0:
            gc.collect()
        try:
            written, item = read(received)
        except EOFError:
            return
        if written not in known:
            while len(known) >= MOST_KNOWN:
                del known[next(iter(known))]
            known[written] = pickle.loads(written)  # noqa: S301 (from our own process)
        answer = pickled(known[written](item))
        try:
            write(answered, answer)
        except BrokenPipeError:
            return


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
    # Nothing is left to say, and nobody may be there to hear it.
    os._exit(0)
