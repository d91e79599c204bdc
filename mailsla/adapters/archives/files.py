"""Which files are looked into, and where each lies."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mailsla.adapters.archives.places import DELIVERED, Place, passed_by
from mailsla.core.collection.archived import NotMail
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _


@dataclass(frozen=True, slots=True)
class File:
    """A file to look into, or a folder that cannot be opened."""

    path: Path
    place: Place


def files_of(paths: Iterable[Path]) -> list[File]:
    """Return the files that `paths` name, folders opened, in a fixed order.

    Raises:
        UsageError: When a path does not exist.
    """
    found: list[File] = []
    for path in paths:
        if path.is_dir():
            found += sorted(_inside(path), key=lambda file: file.path)
        elif path.is_file():
            names = _names_above(_in_full(path).parent)
            found.append(File(path, Place(shown(path), (*names, path.name))))
        elif path.exists():
            raise UsageError(_("Ce n'est ni un fichier ni un dossier : {path}").format(path=path))
        else:
            raise UsageError(_("Ce fichier n'existe pas : {path}").format(path=path))
    return found


def shown(path: Path) -> str:
    """Return a path as text that any encoding of it can be written in."""
    return os.fsencode(path).decode("utf-8", "replace")


def _names_above(folder: Path) -> tuple[str, ...]:
    """Return the names of what was given that count: a folder's own, with the Maildir's for its `cur`."""
    is_inside = folder.name in DELIVERED or folder.parent.suffix.lower() == ".sbd"
    return folder.parts[-2:] if is_inside else folder.parts[-1:]


def _in_full(path: Path) -> Path:
    """Return a path from the root as it was given: a link keeps its own name, which may tell what it holds."""
    return Path(os.path.abspath(path))  # noqa: PTH100 (`resolve` follows links, `absolute` keeps `..`)


def _no_file(path: Path) -> NotMail | None:
    """Tell that a name is no file's: a link that leads nowhere, a pipe, a device; None when nobody may look."""
    try:
        return None if stat.S_ISREG(path.stat().st_mode) else NotMail.LINK
    except PermissionError:
        return None
    except OSError:
        return NotMail.LINK


def _inside(folder: Path) -> Iterator[File]:
    above = _names_above(_in_full(folder))
    closed: list[Path] = []
    for here, folders, names in os.walk(folder, onerror=lambda error: closed.append(Path(error.filename))):
        parts = (*above, *Path(here).relative_to(folder).parts)
        is_undelivered = Path(here).name == "tmp" and (Path(here).parent / DELIVERED[0]).is_dir()
        for name in names:
            why = NotMail.UNDELIVERED if is_undelivered else passed_by((*parts, name))
            path = Path(here) / name
            yield File(path, Place(shown(path), (*parts, name), why or _no_file(path)))
        for path in (Path(here) / name for name in folders):
            # A link to a folder is not followed: it may lead round in a circle.
            if path.is_symlink():
                yield File(path, Place(shown(path), (*parts, path.name), NotMail.LINK))
    for path in closed:
        yield File(path, Place(shown(path), (*above, path.name)))
