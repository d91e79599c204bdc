"""Things that happen to real servers while we read them, on Dovecot and on Cyrus: restarts, floods, refusals, moves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailsla.adapters.imap.account import ImapAccount
from mailsla.adapters.imap.connecting import connect
from mailsla.adapters.imap.session import ImapSession
from mailsla.bootstrap.application import Application, open_application
from mailsla.config import Account, parse
from mailsla.core.collection.on_server import Fetched
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.errors import PermanentError, TransientError
from mailsla.usecases.poll import Collected
from tests.adapters.boxes import AT, LATER, Box, letter, reached
from tests.trials.office import account_of, document
from tests.trials.servers.cyrus import CyrusServer
from tests.trials.servers.dovecot import DovecotServer
from tests.trials.servers.fault_proxy import Direction, FaultProxy
from tests.trials.servers.imap_server import ImapServer

NOW = datetime(2026, 11, 13, 9, tzinfo=UTC)


@pytest.fixture
def user(server: ImapServer) -> str:
    """A user nobody has used."""
    return server.new_user()


def described(server: ImapServer, user: str) -> dict[str, Any]:
    reached_by = {"password": None, "password_env": "MAILSLA_TEST_PASSWORD"}
    return document(account_of(server, user, every_seconds=5, **reached_by))


@pytest.fixture
def app(
    server: ImapServer, user: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Application]:
    monkeypatch.setenv("MAILSLA_TEST_PASSWORD", server.password)
    settings = parse(described(server, user), folder=tmp_path)
    with open_application(settings, now=lambda: NOW) as opened:
        yield opened


def requests(app: Application) -> set[str]:
    app.derive()
    return {case.subject for case in app.store.derivations.cases()}


def test_what_is_expunged_between_search_and_fetch_is_left_out(server: ImapServer, user: str) -> None:
    server.append_many(user, "INBOX", [(letter(number), AT, ()) for number in range(4)])
    with connect(reached(server, user)) as session:
        session.examine("INBOX")
        uids = session.uids(1, None, since=None)
        with server.client(user) as other:
            other.select_folder("INBOX")
            other.delete_messages([2])
            other.expunge()

        fetched = {said.uid for said in session.fetch([uids]) if isinstance(said, Fetched)}

    # A server may still know it, and say so; what it sends is never another message.
    assert {1, 3, 4} <= fetched <= {1, 2, 3, 4}


@pytest.mark.in_parts(4)
def test_mail_that_floods_in_during_a_first_collection_is_found_by_the_next(
    app: Application, server: ImapServer, user: str
) -> None:
    first = [(letter(number), AT, ()) for number in range(1_500)]
    flood = [(letter(number), AT, ()) for number in range(1_500, 6_500)]
    server.append_many(user, "INBOX", first)
    came = threading.Event()

    def flooding(_mailbox: str, _done: int, _total: int) -> None:
        if not came.is_set():
            came.set()
            for start in range(0, 5_000, 1_000):
                server.append_many(user, "INBOX", flood[start : start + 1_000])

    app.poll(app.accounts[0], flooding)
    app.poll(app.accounts[0])

    assert requests(app) == {f"Demande {number}" for number in range(6_500)}


@pytest.mark.parametrize("kind", [DovecotServer, CyrusServer])
def test_a_server_that_restarts_during_idle_is_found_again(kind: Callable[[], ImapServer]) -> None:
    with kind() as server:
        user = server.new_user()
        server.append(user, "INBOX", letter(1), internal_date=AT)
        with connect(reached(server, user)) as session:
            heard: list[str] = []
            listener = threading.Thread(target=lambda: heard.append(listen_until_it_breaks(session)))
            listener.start()
            time.sleep(0.5)
            # From this thread: the server ends with whoever started it.
            server.restart()
            listener.join()

        assert "connexion" in heard[0]
        assert messages_once_it_is_back(reached(server, user)) == 1


def listen_until_it_breaks(session: ImapSession) -> str:
    try:
        while True:
            session.wait_for_change("INBOX", 5)
            session.status("Sent")
    except TransientError as error:
        return str(error)


def messages_once_it_is_back(account: ImapAccount) -> int:
    for _attempt in range(20):
        try:
            with connect(account) as session:
                return session.status("INBOX").messages
        except TransientError:
            time.sleep(0.3)
    raise AssertionError("the server did not come back")


def watched(app: Application, attempts: int) -> list[Collected]:
    """Return how the collections end of an account that its turn comes for so many times."""
    results: list[Collected] = []
    contact: Account = app.accounts[0].model_copy(update={"idle": False})
    for _attempt in range(attempts):
        app.collecting.watch(contact, results.append)
    return results


def test_a_changed_password_stops_the_account_and_its_return_starts_it_again(
    app: Application, server: ImapServer, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.append(user, "INBOX", letter(1), internal_date=AT)

    monkeypatch.setenv("MAILSLA_TEST_PASSWORD", "changed meanwhile")
    tried = [result.outcome for result in watched(app, 20)]
    monkeypatch.setenv("MAILSLA_TEST_PASSWORD", server.password)
    again = [result.outcome for result in watched(app, 1)]

    assert (tried, again) == ([RunOutcome.REFUSED], [RunOutcome.OK])
    assert requests(app) == {"Demande 1"}


def test_a_password_changed_on_the_server_stops_the_account_until_it_is_told_the_new_one(
    app: Application, server: ImapServer, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.append(user, "INBOX", letter(1), internal_date=AT)
    before = watched(app, 1)
    server.change_password(user, "nouveau-secret")
    refused = watched(app, 20)
    monkeypatch.setenv("MAILSLA_TEST_PASSWORD", "nouveau-secret")
    told = watched(app, 1)
    server.change_password(user, server.password)
    monkeypatch.setenv("MAILSLA_TEST_PASSWORD", server.password)
    restored = watched(app, 1)

    assert [result.outcome for result in (*before, *refused, *told, *restored)] == [
        RunOutcome.OK,
        RunOutcome.REFUSED,
        RunOutcome.OK,
        RunOutcome.OK,
    ]
    assert requests(app) == {"Demande 1"}


def test_a_password_with_accents_is_taken_as_any_other(
    app: Application, server: ImapServer, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.append(user, "INBOX", letter(1), internal_date=AT)
    server.change_password(user, "été2026")

    monkeypatch.setenv("MAILSLA_TEST_PASSWORD", "hiver2026é")
    refused = watched(app, 1)
    monkeypatch.setenv("MAILSLA_TEST_PASSWORD", "été2026")
    taken = watched(app, 1)

    assert [result.outcome for result in (*refused, *taken)] == [RunOutcome.REFUSED, RunOutcome.OK]
    assert requests(app) == {"Demande 1"}


def test_with_idle_a_new_mail_is_stored_over_the_same_login(
    app: Application, server: ImapServer, user: str
) -> None:
    account = app.accounts[0].model_copy(update={"every_seconds": 60})
    ready, stored = threading.Event(), threading.Event()

    def note(result: Collected) -> None:
        ready.set()
        if result.tally.messages:
            stored.set()

    watching = threading.Thread(target=lambda: app.collecting.watch(account, note))
    watching.start()
    assert ready.wait(20)
    time.sleep(0.3)
    server.append(user, "INBOX", letter(1), internal_date=AT)
    in_time = stored.wait(5)
    app.stop.set()
    app.interrupt()
    watching.join()

    assert in_time
    logins = [said for said in server.sessions(user) if any("IDLE" in command for command in said)]
    assert len(logins) == 1


def test_login_disabled_before_tls_needs_a_person_and_no_password_is_sent(
    server: ImapServer, user: str
) -> None:
    with FaultProxy(server.imap_port, host=server.network_host) as proxy:
        through = reached(server, user, host=proxy.host, port=proxy.port)
        with pytest.raises(PermanentError, match="tls"), connect(through):
            pass
        said = proxy.bytes_passed(Direction.TO_SERVER)

    assert said < len(f"a1 LOGIN {user} {server.password}")


def test_a_certificate_that_is_mended_is_noticed_within_the_hour_however_long_it_was_not(
    dovecot: DovecotServer, cyrus: CyrusServer, tmp_path: Path
) -> None:
    user, trusted = dovecot.new_user(), tmp_path / "ca.pem"
    account = account_of(
        dovecot, user, host=dovecot.network_host, tls="starttls", ca_file=str(trusted), every_seconds=5
    )
    results: list[Collected] = []
    trusted.write_bytes(cyrus.ca_pem.read_bytes())
    now = NOW
    with open_application(parse(document(account), folder=tmp_path), now=lambda: now) as app:
        contact = app.accounts[0].model_copy(update={"idle": False})
        for _minute in range(0, 12 * 60, 5):
            app.collecting.watch(contact, results.append)
            now += timedelta(minutes=5)
        refused = len(results)
        trusted.write_bytes(dovecot.ca_pem.read_bytes())
        for _minute in range(0, 60, 5):
            app.collecting.watch(contact, results.append)
            now += timedelta(minutes=5)

    assert {result.outcome for result in results[:refused]} == {RunOutcome.PERMANENT}
    assert 12 < refused < 30
    assert RunOutcome.OK in {result.outcome for result in results[refused:]}


@pytest.mark.parametrize("kind", [DovecotServer, CyrusServer])
def test_an_expired_certificate_is_refused_by_its_name(kind: Callable[..., ImapServer]) -> None:
    with kind(expired_certificate=True) as server:
        user = server.new_user()
        implicit = reached(server, user, tls="implicit", port=server.imaps_port, ca_file=server.ca_pem)
        upgraded = reached(server, user, tls="starttls", host=server.network_host, ca_file=server.ca_pem)
        for account in (implicit, upgraded):
            with pytest.raises(PermanentError, match="il a expiré"), connect(account):
                pass


def test_new_uids_count_nothing_twice(app: Application, server: ImapServer, user: str) -> None:
    server.append_many(user, "INBOX", [(letter(number), AT, ()) for number in range(3)])
    app.poll(app.accounts[0])
    before = requests(app)

    server.reset_uidvalidity(user)
    server.append(user, "INBOX", letter(9), internal_date=AT)
    app.poll(app.accounts[0])

    assert before == {"Demande 0", "Demande 1", "Demande 2"}
    assert requests(app) == {*before, "Demande 9"}
    assert len(app.store.derivations.cases()) == 4


@pytest.mark.parametrize("direction", ["to cyrus", "to dovecot"])
def test_a_migrated_account_keeps_its_facts_and_its_instants_of_receipt(
    dovecot: DovecotServer, cyrus: CyrusServer, tmp_path: Path, direction: str
) -> None:
    old, new = (dovecot, cyrus) if direction == "to cyrus" else (cyrus, dovecot)
    box = Box(old, old.new_user(), tmp_path)
    box.put(letter(1), letter(2), letter(3))
    box.put(letter(4), mailbox="Archive")
    box.poll(at=AT + timedelta(hours=1))
    before = {request.subject: request.received for request in box.requests()}

    box.server, box.user = new, new.new_user()
    # Other UIDs, another mailbox for one, and the dates of the migration instead of those of arrival.
    box.put(letter(9), letter(3), letter(2), letter(1), letter(4), at=LATER)
    box.expunge(9)
    box.poll(at=LATER)

    assert {request.subject: request.received for request in box.requests()} == before
    assert box.subjects() == [f"Demande {number}" for number in (1, 2, 3, 4)]
    assert box.copies(4) == {"Archive": False, "INBOX": True}
    box.engine.dispose()
