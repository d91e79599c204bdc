"""What is noted beside the figures: added by this site's services, and listed."""

from __future__ import annotations

from collections.abc import Sequence

from mailsla.bootstrap.application import Application
from mailsla.core.rate.note import Note, about, taken_back
from mailsla.core.rate.period import Period
from mailsla.usecases import note as noting


def add(app: Application, wanted: Note) -> int:
    """Add a note and return its number.

    Raises:
        UsageError: When it is refused.
    """
    return noting.add(app.store.notes, wanted, [item.name for item in app.site.settings.services])


def registered(app: Application, period: Period | None = None) -> Sequence[tuple[Note, int | None]]:
    """Return every note, or those about a part of a period, each with the number of the one that took it back."""
    found = app.store.notes.all()
    undone = taken_back(found)
    listed = found if period is None else about(found, period)
    return [(note, undone.get(note.number)) for note in listed]
