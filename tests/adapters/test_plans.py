"""What is read at every round, every mail and every look goes by an index, however large the store: on both databases.

The rows are made by the database itself, a hundred thousand of each; then it is asked how it would run what the code
asks. A plan that walks a whole table is named with its statement.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from mailsla.adapters.database.class_counts import classes_of
from mailsla.adapters.database.clue_counts import clues_of
from mailsla.adapters.database.derivation_work import DerivationWork
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.store import Store, store_on
from mailsla.adapters.machine.second_process import SecondProcess
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.rate.narrowed import Narrowed
from tests.factories import OFFICE

MANY = 100_000
START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START + timedelta(minutes=MANY)
KEYS = tuple(f"{number:032}" for number in range(500, 520))

NUMBERS = {
    "sqlite": (
        "with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < {many}) "
        "select {columns} from numbers"
    ),
    "postgresql": "select {columns} from generate_series(1, {many}) as numbers(n)",
}
WORDS = {
    "sqlite": {
        "key": "printf('%032d', n)",
        "bytes": "unhex(printf('%032d', n))",
        "at": "(1767225600 + n * 60) * 1000000",
    },
    "postgresql": {
        "key": "lpad(n::text, 32, '0')",
        "bytes": "decode(lpad(n::text, 32, '0'), 'hex')",
        "at": "timestamptz '2026-01-01 00:00:00+00' + n * interval '1 minute'",
    },
}
ROWS = {
    "message (id, key, message_id, subject, ids, people, kept, first_seen_at)": (
        "n, {bytes}, {key} || '@example.org', 'Demande', '{{}}', '{{}}', '[]', {at}"
    ),
    "tie (name, message_id)": "n, n",
    "derived_message (message_id, conversation, evidence, side, kind, at, basis, mail_class)": (
        "n, n, 'none', 'citizen', 'person', {at}, 'server', 'request'"
    ),
    (
        "derived_request (message_id, conversation, follow_up, received_at, answered_at, category, imported, "
        "detail)"
    ): (
        "n, n, false, {at}, case when n - n / 20 * 20 = 0 then null else {at} end, 'information', false, "
        "'{detail}'"
    ),
    "outgoing (id, message_id, recipient, purpose, day, subject, text, created_at, attempts)": (
        "n, {key}, {key}, 'digest', '2026-01-01', '', '', {at}, 1"
    ),
    "alert (outgoing_id, request, recipient, level, told_on, created_at)": (
        "n, {key}, {key}, 'overdue', '2026-01-01', {at}"
    ),
    "collection (account_id, started_at, finished_at, outcome, messages, set_aside)": "1, {at}, {at}, 'ok', 0, 0",
}
"""Tables, the oldest first, and how each row is made of its number."""

DETAIL = json.dumps(["s----", [], [], [], []])


@pytest.fixture
def full(engine: Engine) -> Engine:
    """A store of a hundred thousand of each: one request in twenty waits for an answer, five mails to be derived."""
    dialect = engine.dialect.name
    with writing(engine) as connection:
        connection.exec_driver_sql("insert into account (id, name) values (1, 'contact')")
        for target, columns in ROWS.items():
            made = NUMBERS[dialect].format(columns=columns.format(detail=DETAIL, **WORDS[dialect]), many=MANY)
            connection.exec_driver_sql(f"insert into {target} {made}")
        for number in range(1, 6):
            connection.exec_driver_sql(f"insert into pending (id, message_id) values ({number}, {number})")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return engine


def deriving(engine: Engine, act: Callable[[DerivationWork], object]) -> None:
    with writing(engine) as connection, SecondProcess(processors=1) as second:
        act(DerivationWork(connection, second))


def alert_round(store: Store) -> None:
    store.derivations.waiting(NOW - timedelta(days=2), NOW, imported=False)
    store.outbox.told(KEYS)
    store.runs.read_of("contact")
    store.derivations.requests_of(KEYS)


def hour(store: Store) -> None:
    wanted = Narrowed(NOW, NOW - timedelta(hours=25), NOW - timedelta(hours=24))
    assert len(list(store.derivations.cases_of(wanted))) == len(
        list(store.derivations.cases_with_grounds(wanted))
    )


def counted_of(engine: Engine, numbers: Sequence[int]) -> None:
    with reading(engine) as connection:
        assert (
            classes_of(connection, numbers).total() == clues_of(connection, numbers).total() == len(numbers)
        )


READ: dict[str, Callable[[Engine], object]] = {
    "an alert round": lambda engine: alert_round(store_on(engine)),
    "a list of an hour": lambda engine: hour(store_on(engine)),
    "whether most mails wait": lambda engine: deriving(engine, DerivationWork.is_mostly_pending),
    "ties of mails stored without": lambda engine: deriving(
        engine, lambda work: work.tie_untied(range(MANY - 500, MANY), OFFICE)
    ),
    "what was counted of some": lambda engine: counted_of(engine, range(MANY - 50, MANY)),
    "mails tied to some": lambda engine: deriving(engine, lambda work: work.tied([5, 6, 7])),
    "what check counts": lambda engine: (
        store_on(engine).clues.outbound_count(),
        store_on(engine).clues.id_hosts(),
        store_on(engine).clues.unproven_count(),
        store_on(engine).clues.services_seen(),
        store_on(engine).derivations.underived(),
    ),
    "the end of a run": lambda engine: store_on(engine).runs.finish(
        MANY, NOW, RunOutcome.OK, reason=None, messages=0, set_aside=0
    ),
    "since when requests are known": lambda engine: store_on(engine).derivations.earliest_receipt(),
}


@contextmanager
def plans(engine: Engine) -> Iterator[list[tuple[str, str]]]:
    """Note how the database would run every query that is executed."""
    seen: list[tuple[str, str]] = []
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    asked: list[tuple[str, Any]] = []

    def note(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT") and "FOR UPDATE" not in statement:
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
    with reading(engine) as connection:
        for statement, parameters in asked:
            found = connection.exec_driver_sql(explain + statement, parameters)
            seen.append((statement, "\n".join(str(row[-1]) for row in found)))


LARGE = ("message", "tie", "derived_message", "derived_request", "alert", "outgoing", "collection")
WHOLE = {
    "sqlite": re.compile(rf"\bSCAN ({'|'.join(LARGE)})\b(?! USING (?:COVERING )?INDEX)"),
    "postgresql": re.compile(rf"Seq Scan on ({'|'.join(LARGE)})\b"),
}


def test_what_is_read_day_after_day_walks_no_whole_table(full: Engine) -> None:
    walks = WHOLE[full.dialect.name].search
    with plans(full) as control, reading(full) as connection:
        connection.exec_driver_sql("SELECT subject FROM message WHERE subject = 'x'").all()
    assert [bool(walks(plan)) for _statement, plan in control] == [True], "a walk over a table is noticed"

    walked = []
    for what, read in READ.items():
        with plans(full) as found:
            read(full)
        assert found, what
        # What has an OFFSET walks no further than that, and is asked to know whether there is more.
        walked += [
            (what, statement, plan) for statement, plan in found if walks(plan) and "OFFSET" not in statement
        ]

    assert walked == []
