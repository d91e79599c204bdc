"""Notes: checked, then added; nothing is ever changed or removed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Protocol

from mailsla.core.errors import UsageError
from mailsla.core.mail.printable import printable
from mailsla.core.rate.note import LONGEST, Note, NoteKind, taken_back
from mailsla.language import gettext as _


class Notes(Protocol):
    """Where notes are kept."""

    def all(self) -> Sequence[Note]:
        """Return every note, by number."""

    def add(self, note: Note) -> int:
        """Add a note and return its number."""


def add(notes: Notes, wanted: Note, services: Collection[str]) -> int:
    """Add a note and return its number.

    Args:
        notes: Where it goes.
        wanted: What is to be noted; the store numbers it.
        services: The names that the configuration knows.

    Raises:
        UsageError: When it says nothing, too much, or is about what there is not.
    """
    text, by = printable(wanted.text, LONGEST + 1).strip(), printable(wanted.noted_by).strip()
    if not text:
        raise UsageError(_("Écrivez ce qui est à noter."))
    # Never cut without a word: what is too long is refused.
    if len(text) > LONGEST:
        raise UsageError(
            _("Une note a {most} caractères au plus ; celle-ci en a {n}.").format(
                most=LONGEST, n=len(wanted.text)
            )
        )
    if not by:
        raise UsageError(_("Indiquez qui note (--by)."))
    if wanted.kind is NoteKind.UNDO:
        _check_undone(notes.all(), wanted.undone)
    elif wanted.period is None:
        raise UsageError(_("Indiquez la période dont parle la note (--period)."))
    if wanted.service is not None and wanted.service not in services:
        raise UsageError(
            _("Service inconnu : {service} ; la configuration nomme : {names}.").format(
                service=printable(wanted.service)[:60], names=", ".join(services) or "–"
            )
        )
    return notes.add(replace(wanted, text=text, noted_by=by))


def _check_undone(found: Sequence[Note], number: int | None) -> None:
    standing = {note.number for note in found} - taken_back(found).keys()
    if number is None:
        raise UsageError(_("Indiquez le numéro de la note à retirer (--number)."))
    if number not in standing:
        raise UsageError(
            _("Aucune note n° {number} en vigueur : voir « mailsla notes ».").format(number=number)
        )
