"""How many messages each class has, by kind: kept as they are derived (`kept_counts`), read by reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from mailsla.adapters.database.bulk import among
from mailsla.adapters.database.rows import DERIVED_MESSAGE_COLUMNS, Counts, Rows
from mailsla.adapters.database.tables import DERIVED_CLASS, DERIVED_MESSAGE

CLASS = DERIVED_MESSAGE_COLUMNS.index("mail_class")
KIND = DERIVED_MESSAGE_COLUMNS.index("kind")


def classes_in(derived: Rows) -> Counts:
    """Count messages by class and kind, rows of `DERIVED_MESSAGE_COLUMNS`."""
    return Counter((row[CLASS], row[KIND]) for row in derived)


def classes_of(connection: Connection, numbers: Collection[int]) -> Counts:
    """Count some messages, as they are derived now."""
    return classes_where(connection, among(DERIVED_MESSAGE.c.message_id, numbers, connection))


def classes_where(connection: Connection, which: ColumnElement[bool]) -> Counts:
    """Count the derived messages of which a condition holds."""
    columns = (DERIVED_MESSAGE.c.mail_class, DERIVED_MESSAGE.c.kind)
    return _counts(connection, select(*columns, func.count()).where(which).group_by(*columns))


def class_counts(connection: Connection) -> Counts:
    """Return how many derived messages each class has, by kind."""
    return _counts(
        connection, select(DERIVED_CLASS.c.mail_class, DERIVED_CLASS.c.kind, DERIVED_CLASS.c.messages)
    )


def _counts(connection: Connection, query: Select[Any]) -> Counts:
    """Return the counts that a query of classes, kinds and counts gives."""
    return Counter({(mail_class, kind): count for mail_class, kind, count in connection.execute(query)})
