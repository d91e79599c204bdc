"""Mails as lists show them: those left out, with where they lie and what said so; any of them by its key."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta
from unittest.mock import Mock

import pytest
from sqlalchemy import Engine

from mailsla.adapters.database import listed_mails
from mailsla.adapters.database.store import Store, store_on
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.to_store import Batch, NewMessage, SetAside
from mailsla.core.mail.copies import Mail, MailboxRole
from mailsla.core.pairing.balance import MailClass
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.derivation import ListedMail
from mailsla.core.pairing.mail_list import MailList
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


def listed(opened: AbstractContextManager[MailList]) -> list[ListedMail]:
    """Return the mails of a list, as many as it says."""
    with opened as found:
        mails = list(found.mails)
    assert len(mails) == found.shown == found.found
    return mails


def lay(store: Store, mailbox: str, *mails: Mail) -> None:
    messages = tuple(
        NewMessage(uid, item.copies[0].internal_at, item.key, item.header)
        for uid, item in enumerate(mails, 1)
    )
    cursor = store.mailboxes.cursor("contact", ListedMailbox(mailbox, MailboxRole.INBOX))
    store.messages.add(cursor, Batch(7, len(mails), messages, ()), SEEN)


def test_the_mails_left_out_are_listed_with_what_said_so_and_where_they_lie(store: Store) -> None:
    letter, away = listed(store.mails.left_out())

    assert (letter.key, letter.kind, letter.reason) == (LETTER.key, "list", ("list-field", "list-id", ""))
    assert letter.mailboxes == (("contact", "INBOX"), ("contact", "Archives"))
    assert (letter.senders, letter.recipients) == (("lettre@example.org",), (CONTACT,))
    assert (away.key, away.reason) == (AWAY.key, ("rfc3834", "auto-submitted", "auto-replied"))


def test_they_are_those_of_a_period_and_of_a_kind(store: Store) -> None:
    at = LETTER.copies[0].internal_at
    assert at is not None
    second = timedelta(seconds=1)

    assert [item.key for item in listed(store.mails.left_out(at, at + second))] == [LETTER.key]
    assert [item.key for item in listed(store.mails.left_out(at + second))] == [AWAY.key]
    assert [item.key for item in listed(store.mails.left_out(None, at))] == []
    assert [item.key for item in listed(store.mails.left_out(kind="automatic_reply"))] == [AWAY.key]
    assert store.mails.internal_count() == 1
    assert store.mails.internal_count(None, at) == 0
    assert len(listed(store.mails.left_out())) == sum(
        count for _kind, count in store.derivations.not_requests(at, SEEN)
    )


def test_a_list_is_as_it_was_when_it_was_opened(store: Store) -> None:
    with store.mails.of_class() as every, store.mails.copies() as copies:
        lay(store, "Nouveaux", mail("2026-11-01 10:00", by="camille@example.net"))
        found = [len(list(every.mails)), len(list(copies.mails))]

    assert found == [every.found, copies.found] == [4, 5]


def test_mails_are_read_a_few_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [listed(store.mails.of_class()), listed(store.mails.copies())]
    places = Mock(wraps=listed_mails._places)
    monkeypatch.setattr(listed_mails, "STREAMED", {"yield_per": 2})
    monkeypatch.setattr(listed_mails, "_places", places)

    assert [listed(store.mails.of_class()), listed(store.mails.copies())] == whole
    assert [len(asked.args[1]) for asked in places.call_args_list] == [2, 2]


def test_the_messages_of_several_conversations_are_those_of_each(store: Store) -> None:
    names = {item.conversation for item in store.derivations.messages()}

    found = store.derivations.conversations_of(names)

    assert len(found) > 1
    assert found == {name: list(store.derivations.conversation(name)) for name in names}
    assert store.derivations.conversations_of([]) == {}


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


def test_each_class_lists_as_many_mails_as_the_balance_counts(store: Store) -> None:
    answer = reply("2026-11-09 10:00", ASKED, by=CONTACT)
    lay(store, "Envoyés", answer)
    derive_pending(store.derivations, RULES)
    lay(store, "Nouveaux", mail("2026-11-10 10:00", by="camille@example.net"))
    unread(store)

    balance = store.mails.balance()

    assert {item: count for item, count in balance.classes.items() if count} == {
        MailClass.REQUEST: 1,
        MailClass.REPLY: 1,
        MailClass.LEFT_OUT: 2,
        MailClass.INTERNAL: 1,
        MailClass.PENDING: 1,
        MailClass.SET_ASIDE: 1,
    }
    assert balance.left_out == (("automatic_reply", 1), ("list", 1))
    for item in MailClass:
        if item is not MailClass.FURTHER_COPY:
            found = listed(store.mails.of_class(item))
            assert len(found) == balance.of(item)
            assert {mail.mail_class for mail in found} <= {item.value}
    assert len(listed(store.mails.of_class())) == balance.messages == 7
    assert len(listed(store.mails.copies(further=True))) == balance.further_copies == 1
    assert len(listed(store.mails.copies())) == balance.seen == 8


def test_a_mail_delivered_twice_is_one_message_and_its_copies_are_each_listed(store: Store) -> None:
    again = ASKED._replace(key="f" * 32)  # under another key: a tag in its subject, a redirect
    lay(store, "Redirigés", again)
    derive_pending(store.derivations, RULES)

    further = listed(store.mails.copies(further=True))

    assert {found.mailboxes[0][1] for found in further} in ({"Archives", "INBOX"}, {"Archives", "Redirigés"})
    assert [found.key for found in further].count(LETTER.key) == 1
    balance = store.mails.balance()
    assert (balance.of(MailClass.REQUEST), balance.further_copies, balance.messages) == (1, 2, 4)


def test_the_mails_of_a_class_are_those_of_a_period_and_of_a_kind(store: Store) -> None:
    at = AWAY.copies[0].internal_at
    assert at is not None
    unread(store)

    def keys(*arguments: object, **options: str) -> list[str]:
        return [found.key for found in listed(store.mails.of_class(*arguments, **options))]  # type: ignore[arg-type]  # (any of them)

    assert keys(MailClass.LEFT_OUT, at) == [AWAY.key]
    assert keys(MailClass.LEFT_OUT, None, at) == [LETTER.key]
    assert keys(MailClass.LEFT_OUT, kind="list") == [LETTER.key]
    assert keys(MailClass.SET_ASIDE) == keys(MailClass.SET_ASIDE, SEEN) == [""]
    assert keys(MailClass.SET_ASIDE, None, SEEN) == []
    assert len(listed(store.mails.copies(None, at))) == 2


def unread(store: Store) -> None:
    """Have the store know of a mail that could not be read."""
    cursor = store.mailboxes.cursor("contact", ListedMailbox("Illisibles", MailboxRole.INBOX))
    store.messages.add(cursor, Batch(7, 1, (), (SetAside(1, SEEN, "no-header"),)), SEEN)
