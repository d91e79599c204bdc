"""Notes in the database: out as they went in, numbered, never changed; no figure is derived again for one."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Engine

from mailsla.adapters.database.store import store_on
from mailsla.core.pairing.configured import Configured
from mailsla.core.pairing.decision import Recorded
from mailsla.core.rate.note import Note, NoteKind
from mailsla.core.rate.period import parse_period
from mailsla.usecases.derive import Freshness, derive_pending, freshness
from tests.factories import RULES, paris

AT = paris("2026-11-13 09:00")
CAUSE = Note(
    number=1,
    kind=NoteKind.CAUSE,
    text="'; drop table note; -- é 永 شؤون",
    noted_by="Camille Durand",
    noted_at=AT,
    recorded=Recorded("agent (root)", paris("2026-11-14 10:00")),
    period=parse_period("2026-08..2026-09"),
    service="Étrangers",
)
UNDO = replace(CAUSE, number=2, kind=NoteKind.UNDO, period=None, service=None, undone=1)


def test_a_note_comes_out_as_it_went_in(engine: Engine) -> None:
    notes = store_on(engine).notes
    assert notes.all() == ()

    assert [notes.add(note) for note in (CAUSE, UNDO)] == [1, 2]

    assert notes.all() == (CAUSE, UNDO)


def test_a_note_leaves_what_is_derived_and_the_digest_of_decisions_as_they_are(engine: Engine) -> None:
    store = store_on(engine)
    derive_pending(store.derivations, RULES, Configured())
    digest = store.decisions.digest()

    store.notes.add(CAUSE)

    assert freshness(store.derivations, RULES, Configured()) is Freshness.CURRENT
    assert store.decisions.digest() == digest
