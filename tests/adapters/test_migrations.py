"""The schema: made by migrations alone, equal to what the code declares, upgraded with its data."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, insert, inspect, select, type_coerce, update
from sqlmodel.sql.sqltypes import UTCDateTime

from mailsla.adapters.database import migrating, rows, schema
from mailsla.adapters.database.bulk import column_values, insert_rows
from mailsla.adapters.database.decisions import decision_row
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.outbox import Outbox
from mailsla.adapters.database.shown_clues import Counted
from mailsla.adapters.database.store import store_on
from mailsla.adapters.database.tables import DECISION, DERIVATION, MESSAGE, SET_ASIDE
from mailsla.core.alerts.asked_action import Act, ActOutcome
from mailsla.core.alerts.memory import Told
from mailsla.core.alerts.signed_action import MailAction
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.to_store import Batch, Cursor, new_message
from mailsla.core.mail.authentication_results import Results
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.trace_information import Hop, Trace
from mailsla.core.pairing.balance import MailClass
from mailsla.core.pairing.configured import Configured, rule_names
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.rate.publication import Published
from mailsla.usecases.derive import Freshness, derive_pending, freshness
from tests.adapters.formerly import instants_as_before_0028, put_back_before_0028
from tests.adapters.salted import unproven
from tests.factories import OFFICE, RULES, mail, paris, reply

INBOX = ListedMailbox("INBOX", MailboxRole.INBOX)
FORGED = Trace((Hop("mx.example.net", ("203.0.113.9",)),), (Results("mx.example.net", 0),))
"""What the servers wrote of a mail that is not the office's, though it bears its address."""

AT = paris("2026-11-13 09:00")
KEY = "000000000000000000000000000000a1"
"""Of a message, as it was kept before 0017."""


def test_the_migrations_make_the_tables_that_the_code_declares(empty_engine: Engine) -> None:
    schema.upgrade(empty_engine)

    migrating.check(empty_engine)


def test_the_files_of_the_migrations_are_named_by_their_revisions() -> None:
    assert schema.revisions() == migrating.chain()


def test_alembic_is_loaded_only_when_a_migration_is_missing(tmp_path: Path) -> None:
    opening = f"""\
import sys
from mailsla.adapters.database import engine, schema
store = engine.open_engine("sqlite:///{tmp_path / "store.sqlite3"}")
schema.upgrade(store)
store.dispose()
print("alembic" in sys.modules)
"""

    loaded = [subprocess.check_output([sys.executable, "-c", opening], text=True).strip() for _ in range(2)]

    assert loaded == ["True", "False"]


def test_upgrading_twice_changes_nothing(empty_engine: Engine) -> None:
    schema.upgrade(empty_engine)
    before = sorted(inspect(empty_engine).get_table_names())

    schema.upgrade(empty_engine)

    assert sorted(inspect(empty_engine).get_table_names()) == before
    assert "message" in before


SEEN = "2026-11-13 08:00:00.000000"


@pytest.mark.parametrize("version", ["0001", "0002"])
def test_a_store_of_an_earlier_version_is_upgraded_with_its_data(empty_engine: Engine, version: str) -> None:
    schema.upgrade(empty_engine, version)
    with writing(empty_engine) as connection:
        for statement in (
            "insert into account (id, name) values (1, 'contact')",
            (
                "insert into mailbox (id, account_id, name, role, uid_validity, last_uid, uid_next, messages) "
                "values (1, 1, 'INBOX', 'inbox', 7, 12, 13, 1)"
            ),
            (
                "insert into message (id, key, message_id, subject, ids, people, kept, first_seen_at, pending) "
                f"values (1, '{KEY}', 'a@example.org', 'Demande', '{{}}', '{{}}', '[]', '{SEEN}', false)"
            ),
            (
                "insert into location (id, message_id, mailbox_id, uid_validity, uid, imported, first_seen_at) "
                f"values (1, 1, 1, 7, 12, false, '{SEEN}')"
            ),
            (
                "insert into derived_request (key, conversation, follow_up, received_at, category, imported, subject, "
                f"detail) values ('{KEY}', '{KEY}', false, '{SEEN}', 'information', false, 'Demande', '{{}}')"
            ),
            (
                "insert into outgoing (id, message_id, recipient, purpose, day, subject, text, created_at, attempts) "
                f"values (1, 'd@x', 'chef@pref.example.fr', 'digest', '2026-11-13', 's', 't', '{SEEN}', 0)"
            ),
            "insert into derivation (id, rules) values (1, 'of that version')",
            "insert into tie (message_id, name) values (1, 42)",
            f"insert into alert (request, level, outgoing_id, created_at) values ('{KEY}', 'overdue', 1, '{SEEN}')",
        ):
            connection.exec_driver_sql(statement)
        before = _contents(connection)

    schema.upgrade(empty_engine)

    with reading(empty_engine) as connection:
        after = _contents(connection)
        waiting = connection.exec_driver_sql("select message_id from pending").scalars().all()
        rules = connection.exec_driver_sql("select rules from derivation").scalar_one()
    migrating.check(empty_engine)
    assert {name: after[name] for name in before} == before
    assert after["decision"] == after["publication"] == []
    assert (waiting, rules) == ([1], ""), "everything is derived again"


def test_a_store_that_did_not_note_since_when_mail_is_read_keeps_its_cursors(empty_engine: Engine) -> None:
    schema.upgrade(empty_engine, "0003")
    with writing(empty_engine) as connection:
        connection.exec_driver_sql("insert into account (id, name) values (1, 'contact')")
        connection.exec_driver_sql(
            "insert into mailbox (id, account_id, name, role, uid_validity, last_uid, uid_next, messages, "
            "highest_modseq) values (1, 1, 'INBOX', 'inbox', 7, 12, 13, 1, 99)"
        )
        connection.exec_driver_sql(
            "insert into message (id, key, subject, ids, people, kept, first_seen_at) "
            f"values (1, '{KEY}', 'Demande', '{{}}', '{{}}', '[]', '{SEEN}')"
        )
        connection.exec_driver_sql(
            "insert into location (id, message_id, mailbox_id, uid_validity, uid, imported, first_seen_at, gone_at) "
            f"values (1, 1, 1, 7, 11, false, '{SEEN}', '2026-11-20 08:00:00.000000'), "
            f"(2, 1, 1, 7, 12, false, '{SEEN}', null)"
        )
        connection.exec_driver_sql(
            "insert into keyword (id, location_id, name, first_seen_at, gone_at) values "
            f"(1, 1, 'went with its copy', '{SEEN}', '2026-11-20 08:00:01.000000'), "
            f"(2, 1, 'taken away', '{SEEN}', '2026-11-19 08:00:00.000000'), "
            f"(3, 2, 'taken away here', '{SEEN}', '2026-11-19 08:00:00.000000')"
        )

    schema.upgrade(empty_engine)

    [cursor] = store_on(empty_engine).mailboxes.cursors(
        "contact", [ListedMailbox("INBOX", MailboxRole.INBOX)]
    )
    migrating.check(empty_engine)
    assert cursor == Cursor(1, 7, 12, 13, 1, highest_modseq=99, since=None)
    with reading(empty_engine) as connection:
        borne = connection.exec_driver_sql("select name from keyword where gone_at is null").scalars().all()
    assert borne == ["went with its copy"]


def test_a_store_that_kept_one_announced_date_is_derived_again_and_keeps_what_waits(
    empty_engine: Engine,
) -> None:
    schema.upgrade(empty_engine, "0004")
    with writing(empty_engine) as connection:
        connection.exec_driver_sql(
            "insert into message (id, key, subject, ids, people, kept, first_seen_at) "
            f"values (1, '{KEY}', 'Demande', '{{}}', '{{}}', '[]', '{SEEN}')"
        )
        connection.exec_driver_sql(
            "insert into derived_request (key, conversation, follow_up, received_at, category, imported, subject, "
            "detail, announced_at, answer_by) values "
            f"('{KEY}', '{KEY}', false, '{SEEN}', 'information', false, 'Demande', '{{}}', '{SEEN}', '2026-12-01')"
        )
        connection.exec_driver_sql("insert into derivation (id, rules, ties) values (1, 'before', 'tied')")
        connection.exec_driver_sql("insert into pending (message_id) values (1)")

    schema.upgrade(empty_engine)

    migrating.check(empty_engine)
    store = store_on(empty_engine)
    with store.derivations.deriving() as work:
        made_by, waiting = (work.rules, work.ties), work.take_pending()
    assert (made_by, waiting) == (("", "tied"), [1])
    assert store.derivations.waiting_since() is None
    with reading(empty_engine) as connection:
        kept = connection.exec_driver_sql("select message_id, announcements from derived_request").all()
    assert [tuple(row) for row in kept] == [(1, None)]


def test_a_reply_that_an_earlier_version_collected_is_a_reply_as_before(empty_engine: Engine) -> None:
    schema.upgrade(empty_engine, "0005")
    asked = mail("2026-11-02 10:00")
    answer = reply("2026-11-03 10:00", asked)
    with writing(empty_engine) as connection:
        for statement in (
            "insert into account (id, name) values (1, 'contact')",
            (
                "insert into mailbox (id, account_id, name, role, uid_validity, last_uid, uid_next, messages) "
                "values (1, 1, 'INBOX', 'inbox', 7, 2, 3, 2)"
            ),
        ):
            connection.exec_driver_sql(statement)
        for number, item in enumerate((asked, answer), 1):
            kept = column_values(connection)
            facts = rows.message_values(item.key, item.header, kept)
            written = (number, item.key, *facts[1:], kept.instant(item.first_seen_at))
            insert_rows(connection, MESSAGE, rows.STORED_MESSAGE, [written])
            connection.exec_driver_sql(
                "insert into location (id, message_id, mailbox_id, uid_validity, uid, imported, first_seen_at) "
                f"values ({number}, {number}, 1, 7, {number}, false, '{SEEN}')"
            )
        instants_as_before_0028(connection)

    schema.upgrade(empty_engine)
    store = store_on(empty_engine)
    derivations = store.derivations
    derive_pending(derivations, RULES)

    migrating.check(empty_engine)
    [case] = derivations.cases()
    assert case.answered_at == answer.header.sent_at
    assert (derivations.doubts(), store.clues.unproven_count()) == ((), 0)


def test_what_an_earlier_version_missed_is_not_known_and_what_it_kept_is_hashed(
    empty_engine: Engine,
) -> None:
    schema.upgrade(empty_engine, "0010")
    with writing(empty_engine) as connection:
        for statement in (
            "insert into account (id, name) values (1, 'contact')",
            (
                "insert into mailbox (id, account_id, name, role, uid_validity, last_uid, uid_next, messages) "
                "values (1, 1, 'INBOX', 'inbox', 7, 12, 13, 1)"
            ),
            (
                "insert into collection (id, account_id, started_at, finished_at, outcome, messages, set_aside) "
                f"values (101, 1, '{SEEN}', '{SEEN}', 'ok', 1, 0)"
            ),
            *(
                "insert into message (id, key, message_id, subject, sent_at, ids, people, kept, first_seen_at) "
                f"values ({number}, '{number:032x}', 'a@example.org', 'État n° {number}', {sent}, "
                f'\'{{"references": ["b@c"]}}\', \'{{"to": ["é@example.fr"]}}\', \'[["list-id", "x"]]\', \'{SEEN}\')'
                for number, sent in ((1, f"'{SEEN}'"), (2, "null"), (3, "'2026-11-13 08:00:00.25'"))
            ),
        ):
            connection.exec_driver_sql(statement)

    schema.upgrade(empty_engine)

    migrating.check(empty_engine)
    with reading(empty_engine) as connection:
        missed = connection.exec_driver_sql("select missed from mailbox").scalar_one()
        lost = connection.exec_driver_sql("select lost from collection").scalar_one()
        salts = set(connection.exec_driver_sql("select salt from message").scalars())
    assert (missed, lost) == (0, None)
    assert (unproven(empty_engine), len(salts)) == ([], 3)


def test_a_store_that_did_not_note_what_no_mail_answered_is_derived_again(empty_engine: Engine) -> None:
    schema.upgrade(empty_engine, "0011")
    with writing(empty_engine) as connection:
        connection.exec_driver_sql(
            "insert into message (id, key, subject, ids, people, kept, first_seen_at) "
            f"values (1, '{KEY}', 'Demande', '{{}}', '{{}}', '[]', '{SEEN}')"
        )
        connection.exec_driver_sql(
            "insert into derived_request (key, conversation, follow_up, received_at, answered_at, category, imported, "
            "subject, detail) "
            f"values ('{KEY}', '{KEY}', false, '{SEEN}', '{SEEN}', 'information', false, 'Demande', '{{}}')"
        )
        connection.exec_driver_sql("insert into derivation (id, rules, ties) values (1, 'before', 'tied')")

    schema.upgrade(empty_engine)

    migrating.check(empty_engine)
    store = store_on(empty_engine)
    assert store.derivations.made_by()[0][:2] == ("", "tied")
    [case] = store.derivations.cases()
    assert (case.otherwise, case.mailed_at, case.answered_at) == (None, None, case.received_at)


def test_a_store_of_before_keeps_what_is_derived_and_learns_its_configuration_at_the_next_derivation(
    empty_engine: Engine,
) -> None:
    schema.upgrade(empty_engine, "0015")
    ours = rule_names(RULES, Configured())
    with writing(empty_engine) as connection:
        insert_rows(connection, DERIVATION, ("id", "rules", "ties"), [(1, ours.rules, ours.ties)])

    schema.upgrade(empty_engine)
    derivations = store_on(empty_engine).derivations
    before, outdated_at = derivations.made_by(), derivations.outdated_at()
    configured = Configured(AT, {"site": {"name": "Préfecture d'essai"}})
    fresh = [freshness(derivations, RULES, configured)]
    for said in (Configured(), configured):
        derive_pending(derivations, RULES, said)
        fresh.append(freshness(derivations, RULES, configured))

    assert (before, outdated_at) == ((ours._replace(days=""), Configured()), None)
    assert derivations.made_by() == (ours, configured)
    assert fresh == [Freshness.UNCOUNTED, Freshness.UNKEPT, Freshness.CURRENT]


def test_what_check_counts_is_counted_once_of_a_store_that_did_not_keep_it(engine: Engine) -> None:
    asked = mail("2026-11-02 10:00")
    answer = reply("2026-11-03 10:00", asked, message_id="1@relais.example.net")
    thanks = mail("2026-11-04 10:00", replies_to=answer.header.message_id, subject="Merci")
    other = mail("2026-11-02 12:00", by="bruno@example.org", message_id="autre@mail.example")
    back = mail(
        "2026-11-06 10:00",
        by="bruno@example.org",
        subject=f"RE: {other.header.subject}",
        replies_to="reponse.1@pref.example.fr",
        references=["autre@mail.example"],
    )
    forged = reply("2026-11-06 11:00", asked)
    store = store_on(engine)
    messages = [
        new_message(uid, item.copies[0].internal_at, item.header, OFFICE)
        for uid, item in enumerate((asked, answer, thanks, other, back, forged), 1)
    ]
    messages[-1] = messages[-1]._replace(trace=FORGED)
    store.messages.add(store.mailboxes.cursor("contact", INBOX), Batch(7, 6, tuple(messages), ()), AT)
    derive_pending(store.derivations, RULES)
    query = "select counted, host, messages from derived_clue order by counted, host"
    with writing(engine) as connection:
        counted = connection.exec_driver_sql(query).all()
        connection.exec_driver_sql("drop table derived_clue")
        for index in ("ix_derived_request_waiting", "ix_derived_message_underived"):
            connection.exec_driver_sql(f"drop index {index}")
        _before_0019(connection)
        connection.exec_driver_sql("update alembic_version set version_num = '0017'")
    told: list[tuple[int, int]] = []

    schema.upgrade(engine, "0018", told=lambda done, total: told.append((done, total)))
    schema.upgrade(engine)

    migrating.check(engine)
    with reading(engine) as connection:
        assert connection.exec_driver_sql(query).all() == counted
    assert {what for what, _host, _messages in counted} == {item.value for item in Counted}
    assert told == [(0, 6), (6, 6)]


def test_what_an_earlier_version_announced_is_known_if_it_left_and_is_decided_again_if_it_did_not(
    engine: Engine,
) -> None:
    """The due date that was said is not known: nobody noted it."""
    columns = "id, message_id, recipient, purpose, day, subject, text, created_at, attempts, sent_at"
    with writing(engine) as connection:
        _before_0019(connection)
        for number, purpose, sent_at in (
            (1, "digest", f"'{SEEN}'"),
            (2, "digest", "null"),
            (3, "alarm", "null"),
        ):
            connection.exec_driver_sql(
                f"insert into outgoing ({columns}) values ({number}, 'm{number}', 'chef{number}@pref.example.fr', "
                f"'{purpose}', '2026-11-13', 's', 't', '{SEEN}', 0, {sent_at})"
            )
            connection.exec_driver_sql(
                "insert into alert (request, level, outgoing_id, created_at) "
                f"values ('{number:032}', 'overdue', {number}, '{SEEN}')"
            )
        connection.exec_driver_sql("update alembic_version set version_num = '0018'")

    schema.upgrade(engine)

    migrating.check(engine)
    outbox = Outbox(engine, timedelta(minutes=1))
    keys = [f"{number:032}" for number in (1, 2, 3)]
    assert outbox.told(keys) == [Told(keys[0], "chef1@pref.example.fr", "overdue", None, date(2026, 11, 13))]
    at = datetime(2026, 11, 13, 9, tzinfo=UTC)
    waiting = [outbox.claim(at), outbox.claim(at), outbox.claim(at)]
    assert [(mail.purpose, mail.text) for mail in waiting if mail] == [("digest", ""), ("alarm", "t")]


def _before_0019(connection: Connection) -> None:
    """Put the tables of what people were told, and of runs, back as they were; nothing noted, nothing asked for."""
    put_back_before_0028(connection)
    connection.exec_driver_sql("alter table collection drop column last_started_at")
    connection.exec_driver_sql("drop table act")
    connection.exec_driver_sql("drop index ix_derived_message_action")
    connection.exec_driver_sql("drop table alert")
    connection.exec_driver_sql("drop table note")
    for name in ("dropped_at", "dropped", "undelivered_at"):
        connection.exec_driver_sql(f"alter table outgoing drop column {name}")
    for name in ("salt", "hashes", "former"):
        connection.exec_driver_sql(f"alter table decision drop column {name}")
    connection.exec_driver_sql("drop index ix_message_sealed")
    connection.exec_driver_sql("alter table message drop column sealed_at")
    for name in ("purge", "sealed_id", "store_key", "privacy"):
        connection.exec_driver_sql(f"drop table {name}")
    connection.exec_driver_sql(
        "create table alert (request varchar(32) not null, level varchar not null, outgoing_id integer not null "
        "references outgoing (id), created_at timestamp not null, "
        "constraint pk_alert primary key (request, level))"
    )


def test_a_store_that_took_no_action_keeps_its_decisions_and_takes_some(empty_engine: Engine) -> None:
    schema.upgrade(empty_engine, "0019")
    decision = Decision(1, KEY, Action.EXCLUDE, "essai", "a.martin", AT)
    _decide_before_0023(empty_engine, decision)
    act = Act(KEY, AT, ActOutcome.DONE, None, MailAction.CONFIRM, KEY, "t" * 32, 1)

    schema.upgrade(empty_engine)

    migrating.check(empty_engine)
    store = store_on(empty_engine)
    store.acts.note(act)
    assert store.acts.all() == (act,)
    assert store.decisions.taken() == (decision,)


def test_a_store_of_before_mails_that_do_not_arrive_has_none_and_notes_some(empty_engine: Engine) -> None:
    schema.upgrade(empty_engine, "0022")
    with writing(empty_engine) as connection:
        connection.exec_driver_sql(
            "insert into outgoing "
            "(id, message_id, recipient, purpose, day, subject, text, created_at, attempts, refused) "
            f"values (1, 'm1', 'chef@pref.example.fr', 'digest', '2026-11-13', '', '', '{SEEN}', 1, 'code 550')"
        )

    schema.upgrade(empty_engine)

    migrating.check(empty_engine)
    outbox, head = Outbox(empty_engine, timedelta(minutes=1)), "chef@pref.example.fr"
    assert [item.is_final for item in outbox.undelivered([head], AT + timedelta(days=1))] == [False]
    outbox.put_back(1, AT, refused="code 550", is_undelivered=True)
    assert [item.is_final for item in outbox.undelivered([head], AT)] == [True]


def _contents(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Return the columns of version 0001, table by table."""
    tables = {
        "message": "id, message_id, subject",
        "location": "id, message_id, mailbox_id, uid_validity, uid",
        "mailbox": "id, name, uid_validity, last_uid, uid_next, messages",
        "derived_request": "follow_up, category",
        "outgoing": "id, message_id, recipient",
    }
    known = inspect(connection).get_table_names()
    for name in ("decision", "publication"):
        if name in known:
            tables[name] = "id"
    return {
        name: [tuple(row) for row in connection.exec_driver_sql(f"select {columns} from {name} order by 1")]
        for name, columns in tables.items()
    }


def test_a_store_without_classes_says_that_its_mails_wait_and_is_derived_again(empty_engine: Engine) -> None:
    schema.upgrade(empty_engine, "0014")
    with writing(empty_engine) as connection:
        for statement in (
            (
                "insert into message (id, key, subject, ids, people, kept, first_seen_at) "
                f"values (1, '{KEY}', 'Demande', '{{}}', '{{}}', '[]', '{SEEN}')"
            ),
            (
                "insert into derived_message (key, conversation, evidence, side, kind, at, basis) "
                f"values ('{KEY}', '{KEY}', 'none', 'citizen', 'person', '{SEEN}', 'server')"
            ),
            (
                "insert into derived_request (key, conversation, follow_up, received_at, category, imported, subject, "
                f"detail) values ('{KEY}', '{KEY}', false, '{SEEN}', 'information', false, 'Demande', '{{}}')"
            ),
            "insert into derivation (id, rules, ties) values (1, 'before', 'tied')",
        ):
            connection.exec_driver_sql(statement)

    schema.upgrade(empty_engine)

    migrating.check(empty_engine)
    store = store_on(empty_engine)
    assert store.mails.balance().classes[MailClass.PENDING] == 1
    assert [case.reminders for case in store.derivations.cases()] == [0]
    assert store.derivations.made_by()[0][:2] == ("", "tied"), "everything is derived again"


def test_what_was_decided_and_published_before_the_machine_s_word_was_noted_says_that_nobody_noted_it(
    empty_engine: Engine,
) -> None:
    schema.upgrade(empty_engine, "0010")
    with writing(empty_engine) as connection:
        for statement in (
            (
                f"insert into decision (id, target, action, value, reason, decided_by, decided_at) values (1, '{KEY}', "
                '\'exclude\', \'{"other": null, "at": null, "text": "", "undone": null}\', '
                f"'doublon', 'camille', '{SEEN}')"
            ),
            (
                "insert into publication (id, period, first, last, at, published_at, verdicts, digests, cohort) values "
                f"(1, '2026', '2026-01-01', '2026-12-31', '{SEEN}', '{SEEN}', '{{\"k1\": \"met\"}}', '{{}}', 'due')"
            ),
            "insert into account (id, name) values (1, 'contact')",
            (
                "insert into mailbox (id, account_id, name, role, uid_validity, last_uid, uid_next, messages) "
                "values (1, 1, 'INBOX', 'inbox', 7, 12, 13, 1)"
            ),
            (
                "insert into set_aside (id, mailbox_id, uid_validity, uid, reason, seen_at) "
                f"values (1, 1, 7, 12, 'refused', '{SEEN}')"
            ),
        ):
            connection.exec_driver_sql(statement.replace("%", "%%"))
    store = store_on(empty_engine)

    schema.upgrade(empty_engine)

    migrating.check(empty_engine)
    [decision], [published] = store.decisions.taken(), store.publications.all()
    assert (decision.recorded, decision.decided_by) == (None, "camille")
    assert (published.number, published.definitive, published.signed) == (1, None, Published())
    assert store.publications.periods() == {published.period}
    with reading(empty_engine) as connection:
        first = connection.execute(select(SET_ASIDE.c.first_seen_at)).scalar_one()
    assert first == datetime(2026, 11, 13, 8, tzinfo=UTC)


def test_a_store_of_before_notes_keeps_its_decisions_and_has_none(empty_engine: Engine) -> None:
    schema.upgrade(empty_engine, "0018")
    with writing(empty_engine) as connection:
        decided = (
            "insert into decision (id, target, action, value, reason, decided_by, decided_at) values (1, "
            f'\'{KEY}\', \'exclude\', \'{{"other": null, "at": null, "text": "", "undone": null}}\', '
            f"'doublon', 'camille', '{SEEN}')"
        )
        connection.exec_driver_sql(decided)
    store = store_on(empty_engine)

    schema.upgrade(empty_engine)

    migrating.check(empty_engine)
    assert [item.reason for item in store.decisions.taken()] == ["doublon"]
    assert store.notes.all() == ()


def _decide_before_0023(engine: Engine, *decisions: Decision) -> None:
    with writing(engine) as connection:
        for decision in decisions:
            connection.execute(insert(DECISION).values(decision_row(decision)))
        instants_as_before_0028(connection)


def test_a_figure_published_before_decisions_were_salted_is_held_against_their_digest_of_then(
    empty_engine: Engine,
) -> None:
    schema.upgrade(empty_engine, "0022")
    decided = [
        Decision(1, KEY, Action.EXCLUDE, "doublon", "a.martin", AT),
        Decision(2, KEY, Action.ANSWERED, "rappelée", "b.petit", AT, at=AT, text="téléphone"),
    ]
    _decide_before_0023(empty_engine, *decided)
    instant = type_coerce(DECISION.c.decided_at, UTCDateTime())
    named = [DECISION.c[name] for name in ("id", "target", "action", "value", "reason", "decided_by")]
    with reading(empty_engine) as connection:
        rows_of_before = connection.execute(select(*named, instant)).all()
    words = "".join(repr(tuple(row)) for row in rows_of_before)
    store = store_on(empty_engine)

    schema.upgrade(empty_engine)

    migrating.check(empty_engine)
    digest = store.decisions.digest()
    assert digest.former == hashlib.sha256(words.encode()).hexdigest()[:16]
    assert store.decisions.taken() == tuple(decided)
    _blank(empty_engine)
    assert store.decisions.digest() == digest, "the words decide neither"
    store.decisions.add(decided[0])
    assert store.decisions.digest().former == ""
    assert store.decisions.digest().salted != digest.salted


def _blank(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(update(DECISION).values(reason="", salt=None))


def test_no_decision_at_all_is_named_as_it_was(empty_engine: Engine) -> None:
    schema.upgrade(empty_engine)

    assert store_on(empty_engine).decisions.digest().former == hashlib.sha256().hexdigest()[:16]


def test_fields_that_no_rule_uses_go_and_what_proves_the_rest_stays(empty_engine: Engine) -> None:
    schema.upgrade(empty_engine, "0025")
    kept = [
        ["return-path", "<camille@example.org>"],
        ["return-path", " <>"],
        ["delivered-to", "a.martin@pref.example.fr"],
        ["delivered-to", "autoresponder"],
        ["x-mailer", "Courrier 3"],
        ["auto-submitted", "auto-replied"],
    ]
    said = {
        "subject": "",
        "ids": {},
        "people": {},
        "first_seen_at": AT,
        "salt": b"s" * 16,
        "hashes": b"h" * 96,
    }
    with writing(empty_engine) as connection:
        for number, fields in enumerate((kept, [], kept[-1:]), 1):
            row = {**said, "id": number, "key": f"{number:032}", "kept": fields}
            connection.execute(insert(MESSAGE).values(row))
        instants_as_before_0028(connection)
    told: list[tuple[int, int]] = []

    schema.upgrade(empty_engine, told=lambda done, total: told.append((done, total)))

    migrating.check(empty_engine)
    with reading(empty_engine) as connection:
        found = connection.execute(select(MESSAGE.c.kept).order_by(MESSAGE.c.id)).scalars().all()
        hashes = set(connection.execute(select(MESSAGE.c.hashes)).scalars())
    assert found == [[kept[1], kept[3], kept[5]], [], [kept[5]]]
    assert hashes == {b"h" * 96}
    assert (told[0], told[-1]) == ((0, 3), (3, 3))
