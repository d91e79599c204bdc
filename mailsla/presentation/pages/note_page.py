"""What was noted beside the figures: the register of it, and the list that stands with a period's figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from mailsla.core.rate.note import LONGEST, Note, NoteKind
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import words
from mailsla.presentation.pages.page import Cell, Column, Emphasis, Fit, Line, Page, Row, Section, Table
from mailsla.presentation.pages.register_page import signed

NoteLine = tuple[Note, int | None]
"""A note, and the number of the one that took it back."""


def kind(of: NoteKind) -> str:
    """What a note says, in a word or two."""
    return {
        NoteKind.CAUSE: _("cause de retard"),
        NoteKind.TAKEN: _("action menée"),
        NoteKind.PLANNED: _("action prévue"),
        NoteKind.UNDO: _("retrait"),
    }[of]


def about(of: Note) -> str:
    """The period and the service that a note is about, or the note that it takes back."""
    if of.period is None:
        return _("note n° {number}").format(number=of.undone)
    period = words.piece_name(of.period)
    return period if of.service is None else f"{period}, {words.safe(of.service)}"


def text(of: Note) -> str:
    """What a note says, harmless wherever it stands."""
    return words.safe(of.text, LONGEST)


def notes_page(found: Sequence[NoteLine], zone: ZoneInfo) -> Page:
    """The register of notes, by number."""
    if not found:
        return Page(sections=(Section("", (Line(_("Aucune note."), Emphasis.DIM),)),))
    titles = (_("n°"), _("Quand, par qui"), _("Période, service"), _("Nature"), _("Note"))
    columns = (Column(title, fit=Fit.WRAP if number else Fit.WHOLE) for number, title in enumerate(titles))
    standing = sum(undone_by is None and note.kind is not NoteKind.UNDO for note, undone_by in found)
    count = ngettext("{n} note en vigueur.", "{n} notes en vigueur.", standing).format(n=standing)
    table = Table(tuple(columns), tuple(_row(note, undone_by, zone) for note, undone_by in found))
    return Page(sections=(Section("", (table, Line(count, Emphasis.DIM))),))


def _row(note: Note, undone_by: int | None, zone: ZoneInfo) -> Row:
    said = text(note)
    if undone_by is not None:
        said += " " + _("(retirée par la n° {number})").format(number=undone_by)
    return (
        Cell(str(note.number), note.number),
        Cell(signed(note.noted_at, note.noted_by, note.recorded, zone)),
        Cell(about(note)),
        Cell(kind(note.kind)),
        Cell(said),
    )


def standing_notes(notes: Iterable[Note], zone: ZoneInfo) -> Table | Line:
    """The notes in force about a period, those of each kind together."""
    ordered = sorted(notes, key=lambda note: (list(NoteKind).index(note.kind), note.number))
    if not ordered:
        return Line(_("Aucune cause ni action n'a été notée pour cette période."), Emphasis.DIM)
    columns = (
        Column(_("Nature")),
        Column(_("Période, service")),
        Column(_("Note")),
        Column(_("Notée le, par")),
    )
    rows = (
        (
            Cell(kind(note.kind)),
            Cell(about(note)),
            Cell(text(note)),
            Cell(signed(note.noted_at, note.noted_by, note.recorded, zone)),
        )
        for note in ordered
    )
    return Table(columns, tuple(rows))
