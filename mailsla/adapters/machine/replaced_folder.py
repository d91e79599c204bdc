"""A folder that is replaced as a whole: whoever reads it finds the former one or the new one, never a part of one.

What it is called is a link to a folder beside it, and the link changes in one step (rename(2)). The new one is written
on the same disk, for files that stay the same are hard links to the former ones.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from mailsla.core.errors import TransientError, UsageError
from mailsla.language import gettext as _

MARK = ".mailsla"
"""A file that says that a folder was written here: nothing else is ever replaced."""

FOLDER, FILE = 0o750, 0o640
"""For their owner, and for reading by their group: that of a web server, where the folder above gives it (setgid)."""


LINK = ".link"
"""What the name of a link ends with until it is put in its place."""

DIGITS = 6
"""Bytes of what tells one writing of a folder from another."""


class NewFolder:
    """A folder that is being written.

    Args:
        path: Where.
        former: The one that it is to replace; None when there is none.
    """

    def __init__(self, path: Path, former: Path | None) -> None:
        self._path, self._former = path, former
        self._folders: dict[Path, int] = {}
        self._make(path)

    def add(self, name: str, content: bytes) -> None:
        """Add a file; `name` is its path in the folder. One that the former folder had the same is not written again.

        Raises:
            OSError: When it cannot be written.
        """
        path = self._path / name
        folder = self._make(path.parent)
        if self._former is not None and _holds(self._former / name, content):
            with suppress(OSError):  # Too many links, or a disk that has none: it is written.
                os.link(self._former / name, path.name, dst_dir_fd=folder)
                return
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        handle = os.open(path.name, flags, FILE, dir_fd=folder)
        with open(handle, "wb") as file:  # noqa: PTH123 (it is open already)
            os.fchmod(handle, FILE)
            file.write(content)

    def close(self) -> None:
        """Add nothing any more."""
        while self._folders:
            os.close(self._folders.popitem()[1])

    def _make(self, folder: Path) -> int:
        """Return a handle of a folder, made if need be: whoever may change names above must not turn it elsewhere."""
        if folder not in self._folders:
            above = None if folder == self._path else self._make(folder.parent)
            name = folder if above is None else folder.name
            os.mkdir(name, dir_fd=above)
            handle = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
            self._folders[folder] = handle
            # What the folder above hands down, a group above all, stays.
            os.fchmod(handle, os.fstat(handle).st_mode & 0o7000 | FOLDER)
        return self._folders[folder]


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


@contextmanager
def replaced(folder: Path) -> Iterator[NewFolder]:
    """Write a folder anew, and put it in the former one's place at the end of the block; never after an error.

    A process that is killed leaves the former one, whole; what it had begun is removed by the next.

    Raises:
        UsageError: When something else than a folder of ours stands there.
        TransientError: When another process is writing it.
        OSError: When it cannot be written.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 (links are not to be followed)
    with _alone(folder):
        former = _former(folder)
        _remove_beside(folder, but=former)
        path = folder.with_name(f".{folder.name}-{secrets.token_hex(DIGITS)}")
        try:
            with closing(NewFolder(path, former)) as made:
                made.add(MARK, b"")
                yield made
            _put_in_place(path, folder)
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise
        _remove_beside(folder, but=path)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep any other process from writing the same folder meanwhile."""
    handle = os.open(folder.with_name(f".{folder.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TransientError(
                _("un autre mailsla est en train d'écrire {folder}.").format(folder=folder)
            ) from error
        yield
    finally:
        os.close(handle)


def _former(folder: Path) -> Path | None:
    """Return where the folder that is to be replaced is; None when there is none, or it is empty.

    Raises:
        UsageError: When it is not ours.
    """
    if folder.is_symlink():
        found = folder.parent / folder.readlink()
        if found.parent == folder.parent and _written_for(folder).fullmatch(found.name):
            if not found.exists():
                return None
            if (found / MARK).is_file():
                return found
    elif not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    raise UsageError(
        _("{folder} existe déjà et n'a pas été écrit par mailsla : choisissez un autre dossier.").format(
            folder=folder
        )
    )


def _put_in_place(path: Path, folder: Path) -> None:
    """Give a whole folder its name, once it is on the disk."""
    os.sync()
    link = path.with_name(f"{path.name}{LINK}")
    link.symlink_to(path.name)
    try:
        if folder.is_dir() and not folder.is_symlink():
            folder.rmdir()  # Empty: there was no former one.
        link.replace(folder)
    except BaseException:
        link.unlink(missing_ok=True)
        raise
    above = os.open(folder.parent, os.O_RDONLY)
    try:
        os.fsync(above)
    finally:
        os.close(above)


def _remove_beside(folder: Path, but: Path | None) -> None:
    """Remove what was written for the same place, or begun by a process that was killed."""
    name = _written_for(folder)
    for path in folder.parent.iterdir():
        if not name.fullmatch(path.name) or path == but:
            continue
        if path.is_symlink():
            path.unlink()
        elif path.is_dir() and ((path / MARK).is_file() or not any(path.iterdir())):
            shutil.rmtree(path, ignore_errors=True)


def _written_for(folder: Path) -> re.Pattern[str]:
    """Return the names of what is written for a place, and for no other whose name begins alike."""
    return re.compile(rf"\.{re.escape(folder.name)}-[0-9a-f]{{{2 * DIGITS}}}({re.escape(LINK)})?")
