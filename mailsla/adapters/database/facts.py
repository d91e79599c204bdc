"""Facts in the database: cursors, messages, copies, keywords, what was set aside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    func,
    select,
    union_all,
    update,
)

from mailsla.adapters.database import rows
from mailsla.adapters.database.bulk import among, insert_rows, kept_by, reserved
from mailsla.adapters.database.derivation_parts import Rows
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.runs import Runs
from mailsla.adapters.database.targets import (
    ACCOUNT,
    DERIVATION,
    KEYWORD,
    LOCATION,
    MAILBOX,
    MESSAGE,
    PENDING,
    SET_ASIDE,
    TIE,
    insert_new,
)
from mailsla.core.collection import Batch, Cursor, ListedMailbox, MailboxStatus, NewMessage
from mailsla.core.header_fields import READER_VERSION

TIE_COLUMNS = ("name", "message_id")
LOCATION_COLUMNS = (
    "message_id",
    "mailbox_id",
    "uid_validity",
    "uid",
    "internal_at",
    "hop_at",
    "imported",
    "first_seen_at",
)
MESSAGE_OF_COPY, UID_OF_COPY = LOCATION_COLUMNS.index("message_id"), LOCATION_COLUMNS.index("uid")
UNREAD = {"uid_validity": 0, "last_uid": 0, "uid_next": 0, "messages": 0, "highest_modseq": 0}
"""The cursor of a mailbox that was never read, or is gone."""


def _derive_again(connection: Connection, copies: Any) -> None:
    """Have the messages of some copies derived again."""
    derive_again(connection, connection.execute(select(LOCATION.c.message_id).where(copies)).scalars())


def derive_again(connection: Connection, numbers: Iterable[int]) -> None:
    """Have some messages derived again."""
    insert_rows(connection, PENDING, ("message_id",), [(number,) for number in sorted(set(numbers))])


def _mark_gone(connection: Connection, target: Table, which: Any, at: datetime) -> int:
    """Note that some copies are no longer there and return how many."""
    if target is LOCATION:
        _derive_again(connection, which)
    return connection.execute(update(target).where(which).values(gone_at=at)).rowcount


def _present(target: Table, cursor: Cursor, column: ColumnElement[int]) -> Select[int]:
    return select(column).where(target.c.mailbox_id == cursor.mailbox_id, target.c.gone_at.is_(None))


@dataclass(frozen=True, slots=True)
class MessageSetAside:
    """A message that could not be read, and where it lies."""

    account: str
    mailbox: str
    uid: int
    reason: str
    seen_at: datetime


def _mailboxes(connection: Connection, account: str) -> dict[str, Any]:
    """Return the rows of an account's mailboxes, by name."""
    query = (
        select(MAILBOX).join(ACCOUNT, ACCOUNT.c.id == MAILBOX.c.account_id).where(ACCOUNT.c.name == account)
    )
    return {row.name: row for row in connection.execute(query)}


class Facts(Runs):
    """What was collected, and by which runs. Satisfies `mailsla.usecases.poll.RunStore`."""

    def cursor(self, account: str, mailbox: ListedMailbox) -> Cursor:
        """Return how far one mailbox has been collected, creating it and its account when they are new."""
        return self.cursors(account, [mailbox])[0]

    def cursors(self, account: str, mailboxes: Sequence[ListedMailbox]) -> list[Cursor]:
        """Return how far mailboxes have been collected; nothing is written unless one is new or changed its role."""
        with reading(self._engine) as connection:
            found = _mailboxes(connection, account)
        if any(item.name not in found or found[item.name].role != item.role.value for item in mailboxes):
            with writing(self._engine) as connection:
                self._know(connection, account, mailboxes)
                found = _mailboxes(connection, account)
        wanted = (found[mailbox.name] for mailbox in mailboxes)
        return [
            Cursor(
                row.id,
                row.uid_validity,
                row.last_uid,
                row.uid_next,
                row.messages,
                row.highest_modseq,
                row.since,
            )
            for row in wanted
        ]

    def _know(self, connection: Connection, account: str, mailboxes: Sequence[ListedMailbox]) -> None:
        """Create what is new; a mailbox of another role has its messages derived again."""
        insert_new(connection, ACCOUNT, [{"name": account}])
        account_id = connection.execute(select(ACCOUNT.c.id).where(ACCOUNT.c.name == account)).scalar_one()
        fresh = [
            {"account_id": account_id, "name": mailbox.name, "role": mailbox.role.value} | UNREAD
            for mailbox in mailboxes
        ]
        insert_new(connection, MAILBOX, fresh)
        found = _mailboxes(connection, account)
        for mailbox in mailboxes:
            if found[mailbox.name].role != mailbox.role.value:
                self._change_role(connection, found[mailbox.name].id, mailbox.role.value)

    def _change_role(self, connection: Connection, mailbox_id: int, role: str) -> None:
        connection.execute(update(MAILBOX).where(MAILBOX.c.id == mailbox_id).values(role=role))
        _derive_again(connection, LOCATION.c.mailbox_id == mailbox_id)

    def add(self, cursor: Cursor, batch: Batch, seen_at: datetime) -> None:
        """Add a batch and move the cursor, in one transaction; what is there already changes nothing."""
        with writing(self._engine) as connection:
            places = [(message.uid, message) for message in batch.messages]
            self._add_copies(connection, cursor.mailbox_id, batch, places, seen_at, imported=False)
            self._read_at_last(connection, cursor, batch, seen_at)
            aside = [
                {
                    "mailbox_id": cursor.mailbox_id,
                    "uid_validity": batch.uid_validity,
                    "uid": item.uid,
                    "internal_at": item.internal_at,
                    "reason": item.reason,
                    "reader": READER_VERSION,
                    "seen_at": seen_at,
                }
                for item in batch.set_aside
            ]
            insert_new(connection, SET_ASIDE, aside)
            connection.execute(
                update(MAILBOX)
                .where(MAILBOX.c.id == cursor.mailbox_id)
                .values(uid_validity=batch.uid_validity, last_uid=batch.last_uid)
            )

    def _read_at_last(self, connection: Connection, cursor: Cursor, batch: Batch, seen_at: datetime) -> None:
        """Note that what was set aside has been read after all; or, once more, that it could not be."""
        here = (SET_ASIDE.c.mailbox_id == cursor.mailbox_id) & (
            SET_ASIDE.c.uid_validity == batch.uid_validity
        )
        read = here & among(SET_ASIDE.c.uid, [message.uid for message in batch.messages], connection)
        connection.execute(
            update(SET_ASIDE).where(read, SET_ASIDE.c.gone_at.is_(None)).values(gone_at=seen_at)
        )
        again = here & among(SET_ASIDE.c.uid, [item.uid for item in batch.set_aside], connection)
        connection.execute(update(SET_ASIDE).where(again).values(reader=READER_VERSION, gone_at=None))

    def aside(self, cursor: Cursor, uid_validity: int) -> set[int]:
        """Return the UIDs of a mailbox that are set aside."""
        return self._aside(cursor, uid_validity, SET_ASIDE.c.id.is_not(None))

    def outdated(self, cursors: Sequence[Cursor]) -> set[int]:
        """Return the mailboxes, by number, that hold what an older reader set aside."""
        numbers = [cursor.mailbox_id for cursor in cursors]
        older = SET_ASIDE.c.gone_at.is_(None) & (SET_ASIDE.c.reader < READER_VERSION)
        with reading(self._engine) as connection:
            there = among(SET_ASIDE.c.mailbox_id, numbers, connection)
            return set(connection.execute(select(SET_ASIDE.c.mailbox_id).where(older, there)).scalars())

    def to_read_again(self, cursor: Cursor) -> set[int]:
        """Return the UIDs that an older reader set aside, under the cursor's UIDVALIDITY."""
        return self._aside(cursor, cursor.uid_validity, SET_ASIDE.c.reader < READER_VERSION)

    def _aside(self, cursor: Cursor, uid_validity: int, which: Any) -> set[int]:
        query = select(SET_ASIDE.c.uid).where(
            SET_ASIDE.c.mailbox_id == cursor.mailbox_id,
            SET_ASIDE.c.uid_validity == uid_validity,
            SET_ASIDE.c.gone_at.is_(None),
            which,
        )
        with reading(self._engine) as connection:
            return set(connection.execute(query).scalars())

    def _add_copies(
        self,
        connection: Connection,
        mailbox_id: int,
        batch: Batch,
        places: Sequence[tuple[int | None, NewMessage]],
        seen_at: datetime,
        *,
        imported: bool,
    ) -> None:
        """Add a batch's messages, each at its UID; an archive has no UIDs: there the message's own number serves."""
        kept = kept_by(connection)
        ids = self._add_messages(connection, batch, seen_at)
        seen = kept.instant(seen_at)
        copies = [
            (
                number := ids[message.key],
                mailbox_id,
                batch.uid_validity,
                number if uid is None else uid,
                kept.instant(message.internal_at),
                kept.instant(message.header.hop_at),
                imported,
                seen,
            )
            for uid, message in places
        ]
        if insert_rows(connection, LOCATION, LOCATION_COLUMNS, copies) < len(copies):
            self._seen_again(connection, copies, seen_at)

    def _seen_again(self, connection: Connection, copies: Rows, seen_at: datetime) -> None:
        """Believe again in copies of known UIDs: their mailbox is listed again, or their server was restored.

        A restored server may give a UID to another message. The copy that had it keeps its place in the past,
        under a number of its own, below zero.
        """
        first = dict(zip(LOCATION_COLUMNS, copies[0], strict=True))
        here = (LOCATION.c.mailbox_id == first["mailbox_id"]) & (
            LOCATION.c.uid_validity == first["uid_validity"]
        )
        messages = {copy[UID_OF_COPY]: copy[MESSAGE_OF_COPY] for copy in copies}
        known = select(LOCATION.c.id, LOCATION.c.uid, LOCATION.c.message_id).where(
            here, among(LOCATION.c.uid, list(messages), connection)
        )
        others = [row.id for row in connection.execute(known) if messages[row.uid] != row.message_id]
        if others:
            replaced = among(LOCATION.c.id, others, connection)
            _mark_gone(connection, LOCATION, replaced & LOCATION.c.gone_at.is_(None), seen_at)
            connection.execute(update(LOCATION).where(replaced).values(uid=-LOCATION.c.id))
            insert_rows(connection, LOCATION, LOCATION_COLUMNS, copies)
        back = here & among(LOCATION.c.uid, list(messages), connection)
        connection.execute(update(LOCATION).where(back).values(gone_at=None))

    def _add_messages(self, connection: Connection, batch: Batch, seen_at: datetime) -> dict[str, int]:
        """Insert the messages that are new; those known already get another copy, so are derived again too."""
        kept = kept_by(connection)
        found: dict[str, NewMessage] = {}
        for message in batch.messages:
            found.setdefault(message.key, message)
        # In one order for every worker: two that add the same messages would otherwise wait for each other.
        added = sorted(found)
        numbers = dict(zip(added, reserved(connection, MESSAGE, len(added)), strict=True))
        values = [
            (number, *rows.message_values(key, found[key].header, seen_at, kept))
            for key, number in numbers.items()
        ]
        if insert_rows(connection, MESSAGE, rows.STORED_MESSAGE, values) < len(values):
            # Some are there already, under numbers of their own.
            known = self._ids(connection, added)
            added = [key for key in added if known[key] == numbers[key]]
            numbers = known
        if self._ties_are_of(connection, batch.tied_by):
            tied = [(tie, numbers[key]) for key in added for tie in found[key].ties]
            insert_rows(connection, TIE, TIE_COLUMNS, tied)
        derive_again(connection, numbers.values())
        return numbers

    def _ties_are_of(self, connection: Connection, tied_by: str) -> bool:
        """Tell whether the store's ties are made by these rules; otherwise derivation will make them."""
        insert_new(connection, DERIVATION, [{"id": 1, "rules": "", "ties": tied_by}])
        known = connection.execute(select(DERIVATION.c.ties).where(DERIVATION.c.id == 1)).scalar_one()
        return bool(known == tied_by)

    def _ids(self, connection: Connection, keys: Collection[str]) -> dict[str, int]:
        if not keys:
            return {}
        named = select(MESSAGE.c.key, MESSAGE.c.id).where(among(MESSAGE.c.key, keys, connection))
        return {key: number for key, number in connection.execute(named).all()}  # noqa: C416 (rows are no pairs to mypy)

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
                _mark_gone(
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

    def _forget(self, connection: Connection, mailbox_id: int, at: datetime) -> int:
        connection.execute(update(MAILBOX).where(MAILBOX.c.id == mailbox_id).values(UNREAD))
        gone = 0
        for target in (LOCATION, SET_ASIDE):
            there = (target.c.mailbox_id == mailbox_id) & target.c.gone_at.is_(None)
            gone += _mark_gone(connection, target, there, at)
        return gone

    def set_keyword(
        self, cursor: Cursor, uid_validity: int, keyword: str, uids: Iterable[int], at: datetime
    ) -> None:
        """Note which copies of a mailbox bear a keyword now; those that gained or lost it are derived again."""
        here = (LOCATION.c.mailbox_id == cursor.mailbox_id) & (LOCATION.c.uid_validity == uid_validity)
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
                borne = among(KEYWORD.c.id, [before[uid] for uid in lost], connection)
                connection.execute(update(KEYWORD).where(borne).values(gone_at=at))
            _derive_again(connection, here & among(LOCATION.c.uid, gained + lost, connection))

    def finish_mailbox(self, cursor: Cursor, status: MailboxStatus, at: datetime) -> None:
        """Note that a pass over a mailbox ended, with the UIDNEXT it started from."""
        with writing(self._engine) as connection:
            connection.execute(
                update(MAILBOX)
                .where(MAILBOX.c.id == cursor.mailbox_id)
                .values(
                    uid_validity=status.uid_validity,
                    uid_next=status.uid_next,
                    messages=status.messages,
                    highest_modseq=status.highest_modseq,
                    checked_at=at,
                )
            )

    def add_imported(self, account: str, mailbox: ListedMailbox, batch: Batch, seen_at: datetime) -> int:
        """Add messages of an archive, once each, and return how many were new there."""
        cursor = self.cursor(account, mailbox)
        with writing(self._engine) as connection:
            before = self._count(connection, cursor.mailbox_id)
            places = [(None, message) for message in batch.messages]
            self._add_copies(connection, cursor.mailbox_id, batch, places, seen_at, imported=True)
            return self._count(connection, cursor.mailbox_id) - before

    def _count(self, connection: Connection, mailbox_id: int) -> int:
        counted = select(func.count()).select_from(LOCATION).where(LOCATION.c.mailbox_id == mailbox_id)
        return connection.execute(counted).scalar_one()

    def set_aside(self) -> tuple[MessageSetAside, ...]:
        """Return every message that could not be read."""
        query = (
            select(SET_ASIDE, MAILBOX.c.name.label("mailbox"), ACCOUNT.c.name.label("account"))
            .join(MAILBOX, MAILBOX.c.id == SET_ASIDE.c.mailbox_id)
            .join(ACCOUNT, ACCOUNT.c.id == MAILBOX.c.account_id)
            .where(SET_ASIDE.c.gone_at.is_(None))
            .order_by(SET_ASIDE.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(
                MessageSetAside(row.account, row.mailbox, row.uid, row.reason, row.seen_at)
                for row in connection.execute(query)
            )
