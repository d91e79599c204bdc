"""The outbox in the database: the mails that wait to be handed over, and what those that left told of requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, bindparam, func, literal, or_, select, update

from mailsla.adapters.database.bulk import among, insert_new
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.tables import ALERT, OUTGOING
from mailsla.core.alerts.advice import WaitingMail
from mailsla.core.alerts.memory import Told
from mailsla.core.alerts.outgoing import DropReason, Outgoing, OutgoingState
from mailsla.core.alerts.undelivered import Failed, Undelivered, undelivered
from mailsla.core.collection.retry import pause_before_handing_over_again
from mailsla.core.mail.erased import ERASED

ONE_DAY = timedelta(days=1)
"""A mail that was taken, and has not come back for so long, has arrived."""


ARRIVED = OUTGOING.c.sent_at.is_not(None) & OUTGOING.c.undelivered_at.is_(None)

_WAITS = OUTGOING.c.sent_at.is_(None) & OUTGOING.c.dropped_at.is_(None) & (OUTGOING.c.attempts > 0)
_FREE = OUTGOING.c.claimed_until.is_(None) | (OUTGOING.c.claimed_until <= bindparam("at"))
_NEXT = (
    select(OUTGOING)
    .where(OUTGOING.c.sent_at.is_(None), OUTGOING.c.dropped_at.is_(None), _FREE)
    .order_by(OUTGOING.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_OF_A_DAY = select(OUTGOING.c.recipient).where(
    OUTGOING.c.purpose == bindparam("purpose"),
    OUTGOING.c.day == bindparam("day"),
    OUTGOING.c.dropped_at.is_(None),
)
"""What is asked every minute is put together once: that takes longer than its answer."""

_FAILED = select(OUTGOING).where(OUTGOING.c.undelivered_at.is_not(None) | _WAITS).order_by(OUTGOING.c.id)


class Outbox:
    """Outgoing mails. Satisfies `mailsla.usecases.notify.Outbox` and `mailsla.usecases.hand_over.WaitingMails`.

    Args:
        engine: The store.
        lease: How long a worker may take to hand one mail over; when it dies meanwhile, another worker takes
            the mail after that.
    """

    def __init__(self, engine: Engine, lease: timedelta) -> None:
        self._engine = engine
        self._lease = lease

    def told(self, keys: Collection[str]) -> list[Told]:
        """Return everything that anybody was told of some requests."""
        with reading(self._engine) as connection:
            query = select(ALERT).where(among(ALERT.c.request, keys, connection))
            return [
                Told(row.request, row.recipient, row.level, row.due_on, row.told_on)
                for row in connection.execute(query)
            ]

    def recipients(self, purpose: str, day: date) -> set[str]:
        """Return who has a mail of a purpose for a day, sent or waiting."""
        with reading(self._engine) as connection:
            return set(connection.execute(_OF_A_DAY, {"purpose": purpose, "day": day}).scalars())

    def add(self, mail: Outgoing, at: datetime) -> bool:
        """Note that a mail is due.

        Returns False, and adds nothing, when that person already has a mail for that day: another worker was
        faster, or it was noted before a restart. One that was dropped is due again.
        """
        row = {
            "message_id": mail.message_id,
            "recipient": mail.recipient,
            "purpose": mail.purpose,
            "day": mail.day,
            "subject": mail.subject,
            "text": mail.text,
            "created_at": at,
            "attempts": 0,
        }
        named = OUTGOING.c.message_id == mail.message_id
        with writing(self._engine) as connection:
            again = update(OUTGOING).where(named, OUTGOING.c.dropped_at.is_not(None))
            if connection.execute(again.values(dropped_at=None, dropped=None, created_at=at)).rowcount:
                return True
            if connection.execute(select(OUTGOING.c.id).where(named)).first() is not None:
                return False
            # None is new when another worker has added it since.
            return insert_new(connection, OUTGOING, [row]) == 1

    def purposes(self, recipient: str, words: Collection[str]) -> list[str]:
        """Return the purposes of all mails to a recipient that begin with one of some words, the oldest first."""
        begun = or_(*(OUTGOING.c.purpose.startswith(f"{word} ", autoescape=True) for word in words))
        query = select(OUTGOING.c.purpose).where(OUTGOING.c.recipient == recipient, begun)
        with reading(self._engine) as connection:
            return list(connection.execute(query.order_by(OUTGOING.c.id)).scalars())

    def claim(self, at: datetime) -> Outgoing | None:
        """Take the next mail to hand over, for this worker alone until the lease ends."""
        with writing(self._engine) as connection:
            row = connection.execute(_NEXT, {"at": at}).first()
            if row is None:
                return None
            connection.execute(
                update(OUTGOING)
                .where(OUTGOING.c.id == row.id)
                .values(claimed_until=at + self._lease, attempts=row.attempts + 1)
            )
        return Outgoing(
            row.message_id,
            row.recipient,
            row.purpose,
            row.day,
            row.subject,
            row.text,
            row.id,
            row.attempts + 1,
        )

    def mark_sent(self, number: int, at: datetime, told: Sequence[Told] = ()) -> None:
        """Note that a mail was handed over and what it told, in one transaction, and forget its words."""
        rows = [{"outgoing_id": number, "created_at": at, **_values(item)} for item in told]
        with writing(self._engine) as connection:
            connection.execute(
                update(OUTGOING)
                .where(OUTGOING.c.id == number)
                .values(
                    sent_at=at, claimed_until=None, refused=None, undelivered_at=None, text="", subject=""
                )
            )
            insert_new(connection, ALERT, rows)

    def drop(self, number: int, at: datetime, reason: DropReason) -> None:
        """Note that a mail never leaves, and why."""
        with writing(self._engine) as connection:
            connection.execute(
                update(OUTGOING)
                .where(OUTGOING.c.id == number)
                .values(dropped_at=at, dropped=reason.value, claimed_until=None)
            )

    def postpone(self, number: int, until: datetime) -> None:
        """Note that a mail is not to leave before an instant: that was no attempt."""
        with writing(self._engine) as connection:
            connection.execute(
                update(OUTGOING)
                .where(OUTGOING.c.id == number)
                .values(claimed_until=until, attempts=OUTGOING.c.attempts - 1)
            )

    def put_back(
        self, number: int, at: datetime, *, refused: str | None, is_undelivered: bool = False
    ) -> None:
        """Note that a mail could not be handed over: tried again after 1, 2, 4… minutes, an hour at most."""
        with writing(self._engine) as connection:
            attempts = connection.execute(
                select(OUTGOING.c.attempts).where(OUTGOING.c.id == number)
            ).scalar_one()
            wait = pause_before_handing_over_again(attempts)
            known = OUTGOING.c.undelivered_at
            noted = literal(at if is_undelivered else None, known.type)
            connection.execute(
                update(OUTGOING)
                .where(OUTGOING.c.id == number)
                .values(
                    claimed_until=at + wait,
                    refused=refused,
                    undelivered_at=func.coalesce(known, noted),
                )
            )

    def note_return(self, message_id: str, at: datetime, reason: str) -> bool:
        """Note that a mail which was handed over came back; False when it is none of ours, or known to have."""
        left = OUTGOING.c.sent_at.is_not(None) & OUTGOING.c.undelivered_at.is_(None)
        named = update(OUTGOING).where(OUTGOING.c.message_id == message_id, left)
        with writing(self._engine) as connection:
            return bool(connection.execute(named.values(undelivered_at=at, refused=reason)).rowcount)

    def undelivered(self, recipients: Collection[str], now: datetime) -> tuple[Undelivered, ...]:
        """Return which of some recipients mails do not reach, since the last that did."""
        with reading(self._engine) as connection:
            rows = [row for row in connection.execute(_FAILED) if row.recipient in recipients]
            if not rows:
                # Asked every minute: what has left in ten years is gone through only where something did not.
                return ()
            reached = _last_of_each(connection, ARRIVED)
            # What came back tells that the next may too: one that was taken has arrived once a day is over.
            surely_reached = _last_of_each(connection, ARRIVED & (OUTGOING.c.sent_at <= now - ONE_DAY))
        returned = {row.recipient for row in rows if row.sent_at is not None}
        kept = (
            Failed(row.recipient, row.created_at, row.undelivered_at, row.refused)
            for row in rows
            if row.id > (surely_reached if row.recipient in returned else reached).get(row.recipient, 0)
        )
        return undelivered(kept, now)

    def waiting(self) -> list[WaitingMail]:
        """Return the mails that have not left and are not given up, the oldest first."""
        columns = (OUTGOING.c.created_at, OUTGOING.c.claimed_until, OUTGOING.c.attempts, OUTGOING.c.refused)
        query = select(*columns).where(OUTGOING.c.sent_at.is_(None), OUTGOING.c.dropped_at.is_(None))
        with reading(self._engine) as connection:
            return [WaitingMail(*row) for row in connection.execute(query.order_by(OUTGOING.c.id))]

    def history(self, limit: int | None = 50) -> tuple[OutgoingState, ...]:
        """Return the last outgoing mails, the newest first; with None, all of them."""
        query = select(OUTGOING).order_by(OUTGOING.c.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            found = list(connection.execute(query))
            numbers = among(ALERT.c.outgoing_id, [row.id for row in found], connection)
            told = select(ALERT.c.outgoing_id).where(numbers)
            announced = Counter(connection.execute(told).scalars())
        return tuple(
            OutgoingState(
                ERASED if row.recipient.startswith(ERASED) else row.recipient,
                row.purpose,
                row.day,
                row.created_at,
                row.sent_at,
                row.attempts,
                row.refused,
                announced[row.id],
                None if row.dropped is None else DropReason(row.dropped),
            )
            for row in found
        )


def _values(told: Told) -> dict[str, object]:
    return {
        "request": told.request,
        "recipient": told.recipient,
        "level": told.level,
        "due_on": told.due_on,
        "told_on": told.on,
    }


def _last_of_each(connection: Connection, which: ColumnElement[bool]) -> dict[str, int]:
    """Return the number of the last mail of each recipient, of some mails."""
    last = func.max(OUTGOING.c.id).label("last")
    query = select(OUTGOING.c.recipient, last).where(which).group_by(OUTGOING.c.recipient)
    return {row.recipient: row.last for row in connection.execute(query)}
