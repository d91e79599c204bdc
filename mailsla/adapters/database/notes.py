"""Notes in the database: added, never changed; no figure follows from them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, insert, select

from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.tables import NOTE
from mailsla.core.pairing.decision import Recorded
from mailsla.core.rate.note import Note, NoteKind
from mailsla.core.rate.period import Period


class Notes:
    """What was noted beside the figures. Satisfies `mailsla.usecases.note.Notes`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> tuple[Note, ...]:
        """Return every note, by number."""
        with reading(self._engine) as connection:
            found = connection.execute(select(NOTE).order_by(NOTE.c.id))
            return tuple(note_of(row) for row in found)

    def add(self, note: Note) -> int:
        """Add a note and return its number."""
        added = insert(NOTE).values(note_row(note)).returning(NOTE.c.id)
        with writing(self._engine) as connection:
            return int(connection.execute(added).scalar_one())


def note_row(note: Note) -> dict[str, Any]:
    """Return the row of a note; the store numbers it."""
    period = note.period
    return {
        "kind": note.kind.value,
        "text": note.text,
        "noted_by": note.noted_by,
        "noted_at": note.noted_at,
        "recorded_by": note.recorded.by,
        "recorded_at": note.recorded.at,
        "period": None if period is None else period.name,
        "first": None if period is None else period.first,
        "last": None if period is None else period.last,
        "service": note.service,
        "undone": note.undone,
    }


def note_of(row: Any) -> Note:
    """Return the note that a row holds."""
    return Note(
        number=row.id,
        kind=NoteKind(row.kind),
        text=row.text,
        noted_by=row.noted_by,
        noted_at=row.noted_at,
        recorded=Recorded(row.recorded_by, row.recorded_at),
        period=None if row.period is None else Period(row.period, row.first, row.last),
        service=row.service,
        undone=row.undone,
    )
