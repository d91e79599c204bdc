"""What could not be read, in the database: visible with its reason, and read again when it is time to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, func, select, update

from mailsla.adapters.database.bulk import among, insert_new
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.tables import ACCOUNT, MAILBOX, SET_ASIDE
from mailsla.core.collection.retry import is_to_read_again
from mailsla.core.collection.to_store import Batch, Cursor
from mailsla.core.mail.header_reading import READER_VERSION

HERE = SET_ASIDE.c.gone_at.is_(None)


@dataclass(frozen=True, slots=True)
class MessageSetAside:
    """A message that could not be read, and where it lies."""

    account: str
    mailbox: str
    uid: int
    reason: str
    seen_at: datetime


class SetAsideMessages:
    """The messages that could not be read. Satisfies `mailsla.usecases.fact_store.SetAsideMessages`.

    Args:
        engine: The store.
        reader: The version of the reader at hand.
    """

    def __init__(self, engine: Engine, reader: int = READER_VERSION) -> None:
        self._engine = engine
        self.reader = reader

    def all(self) -> tuple[MessageSetAside, ...]:
        """Return every message that could not be read."""
        query = (
            select(SET_ASIDE, MAILBOX.c.name.label("mailbox"), ACCOUNT.c.name.label("account"))
            .join(MAILBOX, MAILBOX.c.id == SET_ASIDE.c.mailbox_id)
            .join(ACCOUNT, ACCOUNT.c.id == MAILBOX.c.account_id)
            .where(HERE)
            .order_by(SET_ASIDE.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(
                MessageSetAside(row.account, row.mailbox, row.uid, row.reason, row.seen_at)
                for row in connection.execute(query)
            )

    def uids(self, cursor: Cursor, uid_validity: int) -> set[int]:
        """Return the UIDs of a mailbox that are set aside."""
        query = select(SET_ASIDE.c.uid).where(
            SET_ASIDE.c.mailbox_id == cursor.mailbox_id, SET_ASIDE.c.uid_validity == uid_validity, HERE
        )
        with reading(self._engine) as connection:
            return set(connection.execute(query).scalars())

    def with_leftovers(self, cursors: Sequence[Cursor], at: datetime) -> set[int]:
        """Return the mailboxes, by number, that hold what was set aside and is to be read again by now."""
        numbers = [cursor.mailbox_id for cursor in cursors]
        oldest = func.min(SET_ASIDE.c.seen_at, type_=SET_ASIDE.c.seen_at.type)
        groups = (SET_ASIDE.c.mailbox_id, SET_ASIDE.c.reason, SET_ASIDE.c.reader)
        with reading(self._engine) as connection:
            query = (
                select(*groups, oldest.label("seen_at"))
                .where(among(SET_ASIDE.c.mailbox_id, numbers, connection), HERE)
                .group_by(*groups)
            )
            return {
                row.mailbox_id
                for row in connection.execute(query)
                if is_to_read_again(row.reason, row.reader, row.seen_at, at, reader_version=self.reader)
            }

    def to_read_again(self, cursor: Cursor, at: datetime) -> set[int]:
        """Return the UIDs to be read again, under the cursor's UIDVALIDITY; they wait for a day then.

        That is what an older reader could not read, and what the server would not give.
        """
        query = select(SET_ASIDE.c.uid, SET_ASIDE.c.reason, SET_ASIDE.c.reader, SET_ASIDE.c.seen_at).where(
            SET_ASIDE.c.mailbox_id == cursor.mailbox_id,
            SET_ASIDE.c.uid_validity == cursor.uid_validity,
            HERE,
        )
        with writing(self._engine) as connection:
            due = {
                row.uid
                for row in connection.execute(query)
                if is_to_read_again(row.reason, row.reader, row.seen_at, at, reader_version=self.reader)
            }
            again = (SET_ASIDE.c.mailbox_id == cursor.mailbox_id) & among(SET_ASIDE.c.uid, due, connection)
            connection.execute(update(SET_ASIDE).where(again).values(seen_at=at))
        return due


def set_aside(connection: Connection, mailbox_id: int, batch: Batch, seen_at: datetime, reader: int) -> None:
    """Note what a batch could not read; and what was set aside and has been read after all, or not, once more."""
    here = (SET_ASIDE.c.mailbox_id == mailbox_id) & (SET_ASIDE.c.uid_validity == batch.uid_validity)

    def these(uids: Collection[int]) -> ColumnElement[bool]:
        return here & among(SET_ASIDE.c.uid, uids, connection)

    if connection.execute(select(SET_ASIDE.c.id).where(here).limit(1)).first() is not None:
        read = these([message.uid for message in batch.messages])
        connection.execute(update(SET_ASIDE).where(read, HERE).values(gone_at=seen_at))
        again = these([item.uid for item in batch.set_aside])
        connection.execute(update(SET_ASIDE).where(again).values(reader=reader, gone_at=None))
    insert_new(
        connection,
        SET_ASIDE,
        [
            {
                "mailbox_id": mailbox_id,
                "uid_validity": batch.uid_validity,
                "uid": item.uid,
                "internal_at": item.internal_at,
                "reason": item.reason,
                "reader": reader,
                "seen_at": seen_at,
                "first_seen_at": seen_at,
            }
            for item in batch.set_aside
        ],
    )
