"""Copies in the database: which are believed to be in a mailbox, which marks they bear, which are gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    func,
    insert,
    literal,
    null,
    select,
    union_all,
    update,
)

from mailsla.adapters.database.bulk import among, insert_new
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.pending import derive_copies_again
from mailsla.adapters.database.tables import KEYWORD, LAPSE, LOCATION, SET_ASIDE
from mailsla.core.collection.to_store import Cursor
from mailsla.core.mail.copies import DRAFT_FLAG

LAPSE_COLUMNS = ("location_id", "keyword", "first_seen_at", "gone_at", "back_at")


def mark_copies_gone(connection: Connection, target: Table, which: Any, at: datetime) -> int:
    """Note that some copies are no longer there and return how many."""
    if target is LOCATION:
        derive_copies_again(connection, which, at)
    return connection.execute(update(target).where(which).values(gone_at=at)).rowcount


def believe_again(connection: Connection, copies: ColumnElement[bool], at: datetime) -> None:
    """Note that copies which were believed gone are there; that they were is kept."""
    back = copies & LOCATION.c.gone_at.is_not(None)
    lapsed = select(
        LOCATION.c.id, null(), LOCATION.c.first_seen_at, LOCATION.c.gone_at, literal(at, LAPSE.c.back_at.type)
    )
    connection.execute(insert(LAPSE).from_select(LAPSE_COLUMNS, lapsed.where(back)))
    connection.execute(update(LOCATION).where(back).values(gone_at=None))


def _present(target: Table, cursor: Cursor, column: ColumnElement[int]) -> Select[int]:
    return select(column).where(target.c.mailbox_id == cursor.mailbox_id, target.c.gone_at.is_(None))


class Copies:
    """What is believed of the copies of messages. Satisfies `mailsla.usecases.fact_store.Copies`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def present_count(self, cursor: Cursor) -> dict[int, int]:
        """Return how many messages are believed to be in a mailbox, set aside or not, by UIDVALIDITY."""
        query = union_all(
            *(_present(target, cursor, target.c.uid_validity) for target in (LOCATION, SET_ASIDE))
        )
        copies = query.subquery()
        counted = select(copies.c.uid_validity, func.count().label("n")).group_by(copies.c.uid_validity)
        with reading(self._engine) as connection:
            return {row.uid_validity: row.n for row in connection.execute(counted)}

    def present(self, cursor: Cursor, uid_validity: int, *, above: int, most: int) -> list[int]:
        """Return the UIDs above one that are believed to be in a mailbox, in order, at most so many."""
        wanted = (
            _present(target, cursor, target.c.uid).where(
                target.c.uid_validity == uid_validity, target.c.uid > above
            )
            for target in (LOCATION, SET_ASIDE)
        )
        copies = union_all(*wanted).subquery()
        query = select(copies.c.uid).order_by(copies.c.uid).limit(most)
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def seen(self, cursor: Cursor, uid_validity: int, *, first: int) -> set[int]:
        """Return the UIDs from one on that were seen in a mailbox, whether they are still there or not."""
        queries = (
            select(target.c.uid).where(
                target.c.mailbox_id == cursor.mailbox_id,
                target.c.uid_validity == uid_validity,
                target.c.uid >= first,
            )
            for target in (LOCATION, SET_ASIDE)
        )
        with reading(self._engine) as connection:
            return {uid for query in queries for uid in connection.execute(query).scalars()}

    def mark_gone(self, cursor: Cursor, uid_validity: int, uids: Collection[int], at: datetime) -> int:
        """Note that copies are no longer there, and return how many were believed to be."""

        def which(target: Table, connection: Connection) -> ColumnElement[bool]:
            return (target.c.uid_validity == uid_validity) & among(target.c.uid, uids, connection)

        return self._mark_gone(cursor, at, which)

    def mark_renumbered(self, cursor: Cursor, uid_validity: int, at: datetime) -> int:
        """Note that every copy of any other UIDVALIDITY is no longer there, and return how many there were."""
        return self._mark_gone(cursor, at, lambda target, _connection: target.c.uid_validity != uid_validity)

    def _mark_gone(
        self, cursor: Cursor, at: datetime, which: Callable[[Table, Connection], ColumnElement[bool]]
    ) -> int:
        with writing(self._engine) as connection:
            return sum(
                mark_copies_gone(
                    connection,
                    target,
                    (target.c.mailbox_id == cursor.mailbox_id)
                    & target.c.gone_at.is_(None)
                    & which(target, connection),
                    at,
                )
                for target in (LOCATION, SET_ASIDE)
            )

    def bearing(self, cursor: Cursor, uid_validity: int, keyword: str) -> set[int]:
        """Return the UIDs in a mailbox that are believed to bear a keyword or a flag."""
        with reading(self._engine) as connection:
            return set(_bearing(connection, _here(cursor, uid_validity), keyword))

    def set_keyword(
        self, cursor: Cursor, uid_validity: int, keyword: str, uids: Iterable[int], at: datetime
    ) -> None:
        """Note which copies of a mailbox bear a keyword or a flag now; those that gained or lost it are derived again.

        A copy that is gone bore it to its end; whoever takes it away from a message that was moved takes it away
        from the earlier copies, too.
        """
        here = _here(cursor, uid_validity)
        with writing(self._engine) as connection:
            before = _bearing(connection, here, keyword)
            now = set(uids)
            gained, lost = sorted(now - set(before)), sorted(set(before) - now)
            if gained:
                put_on(connection, here & among(LOCATION.c.uid, gained, connection), keyword, at)
            if lost:
                borne = among(KEYWORD.c.id, [before[uid] for uid in lost], connection)
                _take_away(connection, here & among(LOCATION.c.uid, lost, connection), keyword, borne, at)
            derive_copies_again(connection, here & among(LOCATION.c.uid, gained + lost, connection), at)

    def with_drafts(self, cursors: Iterable[Cursor]) -> set[int]:
        """Return the mailboxes, by number, that hold what bears the flag of a draft."""
        numbers = [cursor.mailbox_id for cursor in cursors]
        with reading(self._engine) as connection:
            query = (
                select(LOCATION.c.mailbox_id)
                .distinct()
                .join(KEYWORD, KEYWORD.c.location_id == LOCATION.c.id)
                .where(
                    among(LOCATION.c.mailbox_id, numbers, connection),
                    LOCATION.c.gone_at.is_(None),
                    KEYWORD.c.name == DRAFT_FLAG,
                    KEYWORD.c.gone_at.is_(None),
                )
            )
            return set(connection.execute(query).scalars())


def _here(cursor: Cursor, uid_validity: int) -> ColumnElement[bool]:
    """Return the condition that a copy is believed to be in a mailbox."""
    here = (LOCATION.c.mailbox_id == cursor.mailbox_id) & (LOCATION.c.uid_validity == uid_validity)
    return here & LOCATION.c.gone_at.is_(None)


def _bearing(connection: Connection, here: ColumnElement[bool], keyword: str) -> dict[int, int]:
    """Return, by UID, the rows of a keyword that is on some copies."""
    bearing = (
        select(LOCATION.c.uid, KEYWORD.c.id)
        .join(KEYWORD, KEYWORD.c.location_id == LOCATION.c.id)
        .where(here, KEYWORD.c.name == keyword, KEYWORD.c.gone_at.is_(None))
    )
    return {row.uid: row.id for row in connection.execute(bearing)}


def put_on(connection: Connection, copies: ColumnElement[bool], keyword: str, at: datetime) -> None:
    """Note a keyword on some copies, on those that had lost it too; that they had is kept."""
    found = list(connection.execute(select(LOCATION.c.id).where(copies)).scalars())
    fresh = [{"location_id": copy, "name": keyword, "first_seen_at": at, "gone_at": None} for copy in found]
    insert_new(connection, KEYWORD, fresh)
    again = among(KEYWORD.c.location_id, found, connection) & (KEYWORD.c.name == keyword)
    again &= KEYWORD.c.gone_at.is_not(None)
    lapsed = select(
        KEYWORD.c.location_id,
        KEYWORD.c.name,
        KEYWORD.c.first_seen_at,
        KEYWORD.c.gone_at,
        literal(at, LAPSE.c.back_at.type),
    )
    connection.execute(insert(LAPSE).from_select(LAPSE_COLUMNS, lapsed.where(again)))
    connection.execute(update(KEYWORD).where(again).values(first_seen_at=at, gone_at=None))


def _take_away(
    connection: Connection,
    copies: ColumnElement[bool],
    keyword: str,
    borne: ColumnElement[bool],
    at: datetime,
) -> None:
    """Note that a keyword is no longer on some copies, nor on the earlier copies of their messages."""
    messages = select(LOCATION.c.message_id).where(copies)
    earlier = select(LOCATION.c.id).where(
        LOCATION.c.message_id.in_(messages), LOCATION.c.gone_at.is_not(None)
    )
    left = (KEYWORD.c.name == keyword) & KEYWORD.c.location_id.in_(earlier)
    connection.execute(update(KEYWORD).where(borne | left, KEYWORD.c.gone_at.is_(None)).values(gone_at=at))
