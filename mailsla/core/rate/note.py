"""What the référent notes beside the figures: why answers were late, what was done or will be. Only ever added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailsla.core.pairing.decision import Recorded
from mailsla.core.rate.period import Period

LONGEST = 2_000
"""Characters of a note: it stands on a page with others."""


class NoteKind(StrEnum):
    """What a note says: a cause of lateness, an action taken or planned; `UNDO` takes an earlier note back."""

    CAUSE = "cause"
    TAKEN = "taken"
    PLANNED = "planned"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Note:
    """One note; it changes no figure.

    Attributes:
        number: Its place among all notes, from 1.
        kind: What it says.
        text: In the words of whoever noted it.
        noted_by: Who noted it, as was said.
        noted_at: The instant that the command spoke of.
        period: What it is about; None for `UNDO`.
        service: The only service that it is about; None for the whole office.
        undone: For `UNDO`, the number of the note taken back.
        recorded: What the machine itself noted.
    """

    number: int
    kind: NoteKind
    text: str
    noted_by: str
    noted_at: datetime
    recorded: Recorded
    period: Period | None = None
    service: str | None = None
    undone: int | None = None


def taken_back(notes: Iterable[Note]) -> dict[int, int]:
    """Return the number of each note that was taken back → that of the one which did; an undo can itself be."""
    undone: dict[int, int] = {}
    for note in sorted(notes, key=lambda item: item.number, reverse=True):
        if note.undone is not None and note.number not in undone:
            undone[note.undone] = note.number
    return undone


def about(notes: Iterable[Note], period: Period) -> tuple[Note, ...]:
    """Return the notes about a part of a period, by number, with those that took one of them back."""
    found: dict[int, Note] = {}
    for note in sorted(notes, key=lambda item: item.number):
        of = note.period
        is_about = of is not None and of.first <= period.last and period.first <= of.last
        if is_about or note.undone in found:
            found[note.number] = note
    return tuple(found.values())


def in_force(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Return the notes that no later one took back, by number."""
    ordered = sorted(notes, key=lambda item: item.number)
    undone = taken_back(ordered)
    return tuple(note for note in ordered if note.undone is None and note.number not in undone)
