"""A TCP proxy that counts what passes: bytes both ways, commands, and how often the client waits for an answer."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

CHUNK = 1 << 16


@dataclass
class Count:
    """What passed in a while.

    Attributes:
        flights: How often the client spoke after the server had: the round trips.
        commands: What the client sent, a line each, without tags.
    """

    sent: int = 0
    received: int = 0
    flights: int = 0
    seconds: float = 0.0
    commands: list[str] = field(default_factory=list)


class CountingProxy:
    """A proxy on a loopback port, for one connection after the other."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._count = Count()
        self._client_speaks = False
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # On Linux this wakes the thread that accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout=10)
        self._listener.close()

    @contextmanager
    def counting(self) -> Iterator[Count]:
        """Count what passes until the block ends."""
        count = self._count = Count()
        self._client_speaks = False
        started = time.perf_counter()
        yield count
        count.seconds = time.perf_counter() - started
        self._count = Count()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            with client, socket.create_connection(self._server) as server:
                self._pass_on(client, server)

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(end, selectors.EVENT_READ)
            while True:
                for key, _events in selector.select():
                    source, target = (client, server) if key.fileobj is client else (server, client)
                    data = source.recv(CHUNK)
                    if not data:
                        return
                    self._note(data, by_client=source is client)
                    target.sendall(data)

    def _note(self, data: bytes, *, by_client: bool) -> None:
        count = self._count
        if by_client:
            count.sent += len(data)
            count.flights += not self._client_speaks
            count.commands += [
                line.partition(b" ")[2].decode("ascii", "replace") for line in data.splitlines()
            ]
        else:
            count.received += len(data)
        self._client_speaks = by_client
