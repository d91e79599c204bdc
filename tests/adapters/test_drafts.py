"""What was not sent is no reply, wherever it lies: drafts by their flag or their header, on Dovecot and on Cyrus."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, select, update

from mailsla.adapters.access.credentials import Credentials
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.store import store_on
from mailsla.adapters.database.tables import KEYWORD, LOCATION, MAILBOX
from mailsla.adapters.imap.account import ImapAccount
from mailsla.adapters.imap.connecting import connect
from mailsla.core.mail.instants import Basis, Moment
from mailsla.usecases.collect import collect
from mailsla.usecases.derive import derive_pending
from mailsla.usecases.terms import Terms
from tests.adapters.boxes import AT, LATER, Box, letter
from tests.factories import CONTACT, OFFICE, RULES
from tests.trials.servers.scripted_imap import ScriptedImap

DRAFT = ("\\Draft", "\\Seen")
WRITTEN = AT + timedelta(hours=1)
TEMPLATE = "X-Mozilla-Draft-Info: internal/draft; vcard=0\r\n"
TO_CHECK = "A valider"


def answer(number: int, fields: str = "", *, name: str = "r", at: datetime = WRITTEN) -> bytes:
    """Return our answer to a letter of `boxes.letter`; the same for the same name and date."""
    return (
        f"Message-ID: <{name}{number}.0001@pref.example.fr>\r\nFrom: {CONTACT}\r\n"
        f"To: usager{number}@example.org\r\nDate: {at:%a, %d %b %Y %H:%M:%S} +0000\r\n"
        f"In-Reply-To: <i{number}.{number:04}@example.org>\r\nSubject: Re: Demande {number}\r\n{fields}\r\nCorps.\r\n"
    ).encode()


def put(box: Box, raw: bytes, mailbox: str, flags: Sequence[str] = (), at: datetime = WRITTEN) -> None:
    box.server.append_many(box.user, mailbox, [(raw, at, flags)])


def answered(box: Box) -> list[Moment | None]:
    return [request.answered for request in box.requests()]


def flag(box: Box, mailbox: str, *, add: bool) -> None:
    """Have an agent put the flag on all that a mailbox holds, or take it away."""
    with box.server.client(box.user) as client:
        client.select_folder(mailbox)
        (client.add_flags if add else client.remove_flags)(client.search("ALL"), [rb"\Draft"])


def throw_away(box: Box, mailbox: str) -> None:
    with box.server.client(box.user) as client:
        client.select_folder(mailbox)
        client.move(client.search("ALL"), "Trash")


def examined(box: Box) -> list[str]:
    """Return the mailboxes that the last session opened."""
    said = box.server.sessions(box.user)[-1]
    assert said
    return [found[1] for line in said if (found := re.search(r'EXAMINE "?([^"]+)', line))]


@pytest.fixture
def with_draft(box: Box) -> Box:
    """A letter, and the answer to it that somebody is to approve: collected."""
    box.create(TO_CHECK)
    box.put(letter(1))
    put(box, answer(1), TO_CHECK, DRAFT)
    box.poll()
    return box


def test_a_draft_is_no_reply_where_it_waits_nor_when_it_is_thrown_away(with_draft: Box) -> None:
    waiting = answered(with_draft)
    throw_away(with_draft, TO_CHECK)
    with_draft.poll(at=LATER)

    assert waiting == answered(with_draft) == [None]


def test_what_is_first_seen_in_the_bin_is_no_reply_while_it_bears_the_flag(box: Box) -> None:
    box.put(letter(1), letter(2))
    put(box, answer(1), "Trash", DRAFT)
    put(box, answer(2), "Trash")

    box.poll()

    assert answered(box) == [None, Moment(WRITTEN, Basis.SENDER_CLOCK)]


def test_a_draft_counts_when_it_is_sent_under_another_name(with_draft: Box) -> None:
    put(with_draft, answer(1, name="s", at=LATER), "Sent", at=LATER)

    with_draft.poll(at=LATER + timedelta(hours=1))

    assert answered(with_draft) == [Moment(LATER, Basis.SENDER_CLOCK)]


def test_the_same_mail_without_the_flag_is_sent_and_stays_so_when_that_copy_goes(with_draft: Box) -> None:
    put(with_draft, answer(1), "Sent", at=LATER)
    with_draft.poll(at=LATER + timedelta(hours=1))
    sent = answered(with_draft)
    throw_away(with_draft, "Sent")
    with with_draft.server.client(with_draft.user) as client:
        client.select_folder("Trash")
        client.delete_messages(client.search("ALL"))
        client.expunge()
    with_draft.poll(at=LATER + timedelta(hours=2))

    assert sent == answered(with_draft) == [Moment(LATER, Basis.SERVER)]


def test_a_draft_that_loses_its_flag_where_it_lies_is_sent_by_then(with_draft: Box) -> None:
    flag(with_draft, TO_CHECK, add=False)
    with_draft.poll(at=LATER)
    sent = answered(with_draft)
    with_draft.poll(at=LATER)

    assert sent == [Moment(LATER, Basis.FIRST_SEEN)]
    assert TO_CHECK not in examined(with_draft), "no draft is left there"


def test_the_flag_that_is_put_on_later_is_noticed_when_the_mailbox_changes(box: Box) -> None:
    box.create(TO_CHECK)
    box.put(letter(1))
    put(box, answer(1), TO_CHECK)
    box.poll()
    before = answered(box)
    flag(box, TO_CHECK, add=True)
    put(box, letter(2), TO_CHECK)
    box.poll(at=LATER)

    assert before == [Moment(WRITTEN, Basis.SENDER_CLOCK)]
    assert answered(box) == [None, None]


def test_only_mailboxes_that_hold_drafts_are_opened_again_and_never_the_bin(with_draft: Box) -> None:
    with_draft.poll(at=LATER)
    holding = examined(with_draft)
    throw_away(with_draft, TO_CHECK)
    with_draft.poll(at=LATER)
    with_draft.poll(at=LATER)

    assert (holding, examined(with_draft)) == ([TO_CHECK], [])


def test_a_draft_that_goes_while_it_is_read_was_seen_with_its_flag(engine: Engine) -> None:
    # Clients save drafts time and again: each takes the place of the one before.
    store = store_on(engine)
    with ScriptedImap({1: letter(1), 2: answer(1)}) as server:
        server.drafts = {2}

        def save_anew(_mailbox: str, _done: int, _total: int) -> None:
            server.messages = {1: letter(1)}
            server.drafts = set()

        account = ImapAccount(
            name="contact",
            host="127.0.0.1",
            port=server.port,
            tls="none",
            user="contact",
            credentials=Credentials(literal=lambda: "essai"),
        )
        terms = Terms("contact", now=lambda: LATER, office=OFFICE, progress=save_anew)
        for _time in range(2):
            with connect(account) as session:
                collect(session, store, terms)
        derive_pending(store.derivations, RULES)

    with reading(engine) as connection:
        gone = (
            connection.execute(select(LOCATION.c.uid).where(LOCATION.c.gone_at.is_not(None))).scalars().all()
        )
    [request] = store.derivations.requests()
    assert (gone, request.answered) == ([2], None)


def test_a_template_is_no_reply_and_the_same_mail_without_the_field_is(box: Box) -> None:
    box.create(TO_CHECK)
    box.put(letter(1), letter(2))
    put(box, answer(1, TEMPLATE), TO_CHECK)
    put(box, answer(2, TEMPLATE), TO_CHECK)
    put(box, answer(2), "Sent")

    box.poll()

    assert answered(box) == [None, Moment(WRITTEN, Basis.SENDER_CLOCK)]


def test_a_field_that_a_template_left_in_what_was_delivered_says_nothing(box: Box) -> None:
    box.put(letter(1))
    sent_by = "from poste.pref.example.fr (poste.pref.example.fr [192.168.1.9])"
    hop = f"Received: {sent_by} by mx.pref.example.fr; {WRITTEN:%a, %d %b %Y %H:%M:%S} +0000\r\n"
    put(box, answer(1, TEMPLATE + hop), "INBOX")

    box.poll()

    assert answered(box) == [Moment(WRITTEN, Basis.SENDER_CLOCK)]


def as_of_the_version_before(box: Box) -> None:
    """Leave the store as a version that asked for no flag would have."""
    with writing(box.engine) as connection:
        connection.execute(delete(KEYWORD))
        connection.execute(update(MAILBOX).values(asked=0))
        for number in connection.execute(select(LOCATION.c.message_id)).scalars().all():
            connection.exec_driver_sql(f"insert into pending (message_id) values ({number})")


def test_a_store_of_the_version_before_learns_once_which_of_its_mails_are_drafts(box: Box) -> None:
    box.create(TO_CHECK)
    box.put(letter(1), letter(2), letter(3))
    put(box, answer(1), TO_CHECK, DRAFT)
    put(box, answer(2, TEMPLATE), TO_CHECK)
    put(box, answer(3), "Sent")
    box.poll()
    as_of_the_version_before(box)
    before = answered(box)

    box.poll(at=LATER)
    asked_again = [line for line in box.server.sessions(box.user)[-1] if "FETCH" in line]
    learnt = answered(box)
    throw_away(box, TO_CHECK)
    box.poll(at=LATER)
    box.poll(at=LATER)

    sent = Moment(WRITTEN, Basis.SENDER_CLOCK)
    assert (before, learnt, answered(box)) == ([sent] * 3, [None, None, sent], [None, None, sent])
    assert len(asked_again) == 2, "what the office wrote, and none of the letters"
    assert examined(box) == []


def test_a_draft_of_the_version_before_that_is_gone_keeps_the_reading_it_had(with_draft: Box) -> None:
    as_of_the_version_before(with_draft)
    throw_away(with_draft, TO_CHECK)
    with with_draft.server.client(with_draft.user) as client:
        client.select_folder("Trash")
        client.delete_messages(client.search("ALL"))
        client.expunge()

    with_draft.poll(at=LATER)

    assert answered(with_draft) == [Moment(WRITTEN, Basis.SENDER_CLOCK)]
