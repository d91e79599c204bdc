"""Between two collections, on the line: new mail is stored at once, and a line that dies is noticed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mailsla.adapters.access.credentials import Credentials
from mailsla.adapters.imap.account import ImapAccount
from mailsla.adapters.imap.connecting import connect
from mailsla.bootstrap.application import Application, open_application
from mailsla.config import parse
from mailsla.usecases.poll import Collected
from mailsla.usecases.watch import LineLimits
from tests.trials.office import account_of, document

if TYPE_CHECKING:
    from tests.trials.servers.cyrus import CyrusServer
    from tests.trials.servers.dovecot import DovecotServer

AT = datetime(2026, 11, 2, 9, 0, 5, tzinfo=UTC)
PROMISED_SECONDS = 5


def letter(number: int) -> bytes:
    return (
        f"Message-ID: <w{number}.{number:05}@example.org>\r\nFrom: usager{number}@example.org\r\n"
        f"To: contact@pref.example.fr\r\nSubject: Demande {number}\r\n\r\nCorps.\r\n"
    ).encode()


@dataclass
class Watch:
    """A site that watches one mailbox, and what its collections said."""

    app: Application
    results: list[Collected] = field(default_factory=list)
    messages: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def note(self, result: Collected) -> None:
        with self.changed:
            self.results.append(result)
            self.messages += result.tally.messages
            self.changed.notify_all()

    def wait(self, condition: Callable[[Watch], bool], seconds: float) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: condition(self), seconds)

    def once(self, collected: Callable[[Collected], None] | None = None) -> None:
        """Collect once and stay on the line until the next collection is due."""
        self.app.collecting.watch(self.app.accounts[0], collected or self.note)

    @contextmanager
    def going_on(self, collected: Callable[[Collected], None] | None = None) -> Iterator[None]:
        """Watch in the background until the end of the block."""
        watching = threading.Thread(target=self.once, args=(collected,))
        watching.start()
        try:
            yield
        finally:
            self.app.stop.set()
            self.app.interrupt()
            watching.join()


@contextmanager
def watched(server: Any, user: str, folder: Path, **changes: object) -> Iterator[Watch]:
    account = account_of(server, user, **{"every_seconds": 60, **changes})
    with open_application(parse(document(account), folder=folder)) as app:
        yield Watch(app)


def reached(server: Any, user: str) -> ImapAccount:
    return ImapAccount(
        name="contact",
        host="127.0.0.1",
        port=server.imap_port,
        tls="none",
        user=user,
        credentials=Credentials(literal=lambda: str(server.password)),
        timeout_seconds=10,
    )


@pytest.fixture(params=["dovecot", "cyrus"])
def server(request: pytest.FixtureRequest) -> DovecotServer | CyrusServer:
    found: DovecotServer | CyrusServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def user(server: Any, imap_user: str) -> str:
    return str(server.new_user()) if hasattr(server, "new_user") else imap_user


def test_mail_that_comes_between_a_collection_and_the_wait_for_news_is_stored_at_once(
    server: Any, user: str, tmp_path: Path
) -> None:
    with watched(server, user, tmp_path) as watch:

        def deliver_once_collected(result: Collected) -> None:
            if not watch.results:
                server.append(user, "INBOX", letter(1), internal_date=AT)
            watch.note(result)

        with watch.going_on(deliver_once_collected):
            assert watch.wait(lambda seen: bool(seen.results), 20)
            stored = watch.wait(lambda seen: seen.messages == 1, PROMISED_SECONDS)

    assert stored


def test_mail_that_comes_as_the_wait_for_news_begins_is_stored_at_once(
    server: Any, user: str, tmp_path: Path
) -> None:
    """The server says so with its consent to wait (`+ idling`), or before it."""
    with connect(reached(server, user)) as session:
        session.examine("INBOX")
        server.append(user, "INBOX", letter(1), internal_date=AT)
        started = time.monotonic()

        assert session.wait_for_change("INBOX", 10)
        assert time.monotonic() - started < PROMISED_SECONDS


def test_over_tls_too_what_came_with_the_consent_is_heard(dovecot: DovecotServer, imap_user: str) -> None:
    in_tls = replace(
        reached(dovecot, imap_user), port=dovecot.imaps_port, tls="implicit", ca_file=dovecot.ca_pem
    )
    with connect(in_tls) as session:
        session.examine("INBOX")
        dovecot.append(imap_user, "INBOX", letter(1), internal_date=AT)
        started = time.monotonic()

        assert session.wait_for_change("INBOX", 10)
        assert not session.wait_for_change("INBOX", 0.2)
        assert time.monotonic() - started < PROMISED_SECONDS


def test_a_server_that_falls_silent_is_noticed_and_left_for_another_connection(
    dovecot: DovecotServer, imap_user: str, tmp_path: Path
) -> None:
    with (
        watched(dovecot, imap_user, tmp_path, every_seconds=5, timeout_seconds=1) as watch,
        ExitStack() as cold,
    ):

        def freeze_soon(result: Collected) -> None:
            watch.note(result)
            threading.Timer(0.5, lambda: cold.enter_context(dovecot.frozen(imap_user))).start()

        started = time.monotonic()
        watch.once(freeze_soon)
        noticed = time.monotonic() - started
        dovecot.append(imap_user, "INBOX", letter(1), internal_date=AT)
        with watch.going_on():
            assert watch.wait(lambda seen: seen.messages == 1, 5)

    # A whole wait for news, then a command's time: nothing is asked of the dead connection any more.
    assert noticed < 5 + 1 + 0.9


def test_a_line_that_held_and_breaks_is_opened_again_before_the_next_turn(
    dovecot: DovecotServer, imap_user: str, tmp_path: Path
) -> None:
    with watched(dovecot, imap_user, tmp_path) as watch, ExitStack() as end:
        watch.app.collecting.limits = LineLimits(held_seconds=0.5, reopen_seconds=0.5)
        end.enter_context(watch.going_on())
        assert watch.wait(lambda seen: len(seen.results) == 1, 20)
        time.sleep(1)
        dovecot.kick(imap_user)
        assert watch.wait(lambda seen: len(seen.results) == 2, PROMISED_SECONDS)
        dovecot.append(imap_user, "INBOX", letter(1), internal_date=AT)
        stored = watch.wait(lambda seen: seen.messages == 1, PROMISED_SECONDS)

    assert stored
    assert len(dovecot.sessions(imap_user)) == 2


def test_a_wait_for_news_is_renewed_well_before_a_server_may_hang_up(
    dovecot: DovecotServer, imap_user: str
) -> None:
    with connect(reached(dovecot, imap_user)) as session:
        assert not session.wait_for_change("INBOX", 0.2)
        assert not session.wait_for_change("INBOX", 0.2)

    said = [verb for verb in dovecot.commands(imap_user) if verb in {"IDLE", "DONE"}]
    assert said == ["IDLE", "DONE"] * 2
