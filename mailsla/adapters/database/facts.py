"""Facts in the database: cursors, messages, copies, runs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from mailsla.adapters.database import rows
from mailsla.adapters.database.bulk import among, insert_rows, kept_by
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.tables import (
    AccountRow,
    CollectionRow,
    KeywordRow,
    LocationRow,
    MailboxRow,
    MessageRow,
    PendingRow,
    SetAsideRow,
)
from mailsla.core.collection import Batch, Cursor, ListedMailbox, MailboxStatus, NewMessage
from mailsla.core.header_fields import READER_VERSION


def table(row_class: type[SQLModel]) -> Table:
    """Return the Core table of a row class."""
    found: Table = SQLModel.metadata.tables[str(row_class.__tablename__)]
    return found


ACCOUNT, MAILBOX, MESSAGE = table(AccountRow), table(MailboxRow), table(MessageRow)
LOCATION, SET_ASIDE, COLLECTION = table(LocationRow), table(SetAsideRow), table(CollectionRow)
KEYWORD, PENDING = table(KeywordRow), table(PendingRow)
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


def insert_new(connection: Connection, target: Table, values: Sequence[dict[str, Any]]) -> None:
    """Insert rows, leaving those that are there already as they are."""
    if not values:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(target).on_conflict_do_nothing(), list(values))


def _derive_again(connection: Connection, copies: Any) -> None:
    """Have the messages of some copies derived again."""
    derive_again(connection, connection.execute(select(LOCATION.c.message_id).where(copies)).scalars())


def derive_again(connection: Connection, numbers: Iterable[int]) -> None:
    """Have some messages derived again."""
    insert_rows(connection, PENDING, ("message_id",), [(number,) for number in set(numbers)])


def _mark_gone(connection: Connection, target: Table, which: Any, at: datetime) -> int:
    """Note that some copies are no longer there and return how many."""
    if target is LOCATION:
        _derive_again(connection, which)
    return connection.execute(update(target).where(which).values(gone_at=at)).rowcount


def _present(target: Table, cursor: Cursor, column: ColumnElement[int]) -> Select[int]:
    return select(column).where(target.c.mailbox_id == cursor.mailbox_id, target.c.gone_at.is_(None))


@dataclass(frozen=True, slots=True)
class CollectionRun:
    """One run of collection, as recorded."""

    account: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    reason: str | None
    messages: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch of failed collections; `until` is None while it lasts."""

    account: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class MessageSetAside:
    """A message that could not be read, and where it lies."""

    account: str
    mailbox: str
    uid: int
    reason: str
    seen_at: datetime


class Facts:
    """What was collected. Satisfies `mailsla.usecases.collect.FactStore`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cursor(self, account: str, mailbox: ListedMailbox) -> Cursor:
        """Return how far a mailbox has been collected, creating it and its account when they are new."""
        with writing(self._engine) as connection:
            insert_new(connection, ACCOUNT, [{"name": account}])
            account_id = connection.execute(
                select(ACCOUNT.c.id).where(ACCOUNT.c.name == account)
            ).scalar_one()
            named = (MAILBOX.c.account_id == account_id) & (MAILBOX.c.name == mailbox.name)
            fresh = {"account_id": account_id, "name": mailbox.name, "role": mailbox.role.value}
            unread = {"uid_validity": 0, "last_uid": 0, "uid_next": 0, "messages": 0}
            insert_new(connection, MAILBOX, [fresh | unread])
            row = connection.execute(select(MAILBOX).where(named)).one()
            if row.role != mailbox.role.value:
                self._change_role(connection, row.id, mailbox.role.value)
        return Cursor(row.id, row.uid_validity, row.last_uid, row.uid_next, row.messages, row.highest_modseq)

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
        here = (
            (SET_ASIDE.c.mailbox_id == cursor.mailbox_id)
            & (SET_ASIDE.c.uid_validity == batch.uid_validity)
            & SET_ASIDE.c.gone_at.is_(None)
        )
        read = here & among(SET_ASIDE.c.uid, [message.uid for message in batch.messages], connection)
        connection.execute(update(SET_ASIDE).where(read).values(gone_at=seen_at))
        again = here & among(SET_ASIDE.c.uid, [item.uid for item in batch.set_aside], connection)
        connection.execute(update(SET_ASIDE).where(again).values(reader=READER_VERSION))

    def aside(self, cursor: Cursor, uid_validity: int) -> set[int]:
        """Return the UIDs of a mailbox that are set aside."""
        return self._aside(cursor, uid_validity, SET_ASIDE.c.id.is_not(None))

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
            # A restored server may show again, under an old UIDVALIDITY, what was believed to be gone.
            here = (LOCATION.c.mailbox_id == mailbox_id) & (LOCATION.c.uid_validity == batch.uid_validity)
            back = among(LOCATION.c.uid, [copy[3] for copy in copies], connection)
            connection.execute(update(LOCATION).where(here, back).values(gone_at=None))

    def _add_messages(self, connection: Connection, batch: Batch, seen_at: datetime) -> dict[str, int]:
        """Insert the messages that are new; those known already get another copy, so are derived again too."""
        kept = kept_by(connection)
        found = {message.key: message.header for message in batch.messages}
        known = self._ids(connection, found)
        added = [
            rows.message_values(key, header, seen_at, kept)
            for key, header in found.items()
            if key not in known
        ]
        insert_rows(connection, MESSAGE, rows.MESSAGE_COLUMNS, added)
        known |= self._ids(connection, [key for key in found if key not in known])
        derive_again(connection, known.values())
        return known

    def _ids(self, connection: Connection, keys: Collection[str]) -> dict[str, int]:
        if not keys:
            return {}
        named = select(MESSAGE.c.key, MESSAGE.c.id).where(among(MESSAGE.c.key, keys, connection))
        return {row.key: row.id for row in connection.execute(named)}

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

    def claim(self, account: str, worker: str, now: datetime, until: datetime) -> bool:
        """Take an account for `worker` until an instant; False while another worker has it."""
        free = or_(
            ACCOUNT.c.claimed_until.is_(None), ACCOUNT.c.claimed_until <= now, ACCOUNT.c.claimed_by == worker
        )
        with writing(self._engine) as connection:
            insert_new(connection, ACCOUNT, [{"name": account}])
            taken = connection.execute(
                update(ACCOUNT)
                .where(ACCOUNT.c.name == account, free)
                .values(claimed_by=worker, claimed_until=until)
            )
        return taken.rowcount == 1

    def release(self, account: str, worker: str) -> None:
        """Give an account back, so that any worker may take it."""
        with writing(self._engine) as connection:
            connection.execute(
                update(ACCOUNT)
                .where(ACCOUNT.c.name == account, ACCOUNT.c.claimed_by == worker)
                .values(claimed_by=None, claimed_until=None)
            )

    def start_run(self, account: str, at: datetime) -> int:
        """Record that a collection starts and return its number."""
        with writing(self._engine) as connection:
            insert_new(connection, ACCOUNT, [{"name": account}])
            account_id = connection.execute(
                select(ACCOUNT.c.id).where(ACCOUNT.c.name == account)
            ).scalar_one()
            started = insert(COLLECTION).values(
                account_id=account_id, started_at=at, outcome="running", messages=0, set_aside=0
            )
            return int(connection.execute(started.returning(COLLECTION.c.id)).scalar_one())

    def finish_run(
        self, run: int, at: datetime, outcome: str, *, reason: str | None, messages: int, set_aside: int
    ) -> None:
        """Record how a collection ended (`ok`, `stopped`, `transient`, `permanent`), and why, in one sentence."""
        with writing(self._engine) as connection:
            connection.execute(
                update(COLLECTION)
                .where(COLLECTION.c.id == run)
                .values(
                    finished_at=at, outcome=outcome, reason=reason, messages=messages, set_aside=set_aside
                )
            )

    def last_runs(self) -> tuple[CollectionRun, ...]:
        """Return, for each account, its last ended run and its last successful one."""
        ended = COLLECTION.c.finished_at.is_not(None)
        last = select(func.max(COLLECTION.c.id)).where(ended).group_by(COLLECTION.c.account_id)
        good = (
            select(func.max(COLLECTION.c.id))
            .where(COLLECTION.c.outcome == "ok")
            .group_by(COLLECTION.c.account_id)
        )
        query = (
            select(COLLECTION, ACCOUNT.c.name.label("account"))
            .join(ACCOUNT, ACCOUNT.c.id == COLLECTION.c.account_id)
            .where(COLLECTION.c.id.in_(last) | COLLECTION.c.id.in_(good))
            .order_by(COLLECTION.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(
                CollectionRun(
                    row.account,
                    row.started_at,
                    row.finished_at,
                    row.outcome,
                    row.reason,
                    row.messages,
                    row.set_aside,
                )
                for row in connection.execute(query)
            )

    def holes(self, longer_than: timedelta) -> tuple[Hole, ...]:
        """Return the stretches over which an account's collections failed, from success to success."""
        # One scan, of which only the runs that ended otherwise than the one before are kept.
        account, order = COLLECTION.c.account_id, COLLECTION.c.id
        instant = COLLECTION.c.started_at.type
        runs = (
            select(
                COLLECTION.c.id,
                COLLECTION.c.account_id,
                COLLECTION.c.started_at,
                COLLECTION.c.finished_at,
                (COLLECTION.c.outcome == "ok").label("good"),
                func.lag(COLLECTION.c.outcome).over(partition_by=account, order_by=order).label("before"),
                func.lag(COLLECTION.c.started_at, type_=instant)
                .over(partition_by=account, order_by=order)
                .label("started_before"),
            )
            .where(COLLECTION.c.outcome.in_(("ok", "transient", "permanent")))
            .subquery()
        )
        turned = runs.c.before.is_(None) | (runs.c.good != (runs.c.before == "ok"))
        query = (
            select(ACCOUNT.c.name, runs.c.good, runs.c.started_at, runs.c.finished_at, runs.c.started_before)
            .join(ACCOUNT, ACCOUNT.c.id == runs.c.account_id)
            .where(turned)
            .order_by(runs.c.id)
        )
        found: list[Hole] = []
        open_since: dict[str, datetime] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(query):
                if not row.good:
                    open_since[row.name] = row.started_before or row.started_at
                elif row.name in open_since:
                    found.append(Hole(row.name, open_since.pop(row.name), row.finished_at))
        found += [Hole(name, since, None) for name, since in open_since.items()]
        return tuple(hole for hole in found if hole.until is None or hole.until - hole.since > longer_than)

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
