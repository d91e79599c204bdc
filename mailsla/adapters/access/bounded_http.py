"""HTTP requests that end in time, however slowly the server drips: for `requests`, an extra."""

from __future__ import annotations

import threading
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from mailsla.adapters.access.deadline import limit

MOST_SECONDS = 60
"""What a connection may last, from the end of its handshake, which has a limit of its own, to the last byte."""


class _Bounded(HTTPConnection):
    _timer: threading.Timer | None = None

    def connect(self) -> None:
        super().connect()
        self._timer = limit(self.sock, MOST_SECONDS)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().close()


class _BoundedTls(_Bounded, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Bounded


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _BoundedTls


class BoundedAdapter(HTTPAdapter):
    """Mounted on a session, bounds every connection of it."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pools, of connections that are broken off in time."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
