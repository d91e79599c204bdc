"""Tells systemd how the service is, where it asks to be told: sd_notify(3), without its library."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

SOCKET_VARIABLE = "NOTIFY_SOCKET"


def tell(*assignments: str) -> None:
    """Tell the service manager something, such as `READY=1`; nobody is told where none asks.

    What is told together is one message: `RELOADING=1` is understood with `MONOTONIC_USEC=` alone.
    """
    path = os.environ.get(SOCKET_VARIABLE)
    if not path:
        return
    # A name that begins with @ is an abstract one (unix(7)).
    address = f"\0{path[1:]}" if path.startswith("@") else path
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
        sending.sendto("\n".join(assignments).encode(), address)
