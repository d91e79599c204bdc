"""Whether anybody else could have written a file: the configuration says what is run (`password_command`)."""

from __future__ import annotations

import errno
import os
import shlex
import stat
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from mailsla.core.errors import Problem
from mailsla.language import gettext as _

ROOT = 0
MOST_LINKS = 40
"""As many as the kernel follows in one path (path_resolution(7))."""


def untrusted(path: Path, user: int | None = None) -> Problem | None:
    """Return what would let another user than root change what is read at `path`; None when nothing does.

    Every entry on the way counts, and where links lead: who may write a folder may replace what is in it.

    Args:
        path: What is to be read.
        user: Who reads; the user of this process, when not said.

    Raises:
        OSError: When it does not exist, or cannot be reached.
    """
    trusted = {ROOT, os.geteuid() if user is None else user}
    for entry, found in _way(path):
        if found.st_uid not in trusted:
            return Problem(
                str(entry),
                _(
                    "un autre utilisateur en est propriétaire ; faites-en une copie qui soit à vous, "
                    "ou lancez mailsla sous son compte."
                ),
            )
        if _others_write(entry, found.st_mode):
            return Problem(
                str(entry),
                _(
                    "d'autres utilisateurs peuvent le modifier ; retirez-leur ce droit : chmod go-w {path}"
                ).format(path=shlex.quote(str(entry))),
            )
    return None


def _way(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield every entry from the root to `path`, links and what they lead to included."""
    at, links = Path("/"), 0
    waiting = deque(path.absolute().parts)
    while waiting:
        part = waiting.popleft()
        at = at.parent if part == ".." else at / part
        found = at.lstat()
        yield at, found
        if stat.S_ISLNK(found.st_mode):
            links += 1
            if links > MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
            waiting.extendleft(reversed(at.readlink().parts))
            at = at.parent


def _others_write(entry: Path, mode: int) -> bool:
    if stat.S_ISLNK(mode) or not mode & (stat.S_IWGRP | stat.S_IWOTH):
        return False
    if not stat.S_ISDIR(mode):
        return True
    # In a sticky folder only its owner and an entry's own may replace the entry: both are looked at. An orchestrator
    # mounts a configuration read-only, in a folder that its mode lets everybody write.
    return not mode & stat.S_ISVTX and not os.statvfs(entry).f_flag & os.ST_RDONLY
