"""Reading a real server: verified TLS, roles of mailboxes, headers only, errors sorted by what can be done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailsla.adapters.access.credentials import Credentials
from mailsla.adapters.database import schema
from mailsla.adapters.database.derivations import Derivations
from mailsla.adapters.database.engine import open_engine
from mailsla.adapters.database.store import Store, store_on
from mailsla.adapters.imap.account import ImapAccount
from mailsla.adapters.imap.connecting import connect
from mailsla.adapters.imap.list_responses import Listed
from mailsla.adapters.imap.mailbox_roles import role_of
from mailsla.core.collection.on_server import Answered, Fetched, ListedMailbox
from mailsla.core.errors import PermanentError, TransientError
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.header_reading import read_header
from mailsla.usecases.collect import collect
from mailsla.usecases.derive import derive_pending
from mailsla.usecases.terms import Terms
from tests.factories import RULES
from tests.trials.servers.cyrus_configuration import modified_utf7

if TYPE_CHECKING:
    from tests.trials.servers.dovecot import DovecotServer

AT = datetime(2026, 11, 2, 9, 0, 5, tzinfo=UTC)


def letter(number: int, **fields: str) -> bytes:
    named = {
        "Message-ID": f"<m{number}@example.org>",
        "From": f"usager{number}@example.org",
        "To": "contact@pref.example.fr",
        "Subject": f"Demande {number}",
        "X-Secret": "never fetched",
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    return "".join(f"{name}: {value}\r\n" for name, value in named.items()).encode() + b"\r\nCorps.\r\n"


def account(server: DovecotServer, user: str, **changes: object) -> ImapAccount:
    settings: dict[str, object] = {
        "name": "contact",
        "host": server.host,
        "port": server.imap_port,
        "tls": "none",
        "user": user,
        "credentials": Credentials(literal=lambda: server.password),
        "timeout_seconds": 10,
        **changes,
    }
    return ImapAccount(**settings)  # type: ignore[arg-type]  # (fields by name: a wrong one raises)


def test_tls_is_verified_from_the_first_byte_and_after_starttls(
    dovecot: DovecotServer, imap_user: str
) -> None:
    implicit = account(dovecot, imap_user, port=dovecot.imaps_port, tls="implicit", ca_file=dovecot.ca_pem)
    upgraded = account(dovecot, imap_user, host=dovecot.network_host, tls="starttls", ca_file=dovecot.ca_pem)

    for secure in (implicit, upgraded):
        with connect(secure) as session:
            assert "INBOX" in {mailbox.name for mailbox in session.mailboxes()}


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_certificate_of_an_unknown_authority_is_refused(
    dovecot: DovecotServer, imap_user: str, tls: str
) -> None:
    port = dovecot.imaps_port if tls == "implicit" else dovecot.imap_port
    unknown = account(dovecot, imap_user, host=dovecot.network_host, port=port, tls=tls)

    with pytest.raises(PermanentError, match="certificat"), connect(unknown):
        pass


def test_a_wrong_password_needs_a_person(dovecot: DovecotServer, imap_user: str) -> None:
    wrong = account(dovecot, imap_user, credentials=Credentials(literal=lambda: "s3cret"))

    with pytest.raises(PermanentError) as raised, connect(wrong):
        pass

    assert "s3cret" not in str(raised.value)
    assert imap_user not in str(raised.value)


def test_a_server_that_is_down_may_come_back(dovecot: DovecotServer, imap_user: str) -> None:
    with pytest.raises(TransientError), connect(account(dovecot, imap_user, port=1)):
        pass


def test_a_broken_connection_may_come_back(dovecot: DovecotServer, imap_user: str) -> None:
    with connect(account(dovecot, imap_user)) as session:
        session.examine("INBOX")
        session.interrupt()
        with pytest.raises(TransientError):
            session.uids(1, None, since=None)


def test_mailboxes_have_the_roles_that_the_server_gives_them(dovecot: DovecotServer, imap_user: str) -> None:
    with connect(account(dovecot, imap_user)) as session:
        roles = {mailbox.name: mailbox.role for mailbox in session.mailboxes()}

    assert roles["INBOX"] is MailboxRole.INBOX
    assert roles["Sent"] is MailboxRole.SENT
    assert roles["Junk"] is MailboxRole.JUNK
    assert roles["Trash"] is MailboxRole.TRASH
    assert "Drafts" not in roles


def test_a_site_names_ignores_or_chooses_mailboxes(dovecot: DovecotServer, imap_user: str) -> None:
    with dovecot.client(imap_user) as client:
        client.create_folder("Réponses des agents")

    with connect(account(dovecot, imap_user, sent=("Réponses des agents",), ignore=("Junk",))) as session:
        named = {mailbox.name: mailbox.role for mailbox in session.mailboxes()}
    with connect(account(dovecot, imap_user, only=("INBOX",))) as session:
        only = [mailbox.name for mailbox in session.mailboxes()]

    assert named["Réponses des agents"] is MailboxRole.SENT
    assert "Junk" not in named
    assert only == ["INBOX"]


@pytest.mark.parametrize("name", ["Éléments envoyés", "Sent Items", "INBOX/Envoyés"])
def test_usual_names_tell_sent_mailboxes_without_special_use(name: str) -> None:
    listed = Listed(frozenset(), "/", modified_utf7(name).encode())

    assert role_of(listed) is MailboxRole.SENT


def test_only_the_header_fields_we_need_are_fetched(dovecot: DovecotServer, imap_user: str) -> None:
    dovecot.append(imap_user, "INBOX", letter(1), internal_date=AT)

    with connect(account(dovecot, imap_user)) as session:
        status = session.examine("INBOX")
        fetched, end = session.fetch([session.uids(1, None, since=None)])

    assert (status.messages, status.uid_next) == (1, 2)
    assert isinstance(fetched, Fetched)
    assert end == Answered(is_refused=False)
    assert fetched.internal_at == AT
    assert read_header(fetched.header).subject == "Demande 1"
    assert b"never fetched" not in fetched.header
    assert b"Corps" not in fetched.header


def test_uids_at_or_below_the_cursor_never_come_back(dovecot: DovecotServer, imap_user: str) -> None:
    dovecot.append_many(imap_user, "INBOX", [(letter(number), AT, ()) for number in range(3)])

    with connect(account(dovecot, imap_user)) as session:
        session.examine("INBOX")
        assert list(session.uids(2, None, since=None)) == [2, 3]
        assert list(session.uids(4, None, since=None)) == []
        assert list(session.uids(1, None, since=datetime(2026, 11, 3, tzinfo=UTC).date())) == []


@pytest.fixture
def facts(tmp_path: Path) -> Iterator[tuple[Store, Derivations]]:
    engine = open_engine(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    schema.upgrade(engine)
    store = store_on(engine)
    yield store, store.derivations
    engine.dispose()


POLLED = datetime(2026, 11, 13, tzinfo=UTC)


def poll(server: DovecotServer, user: str, store: Store) -> int:
    with connect(account(server, user)) as session:
        return collect(session, store, Terms("contact", now=lambda: POLLED)).messages


def test_a_second_poll_of_an_unchanged_mailbox_opens_nothing(
    dovecot: DovecotServer, imap_user: str, facts: tuple[Store, Derivations]
) -> None:
    dovecot.append(imap_user, "INBOX", letter(1), internal_date=AT)
    store, _derivations = facts

    assert poll(dovecot, imap_user, store) == 1
    assert poll(dovecot, imap_user, store) == 0

    last = dovecot.sessions(imap_user)[-1]
    assert not any("EXAMINE" in command or "FETCH" in command for command in last)


def test_a_mailbox_renumbered_by_the_server_counts_nothing_twice(
    dovecot: DovecotServer, imap_user: str, facts: tuple[Store, Derivations]
) -> None:
    store, derivations = facts
    for number in range(3):
        dovecot.append(imap_user, "INBOX", letter(number), internal_date=AT)
    poll(dovecot, imap_user, store)

    dovecot.reset_uidvalidity(imap_user)
    dovecot.append(imap_user, "INBOX", letter(3), internal_date=AT)
    poll(dovecot, imap_user, store)
    derive_pending(derivations, RULES)

    assert len(derivations.requests()) == 4


def test_a_message_moved_between_mailboxes_is_the_same_request(
    dovecot: DovecotServer, imap_user: str, facts: tuple[Store, Derivations]
) -> None:
    store, derivations = facts
    dovecot.append(imap_user, "INBOX", letter(1), internal_date=AT)
    poll(dovecot, imap_user, store)

    with dovecot.client(imap_user) as client:
        client.select_folder("INBOX")
        client.move([1], "Junk")
    poll(dovecot, imap_user, store)
    derive_pending(derivations, RULES)
    spam = len(derivations.requests())
    with dovecot.client(imap_user) as client:
        client.select_folder("Junk")
        client.move([1], "INBOX")
    poll(dovecot, imap_user, store)
    derive_pending(derivations, RULES)

    assert (spam, len(derivations.requests())) == (0, 1)


def test_hostile_messages_are_stored_or_set_aside_and_stop_nothing(
    dovecot: DovecotServer, imap_user: str, facts: tuple[Store, Derivations]
) -> None:
    store, derivations = facts
    hostile = [
        b"no header at all",
        b"\r\n\r\nbody only",
        letter(1, Subject="\x1b]0;titre\x07=cmd|' /C calc'!A0"),
        letter(2, Date="Thu, 99 Foo 2026 99:99:99 +9999", From="<<>>"),
        letter(3, Subject="=?x?Q?" + "=FF" * 50_000 + "?="),
        letter(4, References="<a@b> " * 20_000),
        letter(5),
    ]
    for content in hostile:
        dovecot.append(imap_user, "INBOX", content, internal_date=AT)

    poll(dovecot, imap_user, store)
    derive_pending(derivations, RULES)

    aside = [item.uid for item in store.set_aside.all()]
    cursor = store.mailboxes.cursor("contact", _inbox())
    stored = set(store.copies.present(cursor, cursor.uid_validity, above=0, most=1_000))
    assert stored == set(range(1, len(hostile) + 1))
    assert set(aside) <= {1, 2}
    assert len(derivations.requests()) == len(hostile) - len(aside)


def _inbox() -> ListedMailbox:
    return ListedMailbox("INBOX", MailboxRole.INBOX)
