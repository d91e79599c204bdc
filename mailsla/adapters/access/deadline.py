"""Time limits that hold against a server that drips: a socket's own timeout starts anew with every byte."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def breaking_off(connection: socket.socket, seconds: float) -> Iterator[None]:
    """Break `connection` off when what happens inside lasts longer: whoever reads from it then finds its end."""
    timer = limit(connection, seconds)
    try:
        yield
    finally:
        timer.cancel()


def limit(connection: socket.socket, seconds: float) -> threading.Timer:
    """Break `connection` off in so many seconds, unless the timer is cancelled before."""
    timer = threading.Timer(seconds, break_off, (connection,))
    timer.daemon = True
    timer.start()
    return timer


def break_off(connection: socket.socket) -> None:
    """End a connection from another thread, so that whoever waits for the server stops waiting."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
