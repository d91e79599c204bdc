"""Mails as lists show them: those left out, with where they lie and what said so; any of them by its key."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from mailsla.adapters.database.store import Store, store_on
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.to_store import Batch, NewMessage
from mailsla.core.mail.copies import Mail, MailboxRole
from mailsla.core.pairing.decision import Action, Decision
from mailsla.usecases.derive import derive_pending
from tests.factories import CITIZEN, CONTACT, OFFICE, RULES, mail, paris, reply

SEEN = paris("2026-11-13 09:00")
LIST = [("list-id", "<club.example.org>")]
LETTER = mail("2026-11-02 10:00", by="lettre@example.org", kept=LIST)
AWAY = mail("2026-11-04 10:00", kept=[("auto-submitted", "auto-replied")])
INSIDE = mail("2026-11-05 10:00", by=CONTACT, to=f"permis@{OFFICE.domains[0]}")
ASKED = mail("2026-11-06 10:00")


@pytest.fixture
def store(engine: Engine) -> Store:
    found = store_on(engine)
    lay(found, "INBOX", LETTER, AWAY, INSIDE, ASKED)
    lay(found, "Archives", LETTER)
    derive_pending(found.derivations, RULES)
    return found


def lay(store: Store, mailbox: str, *mails: Mail) -> None:
    messages = tuple(
        NewMessage(uid, item.copies[0].internal_at, item.key, item.header)
        for uid, item in enumerate(mails, 1)
    )
    cursor = store.mailboxes.cursor("contact", ListedMailbox(mailbox, MailboxRole.INBOX))
    store.messages.add(cursor, Batch(7, len(mails), messages, ()), SEEN)


def test_the_mails_left_out_are_listed_with_what_said_so_and_where_they_lie(store: Store) -> None:
    letter, away = store.mails.left_out()

    assert (letter.key, letter.kind, letter.reason) == (LETTER.key, "list", ("list-field", "list-id", ""))
    assert letter.mailboxes == (("contact", "INBOX"), ("contact", "Archives"))
    assert (letter.senders, letter.recipients) == (("lettre@example.org",), (CONTACT,))
    assert (away.key, away.reason) == (AWAY.key, ("rfc3834", "auto-submitted", "auto-replied"))


def test_they_are_those_of_a_period_and_of_a_kind(store: Store) -> None:
    at = LETTER.copies[0].internal_at
    assert at is not None
    second = timedelta(seconds=1)

    assert [item.key for item in store.mails.left_out(at, at + second)] == [LETTER.key]
    assert [item.key for item in store.mails.left_out(at + second)] == [AWAY.key]
    assert [item.key for item in store.mails.left_out(None, at)] == []
    assert [item.key for item in store.mails.left_out(kind="automatic_reply")] == [AWAY.key]
    assert store.mails.internal_count() == 1
    assert store.mails.internal_count(None, at) == 0
    assert len(store.mails.left_out()) == sum(
        count for _kind, count in store.derivations.not_requests(at, SEEN)
    )


def test_a_mail_that_is_gone_lies_where_it_lay(store: Store) -> None:
    cursor = store.mailboxes.cursor("contact", ListedMailbox("INBOX", MailboxRole.INBOX))
    store.copies.mark_gone(cursor, 7, {2}, SEEN)

    assert store.mails.mails([AWAY.key])[AWAY.key].mailboxes == (("contact", "INBOX"),)
    assert store.mails.mails(["0" * 32]) == {}


def test_a_mail_that_is_counted_is_tied_to_its_reply_at_once_and_when_everything_is_derived_anew(
    store: Store,
) -> None:
    answer = reply("2026-11-03 10:00", LETTER, by=CONTACT)
    answer = answer._replace(header=answer.header._replace(in_reply_to=(), to=("lettre@example.org",)))
    lay(store, "Sent", answer)
    derive_pending(store.derivations, RULES)
    before = store.derivations.requests_around([LETTER.key])

    store.decisions.add(Decision(0, LETTER.key, Action.COUNT, "usager", "référent", SEEN))
    derive_pending(store.derivations, RULES)
    [counted] = store.derivations.requests_around([LETTER.key])
    store.decisions.add(Decision(0, LETTER.key, Action.UNDO, "erreur", "référent", SEEN, undone=1))
    derive_pending(store.derivations, RULES)

    assert before == ()
    assert (counted.key, counted.answered_by) == (LETTER.key, answer.key)
    assert store.derivations.requests_around([LETTER.key]) == ()
    assert [request.citizens for request in store.derivations.requests_around([ASKED.key])] == [(CITIZEN,)]
