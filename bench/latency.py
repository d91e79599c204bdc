"""From the end of a delivery to the stored row, with the real daemon: told by the server (IDLE), and by polling."""

from __future__ import annotations

import random
import smtplib
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles

from tests.trials.daemon import Installation, wait_until
from tests.trials.mail.samples import letters
from tests.trials.office import account_of, document, toml
from tests.trials.servers.dovecot import DovecotServer

DELIVERIES = 20
EVERY_SECONDS = 5
LOOK_SECONDS = 0.002
LONGEST_SECONDS = 120


def main() -> None:
    """Print the table."""
    print(f"{DELIVERIES} deliveries each, seconds")
    print(f"{'':<44}{'median':>9}{'p95':>9}{'most':>9}")
    with DovecotServer(rawlog=False) as server:
        _show("IDLE", measure(server, idle=True))
        _show(f"polling every {EVERY_SECONDS} s", measure(server, idle=False))


def measure(server: DovecotServer, *, idle: bool) -> list[float]:
    """Return how long each delivered message took to become a row of the daemon's store."""
    user = "told@pref.example.fr" if idle else "polled@pref.example.fr"
    with tempfile.TemporaryDirectory(prefix="mailsla-bench-") as folder:
        installation = Installation(Path(folder), _configuration(server, user, idle=idle))
        # Beyond its schema, the store is there when the first collection is.
        first, *others = [raw for raw, _at in letters(DELIVERIES + 1)]
        _delivered(server, user, first)
        with installation.daemon():
            wait_until(lambda: _count(installation) == 1, what="the first collection")
            return [
                _latency(server, user, raw, installation, pause) for raw, pause in _pauses(others, idle=idle)
            ]


def _configuration(server: DovecotServer, user: str, *, idle: bool) -> str:
    every = 300 if idle else EVERY_SECONDS
    return toml(document(account_of(server, user, every_seconds=every, idle=idle)))


def _pauses(raws: Sequence[bytes], *, idle: bool) -> Iterator[tuple[bytes, float]]:
    """Yield each letter with a pause before it, so that deliveries fall anywhere in the reader's cycle."""
    draw = random.Random(1)
    for raw in raws:
        yield raw, draw.uniform(1, 2 if idle else 1 + EVERY_SECONDS)


def _latency(server: DovecotServer, user: str, raw: bytes, installation: Installation, pause: float) -> float:
    time.sleep(pause)
    with closing(_opened(installation)) as store:
        before = _messages(store)
        delivered = _delivered(server, user, raw)
        while _messages(store) == before:
            assert time.perf_counter() - delivered < LONGEST_SECONDS, installation.log()[-2_000:]
            time.sleep(LOOK_SECONDS)
        return time.perf_counter() - delivered


def _delivered(server: DovecotServer, user: str, raw: bytes) -> float:
    """Deliver a letter, and return when the end of its data was sent."""
    with smtplib.LMTP(server.host, server.lmtp_port, timeout=30) as connection:
        connection.ehlo_or_helo_if_needed()
        connection.mail("usager@example.org")
        connection.rcpt(user)
        connection.docmd("DATA")
        connection.send(raw + b".\r\n")
        sent = time.perf_counter()
        code, _said = connection.getreply()
        assert code == 250, code
    return sent


def _opened(installation: Installation) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{installation.folder / 'mailsla.sqlite3'}?mode=ro", uri=True)


def _count(installation: Installation) -> int:
    """Return how many messages are stored; none before there is a store."""
    try:
        with closing(_opened(installation)) as store:
            return _messages(store)
    except sqlite3.OperationalError:
        return 0


def _messages(store: sqlite3.Connection) -> int:
    return int(store.execute("select count(*) from message").fetchone()[0])


def _show(name: str, latencies: Sequence[float]) -> None:
    slow = quantiles(latencies, n=20, method="inclusive")[-1]
    print(f"{name:<44}{median(latencies):>9.2f}{slow:>9.2f}{max(latencies):>9.2f}", flush=True)


if __name__ == "__main__":
    main()
