"""A copy of a SQLite store, whole and of one instant, while others write it (sqlite.org/backup.html)."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import make_url

from mailsla.adapters.database.engine import open_engine, reading
from mailsla.adapters.database.translation import DAMAGED, in_words
from mailsla.core.errors import MailslaError, PermanentError, TransientError, UsageError
from mailsla.language import gettext as _

WITHOUT_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
"""How a file system says that a file has one name there: a memory stick's, some shared folders'."""

OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def copy_whole(url: str, target: Path) -> None:
    """Copy the store at `url` into a new file, for its user alone.

    All is of one instant, what stands in SQLite's log too; nobody who writes waits for it. The copy is read through
    before it takes its name: there is a good one, or none. It is of the schema that the store has.

    Raises:
        PermanentError: When there is no store, or it is damaged.
        UsageError: When it is another program's, or PostgreSQL's.
        TransientError: When it is locked, or cannot be read.
        OSError: When the file is there already, or cannot be written, for want of room too.
    """
    if make_url(url).get_backend_name() != "sqlite":
        raise UsageError(
            _("la sauvegarde d'une base PostgreSQL se fait avec ses outils : pg_dump --format=custom.")
        )
    if target.is_symlink() or target.exists():
        raise FileExistsError(target)
    with beside(target) as part:
        _copy(url, part)
        put_on_disk(part)
        give_name(part, target)


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """Give a new file on the disk of `target`, in a folder for its user alone; both are removed at the end.

    SQLite opens a file by its name, again and again: where somebody else may change names, they could have root write
    through a link. Root's folder stands where root alone does, if that is the same disk.
    """
    with TemporaryDirectory(prefix=".mailsla-", dir=_room(target.parent)) as room:
        part = Path(room) / target.name
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
        yield part


def _room(folder: Path) -> Path:
    """Return the nearest folder, from one on upwards and on the same disk, in which nobody else may change names."""
    disk = folder.stat().st_dev
    for room in (folder, *folder.absolute().parents):
        found = room.stat()
        if found.st_dev != disk:
            break
        is_shared = found.st_mode & OTHERS_WRITE and not found.st_mode & stat.S_ISVTX
        if found.st_uid in {0, os.geteuid()} and not is_shared and os.access(room, os.W_OK):
            return room
    return folder


def _copy(url: str, part: Path) -> None:
    engine = open_engine(url, is_new=False)
    try:
        with translated(_damaged()), reading(engine) as connection:
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            copy_pages(source, part, _damaged())
    finally:
        engine.dispose()


def copy_pages(source: sqlite3.Connection, part: Path, damaged: MailslaError) -> None:
    """Copy a store, as it is at one instant, into a file that is there; it is read through, and has no log beside it.

    Raises:
        MailslaError: When it is `damaged`.
        UsageError: When it is no store of mailsla.
        sqlite3.DatabaseError: What `translated` says in words.
    """
    with closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        [(said,), *_others] = copy.execute("PRAGMA quick_check").fetchall()
        has_mails = copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'message'").fetchone()
    if said != "ok":
        raise damaged
    if has_mails is None:
        raise not_ours()


def not_ours() -> UsageError:
    """Return the error that says that a database is another program's."""
    return UsageError(_("cette base n'est pas une base de mailsla."))


@contextmanager
def translated(damaged: MailslaError) -> Iterator[None]:
    """Say in words what SQLite meets while it copies: that goes past the engine, which says the rest."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        name = error.sqlite_errorname
        if name == "SQLITE_FULL":
            # Only the copy is written to.
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        if name.startswith(DAMAGED):
            raise damaged from error
        raise TransientError(
            _("la base de données ne répond pas ({reason}).").format(reason=in_words(error))
        ) from error


def _damaged() -> PermanentError:
    return PermanentError(_("la base est abîmée : elle ne peut pas être sauvegardée telle quelle."))


def give_name(part: Path, target: Path) -> None:
    """Give a file its name, unless another has it by now."""
    try:
        # Unlike a renaming, it replaces nothing that came there meanwhile.
        os.link(part, target)
    except OSError as error:
        if error.errno not in WITHOUT_LINKS or target.exists():
            raise
        part.rename(target)


def put_on_disk(part: Path) -> None:
    """Wait until all of a file, or of a folder's names, is on the disk."""
    handle = os.open(part, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
