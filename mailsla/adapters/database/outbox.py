"""The outbox in the database: what was announced, and the mails that wait to be handed over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine, or_, select, update

from mailsla.adapters.database.bulk import among, insert_new
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.tables import ALERT, OUTGOING
from mailsla.core.alerts.outgoing import Outgoing, OutgoingState
from mailsla.core.collection.retry import pause_before_handing_over_again


class Outbox:
    """Outgoing mails. Satisfies `mailsla.usecases.notify.Outbox`.

    Args:
        engine: The store.
        lease: How long a worker may take to hand one mail over; when it dies meanwhile, another worker takes
            the mail after that.
    """

    def __init__(self, engine: Engine, lease: timedelta) -> None:
        self._engine = engine
        self._lease = lease

    def announced(self, keys: Collection[str]) -> set[tuple[str, str]]:
        """Return (request key, level) of everything announced of some requests."""
        with reading(self._engine) as connection:
            query = select(ALERT.c.request, ALERT.c.level).where(among(ALERT.c.request, keys, connection))
            return {(row.request, row.level) for row in connection.execute(query)}

    def add(self, mail: Outgoing, announced: Sequence[tuple[str, str]], at: datetime) -> bool:
        """Add a mail and what it announces in one transaction.

        Returns False, and adds nothing, when that person already has a mail for that day: another worker was
        faster, or it was written before a restart.
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
            if connection.execute(select(OUTGOING.c.id).where(named)).first() is not None:
                return False
            insert_new(connection, OUTGOING, [row])
            number = connection.execute(select(OUTGOING.c.id).where(named)).scalar_one()
            insert_new(
                connection,
                ALERT,
                [
                    {"request": request, "level": level, "outgoing_id": number, "created_at": at}
                    for request, level in announced
                ],
            )
        return True

    def purposes(self, recipient: str, words: Collection[str]) -> list[str]:
        """Return the purposes of all mails to a recipient that begin with one of some words, the oldest first."""
        begun = or_(*(OUTGOING.c.purpose.startswith(f"{word} ", autoescape=True) for word in words))
        query = select(OUTGOING.c.purpose).where(OUTGOING.c.recipient == recipient, begun)
        with reading(self._engine) as connection:
            return list(connection.execute(query.order_by(OUTGOING.c.id)).scalars())

    def claim(self, at: datetime) -> Outgoing | None:
        """Take the next mail to hand over, for this worker alone until the lease ends."""
        free = or_(OUTGOING.c.claimed_until.is_(None), OUTGOING.c.claimed_until <= at)
        next_one = (
            select(OUTGOING)
            .where(OUTGOING.c.sent_at.is_(None), free)
            .order_by(OUTGOING.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with writing(self._engine) as connection:
            row = connection.execute(next_one).first()
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

    def mark_sent(self, number: int, at: datetime) -> None:
        """Note that a mail was handed over, and forget its words."""
        with writing(self._engine) as connection:
            connection.execute(
                update(OUTGOING)
                .where(OUTGOING.c.id == number)
                .values(sent_at=at, claimed_until=None, refused=None, text="", subject="")
            )

    def put_back(self, number: int, at: datetime, *, refused: str | None) -> None:
        """Note that a mail could not be handed over: tried again after 1, 2, 4… minutes, an hour at most."""
        with writing(self._engine) as connection:
            attempts = connection.execute(
                select(OUTGOING.c.attempts).where(OUTGOING.c.id == number)
            ).scalar_one()
            wait = pause_before_handing_over_again(attempts)
            connection.execute(
                update(OUTGOING)
                .where(OUTGOING.c.id == number)
                .values(claimed_until=at + wait, refused=refused)
            )

    def history(self, limit: int = 50) -> tuple[OutgoingState, ...]:
        """Return the last outgoing mails, the newest first."""
        query = select(OUTGOING).order_by(OUTGOING.c.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            found = list(connection.execute(query))
            levels = select(ALERT.c.outgoing_id).where(ALERT.c.outgoing_id.in_([row.id for row in found]))
            announced = [row.outgoing_id for row in connection.execute(levels)]
        return tuple(
            OutgoingState(
                row.recipient,
                row.purpose,
                row.day,
                row.created_at,
                row.sent_at,
                row.attempts,
                row.refused,
                announced.count(row.id),
            )
            for row in found
        )
