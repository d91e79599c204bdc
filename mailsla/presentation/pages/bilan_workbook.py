"""The bilan as a workbook: its own figures, causes, actions and parts first, then the sheets of the year's report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from mailsla.core.rate.note import Note
from mailsla.core.rate.report import Report
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.pages import bilan_page, note_page, report_warnings, report_workbook
from mailsla.presentation.pages.fill_in import Part
from mailsla.presentation.pages.gathered import Gathered
from mailsla.presentation.pages.page import Bar, Cell, Emphasis, Line, Points
from mailsla.presentation.pages.report_sheets import local
from mailsla.presentation.pages.report_workbook import Lists
from mailsla.presentation.pages.workbook import Field, Sheet, Value, Workbook


def bilan_workbook(built: Report, gathered: Gathered, lists: Lists, zone: ZoneInfo) -> Workbook:
    """Everything the bilan says, as sheets."""
    title = bilan_page.title(built)
    report = report_workbook.report_workbook(built, lists, zone)
    first = _first(title, built, zone)
    notes = _notes(gathered.notes, zone)
    return Workbook(title, built.at, (first, notes, *_parts(gathered.parts), *report.sheets))


def _first(title: str, built: Report, zone: ZoneInfo) -> Sheet:
    """Where the year ended, and its figures with last year's beside."""
    lines = (
        Line(title, Emphasis.STRONG),
        *bilan_page.opening(built, zone),
        *(Line(said, Emphasis.BAD) for said in report_warnings.warnings(built, zone)),
        Line(bilan_page.unanswered(built)),
    )
    years = bilan_page.years(built)
    fields = (Field("", 44), *(Field(words.piece_name(line.period), 30) for line in years))
    table = bilan_page.figures(built)
    return Sheet(_("Bilan"), fields, tuple(tuple(map(_value, row)) for row in table.rows), lines)


def _value(cell: Cell | Bar) -> Value:
    """A cell of a page as a number, where it has one."""
    assert isinstance(cell, Cell), "figures side by side have no bar"
    return cell.text if cell.value is None else cell.value


def _notes(notes: Iterable[Note], zone: ZoneInfo) -> Sheet:
    fields = (
        Field(_("n°"), 6),
        Field(_("Nature"), 18),
        Field(_("Période, service"), 34),
        Field(_("Note"), 90),
        Field(_("Notée le"), 17),
        Field(_("Par"), 24),
        Field(_("Consignée le"), 17),
        Field(_("Session"), 18),
    )
    rows = (
        (
            note.number,
            note_page.kind(note.kind),
            note_page.about(note),
            note_page.text(note),
            local(note.noted_at, zone),
            words.safe(note.noted_by),
            local(note.recorded.at, zone),
            words.safe(note.recorded.by),
        )
        for note in notes
    )
    return Sheet(_("Causes et actions"), fields, tuple(rows))


def _parts(parts: Sequence[Part]) -> tuple[Sheet, ...]:
    """What people filled in, a line a paragraph; nothing of no part."""
    rows = [(part.title, said) for part in parts for said in _said(part)]
    if not rows:
        return ()
    return (Sheet(_("Parties à compléter"), (Field(_("Partie"), 36), Field(_("Texte"), 110)), tuple(rows)),)


def _said(part: Part) -> tuple[str, ...]:
    found = [
        said
        for block in part.blocks
        for said in (block.sentences if isinstance(block, Points) else (block.text,))
    ]
    return tuple(found) or (_("À compléter."),)
