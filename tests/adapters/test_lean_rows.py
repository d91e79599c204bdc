"""What 0028 made of rows, so that they take less room: what they say stays what it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from importlib import import_module
from typing import Any

from sqlalchemy import DateTime, Engine, insert, inspect, select

from mailsla.adapters.database import migrating, migrations, schema
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.request_details import BASES, PARTS, SERVICE_BASES
from mailsla.adapters.database.tables import ACCOUNT, KEYWORD, LOCATION, MAILBOX, MESSAGE
from mailsla.adapters.database.traces import trace_of
from mailsla.core.mail.authentication_results import Results, Said
from mailsla.core.mail.instants import Basis
from mailsla.core.mail.trace_information import Hop, Trace
from mailsla.core.pairing.request import ServiceBasis
from mailsla.core.pairing.rules import Part
from tests.adapters.formerly import instants_as_before_0028

BEFORE = "0027"

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
SEEN = datetime(2026, 11, 13, 8, tzinfo=UTC)
SENT = [
    FIRST,
    datetime(1582, 10, 10, 12, 30, 15, 250_000, UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2024, 2, 29, 23, 59, 59, 1, UTC),
    datetime(2026, 10, 25, 1, 30, 0, 123_456, UTC),
    LAST,
    None,
]
"""When mails say that they were sent: in any year, with microseconds, or not at all."""

MANY = SENT * 1_251
"""The same of more mails than are converted at once."""

SUBMITTED = Hop("mx.example.org", ("192.0.2.1", "192.0.2.2"), is_submitted=True)
RESULTS = ["mx.example.org", 1, [["dmarc", "pass", "example.org"]]]
TRACES: list[tuple[Any, Trace | None]] = [
    (None, None),
    ([[], [], None, True], Trace()),
    ([[["mx.example.org", ["192.0.2.1"], False]], [], None], Trace((Hop("mx.example.org", ("192.0.2.1",)),))),
    (
        [[["", [], True], ["relais.example.org", ["?"], False]], [RESULTS], None, False],
        Trace(
            (Hop("", (), is_submitted=True), Hop("relais.example.org")),
            (Results("mx.example.org", 1, (Said("dmarc", "pass", "example.org"),)),),
            is_whole=False,
        ),
    ),
    ([[["mx.example.org", ["192.0.2.1", "192.0.2.2"], True]], [], 0, True], Trace((SUBMITTED,), flagged=0)),
]
"""Traces as they were kept, and what they said."""


def _with_mails(engine: Engine) -> None:
    """Make a store of the version before, with mails sent at each instant; half of the first ones' copies are gone."""
    schema.upgrade(engine, BEFORE)
    said: dict[str, Any] = {"subject": "", "ids": {}, "people": {}, "kept": [], "first_seen_at": SEEN}
    with writing(engine) as connection:
        connection.execute(insert(ACCOUNT).values(id=1, name="contact", claimed_until=LAST))
        connection.execute(
            insert(MAILBOX).values(id=1, account_id=1, name="INBOX", role="inbox", checked_at=None)
        )
        mails = [
            {**said, "id": number, "key": f"{number:032}", "sent_at": at} for number, at in enumerate(MANY, 1)
        ]
        connection.execute(insert(MESSAGE), mails)
        for number, at in enumerate(SENT, 1):
            seen = {"first_seen_at": SEEN, "gone_at": at if number % 2 else None}
            copy: dict[str, Any] = {
                "id": number,
                "message_id": number,
                "mailbox_id": 1,
                "uid_validity": 7,
                "uid": number,
            }
            copy |= {
                "imported": False,
                "arrived": True,
                "hop_at": at,
                "trace": TRACES[number % len(TRACES)][0],
            }
            connection.execute(insert(LOCATION).values(**copy, **seen))
            connection.execute(insert(KEYWORD).values(id=number, location_id=number, name="x", **seen))
        instants_as_before_0028(connection)


def test_every_instant_and_trace_stays_what_it_is_when_a_store_is_converted(empty_engine: Engine) -> None:
    _with_mails(empty_engine)
    told: list[tuple[int, int]] = []

    schema.upgrade(empty_engine, told=lambda done, total: told.append((done, total)))

    migrating.check(empty_engine)
    gone = [at if number % 2 else None for number, at in enumerate(SENT, 1)]
    columns = {
        MESSAGE.c.sent_at: MANY,
        LOCATION.c.hop_at: SENT,
        LOCATION.c.gone_at: gone,
        KEYWORD.c.gone_at: gone,
        ACCOUNT.c.claimed_until: [LAST],
        MAILBOX.c.checked_at: [None],
    }
    with reading(empty_engine) as connection:
        for column, instants in columns.items():
            query = select(column).order_by(column.table.c.id)
            assert connection.execute(query).scalars().all() == instants, column
        # Databases put them in their order, and find what lies between two.
        traces = connection.execute(select(LOCATION.c.trace).order_by(LOCATION.c.id)).scalars().all()
        kept = [None if document is None else trace_of(document) for document in traces]
        assert kept == [TRACES[number % len(TRACES)][1] for number in range(1, len(SENT) + 1)]
        some = select(MESSAGE.c.sent_at).where(MESSAGE.c.sent_at < SEEN, MESSAGE.c.sent_at > FIRST).distinct()
        assert connection.execute(some.order_by(MESSAGE.c.sent_at)).scalars().all() == SENT[1:6]
    if empty_engine.dialect.name == "sqlite":
        assert told == [(0, len(MANY)), (10_000, len(MANY)), (len(MANY), len(MANY))]


def test_every_value_has_a_letter_of_its_own() -> None:
    kept: tuple[tuple[type[StrEnum], Mapping[Any, str]], ...] = (
        (Basis, BASES),
        (ServiceBasis, SERVICE_BASES),
        (Part, PARTS),
    )
    for kind, letters in kept:
        assert list(letters) == list(kind)
        assert len(set(letters.values())) == len(letters)


def test_no_column_of_instants_is_forgotten(empty_engine: Engine) -> None:
    schema.upgrade(empty_engine, BEFORE)
    inspected = inspect(empty_engine)
    there = {
        (table, column["name"])
        for table in inspected.get_table_names()
        for column in inspected.get_columns(table)
        if isinstance(column["type"], DateTime)
    }
    converted = {**_migration().OF_MESSAGES, **_migration().OF_OTHERS}

    assert {(table, name) for table, names in converted.items() for name in names} == there


def _migration() -> Any:
    return import_module(f"{migrations.__name__}.versions.0028_lean_rows")
