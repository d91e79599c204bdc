"""Names of mailboxes as people and servers write them: each is listed, opened, and stays the same mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsla.adapters.access.credentials import Credentials
from mailsla.adapters.database import schema
from mailsla.adapters.database.engine import open_engine
from mailsla.adapters.database.store import Store, store_on
from mailsla.adapters.imap.account import ImapAccount
from mailsla.adapters.imap.connecting import connect
from mailsla.core.errors import TransientError
from mailsla.core.mail.copies import MailboxRole
from mailsla.usecases.collect import collect
from mailsla.usecases.mailbox_pass import Tally
from mailsla.usecases.terms import Terms
from tests.adapters.boxes import AT, Box, letter
from tests.trials.servers.cyrus import CyrusServer
from tests.trials.servers.scripted_imap import ScriptedImap

EVERYWHERE = (
    "Étrangers",
    "R&D",
    "&",
    "A&AOk-",
    "Avec espaces",
    "Étoile * 2026",
    "日本 😀",
    "'apostrophe'",
    "0042",
    "2026",
    "NIL",
    "INBOX/Sous-dossier",
    "é" * 60,
)
ON_DOVECOT_ALONE = ('Dossier "urgent"', "Retour\\arrière", "100 % [urgent] (a)", "{12}", "%s")
ON_CYRUS_ALONE = ("Point. final", "a.b")


def test_mailboxes_of_any_name_are_read_and_recognised_the_next_time(box: Box) -> None:
    own = ON_CYRUS_ALONE if isinstance(box.server, CyrusServer) else ON_DOVECOT_ALONE
    names = [*EVERYWHERE, *own]
    box.create(*names)
    for number, name in enumerate(names, 1):
        box.put(letter(number), mailbox=name)

    tally = box.poll()
    again = box.poll()

    assert (tally.messages, tally.refused) == (len(names), [])
    assert [list(box.copies(number)) for number in range(1, len(names) + 1)] == [[name] for name in names]
    assert (again.messages, again.gone) == (0, 0)
    assert not any("EXAMINE" in said for said in box.server.sessions(box.user)[-1])


def test_a_server_whose_names_are_cut_by_dots_is_read_as_any_other(tmp_path: Path) -> None:
    with CyrusServer(dotted=True) as server:
        box = Box(server, server.new_user(), tmp_path)
        box.create("INBOX.Permis.Envoyés")
        box.put(letter(1), mailbox="INBOX.Permis.Envoyés")
        with box.session() as session:
            roles = {mailbox.name: mailbox.role for mailbox in session.mailboxes()}
        box.poll()

        assert roles["INBOX.Permis.Envoyés"] is MailboxRole.SENT
        assert roles["INBOX.Junk"] is MailboxRole.JUNK
        assert box.copies(1) == {"INBOX.Permis.Envoyés": True}
        box.engine.dispose()


@pytest.fixture
def scripted() -> Iterator[ScriptedImap]:
    with ScriptedImap({1: letter(1).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"}) as server:
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    engine = open_engine(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    schema.upgrade(engine)
    yield store_on(engine)
    engine.dispose()


def poll(server: ScriptedImap, store: Store) -> tuple[list[str], Tally]:
    """Return the names listed and what the collection did."""
    account = ImapAccount(
        name="contact",
        host="127.0.0.1",
        port=server.port,
        tls="none",
        user="contact",
        credentials=Credentials(literal=lambda: "x"),
        timeout_seconds=5,
    )
    with connect(account) as session:
        names = [mailbox.name for mailbox in session.mailboxes()]
        return names, collect(session, store, Terms("contact", now=lambda: AT))


@pytest.mark.parametrize(
    ("said", "written", "name"),
    [
        ("Éléments envoyés".encode(), '"Éléments envoyés"'.encode(), "Éléments envoyés"),
        ("Étrangers".encode(), "Étrangers".encode(), "Étrangers"),
        ("Étrangers".encode("latin-1"), '"Étrangers"'.encode("latin-1"), "Étrangers"),
        (b"R&D", b'"R&D"', "R&D"),
        (b"&AMk", b"&AMk", "&AMk"),
        (b"&AMk-t&AOk-", b"{11}\r\n&AMk-t&AOk-", "Été"),
        (b"Deux mots", b"{9}\r\nDeux mots", "Deux mots"),
        (b'Dit "vu"', b'"Dit \\"vu\\""', 'Dit "vu"'),
        (b"NIL", b"NIL", "NIL"),
        (b"007", b"007", "007"),
    ],
)
def test_however_a_server_writes_a_name_it_is_said_back_the_same(
    scripted: ScriptedImap, store: Store, said: bytes, written: bytes, name: str
) -> None:
    scripted.mailboxes[said] = written

    names, tally = poll(scripted, store)

    assert names == ["INBOX", name]
    assert (tally.refused, tally.mailboxes, tally.messages) == ([], 2, 2)


def test_a_server_that_lists_nothing_for_once_takes_nothing_away(
    scripted: ScriptedImap, store: Store
) -> None:
    poll(scripted, store)
    listed, scripted.mailboxes = scripted.mailboxes, {}

    with pytest.raises(TransientError, match="aucun dossier"):
        poll(scripted, store)
    scripted.mailboxes = listed
    _names, again = poll(scripted, store)

    assert (again.gone, again.messages) == (0, 0)
