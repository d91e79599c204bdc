"""The delivery reports about mails of mailsla's own, as they are collected."""

from __future__ import annotations

from sqlalchemy import Engine, Text, cast, func, select

from mailsla.adapters.database.engine import reading
from mailsla.adapters.database.tables import MESSAGE
from mailsla.adapters.database.tied_messages import TiedMessages
from mailsla.core.mail.copies import Mail
from mailsla.core.mail.header import BODY_RETURNS
from mailsla.core.mail.returned import Returned, return_of

LOOKED_BACK = 10_000
"""So many of the messages that came last are looked at, at the start: one may have come just before a stop."""

AT_ONCE = 100
"""Reports read in one go."""


class ReturnedMails:
    """Looks at each message once, since it was made, and at the last ones before."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._looked_at: int | None = None

    def new(self) -> list[tuple[Returned, Mail]]:
        """Return what came back since the last look, each with the report that says so."""
        newest = func.max(MESSAGE.c.id)
        with reading(self._engine) as connection:
            last = connection.execute(select(newest)).scalar_one() or 0
            first = max(0, last - LOOKED_BACK) if self._looked_at is None else self._looked_at
            says = cast(MESSAGE.c.kept, Text).contains(BODY_RETURNS)
            query = select(MESSAGE.c.id).where(MESSAGE.c.id > first, MESSAGE.c.id <= last, says)
            numbers = connection.execute(query).scalars().all()
            reports = TiedMessages(connection, AT_ONCE).mails(numbers)
        self._looked_at = last
        return [(found, report) for report in reports if (found := return_of(report.header)) is not None]
