"""Counts kept as messages are derived: whoever asks for them would count all of them each time."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, Table, delete

from mailsla.adapters.database.bulk import inserting_into
from mailsla.adapters.database.rows import Counts


class KeptCounts:
    """A table of counts, in a transaction that writes derivations: what changes is written at its end.

    Args:
        connection: The transaction.
        target: The table: two texts, which are its key, and `messages`.
    """

    def __init__(self, connection: Connection, target: Table) -> None:
        self._connection = connection
        self._target = target
        self._changes: Counts = Counter()

    def clear(self) -> None:
        """Forget every message."""
        self._changes.clear()
        self._connection.execute(delete(self._target))

    def subtract(self, counts: Counts) -> None:
        """Take messages away."""
        self._changes.subtract(counts)

    def add(self, counts: Counts) -> None:
        """Add messages."""
        self._changes.update(counts)

    def write(self) -> None:
        """Write what changed; what no message has any more is forgotten."""
        target, (first, second) = self._target, self._target.primary_key.columns
        changed = [
            {first.name: one, second.name: other, "messages": change}
            for (one, other), change in self._changes.items()
            if change
        ]
        self._changes.clear()
        if not changed:
            return
        added = inserting_into(target, self._connection)
        total = {"messages": target.c.messages + added.excluded.messages}
        upsert = added.on_conflict_do_update(index_elements=[first, second], set_=total)
        self._connection.execute(upsert, changed)
        self._connection.execute(delete(target).where(target.c.messages == 0))
