"""How many messages each class has: kept as they are derived, for reports would count all of them each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from mailsla.adapters.database.bulk import among
from mailsla.adapters.database.rows import DERIVED_MESSAGE_COLUMNS, Rows
from mailsla.adapters.database.tables import DERIVED_CLASS, DERIVED_MESSAGE

CLASS = DERIVED_MESSAGE_COLUMNS.index("mail_class")
KIND = DERIVED_MESSAGE_COLUMNS.index("kind")

ClassAndKind = tuple[str, str]

CLASS_AND_KIND = (DERIVED_MESSAGE.c.mail_class, DERIVED_MESSAGE.c.kind)


class ClassCounts:
    """The counts, in a transaction that writes derivations: what it takes away and adds is written at its end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._changes: Counter[ClassAndKind] = Counter()

    def clear(self) -> None:
        """Forget every message."""
        self._changes.clear()
        self._connection.execute(delete(DERIVED_CLASS))

    def forget(self, numbers: Collection[int]) -> None:
        """Take away what is derived of some messages; it is still there."""
        named = among(DERIVED_MESSAGE.c.message_id, numbers, self._connection)
        self._changes.subtract(_counts(self._connection, _counted().where(named)))

    def add(self, derived: Rows) -> None:
        """Add messages, rows of `DERIVED_MESSAGE_COLUMNS`."""
        self._changes.update((row[CLASS], row[KIND]) for row in derived)

    def write(self) -> None:
        """Write what changed."""
        for (mail_class, kind), change in self._changes.items():
            named = (DERIVED_CLASS.c.mail_class == mail_class) & (DERIVED_CLASS.c.kind == kind)
            more = {"messages": DERIVED_CLASS.c.messages + change}
            if (
                change
                and not self._connection.execute(update(DERIVED_CLASS).where(named).values(more)).rowcount
            ):
                added = {"mail_class": mail_class, "kind": kind, "messages": change}
                self._connection.execute(insert(DERIVED_CLASS).values(added))
        self._connection.execute(delete(DERIVED_CLASS).where(DERIVED_CLASS.c.messages == 0))
        self._changes.clear()


def class_counts(connection: Connection) -> Counter[ClassAndKind]:
    """Return how many derived messages each class has, by kind."""
    kept = select(DERIVED_CLASS.c.mail_class, DERIVED_CLASS.c.kind, DERIVED_CLASS.c.messages)
    return _counts(connection, kept)


def _counted() -> Select[Any]:
    return select(*CLASS_AND_KIND, func.count()).group_by(*CLASS_AND_KIND)


def _counts(connection: Connection, query: Select[Any]) -> Counter[ClassAndKind]:
    """Return the counts that a query of classes, kinds and counts gives."""
    return Counter({(mail_class, kind): count for mail_class, kind, count in connection.execute(query)})
