"""Leases in the database: which worker has which account, and until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, or_, select, update

from mailsla.adapters.database.bulk import insert_new
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.tables import ACCOUNT


class Leases:
    """The claims of workers on accounts. Satisfies `mailsla.usecases.poll.Leases`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

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

    def holder(self, account: str) -> str | None:
        """Return the worker that has claimed an account; None when it was given back."""
        claimed = select(ACCOUNT.c.claimed_by).where(ACCOUNT.c.name == account)
        with reading(self._engine) as connection:
            return connection.execute(claimed).scalar_one_or_none()

    def held(self, now: datetime) -> bool:
        """Tell whether some worker has an account."""
        claimed = select(ACCOUNT.c.claimed_by).where(ACCOUNT.c.claimed_until > now).limit(1)
        with reading(self._engine) as connection:
            return connection.execute(claimed).first() is not None


def free(connection: Connection) -> None:
    """Give every account back: in a store that was copied while workers had some, none has any."""
    connection.execute(update(ACCOUNT).values(claimed_by=None, claimed_until=None))
