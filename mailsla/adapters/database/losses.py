"""What came and went unseen, in the database: summed at each whole read of an account, and looked up for a gap."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from mailsla.adapters.database.tables import ACCOUNT, COLLECTION, LOCATION, MAILBOX, MESSAGE
from mailsla.core.collection.losses import PASSING, Missed, lost
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
    before = _last_whole(connection, account, run)
    if before is not None and all(row.missed == 0 for row in mailboxes):
        return 0
    connection.execute(update(MAILBOX).where(MAILBOX.c.account_id == account).values(missed=0))
    if before is None:
        # What came before an account was ever read whole is not known.
        return None
    roles = {row.id: MailboxRole(row.role) for row in mailboxes}
    whole = [row.id for row in mailboxes if row.missed == 0]
    filled = [
        number
        for number in whole
        if roles[number] is MailboxRole.TRASH
        or (roles[number] is MailboxRole.INBOX and _is_filled_by_people(connection, number, before))
    ]
    lacking = [row.id for row in mailboxes if row.missed]
    missed = (Missed(roles[row.id], row.missed) for row in mailboxes if roles[row.id] not in PASSING)
    return lost(missed, _first_seen_elsewhere(connection, before, filled, lacking))


def _last_whole(connection: Connection, account: int, run: int) -> datetime | None:
    """Return when the last whole read of an account before a run ended; None when there was none."""
    # Asked at the end of every run: it walks back from that one, however many there were.
    query = (
        select(COLLECTION.c.finished_at)
        .where(COLLECTION.c.account_id == account, COLLECTION.c.id < run, WHOLE)
        .order_by(COLLECTION.c.id.desc())
        .limit(1)
    )
    at: datetime | None = connection.execute(query).scalar_one_or_none()
    return at


def _is_filled_by_people(connection: Connection, mailbox: int, before: datetime) -> bool:
    """Tell whether all the mail that came to a mailbox by an instant was seen in another one before, and some did.

    What a rule of the server delivers there was never elsewhere: it accounts for no mail that is missed.
    """
    other = LOCATION.alias()
    seen_before = (
        select(other.c.id)
        .where(
            other.c.message_id == LOCATION.c.message_id,
            other.c.mailbox_id != mailbox,
            other.c.first_seen_at < LOCATION.c.first_seen_at,
        )
        .exists()
    )
    came = (LOCATION.c.mailbox_id == mailbox) & LOCATION.c.arrived & (LOCATION.c.first_seen_at <= before)
    moved, delivered = (
        select(LOCATION.c.id).where(came, which).limit(1) for which in (seen_before, ~seen_before)
    )
    is_delivered_to = connection.execute(delivered).first() is not None
    return not is_delivered_to and connection.execute(moved).first() is not None


def _first_seen_elsewhere(
    connection: Connection, before: datetime, filled: list[int], lacking: list[int]
) -> int:
    """Count the mails first seen since the last whole read in some mailboxes, and in none that miss any."""
    other = LOCATION.alias()
    in_lacking = (
        select(other.c.id).where(other.c.message_id == MESSAGE.c.id, other.c.mailbox_id.in_(lacking)).exists()
    )
    query = (
        select(func.count(func.distinct(MESSAGE.c.id)))
        .join(LOCATION, LOCATION.c.message_id == MESSAGE.c.id)
        .where(MESSAGE.c.first_seen_at > before, LOCATION.c.mailbox_id.in_(filled), ~in_lacking)
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
