"""The demonstration's answers are the recorded ones, byte for byte: moving code moves no figure and no word."""

from __future__ import annotations

from tests.demo.answers import made_anew, recorded


def test_the_demonstration_answers_what_it_answered() -> None:
    found, kept = made_anew(), recorded()

    assert sorted(found) == sorted(kept)
    assert [name for name in kept if found[name] != kept[name]] == []
