"""The floor: a bare socket that asks for what a collection asks for, reads it to the end and throws it away."""

from __future__ import annotations

import re
import socket

from bench.contenders.target import Stopwatch, Target, contend
from mailsla.adapters.imap.protocol_values import HEADER_FIELDS

CHUNK = 1 << 20
LONGEST_TAIL = 200


def work(target: Target, stopwatch: Stopwatch) -> int:
    """Fetch every header in one command."""
    stopwatch.start()
    with socket.create_connection((target.host, target.port), timeout=600) as connection:
        connection.sendall(f'a LOGIN "{target.user}" "{target.password}"\r\nb EXAMINE INBOX\r\n'.encode())
        found = re.search(rb"\* (\d+) EXISTS", _read(connection, b"b OK"))
        connection.sendall(f"c UID FETCH 1:* (FLAGS INTERNALDATE {HEADER_FIELDS})\r\n".encode())
        _read(connection, b"c OK")
    stopwatch.lap("read and thrown away")
    return 0 if found is None else int(found[1])


def _read(connection: socket.socket, until: bytes) -> bytes:
    """Read up to a line that begins with `until`, and return the end of it."""
    tail = b""
    while b"\r\n" + until not in tail[-LONGEST_TAIL:]:
        chunk = connection.recv(CHUNK)
        if not chunk:
            raise ConnectionError("the server hung up")
        tail = tail[-LONGEST_TAIL:] + chunk
    return tail


if __name__ == "__main__":
    contend(work)
