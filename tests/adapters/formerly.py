"""Stores of former versions, whose rows tests write as today's are written."""

from __future__ import annotations

from sqlalchemy import Connection, inspect

from mailsla.adapters.database.column_types import Instant
from mailsla.adapters.database.column_values import instant_of
from mailsla.adapters.database.tables import METADATA


def instants_as_before_0028(connection: Connection) -> None:
    """Have a SQLite store keep its instants as text, as every version did before 0028."""
    if connection.dialect.name != "sqlite":
        return
    inspected = inspect(connection)
    for name in METADATA.tables.keys() & set(inspected.get_table_names()):
        known = {column["name"] for column in inspected.get_columns(name)}
        for column in METADATA.tables[name].c:
            if isinstance(column.type, Instant) and column.name in known:
                _as_text(connection, name, column.name)


def _as_text(connection: Connection, table: str, column: str) -> None:
    found = f"select distinct {column} from {table} where typeof({column}) = 'integer'"
    for kept in connection.exec_driver_sql(found).scalars().all():
        at = instant_of(kept)
        assert at is not None
        said = at.replace(tzinfo=None).isoformat(" ", "microseconds")
        connection.exec_driver_sql(f"update {table} set {column} = '{said}' where {column} = {kept}")
