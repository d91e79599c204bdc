"""Facts in the database: cursors, messages, copies, keywords, what was set aside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from mailsla.adapters.database import rows
from mailsla.adapters.database.bulk import STREAMED, among, as_kept, insert_rows, kept_by, reserved
from mailsla.adapters.database.copies import (
    UNREAD,
    Copies,
    derive_again,
    derive_copies_again,
    mark_copies_gone,
)
from mailsla.adapters.database.derivation_parts import Rows
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.targets import (
    ACCOUNT,
    DERIVATION,
    LOCATION,
    MAILBOX,
    MESSAGE,
    SET_ASIDE,
    TIE,
    insert_new,
)
from mailsla.core.collection.on_server import ListedMailbox, MailboxStatus
from mailsla.core.collection.to_store import Batch, Cursor, NewMessage
from mailsla.core.mail.header import BODY_SAYS
from mailsla.core.mail.header_reading import READER_VERSION
from mailsla.core.office.body_evidence import needs_body
from mailsla.core.office.correspondents import Office

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


RETRIED = ("refused", "unfetchable", "omitted")
"""Why the server did not give a message: it may tomorrow."""

RETRIED_AFTER = timedelta(days=1)


def _is_due(at: datetime) -> ColumnElement[bool]:
    """Return the condition that what was set aside is to be read again."""
    retried = SET_ASIDE.c.reason.in_(RETRIED) & (SET_ASIDE.c.seen_at <= at - RETRIED_AFTER)
    return (SET_ASIDE.c.reader < READER_VERSION) | retried


def _tells_more(message: NewMessage) -> bool:
    """Tell whether a message says what only its body can."""
    return bool(message.header.asked_by) or message.header.has(BODY_SAYS)


class Facts(Copies):
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
                row.forms,
                row.cut_at,
                row.cuts,
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
        derive_copies_again(connection, LOCATION.c.mailbox_id == mailbox_id)

    def add(self, cursor: Cursor, batch: Batch, seen_at: datetime) -> None:
        """Add a batch and move the cursor, in one transaction; what is there already changes nothing.

        A batch that covers nothing, up to UID 0, leaves the cursor where it is.
        """
        with writing(self._engine) as connection:
            added = [(message.uid, message) for message in batch.messages]
            self._add_copies(connection, cursor.mailbox_id, batch, added, seen_at, imported=False)
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
            if batch.last_uid:
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

    def with_leftovers(self, cursors: Sequence[Cursor], at: datetime) -> set[int]:
        """Return the mailboxes, by number, that hold what was set aside and is to be read again by now."""
        numbers = [cursor.mailbox_id for cursor in cursors]
        with reading(self._engine) as connection:
            there = among(SET_ASIDE.c.mailbox_id, numbers, connection) & SET_ASIDE.c.gone_at.is_(None)
            return set(connection.execute(select(SET_ASIDE.c.mailbox_id).where(_is_due(at), there)).scalars())

    def to_read_again(self, cursor: Cursor, at: datetime) -> set[int]:
        """Return the UIDs to be read again, under the cursor's UIDVALIDITY; they wait for a day then.

        That is what an older reader could not read, and what the server would not give.
        """
        due = self._aside(cursor, cursor.uid_validity, _is_due(at))
        with writing(self._engine) as connection:
            here = (SET_ASIDE.c.mailbox_id == cursor.mailbox_id) & among(SET_ASIDE.c.uid, due, connection)
            connection.execute(update(SET_ASIDE).where(here).values(seen_at=at))
        return due

    def nameless(self, cursor: Cursor, office: Office) -> list[int]:
        """Return the UIDs in a mailbox of forms' mails whose citizen is written in the body, and is not known."""
        query = (
            select(LOCATION.c.uid, *as_kept(MESSAGE, rows.STORED_MESSAGE))
            .join(MESSAGE, MESSAGE.c.id == LOCATION.c.message_id)
            .where(
                LOCATION.c.mailbox_id == cursor.mailbox_id,
                LOCATION.c.uid_validity == cursor.uid_validity,
                LOCATION.c.gone_at.is_(None),
            )
            .order_by(LOCATION.c.uid)
        )
        found = []
        with reading(self._engine) as connection:
            for uid, *row in connection.execute(query, execution_options=STREAMED):
                header = rows.mail_of(tuple(row), ()).header
                if office.is_form(header) and not header.asked_by and needs_body(header, office):
                    found.append(uid)
        return found

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
        added: Sequence[tuple[int | None, NewMessage]],
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
            for uid, message in added
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
            mark_copies_gone(connection, LOCATION, replaced & LOCATION.c.gone_at.is_(None), seen_at)
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
            told = [found[key] for key in added if known[key] != numbers[key] and _tells_more(found[key])]
            completed = self._complete(connection, told, known)
            added = [key for key in added if known[key] == numbers[key] or key in completed]
            numbers = known
        if self._ties_are_of(connection, batch.tied_by):
            tied = [(tie, numbers[key]) for key in added for tie in found[key].ties]
            insert_rows(connection, TIE, TIE_COLUMNS, tied)
        derive_again(connection, numbers.values())
        return numbers

    def _complete(
        self, connection: Connection, told: Sequence[NewMessage], numbers: Mapping[str, int]
    ) -> set[str]:
        """Note what the bodies of messages say that were stored without; return the keys of those that lacked it."""
        completed = set()
        for message in told:
            this = MESSAGE.c.id == numbers[message.key]
            people, fields = connection.execute(select(MESSAGE.c.people, MESSAGE.c.kept).where(this)).one()
            # Nobody stands there any more once the site's retention is over.
            if not people or "asked_by" in people or any(name == BODY_SAYS for name, _value in fields):
                continue
            whole = {"people": rows.people_of(message.header), "kept": message.header.kept}
            connection.execute(update(MESSAGE).where(this).values(whole))
            connection.execute(delete(TIE).where(TIE.c.message_id == numbers[message.key]))
            completed.add(message.key)
        return completed

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

    def finish_mailbox(self, cursor: Cursor, status: MailboxStatus, at: datetime, forms: str) -> None:
        """Note that a pass over a mailbox ended, with the UIDNEXT it started from and the forms that it knew."""
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
                    forms=forms,
                )
            )

    def add_imported(self, account: str, mailbox: ListedMailbox, batch: Batch, seen_at: datetime) -> int:
        """Add messages of an archive, once each, and return how many were new there."""
        cursor = self.cursor(account, mailbox)
        with writing(self._engine) as connection:
            before = self._count(connection, cursor.mailbox_id)
            added = [(None, message) for message in batch.messages]
            self._add_copies(connection, cursor.mailbox_id, batch, added, seen_at, imported=True)
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
