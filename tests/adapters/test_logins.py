"""Logins as the server counts them: few a minute whatever breaks, and a wrong password never locks an account."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailsla.adapters.machine.workers import this_worker
from mailsla.bootstrap.application import Application, open_application
from mailsla.config import parse
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.collection.pacing import MOST_LOGINS, MOST_REFUSALS, REMEMBERED
from mailsla.usecases.poll import Collected
from tests.trials.daemon import wait_until
from tests.trials.office import account_of, document
from tests.trials.servers.fault_proxy import Direction, Fault, FaultKind, FaultProxy

if TYPE_CHECKING:
    from tests.trials.servers.dovecot import DovecotServer

START = datetime(2026, 11, 13, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
AFTER_LOGIN = 700
"""Bytes to the client: it is logged in, and its mailboxes are being listed."""


@dataclass
class Life:
    """An account's life on a clock that runs ahead; the connections it makes are dated by that clock."""

    server: DovecotServer
    proxy: FaultProxy
    user: str
    folder: Path
    password: str
    now: datetime = START
    logins: list[datetime] = field(default_factory=list)
    results: list[Collected] = field(default_factory=list)
    collected: Callable[[Collected], None] = lambda _result: None

    @contextmanager
    def daemon(self) -> Iterator[Application]:
        """Open the store as a daemon does at its start: with no memory of its own."""
        account = account_of(
            self.server,
            self.user,
            port=self.proxy.port,
            password=self.password,
            timeout_seconds=1,
            every_seconds=5,
        )
        settings = parse(document(account), folder=self.folder)
        with open_application(settings, now=lambda: self.now) as app:
            yield app

    def watch(self, app: Application, step: timedelta) -> None:
        """Have the account watched once, then let time pass."""
        before = self.proxy.connections
        app.collecting.watch(app.accounts[0], self._note)
        self.logins += [self.now] * (self.proxy.connections - before)
        self.now += step

    def _note(self, result: Collected) -> None:
        self.results.append(result)
        self.collected(result)

    def seen(self) -> int:
        """Return how many logins the server has logged, those it refused too."""
        return len(
            re.findall(rf"imap-login: Info: (?:Login|.*auth failed).*user=<{self.user}>", self.server.log)
        )

    def most_within(self, span: timedelta) -> int:
        """Return the most logins within a stretch of that length."""
        return max(sum(first <= at < first + span for at in self.logins) for first in self.logins)


@pytest.fixture
def dropped() -> list[Fault]:
    """Faults that break each connection when it has just logged in; a test adds them to its own `life`."""
    return [Fault(number, Direction.TO_CLIENT, AFTER_LOGIN, FaultKind.RESET) for number in range(100)]


@pytest.fixture
def life(
    request: pytest.FixtureRequest, dovecot: DovecotServer, imap_user: str, tmp_path: Path
) -> Iterator[Life]:
    planned = request.getfixturevalue("dropped") if "dropped" in request.fixturenames else []
    with FaultProxy(dovecot.imap_port, planned) as proxy:
        life = Life(dovecot, proxy, imap_user, tmp_path, dovecot.password)
        yield life
    # Each connection was one login, by the server's own count; its log comes a moment later.
    wait_until(lambda: life.seen() == len(life.logins), seconds=5, what=f"{len(life.logins)} logins")


def test_a_server_that_drops_every_session_sees_few_logins_a_minute(life: Life, dropped: list[Fault]) -> None:
    with life.daemon() as app:
        for _second in range(600):
            life.watch(app, timedelta(seconds=1))

    assert len(life.proxy.struck) == len(life.logins)
    assert {result.outcome for result in life.results} == {RunOutcome.TRANSIENT}
    assert 5 <= len(life.logins) <= 20
    assert life.most_within(MINUTE) <= MOST_LOGINS


def test_a_server_that_hangs_up_on_whoever_waits_sees_few_logins_a_minute(life: Life) -> None:
    life.collected = lambda _result: life.server.kick(life.user)
    with life.daemon() as app:
        for _second in range(150):
            life.watch(app, timedelta(seconds=1))

    assert {result.outcome for result in life.results} == {RunOutcome.OK}
    assert len(life.logins) >= 2 * MOST_LOGINS
    assert life.most_within(MINUTE) <= MOST_LOGINS


@pytest.mark.in_parts(2)
def test_a_daemon_started_again_and_again_makes_few_logins_a_minute(life: Life, dropped: list[Fault]) -> None:
    # A minute, and more.
    for _start in range(40):
        with life.daemon() as app:
            life.watch(app, timedelta(seconds=2))

    assert life.most_within(MINUTE) == MOST_LOGINS


def test_restarts_with_a_wrong_password_do_not_lock_the_account(life: Life) -> None:
    life.password = "not the password"
    for _start in range(30):
        with life.daemon() as app:
            life.watch(app, timedelta(seconds=30))
    refused = life.most_within(REMEMBERED)
    life.password = life.server.password
    life.now += REMEMBERED
    with life.daemon() as app:
        life.watch(app, timedelta(seconds=1))

    assert refused == MOST_REFUSALS
    # What is not tried is told, so that alerts about other accounts do not wait for this one.
    assert {result.outcome for result in life.results} == {
        RunOutcome.REFUSED,
        RunOutcome.TRANSIENT,
        RunOutcome.OK,
    }
    assert life.results[-1].outcome is RunOutcome.OK


def test_polls_from_cron_with_a_wrong_password_do_not_lock_the_account_and_say_when_they_go_on(
    life: Life,
) -> None:
    life.password = "not the password"
    outcomes = []
    for _minute in range(60):
        before = life.proxy.connections
        with life.daemon() as app:
            result = app.poll(app.accounts[0])
        life.logins += [life.now] * (life.proxy.connections - before)
        outcomes.append(result.outcome)
        life.now += MINUTE

    assert life.most_within(REMEMBERED) == MOST_REFUSALS
    assert outcomes[:4] == [RunOutcome.REFUSED] * 3 + [RunOutcome.TRANSIENT]
    assert result.reason is not None
    assert "pas de nouvel essai avant le 13/11/2026 à 11\u00a0h\u00a000" in result.reason


def test_two_daemons_on_one_store_never_read_an_account_at_once(life: Life) -> None:
    life.server.deliver(life.user, b"Subject: Demande\r\n\r\nCorps.\r\n")
    meanwhile: list[RunOutcome] = []
    with life.daemon() as one, life.daemon() as other:
        other.worker = f"{this_worker()}-other"

        def try_too(_mailbox: str, _done: int, _total: int) -> None:
            meanwhile.append(other.poll(other.accounts[0]).outcome)

        assert one.poll(one.accounts[0], try_too).outcome is RunOutcome.OK
        assert other.poll(other.accounts[0]).outcome is RunOutcome.OK
    life.logins += [START] * 2

    assert meanwhile == [RunOutcome.ELSEWHERE]
    assert life.proxy.connections == 2


def test_two_daemons_on_one_machine_are_two(life: Life) -> None:
    """What a daemon holds when it is killed is free at once: the number in its name is nobody's any more."""
    with subprocess.Popen(["sleep", "60"]) as holder:
        holding = f"{this_worker().rpartition(':')[0]}:{holder.pid}"
        with life.daemon() as app:
            app.store.leases.claim("contact", holding, life.now, life.now + MINUTE)
            while_alive = app.poll(app.accounts[0]).outcome
            holder.kill()
            holder.wait()
            after = app.poll(app.accounts[0]).outcome
    life.logins.append(START)

    assert (while_alive, after) == (RunOutcome.ELSEWHERE, RunOutcome.OK)
