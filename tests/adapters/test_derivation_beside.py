"""Derivation beside a collection: nothing is derived twice, nothing else follows, and no mail waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from sqlalchemy import Engine, text

from mailsla.adapters.database.added import Added
from mailsla.adapters.database.derivations import Derivations
from mailsla.adapters.database.engine import open_engine, reading, writing
from mailsla.adapters.database.keys import numbers_of
from mailsla.adapters.database.sealing import Sealing
from mailsla.adapters.database.store import store_on
from mailsla.adapters.database.tied_messages import TiedMessages
from mailsla.adapters.machine.second_process import SecondProcess
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.to_store import Batch, new_message
from mailsla.core.errors import PermanentError, Superseded, TransientError
from mailsla.core.mail.copies import Mail, MailboxRole
from mailsla.core.pairing.configured import Configured, RuleNames
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.ties import ties_digest
from mailsla.usecases.derive import derive_pending
from mailsla.usecases.derive_beside import Beside
from mailsla.usecases.terms import Limits
from tests.adapters.boxes import LATER, Box, letter
from tests.adapters.test_bulk_derivation import SEEN, SMALL, derived, letters
from tests.factories import OFFICE, RULES, mail, paris, reply

INBOX = ListedMailbox("INBOX", MailboxRole.INBOX)
OTHER_RULES = replace(RULES, default_category="autre")


def add(engine: Engine, mails: Sequence[Mail], first_uid: int) -> Added:
    """Store a batch, and return what was added."""
    store = store_on(engine)
    messages = tuple(
        new_message(uid, item.copies[0].internal_at, item.header, OFFICE)
        for uid, item in enumerate(mails, first_uid)
    )
    cursor = store.mailboxes.cursor("contact", INBOX)
    batch = Batch(7, first_uid + len(mails) - 1, messages, (), ties_digest(OFFICE))
    return store.messages.add(cursor, batch, SEEN)


def beside(
    engine: Engine,
    configured: Configured = Configured(),  # noqa: B008 (a frozen value)
) -> Callable[[Added], None]:
    """Return what derives beside a collection that waits for its server, in this process alone."""
    return partial(_beside(engine, configured), awaited=True)


def _beside(engine: Engine, configured: Configured = Configured()) -> Beside:  # noqa: B008 (a frozen value)
    alone = Derivations(engine, SMALL).beside(SecondProcess(processors=1))
    return Beside(alone, RULES, configured)


def waiting(engine: Engine) -> list[int]:
    """Return the messages that wait to be derived."""
    with reading(engine) as connection:
        return sorted(connection.exec_driver_sql("select distinct message_id from pending").scalars())


def made_by(engine: Engine) -> RuleNames:
    """Return the rules that the store names."""
    return Derivations(engine).made_by()[0]


def derived_count(engine: Engine) -> int:
    """Count the messages that are derived."""
    with reading(engine) as connection:
        return int(connection.exec_driver_sql("select count(*) from derived_message").scalar_one())


def derived_anew(engine: Engine) -> list[list[tuple[object, ...]]]:
    """Return what deriving everything again gives."""
    with Derivations(engine).deriving() as work:
        work.finish(RuleNames("other rules", work.ties, work.days))
    derive_pending(Derivations(engine), RULES)
    return derived(engine)


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_derived_beside_and_after_is_what_deriving_everything_gives(
    engine: Engine, seed: int
) -> None:
    mails = letters(150, seed)
    derive = beside(engine)
    early = add(engine, mails[:40], 1)  # what the office sent, say: no turn of its own
    for first in range(40, len(mails), 25):
        derive(add(engine, mails[first : first + 25], first + 1))
    left = waiting(engine)
    derive_pending(Derivations(engine, SMALL), RULES)

    assert derived(engine) == derived_anew(engine)
    # Those that nothing was tied to, and those that were tied to what had been derived.
    assert 0 < len(left) < len(mails) / 2
    assert set(early.numbers) & set(left)


def test_an_answer_read_before_its_request_is_derived_with_it_and_nothing_waits(engine: Engine) -> None:
    asked = mail("2026-11-03 09:00", by="camille@example.org")
    add(engine, [reply("2026-11-05 09:00", asked)], 1)
    beside(engine)(add(engine, [asked], 2))

    [request] = Derivations(engine).requests()
    assert request.answered is not None
    assert request.answered.at == paris("2026-11-05 09:00")
    assert waiting(engine) == []


def test_a_mail_tied_to_what_is_derived_waits_with_what_it_is_tied_to(engine: Engine) -> None:
    asked = mail("2026-11-03 09:00", by="camille@example.org")
    derive = beside(engine)
    derive(add(engine, [asked], 1))
    before = derived(engine)
    answer = add(engine, [reply("2026-11-05 09:00", asked)], 2)
    # It is tied to the request through the answer alone.
    named = _id_of(engine, answer.numbers[0])
    thanks = add(engine, [mail("2026-11-06 09:00", by="dominique@example.org", replies_to=named)], 3)
    derive(thanks)
    derive(answer)

    assert derived(engine) == before
    assert waiting(engine) == [*answer.numbers, *thanks.numbers]


def _id_of(engine: Engine, number: int) -> str:
    with reading(engine) as connection:
        query = text("select message_id from message where id = :id")
        return str(connection.execute(query, {"id": number}).scalar_one())


def test_other_rules_are_left_to_the_derivation_after_the_collection(engine: Engine) -> None:
    older, newer = Configured(SEEN - timedelta(days=1)), Configured(SEEN)
    add(engine, letters(5, seed=1), 1)
    derive_pending(Derivations(engine), OTHER_RULES, newer)
    theirs, before = made_by(engine), derived(engine)
    added = add(engine, [mail("2026-11-20 09:00", by="nouvelle@example.org")], 50)
    for configured in (older, Configured()):
        beside(engine, configured)(added)

    assert (made_by(engine), derived(engine), waiting(engine)) == (theirs, before, list(added.numbers))
    with pytest.raises(Superseded):
        derive_pending(Derivations(engine), RULES, older)


def test_a_store_whose_derivations_are_to_be_made_again_is_left_alone(engine: Engine) -> None:
    add(engine, letters(5, seed=1), 1)
    derive_pending(Derivations(engine), RULES)
    with Derivations(engine).deriving() as work:
        # As some migrations do.
        work.finish(RuleNames("", work.ties, ""))
    beside(engine)(add(engine, [mail("2026-11-20 09:00", by="nouvelle@example.org")], 50))

    assert made_by(engine).rules == ""
    assert derive_pending(Derivations(engine), RULES) > 5


def test_what_fails_beside_a_collection_is_told_by_the_derivation_after_it(engine: Engine) -> None:
    derive = beside(engine)
    added = add(engine, letters(5, seed=1), 1)
    with writing(engine) as connection:
        connection.exec_driver_sql("alter table derived_days rename to elsewhere")
    derive(added)
    with pytest.raises((TransientError, PermanentError)):
        derive_pending(Derivations(engine), RULES)
    with writing(engine) as connection:
        connection.exec_driver_sql("alter table elsewhere rename to derived_days")
    # It is not tried again before the next collection.
    derive(added)

    assert (derived_count(engine), waiting(engine)) == (0, sorted(added.numbers))
    beside(engine)(added)
    assert waiting(engine) == []


def test_what_comes_first_decides_whether_anything_is_derived_while_more_comes(engine: Engine) -> None:
    """What is half derived beside a collection would be derived again after it."""
    first, second, third = (mail("2026-11-03 09:00", by=f"usager{number}@example.org") for number in range(3))
    never, always = _beside(engine), _beside(engine)
    never(add(engine, [first], 1), awaited=False)
    added = add(engine, [second], 2)
    never(added, awaited=True)
    assert derived_count(engine) == 0
    always(added, awaited=True)
    always(add(engine, [third], 3), awaited=False)

    assert derived_count(engine) == 2


def test_nobody_who_derives_is_waited_for(migrated_postgresql_url: str) -> None:
    engine = open_engine(migrated_postgresql_url)
    added = add(engine, letters(5, seed=1), 1)
    derive_pending(Derivations(engine), RULES)
    started = time.monotonic()
    with Derivations(engine).deriving():
        beside(engine)(added)

    # A lock is waited for during 30 seconds elsewhere.
    assert time.monotonic() - started < 10
    engine.dispose()


def test_a_first_collection_reads_what_the_office_sent_first_and_derives_the_rest_as_it_comes(
    box: Box,
) -> None:
    box.put(*(letter(number) for number in range(1, 35)))
    box.put(*(answer(number) for number in range(1, 21)), mailbox="Sent")
    left: list[tuple[str, int, int]] = []

    def note(mailbox: str, done: int, _total: int) -> None:
        left.append((mailbox, done, derived_count(box.engine)))

    limits = Limits(slice=10, piece_messages=10, stored=10, least_stored=10)
    box.poll(progress=note, limits=limits, beside=_beside(box.engine))
    waited = waiting(box.engine)
    requests = box.requests()

    # Each letter is derived with the answer to it, once it is stored; the last ones, which fill no batch, afterwards.
    inbox = [("INBOX", 10, 0), ("INBOX", 20, 20), ("INBOX", 30, 40), ("INBOX", 34, 50)]
    assert left == [("Sent", 10, 0), ("Sent", 20, 0), *inbox]
    assert len(waited) == 4
    assert sum(request.answered is not None for request in requests) == 20
    before = derived(box.engine)
    with Derivations(box.engine).deriving() as work:
        work.finish(RuleNames("other rules", work.ties, work.days))
    assert (len(box.requests()), derived(box.engine)) == (34, before)


def test_what_comes_faster_than_it_is_stored_is_derived_after_the_collection(box: Box) -> None:
    box.put(*(letter(number) for number in range(1, 35)))
    left: list[int] = []
    ticks = count()
    box.poll(
        progress=lambda _mailbox, _done, _total: left.append(derived_count(box.engine)),
        limits=Limits(slice=10, piece_messages=10, stored=10, least_stored=10),
        beside=_beside(box.engine),
        # One look at the clock in three is at the end of a wait.
        monotonic=lambda: float(next(ticks)),
    )

    assert set(left) == {0}


def test_what_the_office_sends_while_its_first_collection_goes_on_is_read_by_its_end(box: Box) -> None:
    box.put(letter(1), letter(2))
    box.put(answer(1), mailbox="Sent")

    def send(mailbox: str, done: int, _total: int) -> None:
        if (mailbox, done) == ("INBOX", 2):
            box.put(answer(2), mailbox="Sent")

    tally = box.poll(progress=send)
    answered = [request.answered is not None for request in box.requests()]
    again = box.poll(at=LATER)

    assert answered == [True, True]
    assert (tally.messages, again.messages) == (4, 0)
    assert tally.mailboxes == again.mailboxes, "none is counted twice"


def another_derives(engine: Engine, _asked: Mail, _number: int) -> None:
    derive_pending(Derivations(engine), RULES)


def another_derives_by_other_rules(engine: Engine, _asked: Mail, _number: int) -> None:
    derive_pending(Derivations(engine), OTHER_RULES)


def a_copy_comes(engine: Engine, asked: Mail, _number: int) -> None:
    add(engine, [asked], 70)


def an_answer_comes(engine: Engine, asked: Mail, _number: int) -> None:
    add(engine, [reply("2026-11-05 09:00", asked)], 70)


def its_copy_goes(engine: Engine, _asked: Mail, _number: int) -> None:
    store = store_on(engine)
    assert store.copies.mark_gone(store.mailboxes.cursor("contact", INBOX), 7, [1], LATER) == 1


def decided(action: Action) -> Callable[[Engine, Mail, int], object]:
    """Return what takes a decision about the request, or ties it to another one."""

    def decide(engine: Engine, asked: Mail, _number: int) -> None:
        other = letters(10, seed=2)[0].key if action is Action.JOIN else None
        store_on(engine).decisions.add(Decision(0, asked.key, action, "essai", "référente", LATER, other))

    return decide


def it_is_sealed(engine: Engine, _asked: Mail, number: int) -> None:
    derive_pending(Derivations(engine), RULES)
    with writing(engine) as connection:
        Sealing(connection, LATER, Configured().days).seal([number])


MEANWHILE: dict[str, Callable[[Engine, Mail, int], object]] = {
    "nothing": lambda *_: None,
    "another derives": another_derives,
    "another derives by other rules": another_derives_by_other_rules,
    "a copy comes": a_copy_comes,
    "an answer comes": an_answer_comes,
    "its copy goes": its_copy_goes,
    "it is left out": decided(Action.EXCLUDE),
    "it is tied to another": decided(Action.JOIN),
    "it is said to be a citizen's": decided(Action.COUNT),
    "it is sealed": it_is_sealed,
}
"""What may happen to a request between the transaction that stores it and the one that derives it."""


@pytest.mark.parametrize("happened", MEANWHILE)
def test_what_happens_before_a_batch_is_derived_is_not_lost(engine: Engine, happened: str) -> None:
    asked = mail("2026-11-03 09:00", by="camille@example.org")
    others = letters(10, seed=2)
    derive = beside(engine)
    derive(add(engine, [], 0))
    added = add(engine, [asked, *others], 1)
    MEANWHILE[happened](engine, asked, number_of(engine, asked))
    derive(added)
    derive_pending(Derivations(engine, SMALL), RULES)

    assert derived(engine) == derived_anew(engine)
    assert waiting(engine) == []


def number_of(engine: Engine, item: Mail) -> int:
    """Return the store's number of a mail."""
    with reading(engine) as connection:
        return numbers_of(connection, [item.key])[item.key]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_was_added_is_what_would_be_read_back(engine: Engine, seed: int) -> None:
    mails = letters(60, seed)
    add(engine, mails[:20], 1)
    # Some are known already, and some come twice.
    added = add(engine, [*mails[10:50], *mails[30:40]], 30)
    numbers = sorted(added.messages)
    with reading(engine) as connection:
        plain, knowing = (TiedMessages(connection, SMALL, *given) for given in ((), (added,)))
        assert plain.mails(added.numbers) == knowing.mails(added.numbers)
        assert knowing.mails(numbers) == plain.mails(numbers)
        assert sorted(plain._ties(numbers)) == sorted(tie for tie in added.ties if tie[1] in added.messages)
        assert [*plain.groups(added.numbers)] == [*knowing.groups(added.numbers)]

    assert len(numbers) == len({item.key for item in mails[10:50]} - {item.key for item in mails[:20]})


def answer(number: int) -> bytes:
    """Return the office's answer to `letter(number)`."""
    return (
        f"Message-ID: <r{number}.{number:04}@pref.example.fr>\r\nFrom: contact@pref.example.fr\r\n"
        f"To: usager{number}@example.org\r\nIn-Reply-To: <i{number}.{number:04}@example.org>\r\n"
        f"Subject: Re: Demande {number}\r\n\r\n"
    ).encode()
