"""Messages in the database: each once, with its copies and its ties."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from os import urandom

from sqlalchemy import ColumnElement, Connection, Engine, Text, cast, delete, func, select, true, update

from mailsla.adapters.database import rows
from mailsla.adapters.database.added import Added
from mailsla.adapters.database.bulk import (
    STREAMED,
    among,
    as_kept,
    column_values,
    insert_new,
    insert_rows,
    reserved,
)
from mailsla.adapters.database.column_values import document_of, kept_by
from mailsla.adapters.database.copies import believe_again, mark_copies_gone, put_on
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.kept_at_hand import BULK
from mailsla.adapters.database.keys import numbers_of
from mailsla.adapters.database.pending import derive_again
from mailsla.adapters.database.prepared import SAID_BY_BODIES, Prepared, prepared
from mailsla.adapters.database.rows import Rows
from mailsla.adapters.database.sealed_messages import sealed_among
from mailsla.adapters.database.set_aside import set_aside
from mailsla.adapters.database.tables import DERIVATION, LOCATION, MAILBOX, MESSAGE, TIE
from mailsla.adapters.database.traces import trace_of
from mailsla.core.collection.to_store import Batch, Cursor, ToStore
from mailsla.core.errors import apart
from mailsla.core.mail.copies import DRAFT_MARKS, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.mail.header_reading import READER_VERSION
from mailsla.core.mail.salted_hashes import SALT_BYTES
from mailsla.core.mail.trace_information import Trace
from mailsla.core.office.body_evidence import needs_body
from mailsla.core.office.correspondents import Office

TIE_COLUMNS = ("name", "message_id")
MOST_TRACES = 500
"""Mails that say enough of who verifies them."""

UID_OF_COPY, TRACE_OF_COPY = map(rows.STORED_COPY.index, ("uid", "trace"))


class Messages:
    """The messages. Satisfies `mailsla.usecases.fact_store.Messages`.

    Args:
        engine: The store.
        reader: The version of the reader at hand.
    """

    def __init__(self, engine: Engine, reader: int = READER_VERSION) -> None:
        self._engine = engine
        self._reader = reader

    @property
    def prepare(self) -> Callable[[Sequence[ToStore]], list[Prepared]]:
        """A pure function that makes messages ready to be added; whoever reads them may do it."""
        return partial(prepared, kept_by(self._engine.dialect.name))

    def add(self, cursor: Cursor, batch: Batch, seen_at: datetime) -> Added:
        """Add a batch and move the cursor, in one transaction; what is there already changes nothing.

        Return what was added. A batch that covers nothing, up to UID 0, leaves the cursor where it is.
        One that a power cut undoes is collected again from where the cursor is then.
        """
        is_bulk = len(batch.messages) >= BULK
        with writing(self._engine, repeatable=True, is_bulk=is_bulk) as connection:
            placed = [(message.uid, message) for message in self.prepare(batch.messages)]
            added = _add_copies(connection, cursor.mailbox_id, batch, placed, seen_at, imported=False)
            set_aside(connection, cursor.mailbox_id, batch, seen_at, self._reader)
            if batch.last_uid:
                connection.execute(
                    update(MAILBOX)
                    .where(MAILBOX.c.id == cursor.mailbox_id)
                    .values(uid_validity=batch.uid_validity, last_uid=batch.last_uid)
                )
        return added

    def add_imported(self, cursor: Cursor, batch: Batch, seen_at: datetime) -> int:
        """Add messages of an archive, once each, and return how many were new there."""
        with writing(self._engine) as connection:
            before = _count(connection, cursor.mailbox_id)
            placed = [(None, message) for message in self.prepare(batch.messages)]
            _add_copies(connection, cursor.mailbox_id, batch, placed, seen_at, imported=True)
            return _count(connection, cursor.mailbox_id) - before

    def latest_traces(self, most: int = MOST_TRACES) -> list[Trace]:
        """Return what servers wrote on the mails that came last, of those of which it was asked for."""
        query = (
            select(LOCATION.c.trace)
            .join(MAILBOX, MAILBOX.c.id == LOCATION.c.mailbox_id)
            .where(MAILBOX.c.role == MailboxRole.INBOX.value, LOCATION.c.trace.is_not(None))
            .order_by(LOCATION.c.id.desc())
            .limit(most)
        )
        with reading(self._engine) as connection:
            return [trace_of(document) for document in connection.execute(query).scalars()]

    def nameless(self, cursor: Cursor, office: Office) -> list[int]:
        """Return the UIDs in a mailbox of forms' mails whose citizen is written in the body, and is not known."""
        return [
            uid
            for uid, header in self._headers(cursor)
            if not header.asked_by
            and office.is_form(header)
            and apart(partial(needs_body, header, office)) is True
        ]

    def asked_too_little(self, cursor: Cursor, office: Office) -> list[int]:
        """Return the UIDs in a mailbox of what the office wrote, and an earlier version asked too little of.

        What no server delivered may be a draft; what one did may be forged.
        """
        found = self._headers(cursor, LOCATION.c.hop_at.is_(None) | LOCATION.c.trace.is_(None))
        return [uid for uid, header in found if apart(partial(office.wrote, header)) is True]

    def _headers(
        self, cursor: Cursor, which: ColumnElement[bool] | None = None
    ) -> Iterator[tuple[int, Header]]:
        """Yield the UIDs of what is believed to be in a mailbox, or of some of it, with their headers, in order."""
        query = (
            select(LOCATION.c.uid, *as_kept(MESSAGE, rows.STORED_MESSAGE))
            .join(MESSAGE, MESSAGE.c.id == LOCATION.c.message_id)
            .where(
                LOCATION.c.mailbox_id == cursor.mailbox_id,
                LOCATION.c.uid_validity == cursor.uid_validity,
                LOCATION.c.gone_at.is_(None),
                true() if which is None else which,
            )
            .order_by(LOCATION.c.uid)
        )
        with reading(self._engine) as connection:
            for uid, *row in connection.execute(query, execution_options=STREAMED):
                yield uid, rows.mail_of(tuple(row), ()).header


def _count(connection: Connection, mailbox_id: int) -> int:
    counted = select(func.count()).select_from(LOCATION).where(LOCATION.c.mailbox_id == mailbox_id)
    return connection.execute(counted).scalar_one()


def _add_copies(
    connection: Connection,
    mailbox_id: int,
    batch: Batch,
    placed: Sequence[tuple[int | None, Prepared]],
    seen_at: datetime,
    *,
    imported: bool,
) -> Added:
    """Add a batch's messages, each at its UID, and return what was added.

    An archive has no UIDs: there the message's own number serves.
    """
    numbers, added = _add_messages(connection, [message for _uid, message in placed], batch.tied_by, seen_at)
    sealed = set(sealed_among(connection, added.numbers))
    seen = column_values(connection).instant(seen_at)
    copies = [
        (
            copy,
            number := numbers[message.key],
            mailbox_id,
            batch.uid_validity,
            number if uid is None else uid,
            message.internal_at,
            message.hop_at,
            None if number in sealed else message.trace,
            imported,
            seen,
            None,
            batch.arrived,
        )
        for copy, (uid, message) in zip(reserved(connection, LOCATION, len(placed)), placed, strict=True)
    ]
    if insert_rows(connection, LOCATION, rows.STORED_COPY, copies) < len(copies):
        _seen_again(connection, copies, seen_at)
        added = Added(added.numbers)
    here = (LOCATION.c.mailbox_id == mailbox_id) & (LOCATION.c.uid_validity == batch.uid_validity)
    for mark in DRAFT_MARKS:
        bearing = [uid for uid, message in placed if uid is not None and mark in message.marks]
        if bearing:
            put_on(connection, here & among(LOCATION.c.uid, bearing, connection), mark, seen_at)
    return added.with_copies(copies)


def _seen_again(connection: Connection, copies: Rows, seen_at: datetime) -> None:
    """Believe again in copies of known UIDs: their mailbox is listed again, or their server was restored.

    A restored server may give a UID to another message. The copy that had it keeps its place in the past,
    under a number of its own, below zero.
    """
    first = dict(zip(rows.STORED_COPY, copies[0], strict=True))
    here = (LOCATION.c.mailbox_id == first["mailbox_id"]) & (LOCATION.c.uid_validity == first["uid_validity"])
    messages = {copy[UID_OF_COPY]: copy[rows.MESSAGE_OF_COPY] for copy in copies}
    known = select(LOCATION.c.id, LOCATION.c.uid, LOCATION.c.message_id).where(
        here, among(LOCATION.c.uid, list(messages), connection)
    )
    others = [row.id for row in connection.execute(known) if messages[row.uid] != row.message_id]
    if others:
        replaced = among(LOCATION.c.id, others, connection)
        mark_copies_gone(connection, LOCATION, replaced & LOCATION.c.gone_at.is_(None), seen_at)
        connection.execute(update(LOCATION).where(replaced).values(uid=-LOCATION.c.id))
        insert_rows(connection, LOCATION, rows.STORED_COPY, copies)
    believe_again(connection, here & among(LOCATION.c.uid, list(messages), connection), seen_at)
    _complete_traces(connection, here, copies)


def _complete_traces(connection: Connection, here: ColumnElement[bool], copies: Rows) -> None:
    """Note what servers wrote of copies of which an earlier version did not ask."""
    traces = {copy[UID_OF_COPY]: copy[TRACE_OF_COPY] for copy in copies if copy[TRACE_OF_COPY] is not None}
    lacking = select(LOCATION.c.uid).where(
        here, LOCATION.c.trace.is_(None), among(LOCATION.c.uid, list(traces), connection)
    )
    for uid in connection.execute(lacking).scalars().all():
        trace = document_of(traces[uid])
        connection.execute(update(LOCATION).where(here, LOCATION.c.uid == uid).values(trace=trace))


def _add_messages(
    connection: Connection, messages: Sequence[Prepared], tied_by: str, seen_at: datetime
) -> tuple[Mapping[str, int], Added]:
    """Insert the messages that are new; those known already get another copy, so are derived again too.

    Return the number of each by key, and what was added, copies apart.
    """
    seen = column_values(connection).instant(seen_at)
    found: dict[str, Prepared] = {}
    for message in messages:
        found.setdefault(message.key, message)
    # In one order for every worker: two that add the same messages would otherwise wait for each other.
    keys = sorted(found)
    numbers = dict(zip(keys, reserved(connection, MESSAGE, len(keys)), strict=True))
    facts = [(numbers[key], *found[key].facts, seen) for key in keys]
    written = [(*row, *found[key].salted) for key, row in zip(keys, facts, strict=True)]
    if insert_rows(connection, MESSAGE, (*rows.STORED_MESSAGE, *rows.SALTED), written) < len(written):
        # Some are there already, under numbers of their own.
        known = numbers_of(connection, keys)
        told = [found[key] for key in keys if known[key] != numbers[key] and found[key].tells_more]
        completed = _complete(connection, told, known)
        facts = [row for key, row in zip(keys, facts, strict=True) if known[key] == numbers[key]]
        keys = [key for key in keys if known[key] == numbers[key] or key in completed]
        numbers = known
    # Those of another office's rules are made again before anything is derived.
    is_tied = _ties_are_of(connection, tied_by)
    # In the order of their index, whose pages are gone through once then.
    ties = sorted((tie, numbers[key]) for key in keys for tie in found[key].ties) if is_tied else []
    insert_rows(connection, TIE, TIE_COLUMNS, ties)
    derive_again(connection, numbers.values(), seen_at)
    every = [*numbers.values()]
    return numbers, Added(every, {row[0]: row for row in facts}, ties=ties) if is_tied else Added(every)


def salt_again(connection: Connection, which: ColumnElement[bool]) -> None:
    """Make the salted hashes of some messages anew, from what is in their rows."""
    documents = [cast(MESSAGE.c[name], Text) for name in ("ids", "people", "kept")]
    others = [MESSAGE.c[name] for name in rows.FACT_COLUMNS[:5]]
    for number, *facts in connection.execute(select(MESSAGE.c.id, *others, *documents).where(which)).all():
        salt, hashes = rows.salted(facts, urandom(SALT_BYTES))
        connection.execute(update(MESSAGE).where(MESSAGE.c.id == number).values(salt=salt, hashes=hashes))


def _complete(connection: Connection, told: Sequence[Prepared], numbers: Mapping[str, int]) -> set[str]:
    """Note what the bodies of messages say that were stored without; return the keys of those that lacked it."""
    completed = set()
    for message in told:
        this = MESSAGE.c.id == numbers[message.key]
        known = select(MESSAGE.c.sealed_at, MESSAGE.c.people, MESSAGE.c.kept).where(this)
        sealed_at, people, fields = connection.execute(known).one()
        is_said = "asked_by" in people or any(name in SAID_BY_BODIES for name, _value in fields)
        if is_said or sealed_at is not None:
            continue
        said = dict(zip(rows.FACT_COLUMNS, message.facts, strict=True))
        whole = {name: document_of(said[name]) for name in ("people", "kept")}
        connection.execute(update(MESSAGE).where(this).values(whole))
        salt_again(connection, this)
        connection.execute(delete(TIE).where(TIE.c.message_id == numbers[message.key]))
        completed.add(message.key)
    return completed


def _ties_are_of(connection: Connection, tied_by: str) -> bool:
    """Tell whether the store's ties are made by these rules; otherwise derivation will make them."""
    insert_new(connection, DERIVATION, [{"id": 1, "rules": "", "ties": tied_by}])
    known = connection.execute(select(DERIVATION.c.ties).where(DERIVATION.c.id == 1)).scalar_one()
    return bool(known == tied_by)
