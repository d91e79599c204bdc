"""Which files every user of the machine may read."""

from __future__ import annotations

import stat
from pathlib import Path


def mode_open_to_all(path: Path) -> str | None:
    """Return the mode of a file that everybody may read or change, as `chmod` takes it.

    None for another one, and for one that is not there or cannot be looked at.

    >>> mode_open_to_all(Path("/nowhere/at/all")) is None
    True
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None
    return f"{mode:03o}" if mode & (stat.S_IROTH | stat.S_IWOTH) else None
