"""A server of any protocol that never comes to the end of its first answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

DRIP_SECONDS = 0.2


@contextmanager
def dripping(beginning: bytes = b"") -> Iterator[int]:
    """Give the port of a server that says `beginning`, then a space now and then, to one client after the other."""
    stopping = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        serving = threading.Thread(target=_serve, args=(listener, beginning, stopping))
        serving.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            stopping.set()
            serving.join()


def _serve(listener: socket.socket, beginning: bytes, stopping: threading.Event) -> None:
    while not stopping.is_set():
        try:
            client, _address = listener.accept()
            with client:
                client.sendall(beginning)
                while not stopping.wait(DRIP_SECONDS):
                    client.sendall(b" ")
        except OSError:
            continue
