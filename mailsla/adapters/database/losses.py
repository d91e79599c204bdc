"""What came and went unseen, in the database: summed at each whole read of an account, and looked up for a gap."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from mailsla.adapters.database.tables import ACCOUNT, COLLECTION, LOCATION, MAILBOX, MESSAGE
from mailsla.core.collection.losses import PASSING, TAKE_MAIL_IN, Missed, lost
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.mail.copies import MailboxRole

WHOLE = (COLLECTION.c.outcome == RunOutcome.OK.value) & COLLECTION.c.reason.is_(None)
"""Of a run, that it read its account whole."""


def settled_loss(connection: Connection, run: int) -> int | None:
    """Return how many mails came and went unseen since the last whole read of a run's account; None: nobody can tell.

    What mailboxes missed is then counted from nothing again.
    """
    account = connection.execute(select(COLLECTION.c.account_id).where(COLLECTION.c.id == run)).scalar_one()
    query = select(MAILBOX.c.id, MAILBOX.c.role, MAILBOX.c.missed).where(MAILBOX.c.account_id == account)
    mailboxes = connection.execute(query).all()
    if all(row.missed == 0 for row in mailboxes):
        return 0
    connection.execute(update(MAILBOX).where(MAILBOX.c.account_id == account).values(missed=0))
    roles = {row.id: MailboxRole(row.role) for row in mailboxes}
    whole = [row.id for row in mailboxes if row.missed == 0 and roles[row.id] in TAKE_MAIL_IN]
    lacking = [row.id for row in mailboxes if row.missed]
    missed = (Missed(roles[row.id], row.missed) for row in mailboxes if roles[row.id] not in PASSING)
    return lost(missed, _first_seen_elsewhere(connection, account, run, whole, lacking))


def _first_seen_elsewhere(
    connection: Connection, account: int, run: int, whole: list[int], lacking: list[int]
) -> int:
    """Count the mails first seen since the last whole read in mailboxes that miss none, and in none that do."""
    before = (
        select(func.max(COLLECTION.c.started_at, type_=COLLECTION.c.started_at.type))
        .where(COLLECTION.c.account_id == account, COLLECTION.c.id < run, WHOLE)
        .scalar_subquery()
    )
    other = LOCATION.alias()
    in_lacking = (
        select(other.c.id).where(other.c.message_id == MESSAGE.c.id, other.c.mailbox_id.in_(lacking)).exists()
    )
    query = (
        select(func.count(func.distinct(MESSAGE.c.id)))
        .join(LOCATION, LOCATION.c.message_id == MESSAGE.c.id)
        .where(MESSAGE.c.first_seen_at > before, LOCATION.c.mailbox_id.in_(whole), ~in_lacking)
    )
    return connection.execute(query).scalar_one()


def loss_at(connection: Connection, account: str, until: datetime) -> int | None:
    """Return what the first whole read of an account, from an instant on, found lost; None when nothing tells."""
    query = (
        select(COLLECTION.c.lost)
        .join(ACCOUNT, ACCOUNT.c.id == COLLECTION.c.account_id)
        .where(ACCOUNT.c.name == account, COLLECTION.c.started_at >= until, WHOLE)
        .order_by(COLLECTION.c.id)
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()
