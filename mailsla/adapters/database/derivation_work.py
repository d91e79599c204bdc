"""One transaction over the derivations: read in parts, derived here or by a second process, written in bulk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Index, Table, delete, func, select, true, update

from mailsla.adapters.database import rows
from mailsla.adapters.database.added import NOTHING_ADDED, Added
from mailsla.adapters.database.bulk import among, insert_new, insert_rows
from mailsla.adapters.database.class_counts import classes_in, classes_of, classes_where
from mailsla.adapters.database.clue_counts import clues_of, clues_where
from mailsla.adapters.database.derivation_parts import (
    DerivedRows,
    derived_rows,
)
from mailsla.adapters.database.kept_at_hand import BULK, keep_much_at_hand
from mailsla.adapters.database.kept_counts import KeptCounts
from mailsla.adapters.database.request_days import RequestDays
from mailsla.adapters.database.request_rows import DOUBT_COLUMNS, REQUEST_COLUMNS
from mailsla.adapters.database.sealed_messages import UNSEALED, sealed_among, sealed_numbers
from mailsla.adapters.database.tables import (
    DERIVATION,
    DERIVED_CLASS,
    DERIVED_CLUE,
    DERIVED_DAYS,
    DERIVED_DOUBT,
    DERIVED_MESSAGE,
    DERIVED_REQUEST,
    MESSAGE,
    PENDING,
)
from mailsla.adapters.database.tie_work import TieWork
from mailsla.adapters.database.tied_messages import TiedMessages
from mailsla.adapters.machine.second_process import SecondProcess
from mailsla.core.clock.local_days import LocalDays
from mailsla.core.pairing.configured import Configured, RuleNames
from mailsla.core.pairing.rules import PairingRules

PORTION = 250
"""Messages derived at once: memory does not grow with the store."""

KEPT_AT_ONCE = 4
"""Portions written together: many rows at once cost less (`mailsla.adapters.database.bulk.AT_ONCE`)."""

DERIVED = (DERIVED_MESSAGE, DERIVED_REQUEST, DERIVED_DOUBT, DERIVED_DAYS)
"""The tables of what is derived of each message, keyed by its number."""


def _indexes() -> list[Index]:
    return [
        index for target in DERIVED for index in sorted(target.indexes, key=lambda index: str(index.name))
    ]


class DerivationWork(TieWork):
    """Satisfies `mailsla.usecases.derive.DerivationWork`."""

    def __init__(
        self,
        connection: Connection,
        second: SecondProcess,
        portion: int = PORTION,
        *,
        waits: bool = True,
        added: Added = NOTHING_ADDED,
    ) -> None:
        insert_new(connection, DERIVATION, [{"id": 1, "rules": "", "ties": ""}])
        # The lock makes a second worker wait for the end of this transaction, or give up.
        columns = (DERIVATION.c[name] for name in (*RuleNames._fields, "saved_at", "settings"))
        made_by = select(*columns).where(DERIVATION.c.id == 1).with_for_update(nowait=not waits)
        self.rules, self.ties, self.days, self.saved_at, self._settings = connection.execute(made_by).one()
        super().__init__(connection, second, TiedMessages(connection, portion), added)
        self._portion = portion
        self._days = RequestDays(connection)
        self._classes = KeptCounts(connection, DERIVED_CLASS)
        self._clues = KeptCounts(connection, DERIVED_CLUE)

    def take_pending(self) -> list[int]:
        """Return the numbers of messages that are new or changed, in order; they wait no more.

        What another worker changes meanwhile has rows of its own, which wait for the next time.
        """
        taken = delete(PENDING).returning(PENDING.c.message_id)
        numbers = set(self._connection.execute(taken).scalars())
        if len(numbers) >= BULK:
            keep_much_at_hand(self._connection)
        # A copy of a sealed message may have come, or gone: nothing follows from it.
        return sorted(numbers - set(sealed_among(self._connection, numbers)))

    def is_mostly_pending(self) -> bool:
        """Tell whether most messages are new or changed."""
        waiting = self._count(PENDING)
        if not waiting:
            return False
        # No more messages are walked over than decide it: counting them takes longer as the store grows.
        others = select(MESSAGE.c.id).order_by(MESSAGE.c.id).offset(2 * waiting - 1).limit(1)
        return self._connection.execute(others).first() is None

    def is_untouched(self) -> bool:
        """Tell whether nothing is derived, and every message waits."""
        waiting = select(func.count(PENDING.c.message_id.distinct()))
        is_derived = (
            self._connection.execute(select(DERIVED_MESSAGE.c.message_id).limit(1)).first() is not None
        )
        return not is_derived and self._connection.execute(waiting).scalar_one() == self._count(MESSAGE)

    def derive_added(self, rules: PairingRules, days: LocalDays) -> None:
        """Derive what was added, with all that is tied to it, but what is tied to what is derived."""
        found = self._read.tied_to_none_derived(self._added.numbers)
        if not found:
            return
        theirs = among(PENDING.c.message_id, found, self._connection)
        taken = delete(PENDING).where(theirs).returning(PENDING.c.message_id)
        # What waits twice was changed since: it is read as it is now, and so are those to which it may be tied.
        is_as_added = sorted(self._connection.execute(taken).scalars()) == sorted(found)
        read = TiedMessages(self._connection, self._portion, self._added) if is_as_added else self._read
        self._derive_first(read, found, rules, days)

    def forget_pending(self) -> None:
        """Note that no message waits any more: all are about to be derived."""
        keep_much_at_hand(self._connection)
        self._connection.execute(delete(PENDING))

    def clear(self) -> None:
        """Drop every derivation but what is derived of sealed messages, which is a fact; the days of all go."""
        sealed = sealed_numbers(self._connection)
        for target in DERIVED:
            goes = true() if sealed is None or target is DERIVED_DAYS else target.c.message_id.not_in(sealed)
            self._connection.execute(delete(target).where(goes))
        self._days.forget_shapes()
        self._classes.clear()
        self._clues.clear()
        if sealed is not None:
            self._classes.add(classes_where(self._connection, DERIVED_MESSAGE.c.message_id.in_(sealed)))
            self._clues.add(clues_where(self._connection, DERIVED_MESSAGE.c.message_id.in_(sealed)))

    def tied(self, numbers: Iterable[int]) -> set[int]:
        """Return every message tied to these, directly or through others, these included."""
        return self._read.tied(numbers)

    def derive(
        self,
        numbers: Collection[int] | None,
        rules: PairingRules,
        days: LocalDays,
        progress: Callable[[int, int], object] = lambda _done, _total: None,
    ) -> int:
        """Replace what was derived of messages that no other is tied to, or derive all anew; return how many."""
        if numbers is not None:
            self._forget(numbers)
            return self._derive_first(self._read, numbers, rules, days, progress)
        sealed = sealed_numbers(self._connection)
        if sealed is not None:
            self._days.count(DERIVED_REQUEST.c.message_id.in_(sealed), days)
        is_indexed_last = self._connection.dialect.name == "sqlite"
        if is_indexed_last:
            self._drop_indexes()
        done = self._derive_first(self._read, None, rules, days, progress)
        if is_indexed_last:
            self._create_indexes()
        return done

    def _derive_first(
        self,
        read: TiedMessages,
        numbers: Collection[int] | None,
        rules: PairingRules,
        days: LocalDays,
        progress: Callable[[int, int], object] = lambda _done, _total: None,
    ) -> int:
        """Derive messages that no other is tied to, or all, of which nothing is derived yet; return how many."""
        total = self._count(MESSAGE, UNSEALED) if numbers is None else len(numbers)
        compute = partial(derived_rows, read.ground(rules), days)
        parts = self._second.map(compute, read.portions(numbers))
        done = 0
        while some := tuple(islice(parts, KEPT_AT_ONCE)):
            self._keep(some)
            done += sum(len(part.numbers) for part in some)
            progress(done, total)
        self._classes.write()
        self._clues.write()
        return done

    def _drop_indexes(self) -> None:
        """Drop the indexes of derived tables until they are full: made at once they cost less, and are denser.

        Whoever reads meanwhile has those of before. PostgreSQL would have readers wait for the end: there they stay.
        """
        for index in _indexes():
            index.drop(self._connection)

    def _create_indexes(self) -> None:
        for index in _indexes():
            index.create(self._connection)

    def count_days(
        self, days: LocalDays, progress: Callable[[int, int], object] = lambda _done, _total: None
    ) -> None:
        """Count the days of every request again."""
        keep_much_at_hand(self._connection)
        self._days.count_again(days, self._count(DERIVED_REQUEST), progress)

    def finish(self, names: RuleNames) -> None:
        """Note by which rules everything is derived and tied, and by which days requests are counted."""
        self._note(**names._asdict())

    def keep(self, configured: Configured) -> None:
        """Note whose rules they are, unless that is noted already."""
        if (self.saved_at, self._settings) != (configured.saved_at, configured.kept):
            self._note(saved_at=configured.saved_at, settings=dict(configured.kept))

    def _note(self, **values: Any) -> None:
        self._connection.execute(update(DERIVATION).where(DERIVATION.c.id == 1).values(**values))

    def _count(self, target: Table, which: ColumnElement[bool] | None = None) -> int:
        counted = select(func.count()).select_from(target).where(true() if which is None else which)
        return self._connection.execute(counted).scalar_one()

    def _forget(self, numbers: Collection[int]) -> None:
        self._classes.subtract(classes_of(self._connection, numbers))
        self._clues.subtract(clues_of(self._connection, numbers))
        for target in DERIVED:
            these = among(target.c.message_id, numbers, self._connection)
            self._connection.execute(delete(target).where(these))

    def _keep(self, parts: Sequence[DerivedRows]) -> None:
        for target, columns, values in (
            (DERIVED_MESSAGE, rows.DERIVED_MESSAGE_COLUMNS, [row for part in parts for row in part.messages]),
            (DERIVED_REQUEST, REQUEST_COLUMNS, [row for part in parts for row in part.requests]),
            (DERIVED_DOUBT, DOUBT_COLUMNS, [row for part in parts for row in part.doubts]),
        ):
            insert_rows(self._connection, target, columns, values)
        self._days.keep(*(part.days for part in parts))
        for part in parts:
            self._classes.add(classes_in(part.messages))
            self._clues.add(part.clues)
