"""What may go of personal data, looked at and sealed in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Select, String, case, cast, func, insert, select, update

from mailsla.adapters.database.agents import Agents
from mailsla.adapters.database.bulk import among
from mailsla.adapters.database.derivation_parts import DerivedRows, Portion, RulesAtHand, derived_rows
from mailsla.adapters.database.derivation_work import PORTION, DerivationWork
from mailsla.adapters.database.derived_requests import CASES, case_of
from mailsla.adapters.database.erased_words import count_words, erase_words
from mailsla.adapters.database.held import naming
from mailsla.adapters.database.request_days import RequestDays
from mailsla.adapters.database.rows import STORED_MESSAGE
from mailsla.adapters.database.sealed_messages import UNSEALED
from mailsla.adapters.database.sealing import Sealing
from mailsla.adapters.database.tables import (
    ALERT,
    DERIVED_MESSAGE,
    DERIVED_REQUEST,
    MESSAGE,
    OUTGOING,
    PURGE,
)
from mailsla.adapters.database.tied_messages import TiedMessages
from mailsla.core.clock.local_days import LocalDays
from mailsla.core.mail.erased import ERASED
from mailsla.core.office.sides import Side
from mailsla.core.pairing.rules import PairingRules
from mailsla.core.rate.exchange import Exchange

_DERIVED = DERIVED_MESSAGE.c


class TiedExchanges:
    """The conversations of mails that are tied to each other. Satisfies `mailsla.usecases.purge.Tied`.

    Attributes:
        exchanges: They, by number.
    """

    def __init__(
        self,
        numbers: Sequence[int],
        exchanges: Sequence[Exchange],
        read: TiedMessages,
        ground: RulesAtHand,
        days: LocalDays,
    ) -> None:
        self.exchanges = exchanges
        self._numbers = numbers
        self._read = read
        self._ground = ground
        self._days = days

    def stands_without(self, gone: Sequence[Exchange]) -> bool:
        """Tell whether what is derived of the others stays what it is once these are sealed."""
        sealed = {number for exchange in gone for number in exchange.numbers}
        rest = [number for number in self._numbers if number not in sealed]
        if not rest:
            return True
        portion = self._read.portion(rest)
        ids = {row[_ID] for row in self._whole.messages if row[0] in sealed and row[_ID] is not None}
        alone = self._derived(replace(portion, forgotten=portion.forgotten | ids))
        return _of(alone, set(rest)) == _of(self._derived_whole, set(rest))

    @cached_property
    def _whole(self) -> Portion:
        return self._read.portion(self._numbers)

    @cached_property
    def _derived_whole(self) -> DerivedRows:
        return self._derived(self._whole)

    def _derived(self, portion: Portion) -> DerivedRows:
        return derived_rows(self._ground, self._days, portion)


_ID = STORED_MESSAGE.index("message_id")


def _of(derived: DerivedRows, numbers: Collection[int]) -> tuple[set[tuple[Any, ...]], ...]:
    """Return what is derived of some messages, each row beginning with a message's number."""
    found = (derived.messages, derived.requests, derived.doubts, derived.days)
    return tuple({tuple(row) for row in several if row[0] in numbers} for several in found)


def _ended(before: datetime) -> Select[int]:
    """Return the query of the conversations whose last mail came before an instant."""
    return (
        select(_DERIVED.conversation)
        .join(MESSAGE, MESSAGE.c.id == _DERIVED.message_id)
        .where(UNSEALED)
        .group_by(_DERIVED.conversation)
        .having(func.max(_DERIVED.at) < before)
    )


class PurgeLook:
    """What may go, in a transaction. Satisfies `mailsla.usecases.purge.Look`."""

    def __init__(self, connection: Connection, rules: PairingRules, days: LocalDays) -> None:
        self._connection = connection
        self._rules = rules
        self._days = days

    def older(self, before: datetime, after: int, most: int) -> list[int]:
        """Return the conversations whose last mail came before an instant, by number, from beyond a number on."""
        return self._next(_ended(before), after, most)

    def older_count(self, before: datetime) -> int:
        """Count them."""
        each = _ended(before).subquery()
        return self._connection.execute(select(func.count()).select_from(each)).scalar_one()

    def naming(self, address: str) -> list[int]:
        """Return the conversations of the mails that name an address, by number."""
        numbers = [number for about in naming(self._connection, address) for number in about]
        query = (
            select(_DERIVED.conversation)
            .distinct()
            .where(among(_DERIVED.message_id, numbers, self._connection))
        )
        return sorted(self._connection.execute(query).scalars())

    def internal(self, before: datetime, after: int, most: int) -> list[int]:
        """Return the conversations of the office with itself that ended before an instant, from beyond a number on."""
        is_internal = case((_DERIVED.side == Side.INTERNAL.value, 1), else_=0)
        return self._next(_ended(before).having(func.min(is_internal) == 1), after, most)

    def _next(self, conversations: Select[int], after: int, most: int) -> list[int]:
        query = conversations.where(_DERIVED.conversation > after).order_by(_DERIVED.conversation)
        return list(self._connection.execute(query.limit(most)).scalars())

    def agents_left(self, before: datetime) -> int:
        """Count the messages first seen before an instant whose agents were not looked at."""
        return Agents(self._connection, self._rules, self._days).left(before)

    def words(self, address: str) -> int:
        """Return in how many places people's words name an address."""
        return count_words(self._connection, address)

    def tied(self, conversations: Collection[int]) -> Iterator[TiedExchanges]:
        """Yield some conversations, with all that are tied to them, in groups of those tied to each other."""
        read = TiedMessages(self._connection, PORTION)
        ground = read.ground(self._rules)
        query = select(_DERIVED.message_id).where(
            among(_DERIVED.conversation, conversations, self._connection)
        )
        tied = read.tied(self._connection.execute(query).scalars())
        exchange_of = {number: exchange for exchange in self._exchanges(tied) for number in exchange.numbers}
        for numbers in read.groups(tied):
            exchanges = {exchange_of[number].conversation: exchange_of[number] for number in numbers}
            yield TiedExchanges(numbers, list(exchanges.values()), read, ground, self._days)

    def _exchanges(self, numbers: Collection[int]) -> list[Exchange]:
        these = among(_DERIVED.message_id, numbers, self._connection)
        query = (
            select(_DERIVED.conversation, _DERIVED.message_id, _DERIVED.at, MESSAGE.c.first_seen_at)
            .join(MESSAGE, MESSAGE.c.id == _DERIVED.message_id)
            .where(these)
        )
        members: dict[int, list[Any]] = {}
        for row in self._connection.execute(query):
            members.setdefault(row.conversation, []).append(row)
        cases: dict[int, list[Any]] = {}
        requests = CASES.add_columns(DERIVED_REQUEST.c.conversation).where(
            among(DERIVED_REQUEST.c.message_id, numbers, self._connection)
        )
        for row in self._connection.execute(requests):
            cases.setdefault(row.conversation, []).append(case_of(row))
        return [
            Exchange(
                conversation,
                tuple(sorted(row.message_id for row in rows)),
                last_at=max(row.at for row in rows),
                seen_at=max(row.first_seen_at for row in rows),
                cases=tuple(cases.get(conversation, ())),
            )
            for conversation, rows in sorted(members.items())
        ]


class PurgeWork(PurgeLook):
    """What goes, in a transaction that writes. Satisfies `mailsla.usecases.purge.Work`.

    Attributes:
        derivation: The derivations, which it holds.
    """

    def __init__(
        self, connection: Connection, rules: PairingRules, days: LocalDays, derivation: DerivationWork
    ) -> None:
        super().__init__(connection, rules, days)
        self.derivation = derivation

    def seal(self, numbers: Collection[int], at: datetime) -> int:
        """Seal whole conversations, by the numbers of all their messages; return how many requests they have."""
        return Sealing(self._connection, at, self._days).seal(numbers)

    def blank_outgoing(self, through: date) -> bool:
        """Blank whom mails of ours up to a day were for, and their words, but of what still may be told again."""
        settled = OUTGOING.c.sent_at.is_not(None) | OUTGOING.c.dropped_at.is_not(None)
        alerts = select(ALERT.c.request).where(ALERT.c.outgoing_id == OUTGOING.c.id)
        is_told = alerts.where(ALERT.c.recipient != ERASED).exists()
        is_named = ~OUTGOING.c.recipient.startswith(ERASED)
        # One of each purpose and day: as many names, of nobody.
        nobody = ERASED + cast(OUTGOING.c.id, String)
        blank = update(OUTGOING).where(OUTGOING.c.day <= through, settled, is_named, ~is_told)
        found = self._connection.execute(
            blank.values(subject="", text="", recipient=nobody, message_id=nobody)
        )
        return found.rowcount > 0

    def erase_words(self, address: str, at: datetime) -> int:
        """Erase an address from what people wrote in their own words; return in how many places it stood."""
        return erase_words(self._connection, address, at)

    def forget_words(self) -> None:
        """Forget the words by which figures knew requests that were left out, once no request has them any more."""
        RequestDays(self._connection).forget_unused_shapes()

    def reduce_agents(self, before: datetime, most: int) -> int:
        """Reduce the agents of the next messages first seen before an instant; return of how many."""
        return Agents(self._connection, self._rules, self._days).reduce(before, most)

    def note(
        self, at: datetime, through: date | None, messages: int, requests: int, *, office: bool = False
    ) -> None:
        """Note that so many messages were sealed; of the office's own, that any of it went."""
        row = {"at": at, "through": through, "messages": messages, "requests": requests, "office": office}
        self._connection.execute(insert(PURGE).values(row))
