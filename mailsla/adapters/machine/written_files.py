"""Files for their user alone, and never written through a link that somebody else planted."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

PRIVATE = 0o077
"""The umask of what nobody else reads: citizens' addresses, subjects."""

READABLE_BY_GROUP = 0o027

ROOT = 0
MOST_LINKS = 40
"""As many as the kernel follows in one path (path_resolution(7))."""


def keep_private(mask: int = PRIVATE) -> None:
    """Keep from others what this process makes from now on: the store and its log, answers in files."""
    os.umask(mask)


def write_whole(
    path: Path, content: str | bytes | Iterable[str], user: int | None = None, mode: int | None = None
) -> None:
    """Write a file as a whole: whoever reads it meanwhile finds the former one.

    It is on the disk before it takes the former one's name: a machine that stops leaves one or the other, whole.
    A link of the user's or of root's is followed; into a device or a pipe of theirs it is written. A new file
    has the mode that is said, or that the umask leaves; the user's own file keeps its mode, another user's is replaced.

    Args:
        path: Where.
        content: What, whole or in pieces as they are made; a text as UTF-8.
        user: Whose files and links are the user's own; those of the user of this process, when not said.

        mode: That of a new file, for whom it is meant; for its user alone, mostly, when not said.

    Raises:
        PermissionError: When another user owns a link, a device or a pipe that stands there.
        OSError: When it cannot be written.
    """
    user = os.geteuid() if user is None else user
    pieces = _encoded(content)
    target, found = _end_of(path, user)
    if found is not None and not stat.S_ISREG(found.st_mode):
        # A link that is still one here leads to what has no path; anything else must not have become one.
        follows = 0 if stat.S_ISLNK(found.st_mode) else os.O_NOFOLLOW
        with open(os.open(target, os.O_WRONLY | follows), "wb") as file:  # noqa: PTH123 (by its flags)
            file.writelines(pieces)
        return
    part = target.with_name(f".mailsla-{secrets.token_hex(8)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 (it is open already)
            if found is not None and found.st_uid == user:
                os.fchmod(handle, stat.S_IMODE(found.st_mode))
            elif mode is not None:
                os.fchmod(handle, mode)
            file.writelines(pieces)
            file.flush()
            os.fsync(handle)
        part.replace(target)
    except BaseException:
        part.unlink()
        raise


def write_new(path: Path, content: str) -> None:
    """Write a file for its user alone, whole before it has its name; whatever stands there stays.

    Raises:
        FileExistsError: When something stands there, were it a link that leads nowhere.
        OSError: When it cannot be written.
    """
    if path.is_symlink() or path.exists():
        raise FileExistsError(str(path))
    part = path.with_name(f".mailsla-{secrets.token_hex(8)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 (it is open already)
            file.write(content.encode())
            file.flush()
            os.fsync(handle)
        path.hardlink_to(part)
    finally:
        part.unlink()


def _encoded(content: str | bytes | Iterable[str]) -> Iterable[bytes]:
    if isinstance(content, bytes):
        return (content,)
    return (piece.encode() for piece in ([content] if isinstance(content, str) else content))


def _end_of(path: Path, user: int) -> tuple[Path, os.stat_result | None]:
    """Return where `path` leads by links that may be followed, and what stands there; None when nothing does."""
    for _link in range(MOST_LINKS):
        try:
            found = path.lstat()
        except FileNotFoundError:
            return path, None
        if not stat.S_ISREG(found.st_mode) and found.st_uid not in {ROOT, user}:
            raise PermissionError(str(path))
        # What /dev/stdout leads to may be a pipe, which has no path.
        if not stat.S_ISLNK(found.st_mode) or (path.exists() and not path.is_file()):
            return path, found
        path = path.parent / path.readlink()
    raise OSError(str(path))
