"""An account's line over IMAP: one connection while it is entered, and the account given back when it is left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mailsla.bootstrap.lines import ImapLine, Open
from mailsla.config import parse
from mailsla.core.collection.outcome import RunOutcome
from mailsla.usecases.mailbox_pass import Tally
from mailsla.usecases.poll import Collected
from tests.trials.office import document


@dataclass
class Session:
    """A connection that tells of changes, or not."""

    can_idle: bool = True

    def wait_for_change(self, mailbox: str, seconds: float) -> bool:
        return (mailbox, seconds) == ("INBOX", 60)


@dataclass
class Server:
    """Notes what is done to it, in order; `free` as long as no other worker has the account."""

    can_idle: bool = True
    free: bool = True
    done: list[str] = field(default_factory=list)

    @contextmanager
    def session(self) -> Iterator[Any]:
        self.done.append("login")
        try:
            yield Session(self.can_idle)
        finally:
            self.done.append("logout")

    def poll(self, open_session: Open) -> Collected:
        with open_session():
            self.done.append("collect")
        return Collected("contact", RunOutcome.OK, Tally())

    def claim(self) -> bool:
        return self.free

    def release(self) -> None:
        self.done.append("release")

    def line(self, *, idle: bool = True) -> ImapLine:
        reached = {"host": "localhost", "tls": "none", "user": "u", "password": "x", "idle": idle}
        [account] = parse(document(reached), folder=Path()).accounts
        return ImapLine(account, self.session, self.poll, self.claim, self.release)


def test_one_connection_serves_as_long_as_the_line_is_entered() -> None:
    server = Server()
    line = server.line()

    for _turn in range(2):
        with line:
            line.collect()
            line.collect()

    assert server.done == ["login", "collect", "collect", "logout"] * 2


def test_nobody_logs_in_before_the_first_collection() -> None:
    server = Server()

    with server.line() as line:
        assert not line.can_wait

    assert server.done == []


@pytest.mark.parametrize(
    ("can_idle", "idle", "waits"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_news_are_waited_for_where_the_server_tells_and_the_site_wants(
    can_idle: bool, idle: bool, waits: bool
) -> None:
    with Server(can_idle).line(idle=idle) as line:
        line.collect()

        assert line.can_wait is waits
        assert line.wait_for_change(60)


@pytest.mark.parametrize(("free", "given_back"), [(True, ["release"]), (False, [])])
def test_an_account_that_was_kept_is_given_back_and_no_other(free: bool, given_back: list[str]) -> None:
    server = Server(free=free)

    with server.line() as line:
        line.collect()
        assert line.keep() is free

    assert server.done == ["login", "collect", *given_back, "logout"]


def test_a_line_is_left_with_its_connection_closed_whatever_happened() -> None:
    server = Server()

    def break_down() -> None:
        with server.line() as line:
            line.collect()
            line.keep()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_down()

    assert server.done[-2:] == ["release", "logout"]
