"""The report on screen is what was looked at: at 80, 120 and 200 columns, without colour, in both languages."""

from __future__ import annotations

import pytest

from tests.presentation.snapshots import FOLDER, WIDTHS, drawn, situations


@pytest.mark.parametrize("name", sorted(situations()))
def test_the_report_is_drawn_as_it_was_looked_at(name: str) -> None:
    assert drawn(situations()[name]) == (FOLDER / f"report-{name}.txt").read_text(encoding="utf-8")


def test_every_drawing_is_of_a_situation() -> None:
    assert {path.stem.removeprefix("report-") for path in FOLDER.glob("*.txt")} == set(situations())


@pytest.mark.parametrize("name", sorted(situations()))
def test_no_line_is_wider_than_its_terminal(name: str) -> None:
    for part in drawn(situations()[name]).split("=== ")[1:]:
        title, *lines = part.splitlines()
        width = int(title.rpartition(" ")[2])
        assert width in WIDTHS
        assert max(map(len, lines)) <= width
