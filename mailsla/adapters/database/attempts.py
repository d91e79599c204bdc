"""What the store remembers of logins, for processes that do not know of each other: who tries, and what was in vain."""

from __future__ import annotations

from sqlalchemy import Engine, select

from mailsla.adapters.database.engine import reading
from mailsla.adapters.database.targets import ACCOUNT, COLLECTION
from mailsla.core.pacing import Attempt

MOST_REMEMBERED = 200
"""Runs looked at: more than an account has in the time that matters."""


class Attempts:
    """The attempts to collect accounts, whoever made them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def in_vain(self, account: str) -> tuple[Attempt, ...]:
        """Return the latest runs of an account that failed, or whose end is not known: each was a login."""
        latest = (
            select(COLLECTION.c.started_at, COLLECTION.c.outcome)
            .join(ACCOUNT, ACCOUNT.c.id == COLLECTION.c.account_id)
            .where(ACCOUNT.c.name == account)
            .order_by(COLLECTION.c.id.desc())
            .limit(MOST_REMEMBERED)
        )
        with reading(self._engine) as connection:
            return tuple(
                Attempt(row.started_at, row.outcome == "refused")
                for row in connection.execute(latest)
                if row.outcome in {"refused", "permanent", "transient", "running"}
            )

    def holder(self, account: str) -> str | None:
        """Return the worker that has claimed an account; None when it was given back."""
        claimed = select(ACCOUNT.c.claimed_by).where(ACCOUNT.c.name == account)
        with reading(self._engine) as connection:
            return connection.execute(claimed).scalar_one_or_none()
