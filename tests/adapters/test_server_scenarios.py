"""Things that happen to real servers while we read them: restarts, expunges, floods, new UIDs, changed passwords."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailsla import bootstrap
from mailsla.adapters import imap
from mailsla.adapters.credentials import Credentials
from mailsla.bootstrap import Application
from mailsla.config import Account, parse
from mailsla.core.errors import PermanentError, TransientError
from mailsla.usecases.poll import Collected, Outcome
from tests.servers.dovecot import DovecotServer

if TYPE_CHECKING:
    from tests.servers.cyrus import CyrusServer

AT = datetime(2026, 11, 2, 9, 0, 5, tzinfo=UTC)
NOW = datetime(2026, 11, 13, 9, tzinfo=UTC)


def letter(number: int) -> bytes:
    return (
        f"Message-ID: <v{number}.{number:05}@example.org>\r\nFrom: usager{number}@example.org\r\n"
        f"To: contact@pref.example.fr\r\nSubject: Demande {number}\r\n\r\nCorps.\r\n"
    ).encode()


def account(server: DovecotServer, user: str) -> imap.ImapAccount:
    return imap.ImapAccount(
        name="contact",
        host=server.host,
        port=server.imap_port,
        tls="none",
        user=user,
        credentials=Credentials(literal=lambda: server.password),
        timeout_seconds=10,
    )


def document(server: object, user: str, **changes: object) -> dict[str, object]:
    described = {
        "name": "contact",
        "host": server.host,  # type: ignore[attr-defined]
        "port": server.imap_port,  # type: ignore[attr-defined]
        "tls": "none",
        "user": user,
        "password_env": "MAILSLA_TEST_PASSWORD",
        "timeout_seconds": 10,
        "every_seconds": 5,
        **changes,
    }
    return {
        "site": {"name": "Préfecture d'essai", "departement": "18"},
        "office": {"domains": ["pref.example.fr"]},
        "accounts": [described],
    }


@pytest.fixture
def app(
    dovecot: DovecotServer, imap_user: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Application]:
    monkeypatch.setenv("MAILSLA_TEST_PASSWORD", dovecot.password)
    settings = parse(document(dovecot, imap_user), folder=tmp_path)
    with bootstrap.application(settings, now=lambda: NOW) as opened:
        yield opened


def requests(app: Application) -> set[str]:
    app.derive()
    return {case.subject for case in app.derivations.cases()}


def test_what_is_expunged_between_search_and_fetch_is_left_out(
    dovecot: DovecotServer, imap_user: str
) -> None:
    dovecot.append_many(imap_user, "INBOX", [(letter(number), AT, ()) for number in range(4)])
    with imap.connect(account(dovecot, imap_user)) as session:
        session.examine("INBOX")
        uids = session.uids(1, None, since=None)
        with dovecot.client(imap_user) as other:
            other.select_folder("INBOX")
            other.delete_messages([2])
            other.expunge()

        fetched = {message.uid for message in session.fetch(uids)}

    # Dovecot may still know it, and say so; what it sends is never another message.
    assert {1, 3, 4} <= fetched <= {1, 2, 3, 4}


def test_mail_that_floods_in_during_a_first_collection_is_found_by_the_next(
    app: Application, dovecot: DovecotServer, imap_user: str
) -> None:
    first = [(letter(number), AT, ()) for number in range(1_500)]
    flood = [(letter(number), AT, ()) for number in range(1_500, 6_500)]
    dovecot.append_many(imap_user, "INBOX", first)
    came = threading.Event()

    def flooding(_mailbox: str, _done: int, _total: int) -> None:
        if not came.is_set():
            came.set()
            for start in range(0, 5_000, 1_000):
                dovecot.append_many(imap_user, "INBOX", flood[start : start + 1_000])

    app.poll(app.accounts[0], flooding)
    app.poll(app.accounts[0])

    assert requests(app) == {f"Demande {number}" for number in range(6_500)}


def test_a_server_that_restarts_during_idle_is_found_again(imap_user: str) -> None:
    with DovecotServer() as server:
        server.append(imap_user, "INBOX", letter(1), internal_date=AT)
        with imap.connect(account(server, imap_user)) as session:
            heard: list[str] = []
            listener = threading.Thread(target=lambda: heard.append(listen_until_it_breaks(session)))
            listener.start()
            time.sleep(0.5)
            # From this thread: the server ends with whoever started it.
            server.restart()
            listener.join()

        assert "connexion" in heard[0]

        assert messages_once_it_is_back(account(server, imap_user)) == 1


def listen_until_it_breaks(session: imap.ImapSession) -> str:
    try:
        while True:
            session.wait_for_change("INBOX", 5)
            session.status("Sent")
    except TransientError as error:
        return str(error)


def messages_once_it_is_back(reached: imap.ImapAccount) -> int:
    for _attempt in range(20):
        try:
            with imap.connect(reached) as session:
                return session.status("INBOX").messages
        except TransientError:
            time.sleep(0.3)
    raise AssertionError("the server did not come back")


def test_a_changed_password_stops_the_account_and_its_return_starts_it_again(
    app: Application, dovecot: DovecotServer, imap_user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.append(imap_user, "INBOX", letter(1), internal_date=AT)
    outcomes: list[Outcome] = []
    [contact] = [replace_idle(item) for item in app.accounts]

    def note(result: Collected) -> None:
        outcomes.append(result.outcome)

    monkeypatch.setenv("MAILSLA_TEST_PASSWORD", "changed meanwhile")
    for _attempt in range(20):
        app.watch(contact, note)
    tried = list(outcomes)
    monkeypatch.setenv("MAILSLA_TEST_PASSWORD", dovecot.password)
    app.watch(contact, note)

    assert tried == [Outcome.PERMANENT]
    assert outcomes[-1] is Outcome.OK
    assert requests(app) == {"Demande 1"}


def replace_idle(item: Account) -> Account:
    return item.model_copy(update={"idle": False})


def test_with_idle_a_new_mail_is_stored_over_the_same_login(
    app: Application, dovecot: DovecotServer, imap_user: str
) -> None:
    watched = app.accounts[0].model_copy(update={"every_seconds": 60})
    ready, stored = threading.Event(), threading.Event()

    def note(result: Collected) -> None:
        ready.set()
        if result.tally.messages:
            stored.set()

    watching = threading.Thread(target=lambda: app.watch(watched, note))
    watching.start()
    assert ready.wait(20)
    time.sleep(0.3)
    dovecot.append(imap_user, "INBOX", letter(1), internal_date=AT)
    in_time = stored.wait(5)
    app.stop.set()
    app.interrupt()
    watching.join()

    assert in_time
    logins = [said for said in dovecot.sessions(imap_user) if any("IDLE" in command for command in said)]
    assert len(logins) == 1


def test_login_disabled_before_tls_needs_a_person(dovecot: DovecotServer, imap_user: str) -> None:
    in_clear = replace(account(dovecot, imap_user), host=dovecot.network_host)

    with pytest.raises((PermanentError, TransientError)), imap.connect(in_clear):
        pass


def test_new_uids_on_cyrus_count_nothing_twice(
    cyrus: CyrusServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILSLA_TEST_PASSWORD", cyrus.password)
    user = cyrus.new_user()
    for number in range(3):
        cyrus.append(user, "INBOX", letter(number), internal_date=AT)
    with bootstrap.application(parse(document(cyrus, user), folder=tmp_path), now=lambda: NOW) as app:
        app.poll(app.accounts[0])
        before = requests(app)
        cyrus.reset_uidvalidity(user)
        cyrus.append(user, "INBOX", letter(9), internal_date=AT)
        app.poll(app.accounts[0])

        assert before == {"Demande 0", "Demande 1", "Demande 2"}
        assert requests(app) == {*before, "Demande 9"}
        assert len(app.derivations.cases()) == 4


def test_a_mailbox_deleted_and_made_again_with_the_same_name_keeps_its_facts(
    app: Application, dovecot: DovecotServer, imap_user: str
) -> None:
    with dovecot.client(imap_user) as client:
        client.create_folder("Permis")
    dovecot.append(imap_user, "Permis", letter(1), internal_date=AT)
    app.poll(app.accounts[0])
    with dovecot.client(imap_user) as client:
        client.delete_folder("Permis")
        client.create_folder("Permis")
    dovecot.append(imap_user, "Permis", letter(2), internal_date=AT)

    app.poll(app.accounts[0])

    assert requests(app) == {"Demande 1", "Demande 2"}
