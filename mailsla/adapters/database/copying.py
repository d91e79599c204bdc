"""A whole store copied into another database, of the other kind or of the same, and compared with it row by row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, func, insert, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError

from mailsla.adapters.database import schema
from mailsla.adapters.database.backup import beside, give_name, put_on_disk
from mailsla.adapters.database.bulk import STREAMED
from mailsla.adapters.database.engine import open_engine, reading, snapshot, writing
from mailsla.adapters.database.leases import free
from mailsla.adapters.database.tables import METADATA
from mailsla.core.errors import PermanentError, UsageError
from mailsla.language import gettext as _

Told = Callable[[int, int], object]
"""Takes how many rows were copied, and how many there are."""

AS_MANY = 1 << 256
"""How many values a digest may have."""


@dataclass
class _Tally:
    """The rows of a table, in whatever order they come: how many, and the sum of their digests.

    Databases put texts in different orders; a row that is lost, changed, or there twice changes the sum.
    """

    rows: int = 0
    digests: int = 0

    def add(self, rows: Iterable[Row[Any]]) -> None:
        for row in rows:
            self.rows += 1
            digest = hashlib.sha256(repr(tuple(row)).encode("utf-8", "surrogatepass")).digest()
            self.digests = (self.digests + int.from_bytes(digest)) % AS_MANY


def copy_store(source: Engine, target: Engine, told: Told) -> int:
    """Copy all that a store holds, as it is at one instant, into an empty database; return how many rows that is.

    What was copied is read again and compared before it stays: there is a whole copy, or an empty store. No worker has
    an account of the copy.

    Args:
        source: The store, at this version's schema.
        target: Where it goes; it gets that schema.
        told: Is told how far the copy is.

    Raises:
        UsageError: When the target is not empty.
        PermanentError: When it does not give back what was written.
        TransientError: When one of them does not answer, or is full.
    """
    _demand_empty(target)
    schema.upgrade(target)
    with snapshot(source) as connection, writing(target) as into:
        tables = METADATA.sorted_tables
        total = sum(_count(connection, table) for table in tables)
        done = 0
        for table in tables:
            for some in _copied(connection, into, table):
                done += some
                told(done, total)
        free(into)
    return done


def copy_into(source: Engine, url: str, told: Told) -> int:
    """Copy a store into the database at `url`: an empty one, or a SQLite file that is not there yet.

    Such a file takes its name once it is whole, through no link that somebody planted. Raises as `copy_store`, and:

    Raises:
        FileExistsError: When the file is there.
        OSError: When it cannot be written.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return _copied_to(source, url, told)
    target = Path(parsed.database)
    if target.is_symlink() or target.exists():
        raise FileExistsError(target)
    with beside(target) as part:
        rows = _copied_to(source, f"sqlite:///{part}", told)
        put_on_disk(part)
        give_name(part, target)
    return rows


def _copied_to(source: Engine, url: str, told: Told) -> int:
    target = open_engine(url)
    try:
        return copy_store(source, target, told)
    finally:
        target.dispose()


def _demand_empty(target: Engine) -> None:
    """Refuse a database in which something is; a store that was never written to may be there.

    Raises:
        UsageError: When something is.
    """
    with reading(target) as connection:
        names = set(inspect(connection).get_table_names())
        ours = [table for table in METADATA.sorted_tables if table.name in names]
        others = names - {table.name for table in ours} - {"alembic_version"}
        if others or any(_count(connection, table) for table in ours):
            raise UsageError(_("la base où copier n'est pas vide : donnez-en une nouvelle."))


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _copied(source: Connection, into: Connection, table: Table) -> Iterator[int]:
    """Copy a table in parts, yield how many rows each has, and compare what is there then.

    Raises:
        PermanentError: When something else is there.
    """
    gone, come = _Tally(), _Tally()
    for part in source.execute(select(table), execution_options=STREAMED).partitions():
        _insert(into, table, part)
        gone.add(part)
        yield len(part)
    for part in into.execute(select(table), execution_options=STREAMED).partitions():
        come.add(part)
    if gone != come:
        raise PermanentError(
            _("la copie de la table {name} n'est pas égale à l'original : rien n'a été gardé.").format(
                name=table.name
            )
        )
    if into.dialect.name == "postgresql" and table.autoincrement_column is not None:
        _number_on(into, table)


def _insert(into: Connection, table: Table, rows: Sequence[Row[Any]]) -> None:
    """Insert rows; PostgreSQL takes them by COPY, three times as fast as by statements."""
    driver, library = into.connection.driver_connection, into.dialect.loaded_dbapi
    if into.dialect.name == "sqlite" or driver is None:
        into.execute(insert(table), [dict(row._mapping) for row in rows])  # noqa: SLF001 (SQLAlchemy's public name for it)
        return
    prepared = [column.type.dialect_impl(into.dialect).bind_processor(into.dialect) for column in table.c]
    names = ", ".join(column.name for column in table.c)
    try:
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                values = zip(row, prepared, strict=True)
                copy.write_row([value if prepare is None else prepare(value) for value, prepare in values])
    except library.Error as error:
        # What goes past SQLAlchemy is told as what does not.
        raise DBAPIError.instance("COPY", None, error, library.Error, hide_parameters=True) from error


def _number_on(into: Connection, table: Table) -> None:
    """Have PostgreSQL number the next row after the last that was copied: it counts only those that it numbered."""
    column = table.autoincrement_column
    assert column is not None
    asked = (
        f"select setval(pg_get_serial_sequence('{table.name}', '{column.name}'), max({column.name})) "  # noqa: S608 (our own names)
        f"from {table.name} having max({column.name}) is not null"
    )
    into.execute(text(asked))
