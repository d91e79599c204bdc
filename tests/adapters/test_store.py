"""What every store does: facts only added, a batch and its cursor together, derivations rebuilt the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, func, select, update

from mailsla.adapters.database import rows, schema
from mailsla.adapters.database.column_values import ColumnValues
from mailsla.adapters.database.derivations import Derivations
from mailsla.adapters.database.engine import open_engine, reading, writing
from mailsla.adapters.database.outbox import Outbox
from mailsla.adapters.database.sizes import store_size
from mailsla.adapters.database.store import Store, store_on
from mailsla.adapters.database.tables import DERIVED_MESSAGE, LOCATION, MESSAGE
from mailsla.adapters.database.traces import trace_document
from mailsla.core.alerts.memory import Told
from mailsla.core.alerts.outgoing import DropReason, Outgoing
from mailsla.core.collection.on_server import ListedMailbox, MailboxStatus
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.collection.to_store import Batch, NewMessage, SetAside
from mailsla.core.errors import PermanentError
from mailsla.core.mail.authentication_results import Results, Said
from mailsla.core.mail.copies import DRAFT_FIELD, DRAFT_FLAG, Copy, Mail, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.mail.trace_information import Hop, Trace
from mailsla.core.pairing.configured import RuleNames
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.doubts import DoubtCode
from mailsla.core.rate.case import case_of
from mailsla.core.rate.publication import SALTED
from mailsla.usecases.derive import derive_pending
from tests.adapters.salted import unproven
from tests.factories import CITIZEN, RULES, mail, paris, reply

INBOX = ListedMailbox("INBOX", MailboxRole.INBOX)
SENT = ListedMailbox("Sent", MailboxRole.SENT)
JUNK = ListedMailbox("Junk", MailboxRole.JUNK)
SEEN = datetime(2026, 11, 13, 8, tzinfo=UTC)


@pytest.fixture
def store(engine: Engine) -> Store:
    return store_on(engine)


@pytest.fixture
def derivations(engine: Engine) -> Derivations:
    return Derivations(engine)


def new(item: Mail, uid: int) -> NewMessage:
    return NewMessage(uid, item.copies[0].internal_at, item.key, item.header)


def add(
    store: Store, *mails: Mail, mailbox: ListedMailbox = INBOX, first_uid: int = 1, validity: int = 7
) -> None:
    messages = tuple(new(item, uid) for uid, item in enumerate(mails, first_uid))
    batch = Batch(validity, first_uid + len(mails) - 1, messages, ())
    store.messages.add(store.mailboxes.cursor("contact", mailbox), batch, SEEN)


def counts(engine: Engine) -> tuple[int, int]:
    """Return how many messages and copies are stored."""
    with reading(engine) as connection:
        messages = connection.execute(select(func.count()).select_from(MESSAGE)).scalar_one()
        copies = connection.execute(select(func.count()).select_from(LOCATION)).scalar_one()
    return messages, copies


def test_a_new_mailbox_starts_from_nothing(store: Store) -> None:
    cursor = store.mailboxes.cursor("contact", INBOX)

    assert (cursor.uid_validity, cursor.last_uid, cursor.uid_next) == (0, 0, 0)
    assert store.mailboxes.cursor("contact", INBOX) == cursor
    assert store.mailboxes.cursor("other", INBOX).mailbox_id != cursor.mailbox_id


def test_a_batch_moves_the_cursor_and_repeating_it_adds_nothing(store: Store, engine: Engine) -> None:
    asked = mail("2026-11-02 10:00")

    add(store, asked)
    add(store, asked)

    assert counts(engine) == (1, 1)
    assert store.mailboxes.cursor("contact", INBOX).last_uid == 1


def test_only_what_would_be_written_again_does_not_wait_for_the_disk(engine: Engine) -> None:
    asked = "PRAGMA synchronous" if engine.dialect.name == "sqlite" else "show synchronous_commit"
    if engine.dialect.name == "postgresql":
        with writing(engine) as connection:
            # Of the one connection there is: the tests' server waits for no disk by itself.
            connection.exec_driver_sql("set synchronous_commit = on")
    said = []
    for repeatable in (False, True, False):
        with writing(engine, repeatable=repeatable) as connection:
            said.append(connection.exec_driver_sql(asked).scalar_one())

    full, normal = (2, 1) if engine.dialect.name == "sqlite" else ("on", "off")
    assert said == [full, normal, full]


def test_the_size_of_a_store_is_that_of_all_it_holds(store: Store, engine: Engine) -> None:
    empty = store_size(engine)
    add(store, *(mail(f"2026-11-02 10:{minute:02}") for minute in range(60)))
    filled = store_size(engine)

    assert (empty.messages, filled.messages) == (0, 60)
    assert filled.total > empty.total > 0
    assert filled.a_message == (filled.total - filled.free) // 60


def test_a_batch_that_fails_leaves_neither_messages_nor_cursor(store: Store, engine: Engine) -> None:
    cursor = store.mailboxes.cursor("contact", INBOX)
    naive = NewMessage(2, datetime(2026, 11, 2), "ab" * 16, Header())  # noqa: DTZ001 (what the store refuses)
    batch = Batch(7, 2, (new(mail("2026-11-02 10:00"), 1), naive), ())

    with pytest.raises(Exception, match="timezone"):
        store.messages.add(cursor, batch, SEEN)

    assert counts(engine) == (0, 0)
    assert store.mailboxes.cursor("contact", INBOX).last_uid == 0


def test_one_mail_in_two_mailboxes_is_one_message_with_two_copies(store: Store, engine: Engine) -> None:
    asked = mail("2026-11-02 10:00")

    add(store, asked)
    add(store, asked, mailbox=ListedMailbox("Archives", MailboxRole.INBOX))

    assert counts(engine) == (1, 2)


def test_two_mails_with_one_bogus_id_stay_two(store: Store, engine: Engine) -> None:
    add(
        store,
        mail("2026-11-02 10:00", message_id="yes"),
        mail("2026-11-02 10:00", message_id="yes", by="claude.petit@example.net"),
    )

    assert counts(engine) == (2, 2)


def test_what_no_mail_answered_is_kept_with_what_mail_answered_all_the_same(
    store: Store, derivations: Derivations
) -> None:
    asked, other = mail("2026-11-02 10:00"), mail("2026-11-02 11:00", by="claude.petit@example.net")
    add(store, asked, other, reply("2026-11-06 10:00", asked))
    for target in (asked, other):
        store.decisions.add(
            Decision(0, target.key, Action.ANSWERED, "autre", "référent", SEEN, at=paris("2026-11-03 10:00"))
        )

    derive_pending(derivations, RULES)

    first, second = derivations.requests()
    assert first.by_mail == Moment(paris("2026-11-06 10:00"), Basis.SENDER_CLOCK)
    assert second.by_mail is None
    cases = derivations.cases()
    assert cases == (case_of(first), case_of(second))
    assert [case.otherwise for case in cases] == [Basis.DECISION, Basis.DECISION]


def test_what_keeps_alerts_back_is_the_last_that_was_decided_and_nothing_once_it_is_taken_back(
    store: Store,
) -> None:
    asked, other = mail("2026-11-02 10:00"), mail("2026-11-02 11:00", by="claude.petit@example.net")
    add(store, asked, other)
    first = Decision(0, asked.key, Action.REMIND, "essai", "référent", SEEN, at=paris("2026-11-16 00:00"))
    store.decisions.add(first)
    store.decisions.add(replace(first, target=other.key, action=Action.EXCLUDE, at=None))
    last = store.decisions.add(replace(first, at=paris("2026-11-20 00:00")))

    [found] = store.decisions.reminders([asked.key, other.key])
    assert (found.number, found.at) == (last, paris("2026-11-20 00:00"))
    assert store.decisions.reminders([other.key]) == store.decisions.reminders([]) == []
    for number in (last, 1):
        store.decisions.add(replace(first, action=Action.UNDO, at=None, undone=number))
    assert store.decisions.reminders([asked.key]) == []


def test_what_disputes_an_instant_and_every_reason_to_look_at_a_mail_are_kept(
    store: Store, derivations: Derivations
) -> None:
    asked = mail("2026-11-02 10:00")
    beside = mail("2026-11-03 10:00", subject="Absence : passeport", replies_to=asked.header.message_id)
    answered = new(reply("2026-11-04 15:00", asked), 3)._replace(internal_at=SEEN)
    add(store, asked, beside)
    cursor = store.mailboxes.cursor("contact", ListedMailbox("Sent", MailboxRole.SENT))
    store.messages.add(cursor, Batch(7, 3, (answered,), (), arrived=True), SEEN)

    derive_pending(derivations, RULES)

    first, second = derivations.requests()
    assert first.answered == Moment(paris("2026-11-04 15:00"), Basis.SENDER_CLOCK, SEEN)
    assert (first.received.disputed, second.answered) == (None, None)
    assert derivations.cases() == (case_of(first), case_of(second))
    assert {doubt.code for doubt in derivations.doubts() if doubt.mail == beside.key} == {
        DoubtCode.NEW_SUBJECT_BEFORE_REPLY,
        DoubtCode.SEEMS_AUTOMATIC,
    }


def test_the_hosts_that_make_the_ids_of_our_mail_alone_are_found(
    store: Store, derivations: Derivations
) -> None:
    ours = [
        mail(
            f"2026-11-02 1{number}:00",
            by="contact@pref.example.fr",
            to=CITIZEN,
            message_id=f"{number}@{host}",
        )
        for host in ("A.example.net", "both.example.net", "nodot", "b.example.net")
        for number in range(5 if host == "b.example.net" else 3)
    ]
    few = mail("2026-11-02 10:00", by="contact@pref.example.fr", to=CITIZEN, message_id="1@few.example.net")
    add(store, *ours, few, mail("2026-11-02 10:00", message_id="9@both.example.net"))

    derive_pending(derivations, RULES)

    assert store.clues.id_hosts() == ("b.example.net", "a.example.net")


def test_marks_of_drafts_are_dated_facts_of_copies_and_only_the_flag_is_taken_away(
    store: Store, derivations: Derivations
) -> None:
    asked = mail("2026-11-02 10:00")
    drafts = [new(reply("2026-11-04 15:00", asked), 1)._replace(marks=(DRAFT_FLAG,))]
    drafts += [new(reply("2026-11-05 15:00", asked), 2)._replace(marks=(DRAFT_FLAG, DRAFT_FIELD))]
    add(store, asked)
    cursor = store.mailboxes.cursor("contact", ListedMailbox("À valider", MailboxRole.INBOX))
    cursors = [cursor, store.mailboxes.cursor("contact", INBOX)]
    for _time in range(2):
        store.messages.add(cursor, Batch(7, 2, tuple(drafts), ()), SEEN)
    derive_pending(derivations, RULES)
    unsent, holding = derivations.requests()[0].answered, store.copies.with_drafts(cursors)

    store.copies.set_keyword(cursor, 7, DRAFT_FLAG, [], SEEN + timedelta(days=1))
    derive_pending(derivations, RULES)

    assert (unsent, holding, store.copies.with_drafts(cursors)) == (None, {cursor.mailbox_id}, set())
    [request] = derivations.requests()
    assert request.answered == Moment(SEEN + timedelta(days=1), Basis.FIRST_SEEN)
    assert request.answered_by == drafts[0].key, "the other one still bears the field"


def test_what_is_set_aside_stays_visible_with_its_place(store: Store) -> None:
    cursor = store.mailboxes.cursor("contact", INBOX)
    store.messages.add(cursor, Batch(7, 3, (), (SetAside(3, SEEN, "no-header"),)), SEEN)

    [aside] = store.set_aside.all()

    assert (aside.account, aside.mailbox, aside.uid, aside.reason) == ("contact", "INBOX", 3, "no-header")


def test_a_request_and_its_reply_are_derived_from_the_store(store: Store, derivations: Derivations) -> None:
    asked = mail("2026-11-02 10:00", subject="Été : « demande » d'élection")
    answered = reply("2026-11-04 15:00", asked)
    add(store, asked)
    add(store, answered, mailbox=SENT)

    derive_pending(derivations, RULES)

    [request] = derivations.requests()
    assert request.subject == "Été : « demande » d'élection"
    assert request.answered is not None
    assert (request.received.at, request.answered.at) == (
        paris("2026-11-02 10:00"),
        paris("2026-11-04 15:00"),
    )
    assert [message.evidence for message in derivations.conversation(request.conversation)] == [
        "none",
        "in-reply-to",
    ]


def test_spam_moved_to_junk_leaves_and_comes_back_when_restored(
    store: Store, derivations: Derivations
) -> None:
    asked = mail("2026-11-02 10:00")
    add(store, asked)
    derive_pending(derivations, RULES)
    assert len(derivations.requests()) == 1

    add(store, asked, mailbox=JUNK)
    store.copies.mark_gone(store.mailboxes.cursor("contact", INBOX), 7, {1}, SEEN)
    derive_pending(derivations, RULES)
    assert derivations.requests() == ()

    add(store, asked, first_uid=2)
    store.copies.mark_gone(store.mailboxes.cursor("contact", JUNK), 7, {1}, SEEN)
    derive_pending(derivations, RULES)
    assert len(derivations.requests()) == 1


def test_another_uidvalidity_counts_nothing_twice(
    store: Store, derivations: Derivations, engine: Engine
) -> None:
    asked = mail("2026-11-02 10:00")
    add(store, asked)
    add(store, asked, validity=8)
    cursor = store.mailboxes.cursor("contact", INBOX)
    believed = store.copies.present_count(cursor)
    store.copies.mark_renumbered(cursor, 8, SEEN)
    derive_pending(derivations, RULES)

    assert counts(engine) == (1, 2)
    assert len(derivations.requests()) == 1
    assert (believed, store.copies.present_count(cursor)) == ({7: 1, 8: 1}, {8: 1})


def test_what_a_restored_server_shows_again_is_believed_again(store: Store, engine: Engine) -> None:
    asked = mail("2026-11-02 10:00")
    add(store, asked)
    cursor = store.mailboxes.cursor("contact", INBOX)
    store.copies.mark_renumbered(cursor, 8, SEEN)
    gone = store.copies.present_count(cursor)

    add(store, asked)

    assert (gone, store.copies.present_count(cursor)) == ({}, {7: 1})
    assert counts(engine) == (1, 1)


def test_a_mailbox_that_is_no_longer_listed_holds_nothing_and_an_archive_still_does(store: Store) -> None:
    letter = mail("2026-11-02 09:00")
    add(store, letter, mailbox=JUNK)
    archived = Batch(1, 0, (new(letter, 0),), ())
    archive = store.mailboxes.cursor("contact", ListedMailbox("archive.mbox", MailboxRole.INBOX))
    store.messages.add_imported(archive, archived, SEEN)

    gone = store.mailboxes.forget_others("contact", {"INBOX"}, SEEN)

    assert (gone, store.mailboxes.forget_others("contact", {"INBOX"}, SEEN)) == (1, 0)
    assert store.mailboxes.forget_others("another", set(), SEEN) == 0
    assert store.copies.present_count(store.mailboxes.cursor("contact", JUNK)) == {}
    assert store.copies.present_count(archive) == {1: 1}


def test_a_mailbox_that_is_listed_again_is_read_again_and_holds_what_it_held(store: Store) -> None:
    letter = mail("2026-11-02 09:00")
    add(store, letter, mailbox=JUNK)
    store.mailboxes.forget_others("contact", {"INBOX"}, SEEN)
    again = store.mailboxes.cursor("contact", JUNK)

    add(store, letter, mailbox=JUNK)

    assert (again.uid_validity, again.last_uid) == (0, 0)
    assert store.copies.present_count(store.mailboxes.cursor("contact", JUNK)) == {7: 1}


def test_a_uid_given_to_another_message_ends_the_copy_that_had_it(
    store: Store, derivations: Derivations
) -> None:
    before, after = mail("2026-11-02 10:00"), mail("2026-11-03 10:00", by="claude.petit@example.net")
    add(store, before)
    derive_pending(derivations, RULES)

    add(store, after)
    add(store, before, mailbox=JUNK)
    derive_pending(derivations, RULES)

    assert store.copies.present_count(store.mailboxes.cursor("contact", INBOX)) == {7: 1}
    assert [request.citizens for request in derivations.requests()] == [("claude.petit@example.net",)]


def test_a_changed_rule_derives_everything_again(store: Store, derivations: Derivations) -> None:
    asked = mail("2026-11-02 10:00")
    holding = mail(
        "2026-11-03 10:00",
        by="contact@pref.example.fr",
        to=asked.header.senders,
        subject="Réponse d'attente",
        replies_to=asked.header.message_id,
    )
    add(store, asked)
    add(store, holding, mailbox=SENT)
    derive_pending(derivations, RULES)
    assert derivations.requests()[0].answered is None

    assert derive_pending(derivations, replace(RULES, holding_stops=True)) == 2

    assert derivations.requests()[0].answered is not None


def test_nothing_new_derives_nothing(store: Store, derivations: Derivations) -> None:
    add(store, mail("2026-11-02 10:00"))
    derive_pending(derivations, RULES)

    assert derive_pending(derivations, RULES) == 0


def test_a_new_mail_derives_only_what_it_is_tied_to(store: Store, derivations: Derivations) -> None:
    strangers = [mail(f"2026-11-02 10:{minute:02}", by=f"usager{minute}@example.org") for minute in range(50)]
    add(store, *strangers)
    derive_pending(derivations, RULES)

    add(store, reply("2026-11-03 10:00", strangers[7]), mailbox=SENT)

    assert derive_pending(derivations, RULES) == 2
    assert sum(request.answered is not None for request in derivations.requests()) == 1


def test_the_order_of_arrival_changes_no_derivation(
    store: Store, derivations: Derivations, engine: Engine
) -> None:
    asked = mail("2026-11-02 10:00")
    again = mail("2026-11-03 10:00", replies_to=asked.header.message_id)
    answered = mail(
        "2026-11-04 10:00",
        by="agent@pref.example.fr",
        to=asked.header.senders,
        subject="RE : Renouvellement de mon titre",
    )
    for uid, item in enumerate((answered, again, asked), 1):
        add(store, item, mailbox=SENT if item is answered else INBOX, first_uid=uid)
        derive_pending(derivations, RULES)
    piecemeal = derivations.requests(), derivations.messages()

    with derivations.deriving() as work:
        work.clear()
        work.finish(RuleNames("other rules", work.ties, work.days))
    derive_pending(derivations, RULES)

    assert (derivations.requests(), derivations.messages()) == piecemeal
    assert [step.part.value for step in derivations.requests()[0].steps] == ["request", "reminder", "reply"]
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(DERIVED_MESSAGE)).scalar_one() == 3


def test_importing_an_archive_twice_adds_it_once(store: Store, engine: Engine) -> None:
    asked = mail("2026-11-02 10:00")
    archive = store.mailboxes.cursor("archives", ListedMailbox("2025.mbox", MailboxRole.INBOX))
    batch = Batch(1, 0, (new(asked, 0),), ())

    assert store.messages.add_imported(archive, batch, SEEN) == 1
    assert store.messages.add_imported(archive, batch, SEEN) == 0
    assert counts(engine) == (1, 1)


def test_an_account_belongs_to_one_worker_at_a_time(store: Store) -> None:
    later = SEEN + timedelta(minutes=5)

    assert store.leases.claim("contact", "one", SEEN, later)
    assert not store.leases.claim("contact", "two", SEEN, later)
    assert store.leases.claim("contact", "one", SEEN, later)
    assert store.leases.claim("contact", "two", later, later + timedelta(minutes=5))
    store.leases.release("contact", "two")
    assert store.leases.claim("contact", "one", later, later)


def test_runs_are_recorded_with_their_end(store: Store) -> None:
    good = store.runs.start("contact", SEEN)
    store.runs.finish(good, SEEN, RunOutcome.OK, reason=None, messages=3, set_aside=0)
    bad = store.runs.start("contact", SEEN + timedelta(hours=1))
    store.runs.finish(
        bad, SEEN, RunOutcome.TRANSIENT, reason="la connexion a échoué.", messages=0, set_aside=0
    )
    store.runs.start("contact", SEEN + timedelta(hours=2))

    assert [(run.outcome, run.messages) for run in store.runs.last()] == [
        (RunOutcome.OK, 3),
        (RunOutcome.TRANSIENT, 0),
    ]


DIGEST = Outgoing("m1@pref.example.fr", "chef@pref.example.fr", "digest", SEEN.date(), "Objet", "Texte")
TOLD = Told("r1", DIGEST.recipient, "before-3", SEEN.date() + timedelta(days=4), SEEN.date())


def test_a_mail_is_noted_once_a_day_and_what_it_told_is_known_once_it_left(engine: Engine) -> None:
    outbox = Outbox(engine, timedelta(minutes=1))

    assert outbox.add(DIGEST, SEEN)
    assert not outbox.add(DIGEST, SEEN)
    assert outbox.recipients("digest", DIGEST.day) == {DIGEST.recipient}
    assert (
        outbox.recipients("digest", TOLD.due_on or SEEN.date())
        == outbox.recipients("report", DIGEST.day)
        == set()
    )
    assert outbox.told(["r0", "r1", "r2"]) == []
    claimed = outbox.claim(SEEN)
    assert claimed is not None
    outbox.mark_sent(claimed.number, SEEN, [TOLD, TOLD._replace(request="r2", due_on=None)])
    assert outbox.told(["r0", "r1"]) == [TOLD]
    assert outbox.told(["r0"]) == outbox.told([]) == []
    assert not outbox.add(DIGEST, SEEN)


def test_of_two_workers_that_note_one_mail_at_once_one_is_told_that_it_did(
    migrated_postgresql_url: str,
) -> None:
    faster, slower = open_engine(migrated_postgresql_url), open_engine(migrated_postgresql_url)
    added = []

    def be_faster(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("INSERT"):
            added.append(Outbox(faster, timedelta(minutes=1)).add(DIGEST, SEEN))

    event.listen(slower, "before_cursor_execute", be_faster)
    added.append(Outbox(slower, timedelta(minutes=1)).add(DIGEST, SEEN))
    faster.dispose()
    slower.dispose()

    assert added == [True, False]


def test_a_mail_that_was_dropped_says_why_and_is_due_again_once_there_is_something_to_say(
    engine: Engine,
) -> None:
    outbox = Outbox(engine, timedelta(minutes=1))
    outbox.add(DIGEST, SEEN)
    claimed = outbox.claim(SEEN)
    assert claimed is not None

    outbox.drop(claimed.number, SEEN, DropReason.NOTHING_LEFT)

    assert outbox.claim(SEEN + timedelta(days=1)) is None
    assert outbox.recipients("digest", DIGEST.day) == set()
    assert [state.dropped for state in outbox.history()] == [DropReason.NOTHING_LEFT]
    assert outbox.add(DIGEST, SEEN)
    assert [state.dropped for state in outbox.history()] == [None]
    again = outbox.claim(SEEN)
    assert again is not None
    assert again.message_id == DIGEST.message_id


def test_a_mail_that_is_not_to_leave_yet_waits_and_that_is_no_attempt(engine: Engine) -> None:
    outbox = Outbox(engine, timedelta(minutes=1))
    outbox.add(DIGEST, SEEN)
    claimed = outbox.claim(SEEN)
    assert claimed is not None

    outbox.postpone(claimed.number, SEEN + timedelta(hours=1))

    assert outbox.claim(SEEN + timedelta(minutes=59)) is None
    again = outbox.claim(SEEN + timedelta(hours=1))
    assert again is not None
    assert again.attempts == 1


def test_a_claimed_mail_is_nobody_else_s_until_its_lease_ends(engine: Engine) -> None:
    outbox = Outbox(engine, timedelta(minutes=1))
    outbox.add(DIGEST, SEEN)

    claimed = outbox.claim(SEEN)
    assert claimed is not None
    assert (claimed.message_id, claimed.text, claimed.attempts) == ("m1@pref.example.fr", "Texte", 1)
    assert outbox.claim(SEEN + timedelta(seconds=59)) is None
    again = outbox.claim(SEEN + timedelta(seconds=60))
    assert again is not None
    outbox.mark_sent(again.number, SEEN)
    assert outbox.claim(SEEN + timedelta(days=1)) is None


def test_a_refused_mail_waits_longer_each_time(engine: Engine) -> None:
    outbox = Outbox(engine, timedelta(minutes=1))
    outbox.add(DIGEST, SEEN)
    at = SEEN
    waits = []
    for _attempt in range(9):
        claimed = outbox.claim(at)
        assert claimed is not None
        outbox.put_back(claimed.number, at, refused="code 550")
        probe = at
        while outbox.claim(probe) is None:
            probe += timedelta(minutes=1)
        waits.append((probe - at).total_seconds() / 60)
        outbox.put_back(claimed.number, probe - timedelta(hours=1), refused="code 550")
        at = probe + timedelta(hours=2)

    assert waits[0] == 1
    assert waits == sorted(waits)
    assert waits[-1] == 60


HEADERS = st.builds(
    Header,
    message_id=st.none() | st.text(max_size=40),
    in_reply_to=st.lists(st.text(max_size=20), max_size=3).map(tuple),
    references=st.lists(st.text(max_size=20), max_size=3).map(tuple),
    subject=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60),
    sent_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    hop_at=st.none(),
    senders=st.lists(st.text(max_size=20), max_size=3).map(tuple),
    bcc=st.lists(st.text(max_size=20), max_size=3).map(tuple),
    kept=st.lists(st.tuples(st.text(max_size=10), st.text(max_size=10)), max_size=4).map(tuple),
    trace_fields=st.none(),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(header=HEADERS)
def test_a_message_written_and_read_again_is_equal(header: Header) -> None:
    for kept in (ColumnValues(typed=False), ColumnValues(typed=True)):
        facts = rows.message_values("ab" * 16, header, kept)

        assert rows.mail_of((1, *facts, kept.instant(SEEN)), ()) == Mail("ab" * 16, header, SEEN)


TRACES = st.builds(
    Trace,
    hops=st.lists(
        st.builds(
            Hop, st.text(max_size=5), st.lists(st.text(max_size=5), max_size=2).map(tuple), st.booleans()
        ),
        max_size=3,
    ).map(tuple),
    results=st.lists(
        st.builds(
            Results,
            st.text(max_size=5),
            st.integers(0, 30),
            st.lists(
                st.builds(Said, st.text(max_size=5), st.text(max_size=5), st.text(max_size=5)), max_size=2
            ).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    flagged=st.none() | st.integers(0, 30),
)


@given(trace=st.none() | TRACES)
def test_a_copy_s_trace_written_and_read_again_is_equal(trace: Trace | None) -> None:
    kept = None if trace is None else trace_document(trace)
    instant = ColumnValues(typed=False).instant(SEEN)

    copy = rows.copy_of(
        (1, 2, 3, 4, 5, None, None, kept, 0, instant, None, 0), "contact", "x", MailboxRole.INBOX
    )

    assert copy == Copy("contact", "x", MailboxRole.INBOX, first_seen_at=SEEN, trace=trace)


FORGED = Trace((Hop("mx.example.net", ("203.0.113.9",)),), (Results("mx.example.net", 0),))


@pytest.mark.parametrize(("trace", "is_believed"), [(None, True), (FORGED, False), (Trace(), True)])
def test_what_servers_wrote_of_a_copy_decides_whether_it_is_ours(
    store: Store, derivations: Derivations, trace: Trace | None, *, is_believed: bool
) -> None:
    asked = mail("2026-11-02 10:00")
    answer = new(reply("2026-11-03 10:00", asked), 2)._replace(trace=trace)
    add(store, asked)
    store.messages.add(store.mailboxes.cursor("contact", INBOX), Batch(7, 2, (answer,), ()), SEEN)

    derive_pending(derivations, RULES)

    [case] = derivations.cases()
    doubts = [(doubt.mail, doubt.candidates, doubt.code) for doubt in derivations.doubts()]
    assert (case.answered_at is not None) is is_believed
    assert doubts == ([] if is_believed else [(answer.key, (asked.key,), DoubtCode.UNAUTHENTICATED)])
    assert store.clues.unproven_count() == (0 if is_believed else 1)
    assert store.clues.services_seen() == {case.service: 1}


def test_the_traces_of_what_came_last_are_given_and_only_of_what_came(store: Store) -> None:
    first, second, unknown, gone_out = (mail(f"2026-11-0{day} 10:00") for day in (2, 3, 4, 5))
    messages = (new(first, 1)._replace(trace=Trace()), new(second, 2)._replace(trace=FORGED), new(unknown, 3))
    store.messages.add(store.mailboxes.cursor("contact", INBOX), Batch(7, 3, messages, ()), SEEN)
    written = (new(gone_out, 1)._replace(trace=Trace(flagged=1)),)
    store.messages.add(store.mailboxes.cursor("contact", SENT), Batch(7, 1, written, ()), SEEN)

    assert store.messages.latest_traces() == [FORGED, Trace()]
    assert store.messages.latest_traces(most=1) == [FORGED]


def test_a_store_of_a_newer_version_is_refused(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")

    with pytest.raises(PermanentError, match="plus récente"):
        schema.upgrade(engine)


def test_the_status_of_a_finished_pass_is_kept(store: Store) -> None:
    cursor = store.mailboxes.cursor("contact", INBOX)
    store.mailboxes.finish(cursor, MailboxStatus(7, 12, 3), SEEN, "digest", 0)

    after = store.mailboxes.cursor("contact", INBOX)

    assert (after.uid_validity, after.uid_next, after.messages, after.forms) == (7, 12, 3, "digest")


def test_the_values_of_a_message_are_hashed_with_a_salt_of_its_own_and_again_when_they_are_completed(
    engine: Engine,
) -> None:
    store = store_on(engine)
    cursor = store.mailboxes.cursor("contact", INBOX)
    form = mail("2026-11-02 10:00", by="site@pref.example.fr", subject="État civil : « demande »")
    plain = mail("2026-11-02 11:00")
    completed = form.header._replace(asked_by=("nour@example.org",))

    def put(uid: int, key: str, header: Header) -> list[tuple[bytes, bytes]]:
        store.messages.add(cursor, Batch(7, uid, (NewMessage(uid, None, key, header),), ()), SEEN)
        assert unproven(engine) == []
        with reading(engine) as connection:
            query = select(MESSAGE.c.salt, MESSAGE.c.hashes).order_by(MESSAGE.c.id)
            return [(row.salt, row.hashes) for row in connection.execute(query)]

    put(1, form.key, form.header)
    [first, second] = put(2, plain.key, plain.header)
    [again, same] = put(3, form.key, completed)

    assert first[0] != second[0]
    assert (again[0] != first[0], again[1] != first[1], same) == (True, True, second)


def test_the_digest_of_facts_stays_when_values_go_and_is_another_with_other_values(engine: Engine) -> None:
    store = store_on(engine)
    add(store, mail("2026-11-02 10:00"), mail("2026-11-03 10:00", subject="Carte grise"))
    derive_pending(store.derivations, RULES)
    month = (paris("2026-11-01 00:00"), paris("2026-11-30 00:00"))

    def digest() -> tuple[str, str]:
        [found] = store.derivations.facts_digests([month])
        return found.salted, found.former

    def change(**values: object) -> None:
        with writing(engine) as connection:
            connection.execute(update(MESSAGE).where(MESSAGE.c.subject == "Carte grise").values(**values))

    before = digest()
    change(salt=None, people={}, message_id=None)
    assert digest() == before
    change(hashes=b"of other values")
    salted, former = digest()
    assert (salted != before[0], former) == (True, before[1])
    assert salted.startswith(SALTED)
