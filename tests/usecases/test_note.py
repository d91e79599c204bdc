"""Notes: checked, only ever added; one is taken back by another, which can itself be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailsla.core.errors import UsageError
from mailsla.core.pairing.decision import Recorded
from mailsla.core.rate.note import Note, NoteKind, about, in_force, taken_back
from mailsla.core.rate.period import parse_period
from mailsla.usecases import note as noting
from tests.factories import paris

AT = paris("2026-11-13 09:00")
CAUSE = Note(
    0, NoteKind.CAUSE, "deux absents", "Camille", AT, Recorded("root", AT), period=parse_period("2026-08")
)
UNDO = replace(CAUSE, kind=NoteKind.UNDO, text="erreur", period=None, undone=1)


class Kept:
    """Notes in a list."""

    def __init__(self) -> None:
        self.notes: list[Note] = []

    def all(self) -> list[Note]:
        return self.notes

    def add(self, note: Note) -> int:
        self.notes.append(replace(note, number=len(self.notes) + 1))
        return len(self.notes)


def test_a_note_is_added_as_it_was_said_without_what_no_page_can_bear() -> None:
    kept = Kept()

    assert noting.add(kept, replace(CAUSE, text=" a\x1b[31m\u202eb \n", service="Permis"), ["Permis"]) == 1

    [note] = kept.notes
    assert note.text.startswith("a")
    assert not set(note.text) & set("\x1b\u202e\n")
    assert (note.service, note.recorded) == ("Permis", Recorded("root", AT))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": "  \n"}, "Écrivez ce qui est à noter"),
        ({"text": "x" * 2_001}, "2001"),
        ({"noted_by": " "}, "--by"),
        ({"period": None}, "--period"),
        ({"service": "Inconnu"}, "la configuration nomme : Permis"),
        ({"kind": NoteKind.UNDO, "undone": None}, "--number"),
        ({"kind": NoteKind.UNDO, "undone": 7}, "n° 7"),
    ],
)
def test_what_says_nothing_or_is_about_nothing_is_refused(changes: dict[str, object], said: str) -> None:
    kept = Kept()

    with pytest.raises(UsageError, match=said):
        noting.add(kept, replace(CAUSE, **changes), ["Permis"])  # type: ignore[arg-type]  # (fields by name)

    assert kept.notes == []


def test_a_note_is_taken_back_once_and_that_can_be_taken_back_too() -> None:
    kept = Kept()
    for note in (CAUSE, UNDO):
        noting.add(kept, note, [])
    assert in_force(kept.notes) == ()
    assert taken_back(kept.notes) == {1: 2}
    with pytest.raises(UsageError, match="n° 1"):
        noting.add(kept, UNDO, [])

    noting.add(kept, replace(UNDO, undone=2), [])

    assert [note.number for note in in_force(kept.notes)] == [1]
    assert taken_back(kept.notes) == {2: 3}


def test_those_about_a_period_are_about_a_part_of_it_and_what_took_them_back_stands_with_them() -> None:
    kept = Kept()
    for note in (CAUSE, replace(CAUSE, period=parse_period("2027-W02")), UNDO):
        noting.add(kept, note, [])

    assert [note.number for note in about(kept.notes, parse_period("2026"))] == [1, 3]
    assert [note.number for note in about(kept.notes, parse_period("2027"))] == [2]
    assert [note.number for note in about(kept.notes, parse_period("2026-08-31..2026-09-01"))] == [1, 3]
    assert about(kept.notes, parse_period("2025")) == ()
