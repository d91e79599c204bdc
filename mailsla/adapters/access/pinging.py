"""Asks for an address, to tell whoever watches there that all is well, or not (Healthchecks and its likes)."""

from __future__ import annotations

import threading
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from mailsla.adapters.access.deadline import break_off, limit
from mailsla.adapters.access.failure_words import connection_failure
from mailsla.adapters.access.tls import tls_context
from mailsla.core.errors import TransientError
from mailsla.language import gettext as _

STEP_SECONDS = 10.0
WHOLE_SECONDS = 20.0


def ping(url: str, whole_seconds: float = WHOLE_SECONDS) -> None:
    """Ask for an address with nothing but its name; whatever answers well has heard. No redirection is followed.

    The proxy of `https_proxy` or `http_proxy` is gone through, unless `no_proxy` says otherwise.

    Raises:
        TransientError: When nothing answers so, or not in time: twice `whole_seconds` and a handshake at most. The
            address, which whoever knows it may ask for, is not said.
    """
    try:
        parsed = urlsplit(url)
        connection = _connection(parsed.scheme, parsed.hostname or "", parsed.port)
    except ValueError:
        # Of a proxy, too, which the environment names.
        raise _unheard(_("son adresse, ou celle du mandataire (proxy), est mal écrite")) from None

    def give_up() -> None:
        if connection.sock is not None:
            break_off(connection.sock)

    connecting = threading.Timer(whole_seconds, give_up)
    connecting.daemon = True
    connecting.start()
    try:
        connection.connect()
        asking = limit(connection.sock, whole_seconds)
        try:
            path = parsed.path or "/"
            connection.request("GET", f"{path}?{parsed.query}" if parsed.query else path)
            status = connection.getresponse().status
        finally:
            asking.cancel()
    except (OSError, HTTPException, ValueError) as error:
        raise _unheard(connection_failure(error)) from error
    finally:
        connecting.cancel()
        connection.close()
    if not 200 <= status < 300:
        raise _unheard(str(status))


def _connection(scheme: str, host: str, port: int | None) -> HTTPConnection:
    proxy = "" if proxy_bypass(host) else getproxies().get(scheme, "")
    if not proxy:
        return _to(scheme, host, port)
    through = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    connection = _to(scheme, through.hostname or "", through.port)
    connection.set_tunnel(host, port)
    return connection


def _to(scheme: str, host: str, port: int | None) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(host, port, timeout=STEP_SECONDS, context=tls_context(None))
    return HTTPConnection(host, port, timeout=STEP_SECONDS)


def _unheard(reason: str) -> TransientError:
    return TransientError(_("l'adresse à prévenir ne répond pas ({reason}).").format(reason=reason))
