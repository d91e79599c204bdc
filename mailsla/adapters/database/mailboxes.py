"""Mailboxes in the database: how far each has been collected, and which are no longer there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, case, func, null, select, update

from mailsla.adapters.database.bulk import insert_new
from mailsla.adapters.database.copies import mark_copies_gone
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.pending import derive_copies_again
from mailsla.adapters.database.runs import LAST_STARTED_AT
from mailsla.adapters.database.tables import ACCOUNT, COLLECTION, LOCATION, MAILBOX, SET_ASIDE
from mailsla.core.collection.on_server import ListedMailbox, MailboxStatus
from mailsla.core.collection.retry import is_forgotten
from mailsla.core.collection.to_store import Cursor
from mailsla.core.mail.header import ASKED_VERSION

UNREAD: dict[str, Any] = {
    "uid_validity": 0,
    "last_uid": 0,
    "uid_next": 0,
    "messages": 0,
    "highest_modseq": 0,
    "cut_at": 0,
    "cuts": 0,
}
"""The cursor of a mailbox that was never read, or is gone."""


class Mailboxes:
    """The mailboxes with their cursors. Satisfies `mailsla.usecases.fact_store.Mailboxes`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cursor(self, account: str, mailbox: ListedMailbox) -> Cursor:
        """Return how far one mailbox has been collected, creating it and its account when they are new."""
        return self.cursors(account, [mailbox])[0]

    def cursors(self, account: str, mailboxes: Sequence[ListedMailbox]) -> list[Cursor]:
        """Return how far mailboxes have been collected; nothing is written unless one is new or changed its role."""
        with reading(self._engine) as connection:
            found = _rows_of(connection, account)
        if any(item.name not in found or found[item.name].role != item.role.value for item in mailboxes):
            with writing(self._engine) as connection:
                _know(connection, account, mailboxes)
                found = _rows_of(connection, account)
        return [_cursor_of(found[mailbox.name]) for mailbox in mailboxes]

    def begin(self, cursor: Cursor, uid_validity: int, last_uid: int, since: date) -> None:
        """Note how far a mailbox has been read under a UIDVALIDITY, what was received before a day left out."""
        begun = UNREAD | {"uid_validity": uid_validity, "last_uid": last_uid, "since": since}
        if last_uid:
            del begun["uid_next"]
        else:
            # What was missed since the pass before is not known any more, should this one end half-way.
            begun["missed"] = case((MAILBOX.c.uid_next > 0, null()), else_=MAILBOX.c.missed)
        self._set(cursor, begun if last_uid else begun | {"asked": ASKED_VERSION})

    def note_cut(self, cursor: Cursor, uid: int) -> None:
        """Note at which message a fetch ended before its end, and how many times it has there."""
        self._set(
            cursor, {"cuts": case((MAILBOX.c.cut_at == uid, MAILBOX.c.cuts + 1), else_=1), "cut_at": uid}
        )

    def finish(
        self, cursor: Cursor, status: MailboxStatus, at: datetime, forms: str, missed: int | None
    ) -> None:
        """Note that a pass over a mailbox ended, with the UIDNEXT it started from and the forms that it knew.

        And how many mails came and went unseen since the pass before; None when nothing tells.
        """
        self._set(
            cursor,
            {
                "uid_validity": status.uid_validity,
                "uid_next": status.uid_next,
                "messages": status.messages,
                "highest_modseq": status.highest_modseq,
                "checked_at": at,
                "forms": forms,
                "asked": ASKED_VERSION,
                # What nobody can tell once is not known of the sum.
                "missed": null() if missed is None else MAILBOX.c.missed + missed,
            },
        )

    def _set(self, cursor: Cursor, values: dict[str, Any]) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(MAILBOX).where(MAILBOX.c.id == cursor.mailbox_id).values(values))

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
        return self._forget(others, at)

    def forget_accounts(self, configured: Collection[str], at: datetime) -> int:
        """Note that mailboxes of accounts no longer configured hold nothing; return how many copies that takes away.

        See `mailsla.core.collection.retry.is_forgotten`. An archive is left alone.
        """
        last = func.max(LAST_STARTED_AT, type_=COLLECTION.c.started_at.type)
        known = (
            select(MAILBOX.c.id, last.label("last"))
            .join(ACCOUNT, ACCOUNT.c.id == MAILBOX.c.account_id)
            .join(COLLECTION, COLLECTION.c.account_id == ACCOUNT.c.id)
            .where(MAILBOX.c.uid_validity != 0, ACCOUNT.c.name.not_in(configured))
            .group_by(MAILBOX.c.id)
        )
        with reading(self._engine) as connection:
            others = [row.id for row in connection.execute(known) if is_forgotten(row.last, at)]
        return self._forget(others, at)

    def _forget(self, mailboxes: Sequence[int], at: datetime) -> int:
        if not mailboxes:
            return 0
        with writing(self._engine) as connection:
            return sum(_empty(connection, number, at) for number in mailboxes)


def _empty(connection: Connection, mailbox_id: int, at: datetime) -> int:
    connection.execute(update(MAILBOX).where(MAILBOX.c.id == mailbox_id).values({**UNREAD, "missed": None}))
    return sum(
        mark_copies_gone(
            connection, target, (target.c.mailbox_id == mailbox_id) & target.c.gone_at.is_(None), at
        )
        for target in (LOCATION, SET_ASIDE)
    )


def _rows_of(connection: Connection, account: str) -> dict[str, Any]:
    """Return the rows of an account's mailboxes, by name."""
    query = (
        select(MAILBOX).join(ACCOUNT, ACCOUNT.c.id == MAILBOX.c.account_id).where(ACCOUNT.c.name == account)
    )
    return {row.name: row for row in connection.execute(query)}


def _cursor_of(row: Any) -> Cursor:
    return Cursor(
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
        row.asked,
    )


def _know(connection: Connection, account: str, mailboxes: Sequence[ListedMailbox]) -> None:
    """Create what is new; a mailbox of another role has its messages derived again."""
    insert_new(connection, ACCOUNT, [{"name": account}])
    account_id = connection.execute(select(ACCOUNT.c.id).where(ACCOUNT.c.name == account)).scalar_one()
    fresh = [
        {"account_id": account_id, "name": mailbox.name, "role": mailbox.role.value} | UNREAD
        for mailbox in mailboxes
    ]
    insert_new(connection, MAILBOX, fresh)
    found = _rows_of(connection, account)
    for mailbox in mailboxes:
        row, role = found[mailbox.name], mailbox.role.value
        if row.role != role:
            connection.execute(update(MAILBOX).where(MAILBOX.c.id == row.id).values(role=role))
            derive_copies_again(connection, LOCATION.c.mailbox_id == row.id, None)
