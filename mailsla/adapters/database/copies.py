"""Copies in the database: which are believed to be in a mailbox, which keywords they bear, which are gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, case, func, select, union_all, update

from mailsla.adapters.database.bulk import among, insert_rows
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.runs import Runs
from mailsla.adapters.database.targets import (
    ACCOUNT,
    COLLECTION,
    KEYWORD,
    LOCATION,
    MAILBOX,
    PENDING,
    SET_ASIDE,
    insert_new,
)
from mailsla.core.collection.to_store import Cursor

UNREAD = {
    "uid_validity": 0,
    "last_uid": 0,
    "uid_next": 0,
    "messages": 0,
    "highest_modseq": 0,
    "cut_at": 0,
    "cuts": 0,
}
"""The cursor of a mailbox that was never read, or is gone."""


def derive_copies_again(connection: Connection, copies: Any) -> None:
    """Have the messages of some copies derived again."""
    derive_again(connection, connection.execute(select(LOCATION.c.message_id).where(copies)).scalars())


def derive_again(connection: Connection, numbers: Iterable[int]) -> None:
    """Have some messages derived again."""
    insert_rows(connection, PENDING, ("message_id",), [(number,) for number in sorted(set(numbers))])


def mark_copies_gone(connection: Connection, target: Table, which: Any, at: datetime) -> int:
    """Note that some copies are no longer there and return how many."""
    if target is LOCATION:
        derive_copies_again(connection, which)
    return connection.execute(update(target).where(which).values(gone_at=at)).rowcount


def _present(target: Table, cursor: Cursor, column: ColumnElement[int]) -> Select[int]:
    return select(column).where(target.c.mailbox_id == cursor.mailbox_id, target.c.gone_at.is_(None))


class Copies(Runs):
    """What is believed of the copies of messages. Satisfies, with `Facts`, `mailsla.usecases.collect.FactStore`."""

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

    def begin(self, cursor: Cursor, uid_validity: int, last_uid: int, since: date) -> None:
        """Note how far a mailbox has been read under a UIDVALIDITY, what was received before a day left out."""
        read = UNREAD | {"uid_validity": uid_validity, "last_uid": last_uid, "since": since}
        with writing(self._engine) as connection:
            connection.execute(update(MAILBOX).where(MAILBOX.c.id == cursor.mailbox_id).values(read))

    def note_cut(self, cursor: Cursor, uid: int) -> None:
        """Note at which message a fetch ended before its end, and how many times it has there."""
        same = case((MAILBOX.c.cut_at == uid, MAILBOX.c.cuts + 1), else_=1)
        with writing(self._engine) as connection:
            connection.execute(
                update(MAILBOX).where(MAILBOX.c.id == cursor.mailbox_id).values(cuts=same, cut_at=uid)
            )

    def mark_gone(self, cursor: Cursor, uid_validity: int, uids: Collection[int], at: datetime) -> int:
        """Note that copies are no longer there, and return how many were believed to be."""
        return self._mark_gone(
            cursor,
            at,
            lambda target, connection: (
                (target.c.uid_validity == uid_validity) & among(target.c.uid, uids, connection)
            ),
        )

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

    def forget_others(self, account: str, listed: Collection[str], at: datetime) -> int:
        """Note that an account's mailboxes but the listed ones are gone; return how many copies that takes away.

        One that comes back is read as if it were new. What an archive brought is left alone.
        """
        known = (
            select(MAILBOX.c.id, MAILBOX.c.name)
            .join(ACCOUNT, ACCOUNT.c.id == MAILBOX.c.account_id)
            .where(ACCOUNT.c.name == account, MAILBOX.c.uid_validity != 0)
        )
        with reading(self._engine) as connection:
            others = [number for number, name in connection.execute(known) if name not in listed]
        if not others:
            return 0
        with writing(self._engine) as connection:
            return sum(self._forget(connection, number, at) for number in others)

    def forget_accounts(self, configured: Collection[str], at: datetime) -> int:
        """Note that mailboxes of accounts no longer configured hold nothing; return how many copies that takes away.

        Only a day after their last collection: another worker may know them. An archive is left alone.
        """
        last = func.max(COLLECTION.c.started_at)
        known = (
            select(MAILBOX.c.id)
            .join(ACCOUNT, ACCOUNT.c.id == MAILBOX.c.account_id)
            .join(COLLECTION, COLLECTION.c.account_id == ACCOUNT.c.id)
            .where(MAILBOX.c.uid_validity != 0, ACCOUNT.c.name.not_in(configured))
            .group_by(MAILBOX.c.id)
            .having(last < at - timedelta(days=1))
        )
        with reading(self._engine) as connection:
            others = list(connection.execute(known).scalars())
        if not others:
            return 0
        with writing(self._engine) as connection:
            return sum(self._forget(connection, number, at) for number in others)

    def _forget(self, connection: Connection, mailbox_id: int, at: datetime) -> int:
        connection.execute(update(MAILBOX).where(MAILBOX.c.id == mailbox_id).values(UNREAD))
        gone = 0
        for target in (LOCATION, SET_ASIDE):
            there = (target.c.mailbox_id == mailbox_id) & target.c.gone_at.is_(None)
            gone += mark_copies_gone(connection, target, there, at)
        return gone

    def set_keyword(
        self, cursor: Cursor, uid_validity: int, keyword: str, uids: Iterable[int], at: datetime
    ) -> None:
        """Note which copies of a mailbox bear a keyword now; those that gained or lost it are derived again.

        A copy that is gone bore it to its end; whoever takes it away from a message that was moved takes it away
        from the earlier copies, too.
        """
        here = (
            (LOCATION.c.mailbox_id == cursor.mailbox_id)
            & (LOCATION.c.uid_validity == uid_validity)
            & LOCATION.c.gone_at.is_(None)
        )
        with writing(self._engine) as connection:
            bearing = (
                select(LOCATION.c.uid, KEYWORD.c.id)
                .join(KEYWORD, KEYWORD.c.location_id == LOCATION.c.id)
                .where(here, KEYWORD.c.name == keyword, KEYWORD.c.gone_at.is_(None))
            )
            before = {row.uid: row.id for row in connection.execute(bearing)}
            now = set(uids)
            gained, lost = sorted(now - set(before)), sorted(set(before) - now)
            if gained:
                copies = select(LOCATION.c.id).where(here, among(LOCATION.c.uid, gained, connection))
                found = list(connection.execute(copies).scalars())
                fresh = [
                    {"location_id": copy, "name": keyword, "first_seen_at": at, "gone_at": None}
                    for copy in found
                ]
                insert_new(connection, KEYWORD, fresh)
                again = among(KEYWORD.c.location_id, found, connection) & (KEYWORD.c.name == keyword)
                connection.execute(
                    update(KEYWORD)
                    .where(again, KEYWORD.c.gone_at.is_not(None))
                    .values(first_seen_at=at, gone_at=None)
                )
            if lost:
                bearers = select(LOCATION.c.message_id).where(here, among(LOCATION.c.uid, lost, connection))
                earlier = LOCATION.c.message_id.in_(bearers) & LOCATION.c.gone_at.is_not(None)
                borne = among(KEYWORD.c.id, [before[uid] for uid in lost], connection)
                left = (KEYWORD.c.name == keyword) & KEYWORD.c.location_id.in_(
                    select(LOCATION.c.id).where(earlier)
                )
                connection.execute(
                    update(KEYWORD).where(borne | left, KEYWORD.c.gone_at.is_(None)).values(gone_at=at)
                )
            derive_copies_again(connection, here & among(LOCATION.c.uid, gained + lost, connection))
