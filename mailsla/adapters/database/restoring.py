"""A store put back from a copy of it: converted first, then in its place at once; the one that stood there is kept."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, func, make_url, select

from mailsla.adapters.database import schema
from mailsla.adapters.database.backup import (
    beside,
    copy_pages,
    give_name,
    not_ours,
    put_on_disk,
    translated,
)
from mailsla.adapters.database.engine import log_of, open_engine, reading, writing
from mailsla.adapters.database.leases import free
from mailsla.adapters.database.migrations import Told, untold
from mailsla.adapters.database.tables import COLLECTION, DECISION, MESSAGE, PUBLICATION
from mailsla.core.errors import PermanentError, UsageError
from mailsla.language import gettext as _

SHARED = (510, 0x40000002)
"""The bytes of its file, how many and from where, that each process which has a database in WAL mode open keeps locked
(sqlite.org/fileformat2.html, "The Lock-Byte Page")."""


@dataclass(frozen=True)
class Held:
    """What a store holds, as whoever puts it back recognises it.

    Attributes:
        messages: How many.
        decisions: How many.
        publications: How many.
        collected_at: When the last collection ended; None when there was none.
    """

    messages: int
    decisions: int
    publications: int
    collected_at: datetime | None


@dataclass(frozen=True)
class Restored:
    """A store that was put back.

    Attributes:
        held: What it holds.
        former: Where the store is that stood there; None when none did.
    """

    held: Held
    former: Path | None


def restore(
    copy: Path, url: str, now: datetime, *, replaces: bool, mode: int = 0o600, told: Told = untold
) -> Restored:
    """Put a copy of a store in the place of the one at `url`, at this version's schema; the copy stays as it is.

    It has the mode and, when root puts it there, the owner of the store that stood there; where none did, `mode` and
    the owner of the folder. No worker has its accounts.

    Args:
        copy: A file that `mailsla backup` made, or that of a store.
        url: Where it goes.
        now: Names the store that is replaced.
        replaces: Whether one may stand there.
        mode: That of a file where there was none.
        told: Is told how far the conversion is, in messages.

    Raises:
        UsageError: When the copy is damaged, no store of mailsla or of a newer version; when the store is PostgreSQL's.
        PermanentError: When somebody has the store open.
        FileExistsError: When a store stands there that may not be replaced.
        OSError: When the copy cannot be read, or the store not written.
    """
    target = _file_of(url)
    if target.exists() and not replaces:
        raise FileExistsError(target)
    with beside(target) as part:
        _read(copy, part)
        held = _converted(part, told)
        put_on_disk(part)
        with _alone(target):
            former = _put_aside(target, now) if target.exists() else None
            _dress(part, former or target.parent, mode)
            part.replace(target)
            put_on_disk(target.parent)
    return Restored(held, former)


def _file_of(url: str) -> Path:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise UsageError(
            _(
                "une base PostgreSQL se remet avec ses outils (pg_restore) ; pour y verser un fichier SQLite, "
                "« mailsla copy »."
            )
        )
    return Path(parsed.database).resolve()


def _read(copy: Path, part: Path) -> None:
    # Of a store that was copied with its log, the log is read; where there is none, nothing is written beside the copy.
    log = "" if log_of(copy).exists() else "&immutable=1"
    damaged = UsageError(_("ce fichier est abîmé, ou n'est pas une base : rien n'a été changé."))
    with translated(damaged):
        source = sqlite3.connect(f"file:{quote(str(copy.absolute()))}?mode=ro{log}", uri=True)
        with closing(source):
            copy_pages(source, part, damaged)


def _converted(part: Path, told: Told) -> Held:
    engine = open_engine(f"sqlite:///{part}", is_new=False)
    try:
        if _version(engine) is None:
            raise not_ours()
        schema.upgrade(engine, told=told)
        with writing(engine) as connection:
            free(connection)
        with reading(engine) as connection:
            return _held(connection)
    finally:
        # The last connection takes the log back into the file.
        engine.dispose()


def _version(engine: Engine) -> str | None:
    try:
        return schema.version(engine)
    except PermanentError as error:
        # A newer version's: it is another copy that is to be given.
        raise UsageError(str(error)) from error


def _held(connection: Connection) -> Held:
    messages, decisions, publications = (
        connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (MESSAGE, DECISION, PUBLICATION)
    )
    last = connection.execute(select(func.max(COLLECTION.c.finished_at))).scalar_one()
    return Held(messages, decisions, publications, last)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Keep every other process from the store at `target`, when there is one, during the block.

    Raises:
        PermanentError: When one has it open.
    """
    if not target.exists():
        yield
        return
    with suppress(sqlite3.Error), closing(sqlite3.connect(target)) as store:
        # Closed by its only user, a store takes its log back, whoever left it.
        store.execute("SELECT 1 FROM sqlite_master").fetchone()
    # Closing any other handle of this file would end the lock (fcntl(2)): no library opens it from here on.
    handle = os.open(target, os.O_RDWR | os.O_NOFOLLOW)
    try:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, *SHARED)
        except BlockingIOError as error:
            raise PermanentError(
                _(
                    "mailsla a cette base ouverte (le démon, ou une commande) : arrêtez-le, puis relancez ; rien n'a "
                    "été changé."
                )
            ) from error
        yield
    finally:
        os.close(handle)


def _put_aside(target: Path, now: datetime) -> Path:
    """Give the store that stands there a second name, under which it stays; return that."""
    former = target.with_name(f"{target.name}.{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    give_name(target, former)
    # A log that no store took back is of this one, and must not be taken for the other's.
    with suppress(FileNotFoundError):
        log_of(target).rename(log_of(former))
    with suppress(FileNotFoundError):
        target.with_name(f"{target.name}-shm").unlink()
    return former


def _dress(part: Path, like: Path, mode: int) -> None:
    """Give a file the owner and mode of the store that it replaces, or the folder's owner and `mode`."""
    found = like.stat()
    if os.geteuid() == 0:
        os.chown(part, found.st_uid, found.st_gid)
    part.chmod(stat.S_IMODE(found.st_mode) if like.is_file() else mode)
