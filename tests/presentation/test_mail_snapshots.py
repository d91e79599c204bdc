"""Mails are what was looked at: their text and their HTML, in both languages."""

from __future__ import annotations

import pytest

from tests.presentation.mail_snapshots import FOLDER, drawn

DRAWN = drawn()


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_a_mail_is_drawn_as_it_was_looked_at(name: str) -> None:
    assert DRAWN[name] == (FOLDER / name).read_text(encoding="utf-8")


def test_every_drawing_is_of_a_mail() -> None:
    assert {path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*")} == DRAWN.keys()
