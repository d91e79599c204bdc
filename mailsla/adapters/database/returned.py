"""The delivery reports about mails of mailsla's own, as they are collected."""

from __future__ import annotations

from sqlalchemy import Engine, Text, cast, func, select

from mailsla.adapters.database.engine import reading
from mailsla.adapters.database.tables import MESSAGE
from mailsla.core.mail.header import BODY_RETURNS
from mailsla.core.mail.returned import Returned, kept_return

LOOKED_BACK = 10_000
"""So many of the messages that came last are looked at, at the start: one may have come just before a stop."""


class ReturnedMails:
    """Looks at each message once, since it was made, and at the last ones before."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._looked_at: int | None = None

    def new(self) -> list[Returned]:
        """Return what came back since the last look."""
        newest = func.max(MESSAGE.c.id)
        with reading(self._engine) as connection:
            last = connection.execute(select(newest)).scalar_one() or 0
            first = max(0, last - LOOKED_BACK) if self._looked_at is None else self._looked_at
            says = cast(MESSAGE.c.kept, Text).contains(BODY_RETURNS)
            query = select(MESSAGE.c.kept).where(MESSAGE.c.id > first, MESSAGE.c.id <= last, says)
            found = connection.execute(query).scalars().all()
        self._looked_at = last
        return [kept_return(value) for kept in found for name, value in kept if name == BODY_RETURNS]
