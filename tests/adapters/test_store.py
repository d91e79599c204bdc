"""What every store does: facts only added, a batch and its cursor together, derivations rebuilt the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from mailsla.adapters.database import rows, schema
from mailsla.adapters.database.column_values import Kept
from mailsla.adapters.database.derivations import Derivations
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.facts import Facts
from mailsla.adapters.database.outbox import Outbox
from mailsla.adapters.database.targets import DERIVED_MESSAGE, LOCATION, MESSAGE
from mailsla.core.alerts.outgoing import Outgoing
from mailsla.core.collection.on_server import ListedMailbox, MailboxStatus
from mailsla.core.collection.to_store import Batch, NewMessage, SetAside
from mailsla.core.errors import PermanentError
from mailsla.core.mail.copies import Mail, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.usecases.derive import derive_pending
from tests.factories import RULES, mail, paris, reply

INBOX = ListedMailbox("INBOX", MailboxRole.INBOX)
SENT = ListedMailbox("Sent", MailboxRole.SENT)
JUNK = ListedMailbox("Junk", MailboxRole.JUNK)
SEEN = datetime(2026, 11, 13, 8, tzinfo=UTC)


@pytest.fixture
def facts(engine: Engine) -> Facts:
    return Facts(engine)


@pytest.fixture
def derivations(engine: Engine) -> Derivations:
    return Derivations(engine)


def new(item: Mail, uid: int) -> NewMessage:
    return NewMessage(uid, item.copies[0].internal_at, item.key, item.header)


def add(
    facts: Facts, *mails: Mail, mailbox: ListedMailbox = INBOX, first_uid: int = 1, validity: int = 7
) -> None:
    messages = tuple(new(item, uid) for uid, item in enumerate(mails, first_uid))
    batch = Batch(validity, first_uid + len(mails) - 1, messages, ())
    facts.add(facts.cursor("contact", mailbox), batch, SEEN)


def counts(engine: Engine) -> tuple[int, int]:
    """Return how many messages and copies are stored."""
    with reading(engine) as connection:
        messages = connection.execute(select(func.count()).select_from(MESSAGE)).scalar_one()
        copies = connection.execute(select(func.count()).select_from(LOCATION)).scalar_one()
    return messages, copies


def test_a_new_mailbox_starts_from_nothing(facts: Facts) -> None:
    cursor = facts.cursor("contact", INBOX)

    assert (cursor.uid_validity, cursor.last_uid, cursor.uid_next) == (0, 0, 0)
    assert facts.cursor("contact", INBOX) == cursor
    assert facts.cursor("other", INBOX).mailbox_id != cursor.mailbox_id


def test_a_batch_moves_the_cursor_and_repeating_it_adds_nothing(facts: Facts, engine: Engine) -> None:
    asked = mail("2026-11-02 10:00")

    add(facts, asked)
    add(facts, asked)

    assert counts(engine) == (1, 1)
    assert facts.cursor("contact", INBOX).last_uid == 1


def test_a_batch_that_fails_leaves_neither_messages_nor_cursor(facts: Facts, engine: Engine) -> None:
    cursor = facts.cursor("contact", INBOX)
    naive = NewMessage(2, datetime(2026, 11, 2), "k" * 32, Header())  # noqa: DTZ001 (what the store refuses)
    batch = Batch(7, 2, (new(mail("2026-11-02 10:00"), 1), naive), ())

    with pytest.raises(Exception, match="timezone"):
        facts.add(cursor, batch, SEEN)

    assert counts(engine) == (0, 0)
    assert facts.cursor("contact", INBOX).last_uid == 0


def test_one_mail_in_two_mailboxes_is_one_message_with_two_copies(facts: Facts, engine: Engine) -> None:
    asked = mail("2026-11-02 10:00")

    add(facts, asked)
    add(facts, asked, mailbox=ListedMailbox("Archives", MailboxRole.INBOX))

    assert counts(engine) == (1, 2)


def test_two_mails_with_one_bogus_id_stay_two(facts: Facts, engine: Engine) -> None:
    add(
        facts,
        mail("2026-11-02 10:00", message_id="yes"),
        mail("2026-11-02 10:00", message_id="yes", by="claude.petit@example.net"),
    )

    assert counts(engine) == (2, 2)


def test_what_is_set_aside_stays_visible_with_its_place(facts: Facts) -> None:
    cursor = facts.cursor("contact", INBOX)
    facts.add(cursor, Batch(7, 3, (), (SetAside(3, SEEN, "no-header"),)), SEEN)

    [aside] = facts.set_aside()

    assert (aside.account, aside.mailbox, aside.uid, aside.reason) == ("contact", "INBOX", 3, "no-header")


def test_a_request_and_its_reply_are_derived_from_the_store(facts: Facts, derivations: Derivations) -> None:
    asked = mail("2026-11-02 10:00", subject="Été : « demande » d'élection")
    answered = reply("2026-11-04 15:00", asked)
    add(facts, asked)
    add(facts, answered, mailbox=SENT)

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
    facts: Facts, derivations: Derivations
) -> None:
    asked = mail("2026-11-02 10:00")
    add(facts, asked)
    derive_pending(derivations, RULES)
    assert len(derivations.requests()) == 1

    add(facts, asked, mailbox=JUNK)
    facts.mark_gone(facts.cursor("contact", INBOX), 7, {1}, SEEN)
    derive_pending(derivations, RULES)
    assert derivations.requests() == ()

    add(facts, asked, first_uid=2)
    facts.mark_gone(facts.cursor("contact", JUNK), 7, {1}, SEEN)
    derive_pending(derivations, RULES)
    assert len(derivations.requests()) == 1


def test_another_uidvalidity_counts_nothing_twice(
    facts: Facts, derivations: Derivations, engine: Engine
) -> None:
    asked = mail("2026-11-02 10:00")
    add(facts, asked)
    add(facts, asked, validity=8)
    cursor = facts.cursor("contact", INBOX)
    believed = facts.present_count(cursor)
    facts.mark_renumbered(cursor, 8, SEEN)
    derive_pending(derivations, RULES)

    assert counts(engine) == (1, 2)
    assert len(derivations.requests()) == 1
    assert (believed, facts.present_count(cursor)) == ({7: 1, 8: 1}, {8: 1})


def test_what_a_restored_server_shows_again_is_believed_again(facts: Facts, engine: Engine) -> None:
    asked = mail("2026-11-02 10:00")
    add(facts, asked)
    cursor = facts.cursor("contact", INBOX)
    facts.mark_renumbered(cursor, 8, SEEN)
    gone = facts.present_count(cursor)

    add(facts, asked)

    assert (gone, facts.present_count(cursor)) == ({}, {7: 1})
    assert counts(engine) == (1, 1)


def test_a_mailbox_that_is_no_longer_listed_holds_nothing_and_an_archive_still_does(facts: Facts) -> None:
    letter = mail("2026-11-02 09:00")
    add(facts, letter, mailbox=JUNK)
    archived = Batch(1, 0, (new(letter, 0),), ())
    facts.add_imported("contact", ListedMailbox("archive.mbox", MailboxRole.INBOX), archived, SEEN)

    gone = facts.forget_others("contact", {"INBOX"}, SEEN)

    assert (gone, facts.forget_others("contact", {"INBOX"}, SEEN)) == (1, 0)
    assert facts.forget_others("another", set(), SEEN) == 0
    assert facts.present_count(facts.cursor("contact", JUNK)) == {}
    assert facts.present_count(facts.cursor("contact", ListedMailbox("archive.mbox", MailboxRole.INBOX))) == {
        1: 1
    }


def test_a_mailbox_that_is_listed_again_is_read_again_and_holds_what_it_held(facts: Facts) -> None:
    letter = mail("2026-11-02 09:00")
    add(facts, letter, mailbox=JUNK)
    facts.forget_others("contact", {"INBOX"}, SEEN)
    again = facts.cursor("contact", JUNK)

    add(facts, letter, mailbox=JUNK)

    assert (again.uid_validity, again.last_uid) == (0, 0)
    assert facts.present_count(facts.cursor("contact", JUNK)) == {7: 1}


def test_a_uid_given_to_another_message_ends_the_copy_that_had_it(
    facts: Facts, derivations: Derivations
) -> None:
    before, after = mail("2026-11-02 10:00"), mail("2026-11-03 10:00", by="claude.petit@example.net")
    add(facts, before)
    derive_pending(derivations, RULES)

    add(facts, after)
    add(facts, before, mailbox=JUNK)
    derive_pending(derivations, RULES)

    assert facts.present_count(facts.cursor("contact", INBOX)) == {7: 1}
    assert [request.citizens for request in derivations.requests()] == [("claude.petit@example.net",)]


def test_a_changed_rule_derives_everything_again(facts: Facts, derivations: Derivations) -> None:
    asked = mail("2026-11-02 10:00")
    holding = mail(
        "2026-11-03 10:00",
        by="contact@pref.example.fr",
        to=asked.header.senders,
        subject="Réponse d'attente",
        replies_to=asked.header.message_id,
    )
    add(facts, asked)
    add(facts, holding, mailbox=SENT)
    derive_pending(derivations, RULES)
    assert derivations.requests()[0].answered is None

    assert derive_pending(derivations, replace(RULES, holding_stops=True)) == 2

    assert derivations.requests()[0].answered is not None


def test_nothing_new_derives_nothing(facts: Facts, derivations: Derivations) -> None:
    add(facts, mail("2026-11-02 10:00"))
    derive_pending(derivations, RULES)

    assert derive_pending(derivations, RULES) == 0


def test_a_new_mail_derives_only_what_it_is_tied_to(facts: Facts, derivations: Derivations) -> None:
    strangers = [mail(f"2026-11-02 10:{minute:02}", by=f"usager{minute}@example.org") for minute in range(50)]
    add(facts, *strangers)
    derive_pending(derivations, RULES)

    add(facts, reply("2026-11-03 10:00", strangers[7]), mailbox=SENT)

    assert derive_pending(derivations, RULES) == 2
    assert sum(request.answered is not None for request in derivations.requests()) == 1


def test_the_order_of_arrival_changes_no_derivation(
    facts: Facts, derivations: Derivations, engine: Engine
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
        add(facts, item, mailbox=SENT if item is answered else INBOX, first_uid=uid)
        derive_pending(derivations, RULES)
    piecemeal = derivations.requests(), derivations.messages()

    with derivations.deriving() as work:
        work.clear()
        work.finish("other rules", work.ties)
    derive_pending(derivations, RULES)

    assert (derivations.requests(), derivations.messages()) == piecemeal
    assert [step.part.value for step in derivations.requests()[0].steps] == ["request", "reminder", "reply"]
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(DERIVED_MESSAGE)).scalar_one() == 3


def test_importing_an_archive_twice_adds_it_once(facts: Facts, engine: Engine) -> None:
    asked = mail("2026-11-02 10:00")
    archive = ListedMailbox("2025.mbox", MailboxRole.INBOX)
    batch = Batch(1, 0, (new(asked, 0),), ())

    assert facts.add_imported("archives", archive, batch, SEEN) == 1
    assert facts.add_imported("archives", archive, batch, SEEN) == 0
    assert counts(engine) == (1, 1)


def test_an_account_belongs_to_one_worker_at_a_time(facts: Facts) -> None:
    later = SEEN + timedelta(minutes=5)

    assert facts.claim("contact", "one", SEEN, later)
    assert not facts.claim("contact", "two", SEEN, later)
    assert facts.claim("contact", "one", SEEN, later)
    assert facts.claim("contact", "two", later, later + timedelta(minutes=5))
    facts.release("contact", "two")
    assert facts.claim("contact", "one", later, later)


def test_runs_are_recorded_with_their_end(facts: Facts) -> None:
    good = facts.start_run("contact", SEEN)
    facts.finish_run(good, SEEN, "ok", reason=None, messages=3, set_aside=0)
    bad = facts.start_run("contact", SEEN + timedelta(hours=1))
    facts.finish_run(bad, SEEN, "transient", reason="la connexion a échoué.", messages=0, set_aside=0)
    facts.start_run("contact", SEEN + timedelta(hours=2))

    assert [(run.outcome, run.messages) for run in facts.last_runs()] == [("ok", 3), ("transient", 0)]


DIGEST = Outgoing("m1@pref.example.fr", "chef@pref.example.fr", "digest", SEEN.date(), "Objet", "Texte")


def test_a_digest_is_written_once_a_day_and_its_alerts_are_known(engine: Engine) -> None:
    outbox = Outbox(engine, timedelta(minutes=1))

    assert outbox.add(DIGEST, [("r1", "before-3")], SEEN)
    assert not outbox.add(DIGEST, [("r2", "before-3")], SEEN)
    assert outbox.announced() == {("r1", "before-3")}


def test_a_claimed_mail_is_nobody_else_s_until_its_lease_ends(engine: Engine) -> None:
    outbox = Outbox(engine, timedelta(minutes=1))
    outbox.add(DIGEST, [], SEEN)

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
    outbox.add(DIGEST, [], SEEN)
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
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(header=HEADERS)
def test_a_message_written_and_read_again_is_equal(header: Header) -> None:
    for kept in (Kept(text=True), Kept(text=False)):
        row = rows.message_values("k", header, SEEN, kept)

        assert rows.mail_of((1, *row), ()) == Mail("k", header, SEEN)


def test_a_store_of_a_newer_version_is_refused(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")

    with pytest.raises(PermanentError, match="plus récente"):
        schema.upgrade(engine)


def test_the_status_of_a_finished_pass_is_kept(facts: Facts) -> None:
    cursor = facts.cursor("contact", INBOX)
    facts.finish_mailbox(cursor, MailboxStatus(7, 12, 3), SEEN, "digest")

    after = facts.cursor("contact", INBOX)

    assert (after.uid_validity, after.uid_next, after.messages, after.forms) == (7, 12, 3, "digest")
