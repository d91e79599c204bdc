"""Opens the store: SQLite in WAL mode, or PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from mailsla.adapters.database.kept_at_hand import LITTLE, MUCH
from mailsla.adapters.database.translation import translated
from mailsla.core.errors import PermanentError
from mailsla.language import gettext as _

BUSY_SECONDS = 30

WRITES, PRAGMAS = "mailsla_writes", "mailsla_pragmas"
"""What is said of a transaction before it begins."""

LASTING, REPEATABLE = "synchronous=FULL", "synchronous=NORMAL"
"""What SQLite is told of a transaction that a power cut must not undo; and of one that would be made again."""

NOT_AWAITED = "SET LOCAL synchronous_commit = off"
"""The same for PostgreSQL, of one that would be made again."""

POOLED = 5
"""Connections to PostgreSQL that a process keeps when nothing uses them; as many more as threads need are closed."""

LIBPQ = {
    "application_name": "mailsla",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""libpq's parameters: the name by which the server lists our connections; then seconds, but for the last: a server
that vanished is noticed within about a minute."""


def open_engine(url: str, busy_seconds: int = BUSY_SECONDS, *, is_new: bool = True) -> Engine:
    """Return an engine on the store at `url`; nothing is read yet.

    Args:
        url: As SQLAlchemy writes it.
        busy_seconds: How long a lock that another program holds is waited for.
        is_new: Whether a SQLite file that is not there is to be made.

    Raises:
        PermanentError: When the URL cannot be understood, its driver is missing, or there is no such file.
    """
    try:
        parsed = _as_opened(make_url(url), is_new=is_new)
        # What is stored never stands in an error's text, whoever prints it.
        is_sqlite = parsed.get_backend_name() == "sqlite"
        given = {} if is_sqlite else LIBPQ
        engine = create_engine(
            parsed,
            hide_parameters=True,
            **({} if is_sqlite else {"pool_size": POOLED}),
            connect_args={name: value for name, value in given.items() if name not in parsed.query},
        )
    except ModuleNotFoundError as error:
        raise PermanentError(
            _("il manque le pilote PostgreSQL ; installez-le avec pip install « mailsla[postgresql] ».")
        ) from error
    except (ArgumentError, SQLAlchemyError) as error:
        raise PermanentError(_("l'adresse de la base [store] url ne peut pas être comprise.")) from error
    if parsed.get_backend_name() == "sqlite":
        journal = () if is_read_only(parsed) else ("journal_mode=WAL",)
        event.listen(engine, "connect", partial(_prepare_sqlite, busy_seconds, journal))
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", partial(_prepare_postgresql, busy_seconds))
    return engine


@contextmanager
def unchanging(engine: Engine) -> Iterator[Engine]:
    """Give the store as it is now to the block, whoever writes to it meanwhile: it is read over one connection.

    A SQLite store alone stays so; of PostgreSQL, each transaction sees what is there when it begins.
    """
    if engine.dialect.name != "sqlite":
        yield engine
        return
    still = create_engine(
        engine.url,
        hide_parameters=True,
        poolclass=StaticPool,
        pool_reset_on_return=None,
        # The one transaction is begun below, and ends with the connection.
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
    )
    event.listen(still, "connect", partial(_prepare_sqlite, BUSY_SECONDS, ()))
    event.listen(still, "connect", _begin_reading)
    try:
        yield still
    finally:
        still.dispose()


def _begin_reading(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("BEGIN")
    # What it sees is settled by its first read (sqlite.org/isolation.html).
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()


def _as_opened(url: URL, *, is_new: bool) -> URL:
    """Return the URL by which a database is opened; the folder of a new SQLite file is made.

    A file that may only be read, or that lies where nothing may be written, is opened for reading alone. SQLite's log
    (WAL) needs files beside it. Where they are, whoever may read them may read the database (sqlite.org/wal.html,
    "Read-Only Databases"); where there is none nobody writes, and it is read as one that does not change (`immutable`).

    Raises:
        PermanentError: When the folder cannot be made, or there is no file and none is to be made.
    """
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith("file:"):
        return url
    path = Path(url.database)
    is_there = _is_file(path)
    if not is_new and not is_there:
        raise PermanentError(_("il n'y a pas de base de mailsla dans {path}.").format(path=path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PermanentError(
            _("le dossier de la base {folder} ne peut pas être créé.").format(folder=path.parent)
        ) from error
    if not is_there or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return url
    unchanging = {} if log_of(path).exists() else {"immutable": "1"}
    return url.set(database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true", **unchanging})


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except PermissionError as error:
        sentence = _("vous n'avez pas le droit d'entrer dans le dossier de la base, {folder}.")
        raise PermanentError(sentence.format(folder=path.parent)) from error


def is_read_only(url: URL) -> bool:
    """Tell whether a SQLite file is opened for reading alone."""
    return url.query.get("mode") == "ro"


def log_of(path: Path) -> Path:
    """Return the file in which SQLite's writers write first."""
    return path.with_name(f"{path.name}-wal")


def _prepare_sqlite(
    busy_seconds: int, journal: tuple[str, ...], connection: sqlite3.Connection, _record: Any
) -> None:
    # The driver must not begin transactions by itself: SQLAlchemy's "begin" event does (its documentation,
    # "Serializable isolation / Savepoints / Transactional DDL").
    connection.isolation_level = None
    for pragma in (*journal, "foreign_keys=ON", f"busy_timeout={busy_seconds * 1000}"):
        connection.execute(f"PRAGMA {pragma}")
    # SQLite has a function of its own for it since 3.41.
    connection.create_function("unhex", 1, bytes.fromhex, deterministic=True)


def _prepare_postgresql(busy_seconds: int, connection: Any, _record: Any) -> None:
    # Its default is to wait without end.
    connection.execute(f"SET lock_timeout = '{busy_seconds}s'")
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    # They cannot be changed within a transaction.
    for pragma in options.get(PRAGMAS, (LITTLE,)):
        connection.exec_driver_sql(f"PRAGMA {pragma}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITES) else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads.

    Raises:
        TransientError: When the database cannot be reached or is locked.
        PermanentError: When it refuses.
    """
    with translated(), engine.connect() as connection:
        yield connection


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads, all of it as it is at its beginning; raises as `reading`."""
    # SQLite's are so anyway.
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with translated(), engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def writing(
    engine: Engine, *, repeatable: bool = False, is_bulk: bool = False, is_snapshot: bool = False
) -> Iterator[Connection]:
    """Open one transaction that writes: committed as a whole at the end, or not at all.

    SQLite's write lock is taken at once, so that two writers wait for each other instead of failing half-way.

    Args:
        engine: The store.
        repeatable: Whether all that is written would be written again if it were lost: its end does not wait for the
            disk then. A power cut may undo it, with all that was written since; never what is not repeatable, nor
            what came before that.
        is_bulk: Whether it goes through much of the store, as `BULK` messages do.
        is_snapshot: Whether all that is read is as it was at the beginning, but for what is written here; PostgreSQL
            then refuses to change what another worker has changed since. SQLite has one writer at a time anyway.

    Raises:
        TransientError: When the database cannot be reached, is locked, or its disk is full.
        PermanentError: When it refuses.
    """
    with translated(), engine.connect() as opened:
        isolation = is_snapshot and engine.dialect.name != "sqlite"
        connection = opened.execution_options(
            **{WRITES: True, PRAGMAS: (REPEATABLE if repeatable else LASTING, MUCH if is_bulk else LITTLE)},
            **({"isolation_level": "REPEATABLE READ"} if isolation else {}),
        )
        with connection.begin():
            if repeatable and engine.dialect.name == "postgresql":
                connection.exec_driver_sql(NOT_AWAITED)
            yield connection


@contextmanager
def changing_tables(engine: Engine) -> Iterator[Connection]:
    """Open one transaction that makes tables anew: SQLite does not look at what refers to them meanwhile.

    Raises:
        TransientError: When the database cannot be reached, is locked, or its disk is full.
        PermanentError: When it refuses.
    """
    with translated(), engine.connect() as opened:
        connection = opened.execution_options(**{WRITES: True, PRAGMAS: (LASTING, MUCH, "foreign_keys=OFF")})
        try:
            with connection.begin():
                yield connection
        finally:
            # What was set is nobody else's.
            opened.invalidate()
