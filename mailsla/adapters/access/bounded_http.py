"""HTTP requests that end in time, however slowly the server drips: for `requests`, an extra."""

from __future__ import annotations

import threading
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from mailsla.adapters.access.deadline import limit


class _Bounded(HTTPConnection):
    most_seconds: float
    _timer: threading.Timer | None = None

    def connect(self) -> None:
        super().connect()
        self._timer = limit(self.sock, self.most_seconds)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().close()


class _BoundedTls(_Bounded, HTTPSConnection):
    pass


class BoundedAdapter(HTTPAdapter):
    """Mounted on a session, bounds every connection of it.

    Args:
        most_seconds: What a connection may last, from the end of its handshake, which has a limit of its own, to the
            last byte.
    """

    def __init__(self, most_seconds: float) -> None:
        # The library makes its pools at once.
        self._most_seconds = most_seconds
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pools, of connections that are broken off in time."""
        super().init_poolmanager(*arguments, **options)
        bound = {"most_seconds": self._most_seconds}
        plain, tls = (type("Connection", (kind,), bound) for kind in (_Bounded, _BoundedTls))
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("TlsPool", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
        }
