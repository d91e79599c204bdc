"""What the mails themselves show of an installation that is not whole: read by `mailsla check`."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from mailsla.adapters.database.bulk import STREAMED, among
from mailsla.adapters.database.engine import reading
from mailsla.adapters.database.tables import DERIVED_DOUBT, DERIVED_MESSAGE, DERIVED_REQUEST, MESSAGE
from mailsla.core.mail.kinds import MailKind
from mailsla.core.office.sides import UNPROVEN, Side
from mailsla.core.pairing.conversation import Evidence
from mailsla.core.pairing.doubts import DoubtCode

FEWEST_IDS = 3
"""So many mails of ours bear the ids of a host before it is proposed as one of ours."""

MOST_HOSTS = 10
"""Hosts that one line can name."""

_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


class AnsweredUnseen(NamedTuple):
    """Satisfies `mailsla.usecases.check.AnsweredUnseen`."""

    by_service: tuple[tuple[str | None, int], ...]
    unseen: int
    seen: int


class Clues:
    """Satisfies `mailsla.usecases.check.Clues`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def answered_unseen(self) -> AnsweredUnseen:
        """Count the citizens' mails that answer a mail of the office, seen or not, and whose requests are concerned."""
        answered = DERIVED_MESSAGE.alias()
        seen = (
            select(func.count())
            .select_from(DERIVED_MESSAGE)
            .join(answered, answered.c.message_id == DERIVED_MESSAGE.c.tied_to)
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
        lists = select(DERIVED_DOUBT.c.candidates).where(DERIVED_DOUBT.c.code == DoubtCode.UNSEEN_REPLY.value)
        with reading(self._engine) as connection:
            numbers = {number for listed in connection.execute(lists).scalars() for number in listed}
            of_services = select(DERIVED_REQUEST.c.service).where(
                among(DERIVED_REQUEST.c.message_id, numbers, connection)
            )
            services = Counter(connection.execute(of_services).scalars())
            return AnsweredUnseen(
                tuple(sorted(services.items(), key=lambda item: (-item[1], item[0] or ""))),
                connection.execute(unseen).scalar_one(),
                connection.execute(seen).scalar_one(),
            )

    def undeclared_forms(self) -> tuple[tuple[str, int], ...]:
        """Return the addresses of ours that write as forms do, each with how many mails, the most first."""
        query = (
            select(MESSAGE.c.people)
            .join(DERIVED_DOUBT, DERIVED_DOUBT.c.message_id == MESSAGE.c.id)
            .where(DERIVED_DOUBT.c.code == DoubtCode.UNDECLARED_FORM.value)
        )
        with reading(self._engine) as connection:
            people = connection.execute(query).scalars()
            found = Counter(address for item in people for address in item.get("senders", ())[:1])
        return tuple(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def id_hosts(self) -> tuple[str, ...]:
        """Return the hosts whose Message-IDs our sent mail bears and no outsider's does, the most first."""
        query = (
            select(MESSAGE.c.message_id, DERIVED_MESSAGE.c.side)
            .join(DERIVED_MESSAGE, DERIVED_MESSAGE.c.message_id == MESSAGE.c.id)
            .where(
                MESSAGE.c.message_id.is_not(None),
                DERIVED_MESSAGE.c.side.in_((Side.OUTBOUND.value, Side.CITIZEN.value, Side.ASIDE.value)),
            )
        )
        ours: Counter[str] = Counter()
        others: set[str] = set()
        with reading(self._engine) as connection:
            for message_id, side in connection.execute(query, execution_options=STREAMED):
                host = message_id.rpartition("@")[2].lower()
                if side == Side.OUTBOUND.value:
                    ours[host] += 1
                else:
                    others.add(host)
        found = [(count, host) for host, count in ours.items() if count >= FEWEST_IDS and host not in others]
        hosts = [host for _count, host in sorted(found, key=lambda item: (-item[0], item[1]))]
        return tuple(host for host in hosts if _HOST.fullmatch(host))[:MOST_HOSTS]

    def unproven_count(self) -> int:
        """Count the messages that bear an address of ours, and are not believed to be ours."""
        query = select(DERIVED_MESSAGE.c.reason).where(
            DERIVED_MESSAGE.c.side == Side.ASIDE.value, DERIVED_MESSAGE.c.kind == MailKind.PERSON.value
        )
        with reading(self._engine) as connection:
            return sum(reason[0] == UNPROVEN for reason in connection.execute(query).scalars())
