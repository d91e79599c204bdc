"""Stores of every former version, in which messages were named by text everywhere: converted, not derived again."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, inspect

from mailsla.adapters.database import migrating, rows, schema
from mailsla.adapters.database.bulk import column_values
from mailsla.adapters.database.column_values import ColumnValues
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.store import store_on
from mailsla.core.clock.verdict import Outcome
from mailsla.core.mail.copies import Mail
from mailsla.core.mail.salted_hashes import SALT_BYTES
from mailsla.core.pairing.derivation import Derivation, derive
from mailsla.core.pairing.request import Request
from mailsla.usecases.derive import derive_pending
from tests.adapters.formerly import detail_before_0028, instants_as_before_0028
from tests.adapters.salted import unproven
from tests.factories import RULES, mail, paris, reply

FORMER = [name for name in schema.revisions() if name < "0017"]
SEEN = "2026-11-13 08:00:00.000000"
ASKED = mail("2026-11-02 10:00")
ANSWER = reply("2026-11-03 10:00", ASKED)

OTHER = mail("2026-11-02 11:00", subject="Carte grise", by="bruno@example.org")
MAILS = (
    ASKED,
    ANSWER,
    mail("2026-11-04 10:00", replies_to=ANSWER.header.message_id, subject="Encore une question"),
    OTHER,
    mail(
        "2026-11-05 11:00", subject="Carte grise", by="bruno@example.org", replies_to=OTHER.header.message_id
    ),
    mail(
        "2026-11-06 11:00", subject="Permis perdu", by="bruno@example.org", replies_to=OTHER.header.message_id
    ),
)
"""A request with its answer and its sequel, one with a reminder, and one that was opened beside it: a doubt."""

FACTS: dict[str, dict[str, Any]] = {
    "account": {"id": 1, "name": "contact"},
    "mailbox": {
        "id": 1,
        "account_id": 1,
        "name": "INBOX",
        "role": "inbox",
        "uid_validity": 7,
        "last_uid": 2,
        "uid_next": 3,
        "messages": 2,
    },
    "decision": {
        "id": 1,
        "target": ASKED.key,
        "action": "exclude",
        "value": json.dumps({"other": None, "at": None, "text": "", "undone": None}),
        "reason": "pièces",
        "decided_by": "camille",
        "decided_at": SEEN,
    },
    "publication": {
        "id": 1,
        "period": "2026",
        "first": "2026-01-01",
        "last": "2026-12-31",
        "at": SEEN,
        "published_at": SEEN,
        "verdicts": json.dumps({ASKED.key: "met"}),
        "digests": json.dumps({"facts": "f" * 16}),
        "cohort": "due",
    },
}
"""A row of each table, in which the columns of a version are found."""


def _put(connection: Connection, table: str, values: dict[str, Any]) -> None:
    """Insert a row of a former version: of its columns, those that are known."""
    columns = {column["name"] for column in inspect(connection).get_columns(table)}
    known = {name: value for name, value in values.items() if name in columns}
    placed = ", ".join("%s" if connection.dialect.name == "postgresql" else "?" for _name in known)
    statement = f"insert into {table} ({', '.join(known)}) values ({placed})"
    connection.exec_driver_sql(statement, tuple(known.values()))


def _put_message(connection: Connection, number: int, item: Mail) -> None:
    kept = column_values(connection)
    facts = rows.message_values(item.key, item.header, kept)
    hashed = rows.salted(facts, bytes(SALT_BYTES))
    names = (*rows.STORED_MESSAGE, *rows.SALTED)
    seen = kept.instant(item.first_seen_at)
    values = dict(zip(names, (number, item.key, *facts[1:], seen, *hashed), strict=True))
    _put(connection, "message", {**values, "pending": False})


@pytest.mark.in_parts(6)
@pytest.mark.parametrize("version", FORMER)
def test_a_store_of_any_former_version_gives_the_same_requests_and_keeps_what_people_did(
    empty_engine: Engine, version: str
) -> None:
    schema.upgrade(empty_engine, version)
    with writing(empty_engine) as connection:
        known = set(inspect(connection).get_table_names())
        for table in FACTS.keys() & known:
            if table != "mailbox":
                _put(connection, table, FACTS[table])
        _put(connection, "mailbox", FACTS["mailbox"])
        for number, item in enumerate((ASKED, ANSWER), 1):
            _put_message(connection, number, item)
            copy = {"id": number, "message_id": number, "mailbox_id": 1, "uid_validity": 7, "uid": number}
            _put(connection, "location", {**copy, "imported": False, "first_seen_at": SEEN})
        instants_as_before_0028(connection)

    schema.upgrade(empty_engine)
    store = store_on(empty_engine)
    decided, published = store.decisions.taken(), store.publications.all()
    derive_pending(store.derivations, RULES)

    migrating.check(empty_engine)
    [request] = store.derivations.requests()
    assert (request.key, request.answered_by) == (ASKED.key, ANSWER.key)
    assert request.answered is not None
    assert request.answered.at == ANSWER.header.sent_at
    assert unproven(empty_engine) == []
    if "decision" in known:
        assert [item.target for item in decided] == [ASKED.key]
        assert [dict(item.verdicts) for item in published] == [{ASKED.key: Outcome.MET}]


def test_what_is_derived_is_converted_with_nothing_left_to_derive(empty_engine: Engine) -> None:
    found = _store_of_before(empty_engine)

    schema.upgrade(empty_engine)

    _holds(empty_engine, found)


def test_a_conversion_that_is_cut_leaves_the_store_as_it_was_and_is_begun_again(empty_engine: Engine) -> None:
    found = _store_of_before(empty_engine)
    told = []

    def cut(done: int, total: int) -> None:
        told.append((done, total))
        if done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        schema.upgrade(empty_engine, told=cut)
    with reading(empty_engine) as connection:
        version = connection.exec_driver_sql("select version_num from alembic_version").scalar_one()
        kept = connection.exec_driver_sql("select key from derived_message order by key").scalars().all()
    schema.upgrade(empty_engine)

    assert told == [(0, len(MAILS)), (len(MAILS), len(MAILS))]
    assert (version, kept) == ("0015", sorted(found.readings))
    _holds(empty_engine, found)


def _store_of_before(engine: Engine) -> Derivation:
    """Make a store of version 0015 with what is derived of `MAILS`, and return that."""
    found = derive(MAILS, RULES)
    schema.upgrade(engine, "0015")
    with writing(engine) as connection:
        for number, item in enumerate(MAILS, 1):
            _put_message(connection, number, item)
        for name, members in found.conversations.items():
            for key in members:
                _put(connection, "derived_message", _message(found, name, key, column_values(connection)))
        for request in found.requests:
            _put(connection, "derived_request", _request(request, column_values(connection)))
        for doubt in found.doubts:
            at = column_values(connection).instant(doubt.at)
            named = {"reply": doubt.mail, "code": doubt.code, "sent_at": at}
            _put(connection, "derived_doubt", {**named, "candidates": json.dumps(doubt.candidates)})
        instants_as_before_0028(connection)
    return found


def _holds(engine: Engine, found: Derivation) -> None:
    """Hold what a store says against what was derived before it was converted."""
    derivations = store_on(engine).derivations
    migrating.check(engine)
    assert derivations.requests() == found.requests
    assert derivations.doubts() == found.doubts != ()
    told = {item.key: item for item in derivations.messages()}
    assert {key: (item.evidence, item.tied_to) for key, item in told.items()} == {
        key: (link.evidence, link.to) for key, link in found.links.items()
    }
    assert {item.key: item.conversation for item in told.values()} == {
        key: name for name, members in found.conversations.items() for key in members
    }
    [digest] = derivations.facts_digests([(paris("2026-01-01 00:00"), paris("2026-12-31 00:00"))])
    said = "".join(f"{key} {found.readings[key].moment.at.isoformat()}\n" for key in sorted(found.readings))
    assert digest.former == sha256(said.encode()).hexdigest()[:16]


def _message(found: Derivation, name: str, key: str, values: ColumnValues) -> dict[str, Any]:
    reading, link = found.readings[key], found.links[key]
    return {
        "key": key,
        "conversation": name,
        "evidence": link.evidence,
        "tied_to": link.to,
        "side": reading.side,
        "kind": reading.kind,
        "at": values.instant(reading.moment.at),
        "basis": reading.moment.basis,
        "mail_class": found.classes[key],
    }


def _request(request: Request, values: ColumnValues) -> dict[str, Any]:
    answered, first = request.answered, request.first_response
    return {
        "key": request.key,
        "conversation": request.conversation,
        "follow_up": request.follow_up,
        "received_at": values.instant(request.received.at),
        "answered_at": None if answered is None else values.instant(answered.at),
        "category": request.category,
        "imported": request.imported,
        "subject": request.subject,
        "first_response_at": None if first is None else values.instant(first.at),
        "acknowledged_at": None if request.acknowledged is None else values.instant(request.acknowledged.at),
        "detail": json.dumps({**detail_before_0028(request), "answered_by": request.answered_by}),
    }
