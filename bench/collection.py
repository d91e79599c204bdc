"""First collection of 10,000 messages from Dovecot, beside a raw socket that reads the same FETCH to its end."""

from __future__ import annotations

import resource
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.measuring import compare
from bench.report import NOW
from bench.samples import letters
from mailsla import bootstrap
from mailsla.adapters.imap import HEADER_FIELDS
from mailsla.config import parse
from tests.servers.dovecot import DovecotServer

COUNT = 10_000


def main() -> None:
    """Print the ratio of a whole collection to the wire, and the peak of memory."""
    with DovecotServer() as server, tempfile.TemporaryDirectory() as folder:
        user = "contact@pref.example.fr"
        messages = [(raw, at, ()) for raw, at in letters(COUNT)]
        for start in range(0, COUNT, 1_000):
            server.append_many(user, "INBOX", messages[start : start + 1_000])
        wire(server, user)
        compare(
            {
                "the wire: a raw socket, same FETCH": lambda: wire(server, user),
                "fetch, decode, store": lambda: collected(server, user, Path(folder), derive=False),
                "fetch, decode, store, pair": lambda: collected(server, user, Path(folder), derive=True),
            },
            rounds=3,
        )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def wire(server: DovecotServer, user: str) -> int:
    """Fetch every header through a bare socket and return the bytes read."""
    with socket.create_connection((server.host, server.imap_port)) as connection:
        read = _reader(connection)
        connection.sendall(f'a LOGIN "{user}" "{server.password}"\r\nb EXAMINE INBOX\r\n'.encode())
        read(b"b OK")
        connection.sendall(f"c UID FETCH 1:* (INTERNALDATE {HEADER_FIELDS})\r\n".encode())
        return read(b"c OK")


def _reader(connection: socket.socket) -> Callable[[bytes], int]:
    def read(until: bytes) -> int:
        total, tail = 0, b""
        while b"\r\n" + until not in tail:
            chunk = connection.recv(1 << 20)
            total += len(chunk)
            tail = tail[-200:] + chunk
        return total

    return read


def collected(server: DovecotServer, user: str, folder: Path, *, derive: bool) -> int:
    """Collect the whole mailbox into an empty store and return how many messages came."""
    document = {
        "site": {"name": "Préfecture d'essai", "departement": "18"},
        "office": {"domains": ["pref.example.fr"]},
        "accounts": [
            {
                "name": "contact",
                "host": server.host,
                "port": server.imap_port,
                "tls": "none",
                "user": user,
                "password": server.password,
            }
        ],
    }
    with (
        tempfile.TemporaryDirectory(dir=folder) as store,
        bootstrap.application(parse(document, folder=Path(store)), now=lambda: NOW) as app,
    ):
        result = app.poll(app.accounts[0])
        if derive:
            app.derive()
    assert result.tally.messages == COUNT, result
    return result.tally.messages
