"""Many rows at once, at the driver's own speed: tuples whose values are already as the database keeps them.

SQLAlchemy prepares each value of each row, which costs more than storing it. Here instants and documents are
prepared once, by `ColumnValues`, and the driver takes the tuples as they are.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    String,
    Table,
    any_,
    bindparam,
    cast,
    extract,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeEngine

from mailsla.adapters.database.column_values import ColumnValues, kept_by
from mailsla.adapters.database.kept_at_hand import WIDE

MICROSECONDS = 1_000_000
"""In a second."""

STREAMED = {"yield_per": 1_000}
"""For what is read row by row: some drivers would hold all of it otherwise."""

AT_ONCE = 250
"""Rows that one statement inserts into SQLite, which so takes four fifths of the time: its driver lets other threads
pass at each statement. With fewer, what SQLite keeps to undo a statement costs more than that; it takes 32,766 values.
"""

THOSE = "those"
"""The name of the parameter that lists values."""


def column_values(connection: Connection) -> ColumnValues:
    """Return how the database at the other end keeps values."""
    return kept_by(connection.dialect.name)


def inserting_into(target: Table, connection: Connection) -> Any:
    """Return the statement that inserts into a table, as the database at the other end has it: it knows conflicts."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 (two megabytes that a SQLite store does without)

        return postgresql.insert(target)
    return sqlite.insert(target)


def insert_new(connection: Connection, target: Table, values: Sequence[dict[str, Any]]) -> int:
    """Insert rows, leaving those that are there already as they are, and return how many are new."""
    if not values:
        return 0
    inserting = (
        inserting_into(target, connection).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    )
    return connection.execute(inserting, list(values)).rowcount


def insert_rows(
    connection: Connection, target: Table, columns: Sequence[str], values: Sequence[tuple[Any, ...]]
) -> int:
    """Insert rows, leaving those that are there already as they are, and return how many are new."""
    if connection.dialect.name != "sqlite":
        return _inserted(connection, target, columns, list(values), 1)
    whole = len(values) // AT_ONCE * AT_ONCE
    wide = [tuple(chain.from_iterable(values[at : at + AT_ONCE])) for at in range(0, whole, AT_ONCE)]
    if wide:
        connection.info[WIDE] = True
    many = _inserted(connection, target, columns, wide, AT_ONCE)
    return many + _inserted(connection, target, columns, list(values[whole:]), 1)


def _inserted(
    connection: Connection, target: Table, columns: Sequence[str], values: list[tuple[Any, ...]], rows: int
) -> int:
    """Insert by statements of so many rows, whose values follow each other; return how many are new."""
    if not values:
        return 0
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    row = f"({', '.join([mark] * len(columns))})"
    return connection.exec_driver_sql(
        # Names of the code's own tables and columns, never anything from outside.
        f"INSERT INTO {target.name} ({', '.join(columns)}) VALUES {', '.join([row] * rows)} ON CONFLICT DO NOTHING",  # noqa: S608 (our own names)
        values,
    ).rowcount


def reserved(connection: Connection, target: Table, count: int) -> Sequence[int]:
    """Return numbers for that many new rows, in a transaction that writes; no other worker gets them."""
    if count == 0:
        return ()
    if connection.dialect.name == "sqlite":
        # It has one writer at a time, and this transaction is that one.
        last = connection.execute(select(func.coalesce(func.max(target.c.id), 0))).scalar_one()
        return range(last + 1, last + 1 + count)
    following = func.nextval(func.pg_get_serial_sequence(target.name, "id"))
    drawn = select(following).select_from(func.generate_series(1, count).table_valued())
    return list(connection.execute(drawn).scalars())


def among(column: ColumnElement[Any], values: Collection[Any], connection: Connection) -> ColumnElement[bool]:
    """Return the condition that a column is one of any number of values, as one parameter."""
    [listed] = those(values, connection).values()
    return _is_listed(column, literal(listed, _list_type(column, connection)), connection)


def among_those(column: ColumnElement[Any], connection: Connection) -> ColumnElement[bool]:
    """Return the same condition for a statement that is made once, and executed with other `those` each time."""
    return _is_listed(column, bindparam(THOSE, type_=_list_type(column, connection)), connection)


def those(values: Collection[Any], connection: Connection) -> dict[str, Any]:
    """Return the parameter of a statement that asks `among_those`."""
    return {THOSE: json.dumps(list(values)) if connection.dialect.name == "sqlite" else list(values)}


def _list_type(column: ColumnElement[Any], connection: Connection) -> TypeEngine[Any]:
    if connection.dialect.name == "sqlite":
        return String()
    from sqlalchemy.dialects.postgresql import ARRAY  # noqa: PLC0415 (two megabytes that a SQLite store does without)

    return ARRAY(column.type)


def _is_listed(
    column: ColumnElement[Any], listed: ColumnElement[Any], connection: Connection
) -> ColumnElement[bool]:
    if connection.dialect.name == "sqlite":
        return column.in_(select(func.json_each(listed).table_valued("value").c.value))
    return column == any_(listed)


def listed_in(column: ColumnElement[Any], connection: Connection) -> ColumnElement[int]:
    """Return the numbers of a list that a document holds, as a column to select from."""
    if connection.dialect.name == "sqlite":
        return func.json_each(column).table_valued(Column("value", Integer)).c.value
    return cast(func.json_array_elements_text(column).table_valued("value").c.value, Integer)


def seconds_between(
    earlier: ColumnElement[datetime], later: ColumnElement[datetime], dialect: Dialect
) -> ColumnElement[Any]:
    """Return how many seconds lie between two instants, as a column."""
    if dialect.name == "sqlite":
        return (type_coerce(later, Integer) - type_coerce(earlier, Integer)) / MICROSECONDS
    return extract("epoch", later) - extract("epoch", earlier)


def as_kept(target: Table, columns: Iterable[str]) -> list[ColumnElement[Any]]:
    """Return columns to select whose values come as the database keeps them."""
    return [type_coerce(target.c[name], String) for name in columns]
