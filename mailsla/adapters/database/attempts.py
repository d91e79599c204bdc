"""What the store remembers of logins, for processes that do not know of each other: which ones failed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, insert, select

from mailsla.adapters.database.bulk import insert_new
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.runs import LAST_STARTED_AT
from mailsla.adapters.database.tables import ACCOUNT, COLLECTION
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.collection.pacing import Attempt

MOST_REMEMBERED = 200
"""Runs looked at: more than an account has in the time that matters."""


class Attempts:
    """The attempts to log in to accounts, whoever made them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note_refused_check(self, account: str, at: datetime) -> None:
        """Remember a refused login that was no collection."""
        with writing(self._engine) as connection:
            insert_new(connection, ACCOUNT, [{"name": account}])
            known = select(ACCOUNT.c.id).where(ACCOUNT.c.name == account).scalar_subquery()
            refused = {"outcome": RunOutcome.REFUSED_CHECK.value, "messages": 0, "set_aside": 0}
            connection.execute(insert(COLLECTION).values(account_id=known, started_at=at, **refused))

    def failed_logins(self, account: str) -> tuple[Attempt, ...]:
        """Return an account's latest logins that led to no whole collection."""
        latest = (
            select(LAST_STARTED_AT.label("at"), COLLECTION.c.outcome)
            .join(ACCOUNT, ACCOUNT.c.id == COLLECTION.c.account_id)
            .where(ACCOUNT.c.name == account)
            .order_by(COLLECTION.c.id.desc())
            .limit(MOST_REMEMBERED)
        )
        with reading(self._engine) as connection:
            found = [(row.at, RunOutcome(row.outcome)) for row in connection.execute(latest)]
        return tuple(Attempt(at, outcome.was_refused) for at, outcome in found if outcome.was_in_vain)
