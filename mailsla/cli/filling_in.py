"""The text beside the configuration in which people fill in what no mailbox tells of a year."""

from __future__ import annotations

from pathlib import Path

import typer

from mailsla.adapters.access.failure_words import reading_failure
from mailsla.adapters.machine.written_files import write_whole
from mailsla.cli import session
from mailsla.cli.unwritable import unwritable
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _
from mailsla.presentation.pages import fill_in
from mailsla.presentation.pages.fill_in import Part

LARGEST = 1_000_000
"""Bytes of such a text: a bilan has four pages."""


def parts_of(context: typer.Context, year: int, named: Path | None) -> tuple[Part, ...]:
    """Return the parts that were filled in; without any text, one is written to be, and its place is said.

    Raises:
        UsageError: When the text that is named cannot be read.
    """
    path = named or _folder(context) / f"bilan-{year}.md"
    template = fill_in.template(year)
    try:
        written = path.read_bytes()
    except FileNotFoundError:
        if named is not None:
            raise UsageError(_("Le fichier {path} n'existe pas.").format(path=named)) from None
        _write(template, path)
        return fill_in.parts(template)
    except OSError as error:
        raise UsageError(
            _("Le fichier {path} ne peut pas être lu ({reason}).").format(
                path=path, reason=reading_failure(error)
            )
        ) from error
    if len(written) > LARGEST:
        raise UsageError(_("Le fichier {path} est trop grand pour un bilan.").format(path=path))
    return fill_in.parts(_decoded(written))


def _folder(context: typer.Context) -> Path:
    """The configuration's folder; without one, that in which the command was started."""
    chosen = session.chosen(context)
    return Path() if chosen.kept_in() is not None else chosen.path().parent


def _decoded(written: bytes) -> str:
    """Return a text as it was typed: by UTF-8, or by what older editors of Windows write."""
    try:
        return written.decode("utf-8-sig")
    except UnicodeDecodeError:
        return written.decode("cp1252", errors="replace")


def _write(template: str, path: Path) -> None:
    """Write the text to fill in, and say where it is; where it cannot be, the bilan is written all the same."""
    console = session.error_console()
    try:
        write_whole(path, template)
    except OSError as error:
        console.print(str(unwritable(path, error)), soft_wrap=True)
        return
    said = _("Parties à compléter : {path} ; remplissez-les, puis refaites le bilan.")
    console.print(said.format(path=path), soft_wrap=True)
