"""What the mails themselves show of an installation that is not whole: read by `mailsla check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from mailsla.adapters.database.bulk import among
from mailsla.adapters.database.class_counts import class_counts
from mailsla.adapters.database.clue_counts import counted, hosts_of_ours
from mailsla.adapters.database.column_values import document_of
from mailsla.adapters.database.engine import reading
from mailsla.adapters.database.shown_clues import Counted
from mailsla.adapters.database.tables import (
    DERIVED_DAYS,
    DERIVED_DOUBT,
    DERIVED_MESSAGE,
    DERIVED_REQUEST,
    DERIVED_SHAPE,
    MESSAGE,
    TIE,
)
from mailsla.core.mail.message_ids import answered_between
from mailsla.core.office.sides import Side
from mailsla.core.pairing.balance import MailClass
from mailsla.core.pairing.conversation import Evidence
from mailsla.core.pairing.doubts import DoubtCode
from mailsla.core.pairing.ties import tie

FEWEST_IDS = 3
"""So many mails of ours bear the ids of a host before it is proposed as one of ours."""

MOST_ANSWERS = 2_000
"""Citizens' mails that answer their own that are looked at, the last ones."""

MOST_HOSTS = 10
"""Hosts that one line can name."""


class AnsweredUnseen(NamedTuple):
    """Satisfies `mailsla.usecases.check_sources.AnsweredUnseen`."""

    by_service: tuple[tuple[str | None, int], ...]
    unseen: int
    seen: int


class Clues:
    """Satisfies `mailsla.usecases.check_sources.Clues`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def answered_unseen(self) -> AnsweredUnseen:
        """Count the citizens' mails that answer a mail of the office, seen or not, and whose requests are concerned."""
        lists = select(DERIVED_DOUBT.c.candidates).where(DERIVED_DOUBT.c.code == DoubtCode.UNSEEN_REPLY.value)
        with reading(self._engine) as connection:
            numbers = {number for listed in connection.execute(lists).scalars() for number in listed}
            of_services = select(DERIVED_REQUEST.c.service).where(
                among(DERIVED_REQUEST.c.message_id, numbers, connection)
            )
            services = Counter(connection.execute(of_services).scalars())
            return AnsweredUnseen(
                _most_first(services),
                counted(connection, Counted.ANSWERS_UNSEEN),
                counted(connection, Counted.ANSWERS_SEEN),
            )

    def answered_elsewhere(self) -> int:
        """Count the citizens' mails that answer a reply to them that is not here, and that nothing says is ours.

        Of those that are tied to another mail of theirs, the last ones alone are looked at.
        """
        answered, first = DERIVED_MESSAGE.alias(), MESSAGE.alias()
        derived = DERIVED_MESSAGE.c
        query = (
            select(MESSAGE.c.ids, MESSAGE.c.message_id, first.c.message_id.label("first_id"))
            .join(DERIVED_MESSAGE, derived.message_id == MESSAGE.c.id)
            .join(answered, answered.c.message_id == derived.tied_to)
            .join(first, first.c.id == answered.c.message_id)
            .where(derived.side == Side.CITIZEN.value, answered.c.side == Side.CITIZEN.value)
            .where(derived.evidence != Evidence.UNSEEN_REPLY.value)
            .order_by(MESSAGE.c.id.desc())
            .limit(MOST_ANSWERS)
        )
        with reading(self._engine) as connection:
            found = Counter(
                named
                for ids, *own in connection.execute(query)
                if (named := _answered_between(document_of(ids), own)) is not None
            )
            ties = [tie(f"id:{name}") for name in found]
            tied = select(MESSAGE.c.message_id).join(TIE, TIE.c.message_id == MESSAGE.c.id)
            held = set(connection.execute(tied.where(among(TIE.c.name, ties, connection))).scalars())
            return found.total() - sum(count for name, count in found.items() if name in held)

    def waiting_of(self, services: Collection[str | None]) -> tuple[tuple[str | None, int], ...]:
        """Return how many requests wait of each of some services, the most first; None for those of nobody."""
        if not services:
            return ()
        waits = DERIVED_REQUEST.c.answered_at.is_(None) & DERIVED_REQUEST.c.excluded.is_(None)
        service = DERIVED_REQUEST.c.service
        query = select(service, func.count()).where(waits).group_by(service)
        with reading(self._engine) as connection:
            found = {name: count for name, count in connection.execute(query) if name in services}
        return _most_first(found)

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

    def services_seen(self) -> dict[str | None, int]:
        """Count the requests of each service; None for those of none."""
        # By shape: requests are counted by an index that begins with it, and shapes are few.
        alike = select(DERIVED_DAYS.c.shape, func.count().label("requests")).group_by(DERIVED_DAYS.c.shape)
        counted_alike = alike.subquery()
        service = DERIVED_SHAPE.c.service
        query = (
            select(service, func.sum(counted_alike.c.requests))
            .join(counted_alike, counted_alike.c.shape == DERIVED_SHAPE.c.id)
            .group_by(service)
        )
        with reading(self._engine) as connection:
            return {name: int(count) for name, count in connection.execute(query)}

    def left_out_kinds(self) -> dict[str, int]:
        """Count the mails that were left out, by kind."""
        with reading(self._engine) as connection:
            found = class_counts(connection)
        return {kind: count for (name, kind), count in found.items() if name == MailClass.LEFT_OUT.value}

    def id_hosts(self) -> tuple[str, ...]:
        """Return the hosts whose Message-IDs our sent mail bears and no outsider's does, the most first."""
        with reading(self._engine) as connection:
            found = hosts_of_ours(connection, FEWEST_IDS)
        return tuple(host for host, _count in found[:MOST_HOSTS])

    def outbound_count(self) -> int:
        """Count the messages of the office to someone outside."""
        with reading(self._engine) as connection:
            return counted(connection, Counted.OUTBOUND)

    def unproven_count(self) -> int:
        """Count the messages that bear an address of ours, and are not believed to be ours."""
        with reading(self._engine) as connection:
            return counted(connection, Counted.UNPROVEN)


def _answered_between(ids: Mapping[str, Sequence[str]], own: Collection[str | None]) -> str | None:
    return answered_between(
        ids.get("in_reply_to", ()), ids.get("references", ()), [item for item in own if item is not None]
    )


def _most_first(counts: Mapping[str | None, int]) -> tuple[tuple[str | None, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0] or "")))
