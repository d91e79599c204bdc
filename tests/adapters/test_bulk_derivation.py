"""Derivation in parts, alone or with another process: the rows that deriving everything at once would give."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import time

from sqlalchemy import Engine

from mailsla.adapters.database import migrating, schema
from mailsla.adapters.database.added import Added
from mailsla.adapters.database.derivation_work import DerivationWork
from mailsla.adapters.database.derivations import Derivations
from mailsla.adapters.database.engine import open_engine, reading, writing
from mailsla.adapters.database.pending import derive_again
from mailsla.adapters.database.store import store_on
from mailsla.adapters.machine.second_process import SecondProcess
from mailsla.core.clock.local_days import LocalDays
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.to_store import Batch, new_message
from mailsla.core.mail.copies import Mail, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.office.forms import AddressSource, Form
from mailsla.core.pairing import ties as core_ties
from mailsla.core.pairing.configured import Configured, RuleNames, rule_names
from mailsla.core.pairing.derivation import derive
from mailsla.core.pairing.ties import ties_digest
from mailsla.usecases.derive import derive_pending
from tests.factories import OFFICE, PARIS, RULES, mail, paris, reply

INBOX = ListedMailbox("INBOX", MailboxRole.INBOX)
SEEN = paris("2026-11-20 09:00")


def letters(count: int, seed: int) -> list[Mail]:
    """Return requests with reminders, replies by id and by subject, and strangers, in a random order."""
    draw = random.Random(seed)
    found: list[Mail] = []
    for number in range(count):
        day, hour = 1 + number % 9, 8 + number % 10
        asked = mail(
            f"2026-11-{day:02} {hour:02}:00", by=f"usager{number}@example.org", subject=f"Demande {number}"
        )
        found.append(asked)
        if draw.random() < 0.3:
            again = mail(
                f"2026-11-{day + 1:02} {hour:02}:00",
                by=f"usager{number}@example.org",
                subject=f"Demande {number}",
                replies_to=asked.header.message_id,
            )
            found.append(again)
        if draw.random() < 0.5:
            found.append(reply(f"2026-11-{day + 3:02} {hour:02}:00", asked))
    draw.shuffle(found)
    return found


SMALL = 40
"""Messages of a portion: several are needed."""


class AloneDerivations(Derivations):
    """The same, without another process."""

    @contextmanager
    def deriving(self, added: Added | None = None) -> Iterator[DerivationWork]:
        assert added is None
        with writing(self._engine) as connection, SecondProcess(processors=1) as second:
            yield DerivationWork(connection, second, self._portion)


def add(engine: Engine, mails: list[Mail], first_uid: int) -> None:
    store = store_on(engine)
    messages = tuple(
        new_message(uid, item.copies[0].internal_at, item.header, OFFICE)
        for uid, item in enumerate(mails, first_uid)
    )
    cursor = store.mailboxes.cursor("contact", INBOX)
    store.messages.add(cursor, Batch(7, first_uid + len(mails) - 1, messages, (), ties_digest(OFFICE)), SEEN)


def derived(engine: Engine) -> list[list[tuple[object, ...]]]:
    queries = (
        "select * from derived_message order by message_id",
        "select * from derived_request order by message_id",
        "select * from derived_doubt order by message_id, code",
        "select * from derived_class order by mail_class, kind",
        "select * from derived_clue order by counted, host",
        (
            "select message_id, received, answered, first_response, assigned, mailed, apart_until, service, category, "
            "follow_up, imported, acknowledged, excluded, otherwise from derived_days "
            "join derived_shape on derived_shape.id = shape order by message_id"
        ),
    )
    with reading(engine) as connection:
        return [[tuple(row) for row in connection.exec_driver_sql(query)] for query in queries]


def ties(engine: Engine) -> list[tuple[object, ...]]:
    with reading(engine) as connection:
        return [
            tuple(row)
            for row in connection.exec_driver_sql(
                "select name, message_id from tie order by name, message_id"
            )
        ]


def test_portions_and_processes_change_nothing(engine: Engine) -> None:
    add(engine, letters(150, seed=1), 1)
    derive_pending(AloneDerivations(engine, portion=1_000_000), RULES)
    at_once = derived(engine)
    others = []
    for store in (AloneDerivations(engine, SMALL), Derivations(engine, SMALL)):
        with store.deriving() as work:
            work.finish(RuleNames("other rules", work.ties, work.days))
        derive_pending(store, RULES)
        others.append(derived(engine))

    assert len(at_once[0]) > 200
    assert others == [at_once, at_once]


def test_deriving_everything_leaves_the_indexes_that_the_tables_declare(engine: Engine) -> None:
    add(engine, letters(10, seed=3), 1)

    for _again in range(2):
        with Derivations(engine).deriving() as work:
            work.finish(RuleNames("other rules", work.ties, work.days))
        derive_pending(Derivations(engine), RULES)
        migrating.check(engine)


def test_a_little_at_a_time_is_the_same_as_all_at_once(engine: Engine) -> None:
    mails = letters(120, seed=2)
    store = Derivations(engine, SMALL)
    for start in range(0, len(mails), 7):
        add(engine, mails[start : start + 7], start + 1)
        derive_pending(store, RULES)
    piecemeal = derived(engine)
    with store.deriving() as work:
        work.finish(RuleNames("other rules", work.ties, work.days))

    derive_pending(store, RULES)

    assert derived(engine) == piecemeal


def test_days_of_another_cutoff_are_counted_again_as_deriving_everything_would(engine: Engine) -> None:
    add(engine, letters(60, seed=7), 1)
    store = Derivations(engine, SMALL)
    noon = Configured(days=LocalDays(PARIS, time(12)))
    told: list[tuple[int, int]] = []
    derive_pending(store, RULES, Configured(days=LocalDays(PARIS)))
    before = derived(engine)
    read = derive_pending(store, RULES, noon, lambda done, total: told.append((done, total)))
    counted = derived(engine)
    with store.deriving() as work:
        work.finish(RuleNames("other rules", work.ties, work.days))
    derive_pending(store, RULES, noon)

    assert before != counted == derived(engine)
    assert (read, told) == (0, [(60, 60)])


def test_what_no_request_is_any_more_is_forgotten_when_everything_is_derived(engine: Engine) -> None:
    add(engine, letters(5, seed=8), 1)
    store = Derivations(engine)
    categories = []
    for rules in (RULES, replace(RULES, default_category="other")):
        derive_pending(store, rules)
        with reading(engine) as connection:
            found = connection.exec_driver_sql("select distinct category from derived_shape")
            categories.append(found.scalars().all())

    assert categories == [["information"], ["other"]]


def test_ties_made_with_the_messages_are_those_made_from_the_store(engine: Engine) -> None:
    add(engine, letters(60, seed=3), 1)
    stored_with = ties(engine)
    store = Derivations(engine, SMALL)
    with store.deriving() as work:
        work.tie_all(OFFICE)

    assert len(stored_with) > 100
    assert ties(engine) == stored_with


def test_messages_stored_under_another_office_are_tied_when_they_are_derived(engine: Engine) -> None:
    add(engine, letters(20, seed=4), 1)
    store = Derivations(engine)
    derive_pending(store, RULES)
    facts = store_on(engine)
    asked = mail("2026-11-10 09:00", by="nouvelle@example.org", subject="Nouvelle")
    answered = reply("2026-11-12 09:00", asked)
    for uid, item in enumerate((asked, answered), 500):
        message = new_message(uid, None, item.header, OFFICE)
        cursor = facts.mailboxes.cursor("contact", INBOX)
        facts.messages.add(cursor, Batch(7, uid, (message,), (), "an older office"), SEEN)
        derive_pending(store, RULES)

    [request] = [item for item in store.requests() if item.subject == "Nouvelle"]
    assert request.answered is not None


def test_what_another_worker_changes_during_a_derivation_is_derived_by_the_next(engine: Engine) -> None:
    add(engine, letters(20, seed=5), 1)
    store = Derivations(engine)
    asked = mail("2026-11-10 09:00", by="nouvelle@example.org", subject="Nouvelle")
    with store.deriving() as work:
        work.take_pending()
        if engine.dialect.name == "postgresql":
            # SQLite has one writer at a time.
            add(engine, [asked], 500)
        work.derive(None, RULES, Configured().days)
        work.finish(rule_names(RULES, Configured()))
    if engine.dialect.name == "sqlite":
        add(engine, [asked], 500)

    with store.deriving() as work:
        waiting = work.take_pending()

    assert len(waiting) == 1


def test_a_change_made_while_its_message_is_derived_is_not_forgotten(postgresql_url: str) -> None:
    engine = open_engine(postgresql_url)
    schema.upgrade(engine)
    add(engine, [mail("2026-11-10 09:00")], 1)
    store = Derivations(engine)

    with writing(engine) as elsewhere:
        derive_again(elsewhere, [1], None)
        derive_pending(store, RULES)
    with store.deriving() as work:
        waiting = work.take_pending()

    assert waiting == [1]
    engine.dispose()


def test_other_ties_derive_everything_again_once(engine: Engine) -> None:
    add(engine, letters(20, seed=6), 1)
    store = Derivations(engine)
    derive_pending(store, RULES)
    moved = replace(RULES, office=replace(OFFICE, addresses=frozenset({"accueil@autre.example.org"})))

    assert derive_pending(store, moved) > 20
    assert derive_pending(store, moved) == 0


def test_a_form_that_writes_in_our_name_is_tied_to_the_citizen_s_answer() -> None:
    form = Form(frozenset({"webform@pref.example.fr"}), (AddressSource.REPLY_TO,))
    office = replace(OFFICE, forms=(form,))
    asked = Header(
        message_id="f1.0001@pref.example.fr",
        senders=("contact@pref.example.fr",),
        sender=("webform@pref.example.fr",),
        reply_to=("camille@example.org",),
        to=("contact@pref.example.fr",),
    )
    answered = Header(
        message_id="r1.0001@pref.example.fr",
        senders=("contact@pref.example.fr",),
        to=("camille@example.org",),
    )

    assert set(core_ties.ties(asked, office)) & set(core_ties.ties(answered, office))


def test_a_mail_that_cannot_be_derived_is_told_and_stops_no_other(engine: Engine) -> None:
    store = store_on(engine)
    mails = letters(20, seed=4)
    add(engine, mails, 1)
    with writing(engine) as connection:
        # A field's value is a text: a number stands for whatever a version to come may stumble on.
        connection.exec_driver_sql("update message set kept = '[[\"auto-submitted\", 5]]' where id = 3")
    derive_pending(store.derivations, RULES)

    [underived] = store.derivations.underived()
    assert (underived.mailbox, underived.reason.split()[0]) == ("INBOX", "unforeseen")
    assert store.not_understood() == (underived,)
    assert store.derivations.waiting_since() is None
    others = [item for uid, item in enumerate(mails, 1) if uid != underived.uid]
    expected = {request.key for request in derive(others, RULES).requests}
    assert {request.key for request in store.derivations.requests()} == expected


def test_what_waits_to_be_derived_waits_since_it_was_stored(engine: Engine) -> None:
    store = store_on(engine)
    add(engine, letters(2, seed=4), 1)
    waiting = store.derivations.waiting_since()
    derive_pending(store.derivations, RULES)

    assert (waiting, store.derivations.waiting_since()) == (SEEN, None)
