"""The answer of `mailsla notes`."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from mailsla.core.rate.note import Note
from mailsla.presentation.documents.report import period
from mailsla.presentation.documents.values import Document, instant


def notes_document(found: Iterable[tuple[Note, int | None]], zone: ZoneInfo) -> Document:
    """The register of notes: each with the number of the one that took it back."""
    return {
        "schema": "mailsla.notes/1",
        "notes": [
            {
                "number": note.number,
                "kind": note.kind.value,
                "text": note.text,
                "period": None if note.period is None else period(note.period),
                "service": note.service,
                "undone": note.undone,
                "noted_by": note.noted_by,
                "noted_at": instant(note.noted_at, zone),
                "recorded_by": note.recorded.by,
                "recorded_at": instant(note.recorded.at, zone),
                "undone_by": undone_by,
            }
            for note, undone_by in found
        ],
    }
