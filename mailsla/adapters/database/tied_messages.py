"""Messages read with all that is tied to them, as rows: what derivation works on, whether it writes or only asks.

Sealed messages are not among them: nothing is left to derive them of, and nothing ties them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from heapq import merge
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, select, true

from mailsla.adapters.database import rows
from mailsla.adapters.database.added import NOTHING_ADDED, Added
from mailsla.adapters.database.bulk import STREAMED, among, among_those, as_kept, column_values, those
from mailsla.adapters.database.decisions import decisions_where
from mailsla.adapters.database.derivation_parts import Mailboxes, Portion, RulesAtHand
from mailsla.adapters.database.rows import Rows
from mailsla.adapters.database.sealed_ids import SealedIds
from mailsla.adapters.database.sealed_messages import UNSEALED
from mailsla.adapters.database.tables import (
    ACCOUNT,
    DERIVED_MESSAGE,
    KEYWORD,
    LOCATION,
    MAILBOX,
    MESSAGE,
    TIE,
)
from mailsla.core.mail.copies import DRAFT_MARKS, Mail, MailboxRole
from mailsla.core.pairing.rules import PairingRules
from mailsla.core.pairing.tied_parts import tied_parts


class TiedMessages:
    """The messages of one transaction, read in parts that no tie leaves.

    Args:
        connection: The transaction.
        portion: How many messages a part should have.
        added: What was just added, and nobody changed since: it is not read back.
    """

    def __init__(self, connection: Connection, portion: int, added: Added = NOTHING_ADDED) -> None:
        self._connection = connection
        self._portion_size = portion
        self._added = added
        self._has_keywords = connection.execute(select(KEYWORD.c.id).limit(1)).first() is not None
        self._sealed_ids = SealedIds(connection)

    def portions(self, numbers: Collection[int] | None) -> Iterator[Portion]:
        """Yield some messages, or all, in parts that no tie leaves; to none of them is another one tied."""
        wanted = self._numbers() if numbers is None else sorted(numbers)
        return map(self.portion, tied_parts(wanted, self._ties(numbers), self._portion_size))

    def portion(self, numbers: Sequence[int]) -> Portion:
        """Return some messages, with everything the store knows of them."""
        added = self._added
        messages = [added.messages[number] for number in numbers if number in added.messages]
        copies = [*added.copies_of(numbers)]
        if unknown := added.unknown(numbers):
            given = those(unknown, self._connection)
            messages += self._tuples(self._those_messages, given)
            copies += self._tuples(self._those_copies, given)
        named = rows.ids_named(messages) if self._sealed_ids else set[str]()
        return Portion(messages, copies, self._keywords(numbers), self._sealed_ids.among(named))

    # Made once for all portions: to make them takes as long as to execute them.
    @cached_property
    def _those_messages(self) -> Select[Any]:
        are_those = among_those(MESSAGE.c.id, self._connection)
        return self._kept(MESSAGE, rows.STORED_MESSAGE).where(are_those, UNSEALED)

    @cached_property
    def _those_copies(self) -> Select[Any]:
        are_theirs = among_those(LOCATION.c.message_id, self._connection)
        return self._kept(LOCATION, rows.STORED_COPY).where(are_theirs)

    def groups(self, numbers: Collection[int]) -> Iterator[list[int]]:
        """Yield some messages in groups, each of those that are tied to each other."""
        return tied_parts(sorted(numbers), self._ties(numbers), 1)

    def tied(self, numbers: Iterable[int]) -> set[int]:
        """Return every message tied to these, directly or through others, these included."""
        found = set(numbers)
        frontier = found
        while frontier:
            frontier = set(self._neighbours(frontier)) - found
            found |= frontier
        return found

    def tied_to_none_derived(self, numbers: Iterable[int]) -> list[int]:
        """Return, of these messages and of all that is tied to them, what is tied to none that is derived.

        Nothing is looked for beyond what is tied to a derived one: there may be much.
        """
        found = set(numbers)
        frontier, again = found, set[int]()
        while frontier:
            again |= self._tied_to_derived(frontier)
            frontier = set(self._neighbours(frontier - again)) - found
            found |= frontier
        if not again:
            return sorted(found)
        return [number for group in self.groups(found) if again.isdisjoint(group) for number in group]

    def _tied_to_derived(self, numbers: Collection[int]) -> set[int]:
        """Return which of some messages are derived, or bear a tie that a derived one bears."""
        other, derived = TIE.alias(), DERIVED_MESSAGE.c.message_id
        joined = select(other.c.name).join(DERIVED_MESSAGE, derived == other.c.message_id)
        tied = select(TIE.c.message_id).where(
            self._among(TIE.c.message_id, numbers), joined.where(other.c.name == TIE.c.name).exists()
        )
        themselves = select(derived).where(self._among(derived, numbers))
        return {*self._scalars(tied), *self._scalars(themselves)}

    def _among(self, column: Any, values: Collection[Any]) -> Any:
        return among(column, values, self._connection)

    def ground(self, rules: PairingRules) -> RulesAtHand:
        """Return what every part is derived on: the rules, the decisions, the mailboxes."""
        # What the office remembers of addresses does not go to the other process.
        apart = replace(rules, office=replace(rules.office))
        return RulesAtHand(
            apart,
            decisions_where(self._connection, true()),
            self._mailboxes(),
            column_values(self._connection),
        )

    def mails(self, numbers: Sequence[int]) -> list[Mail]:
        """Return a few messages as values, in the order of their numbers."""
        found = self.portion(numbers).mails(self._mailboxes()) if numbers else {}
        return [found[number] for number in sorted(found)]

    def _mailboxes(self) -> Mailboxes:
        query = select(MAILBOX.c.id, ACCOUNT.c.name, MAILBOX.c.name, MAILBOX.c.role).join(
            ACCOUNT, ACCOUNT.c.id == MAILBOX.c.account_id
        )
        return {
            number: (account, name, MailboxRole(role))
            for number, account, name, role in self._connection.execute(query)
        }

    def _numbers(self) -> Iterator[int]:
        query = select(MESSAGE.c.id).where(UNSEALED).order_by(MESSAGE.c.id)
        return iter(self._connection.execute(query, execution_options=STREAMED).scalars())

    def messages(self, which: ColumnElement[bool]) -> Iterator[Rows]:
        """Yield some messages, rows of `rows.STORED_MESSAGE`, in parts, by number."""
        last = 0
        query = (
            self._kept(MESSAGE, rows.STORED_MESSAGE)
            .where(which, UNSEALED)
            .order_by(MESSAGE.c.id)
            .limit(self._portion_size)
        )
        while found := self._tuples(query.where(MESSAGE.c.id > last)):
            yield found
            last = found[-1][0]

    def some_of(self, numbers: Collection[int], which: ColumnElement[bool]) -> Iterator[Rows]:
        """Yield those of some messages that meet a condition, rows of `rows.STORED_MESSAGE`, in parts."""
        # Their numbers once: given with each part, many would be gone over for every one.
        query = select(MESSAGE.c.id).where(self._among(MESSAGE.c.id, numbers), which).order_by(MESSAGE.c.id)
        found = self._scalars(query)
        for first in range(0, len(found), self._portion_size):
            part = found[first : first + self._portion_size]
            yield self._tuples(self._those_messages, those(part, self._connection))

    def _keywords(self, numbers: Sequence[int]) -> list[tuple[Any, ...]]:
        if not self._has_keywords:
            return []
        query = (
            self._kept(KEYWORD, ("location_id", "name", "first_seen_at", "gone_at"))
            .join(LOCATION, LOCATION.c.id == KEYWORD.c.location_id)
            .where(
                KEYWORD.c.gone_at.is_(None) | KEYWORD.c.name.in_(DRAFT_MARKS),
                self._among(LOCATION.c.message_id, numbers),
            )
            .order_by(KEYWORD.c.location_id, KEYWORD.c.first_seen_at, KEYWORD.c.name)
        )
        return self._tuples(query)

    def _kept(self, target: Table, columns: Iterable[str]) -> Select[Any]:
        return select(*as_kept(target, columns))

    def _tuples(
        self, query: Select[Any], parameters: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._connection.execute(query, parameters).all()]

    def _ties(self, numbers: Collection[int] | None) -> Iterator[tuple[int, int]]:
        if numbers is None:
            return self._ties_where(true())
        unknown = self._added.unknown(numbers)
        if not unknown:
            return iter(self._added.ties)
        others = self._ties_where(self._among(TIE.c.message_id, unknown))
        return merge(self._added.ties, others) if self._added.ties else others

    def _ties_where(self, which: ColumnElement[bool]) -> Iterator[tuple[int, int]]:
        query = select(TIE.c.name, TIE.c.message_id).where(which).order_by(TIE.c.name)
        found = self._connection.execute(query, execution_options=STREAMED)
        return ((name, number) for part in found.partitions() for name, number in part)

    def _neighbours(self, numbers: Collection[int]) -> Iterable[int]:
        other = TIE.alias()
        query = (
            select(other.c.message_id)
            .distinct()
            .join(TIE, TIE.c.name == other.c.name)
            .where(self._among(TIE.c.message_id, numbers))
        )
        return self._scalars(query)

    def _scalars(self, query: Select[Any]) -> Sequence[int]:
        # At once: a row at a time takes twice as long.
        return self._connection.execute(query).scalars().all()
