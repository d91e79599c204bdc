"""A mailbox read half-way holds requests without their replies: no service head is told of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from socket import socket

import pytest
from sqlalchemy import text

from mailsla.adapters.database.engine import reading
from mailsla.bootstrap.application import Application, open_application
from mailsla.bootstrap.daemon import rounds
from mailsla.bootstrap.told import Told
from mailsla.config import parse
from mailsla.usecases.rounds import Round
from tests.trials.office import document
from tests.trials.servers.scripted_imap import ScriptedImap

NOW = datetime(2026, 11, 13, 9, tzinfo=UTC)
REQUEST = (
    b"Message-ID: <i1.0001@example.org>\r\nFrom: usager1@example.org\r\nTo: contact@pref.example.fr\r\n"
    b"Subject: Demande 1\r\n\r\n"
)


class TwoMailboxes(ScriptedImap):
    """Holds one request, of 2 November; whoever comes to open `Reponses`, after the inbox, is cut off, or waits.

    Attributes:
        cuts: Whether it cuts.
        reached: Set when somebody comes there.
        go_on: Lets them in.
    """

    def __init__(self) -> None:
        super().__init__({1: REQUEST})
        self.mailboxes[b"Reponses"] = b"Reponses"
        self.cuts = False
        self.reached, self.go_on = threading.Event(), threading.Event()

    def _answer(self, connection: socket, raw: bytes) -> bool:
        if b"EXAMINE" in raw and b"Reponses" in raw:
            self.reached.set()
            if self.cuts or not self.go_on.wait(20):
                return False
        return super()._answer(connection, raw)


@pytest.fixture
def server() -> Iterator[TwoMailboxes]:
    with TwoMailboxes() as scripted:
        yield scripted
        scripted.go_on.set()


@contextmanager
def worker(server: TwoMailboxes, folder: Path, name: str = "one", *others: int) -> Iterator[Application]:
    """Open the store as one daemon; `others` are the ports of further accounts."""
    reached = {"host": "127.0.0.1", "tls": "none", "user": "u", "password": "x", "timeout_seconds": 1}
    settings = document(
        reached | {"port": server.port, "every_seconds": 5, "timeout_seconds": 20},
        services=[{"name": "Contact", "mailboxes": ["INBOX"], "head": "chef@pref.example.fr"}],
        alerts={"operator": "si@pref.example.fr"},
        commitments=[{"category": "information", "days": 10, "comparison": "less_than", "target": 0.8}],
    )
    settings["accounts"] += [
        reached | {"name": f"autre-{port}", "port": port, "every_seconds": 5} for port in others
    ]
    with open_application(parse(settings, folder=folder), now=lambda: NOW) as app:
        app.worker = name
        yield app


def jobs(app: Application) -> list[Round]:
    """Return the daemon's rounds, which say nothing."""
    return rounds(app, Told(lambda _result: None)).all()


def turn(daemon: Sequence[Round]) -> None:
    """Do each of the daemon's rounds once."""
    for each in daemon:
        each.act()


def alerted(app: Application) -> list[str]:
    """Return whom alerts were written to."""
    with reading(app.engine) as connection:
        return list(connection.execute(text("select recipient from outgoing order by id")).scalars())


def test_a_first_collection_cut_before_the_replies_alerts_nobody_and_a_whole_one_does(
    server: TwoMailboxes, tmp_path: Path
) -> None:
    server.cuts = True
    with worker(server, tmp_path) as app:
        daemon = jobs(app)
        turn(daemon)
        half_read = alerted(app)
        server.cuts = False
        server.go_on.set()
        app.poll(app.accounts[0])
        turn(daemon)

        assert server.reached.is_set()
        assert (half_read, alerted(app)) == ([], ["chef@pref.example.fr"])


def test_an_account_that_another_worker_is_reading_for_the_first_time_alerts_nobody(
    server: TwoMailboxes, tmp_path: Path
) -> None:
    with (
        worker(server, tmp_path, "one") as first,
        worker(server, tmp_path, "two") as second,
        ExitStack() as end,
    ):
        reading_it = threading.Thread(target=first.poll, args=(first.accounts[0],))
        reading_it.start()
        end.callback(reading_it.join)
        end.callback(server.go_on.set)
        assert server.reached.wait(20)
        second.derive()
        turn(jobs(second))

        assert second.store.derivations.cases()
        assert alerted(second) == []


def test_an_account_read_once_and_down_since_keeps_no_alert_about_another_back(
    server: TwoMailboxes, tmp_path: Path
) -> None:
    server.go_on.set()
    with TwoMailboxes() as other:
        other.go_on.set()
        port = other.port
        with worker(server, tmp_path, "one", port) as app:
            for account in app.accounts:
                app.poll(account)
    with worker(server, tmp_path, "two", port) as app:
        turn(jobs(app))

        assert alerted(app) == ["chef@pref.example.fr"]
