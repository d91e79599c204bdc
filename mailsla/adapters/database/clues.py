"""What the mails themselves show of an installation that is not whole: read by `mailsla check`."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from mailsla.adapters.database.bulk import among
from mailsla.adapters.database.engine import reading
from mailsla.adapters.database.request_rows import doubt_of
from mailsla.adapters.database.tables import DERIVED_DOUBT, DERIVED_MESSAGE, DERIVED_REQUEST, MESSAGE
from mailsla.core.mail.kinds import MailKind
from mailsla.core.office.sides import UNPROVEN, Side
from mailsla.core.pairing.conversation import Evidence
from mailsla.core.pairing.doubts import Doubt, DoubtCode


class AnsweredUnseen(NamedTuple):
    """Satisfies `mailsla.usecases.check.AnsweredUnseen`."""

    by_service: tuple[tuple[str | None, int], ...]
    unseen: int
    seen: int


class Clues:
    """Satisfies `mailsla.usecases.check.Clues`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def _doubts(self, code: DoubtCode) -> list[Doubt]:
        query = select(DERIVED_DOUBT).where(DERIVED_DOUBT.c.code == code.value)
        with reading(self._engine) as connection:
            return [doubt_of(row) for row in connection.execute(query)]

    def answered_unseen(self) -> AnsweredUnseen:
        """Count the citizens' mails that answer a mail of the office, seen or not, and whose requests are concerned."""
        answered = DERIVED_MESSAGE.alias()
        seen = (
            select(func.count())
            .select_from(DERIVED_MESSAGE)
            .join(answered, answered.c.key == DERIVED_MESSAGE.c.tied_to)
            .where(
                DERIVED_MESSAGE.c.side == Side.CITIZEN.value,
                DERIVED_MESSAGE.c.evidence != Evidence.UNSEEN_REPLY.value,
                answered.c.side == Side.OUTBOUND.value,
            )
        )
        unseen = (
            select(func.count())
            .select_from(DERIVED_MESSAGE)
            .where(DERIVED_MESSAGE.c.evidence == Evidence.UNSEEN_REPLY.value)
        )
        keys = {key for doubt in self._doubts(DoubtCode.UNSEEN_REPLY) for key in doubt.candidates}
        with reading(self._engine) as connection:
            of_services = select(DERIVED_REQUEST.c.service).where(
                among(DERIVED_REQUEST.c.key, keys, connection)
            )
            services = Counter(connection.execute(of_services).scalars())
            return AnsweredUnseen(
                tuple(sorted(services.items(), key=lambda item: (-item[1], item[0] or ""))),
                connection.execute(unseen).scalar_one(),
                connection.execute(seen).scalar_one(),
            )

    def undeclared_forms(self) -> tuple[tuple[str, int], ...]:
        """Return the addresses of ours that write as forms do, each with how many mails, the most first."""
        keys = [doubt.mail for doubt in self._doubts(DoubtCode.UNDECLARED_FORM)]
        with reading(self._engine) as connection:
            people = connection.execute(
                select(MESSAGE.c.people).where(among(MESSAGE.c.key, keys, connection))
            ).scalars()
            found = Counter(address for item in people for address in item.get("senders", ())[:1])
        return tuple(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def unproven_count(self) -> int:
        """Count the messages that bear an address of ours, and are not believed to be ours."""
        query = select(DERIVED_MESSAGE.c.reason).where(
            DERIVED_MESSAGE.c.side == Side.ASIDE.value, DERIVED_MESSAGE.c.kind == MailKind.PERSON.value
        )
        with reading(self._engine) as connection:
            return sum(reason[0] == UNPROVEN for reason in connection.execute(query).scalars())
