"""What the store remembers of logins, for processes that do not know of each other: who tries, and what was in vain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, insert, select

from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.targets import ACCOUNT, COLLECTION, insert_new
from mailsla.core.collection.pacing import Attempt

MOST_REMEMBERED = 200
"""Runs looked at: more than an account has in the time that matters."""

REFUSED_CHECK = "refused check"
"""Outcome of a login that only checked: no collection, so it has no end and leaves no hole."""


class Attempts:
    """The attempts to collect accounts, whoever made them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note_refused_check(self, account: str, at: datetime) -> None:
        """Remember a refused login that was no collection."""
        with writing(self._engine) as connection:
            insert_new(connection, ACCOUNT, [{"name": account}])
            known = select(ACCOUNT.c.id).where(ACCOUNT.c.name == account).scalar_subquery()
            connection.execute(
                insert(COLLECTION).values(
                    account_id=known, started_at=at, outcome=REFUSED_CHECK, messages=0, set_aside=0
                )
            )

    def failed_logins(self, account: str) -> tuple[Attempt, ...]:
        """Return an account's latest logins in vain: refused checks, failed runs, and those without a known end."""
        latest = (
            select(COLLECTION.c.started_at, COLLECTION.c.outcome)
            .join(ACCOUNT, ACCOUNT.c.id == COLLECTION.c.account_id)
            .where(ACCOUNT.c.name == account)
            .order_by(COLLECTION.c.id.desc())
            .limit(MOST_REMEMBERED)
        )
        with reading(self._engine) as connection:
            return tuple(
                Attempt(row.started_at, row.outcome in {"refused", REFUSED_CHECK})
                for row in connection.execute(latest)
                if row.outcome in {"refused", REFUSED_CHECK, "permanent", "transient", "running"}
            )

    def holder(self, account: str) -> str | None:
        """Return the worker that has claimed an account; None when it was given back."""
        claimed = select(ACCOUNT.c.claimed_by).where(ACCOUNT.c.name == account)
        with reading(self._engine) as connection:
            return connection.execute(claimed).scalar_one_or_none()
