"""Ports of the loopback interface."""

import random
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack

# Dovecot 2.3 takes a client whose address is its own as secured, even in clear text: a client of 127.0.0.1
# meets on 127.0.0.2 what it would meet on a network. Linux answers on the whole of 127.0.0.0/8.
ADDRESSES = ("127.0.0.1", "127.0.0.2")

# Below Linux's ephemeral ports (32768 and up): no outgoing connection takes the port between stop and start.
_PORTS = range(20_000, 32_000)
_ATTEMPTS = 200


def free_port() -> int:
    """Return a port that nothing listens to on the loopback addresses, at the time of the call."""
    for port in random.sample(_PORTS, _ATTEMPTS):
        if is_free(port):
            return port
    raise RuntimeError(f"no free loopback port among {_ATTEMPTS} tried")


def wait_until(is_ready: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Return as soon as `is_ready()` holds.

    Raises:
        TimeoutError: It did not hold within `seconds`; the sentence names `what`.
    """
    deadline = time.monotonic() + seconds
    while not is_ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(0.005)


def greets(port: int, greeting: bytes) -> bool:
    """Tell whether a server on 127.0.0.1 opens the conversation with `greeting`."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            return connection.recv(1024).startswith(greeting)
    except OSError:
        return False


def is_free(port: int) -> bool:
    """Tell whether nothing listens to `port` on the loopback addresses."""
    with ExitStack() as stack:
        try:
            for address in ADDRESSES:
                probe = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
        except OSError:
            return False
    return True
