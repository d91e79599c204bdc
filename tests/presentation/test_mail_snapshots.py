"""Mails are what was looked at: their text and their HTML, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.presentation.mail_snapshots import FOLDER, drawn
from tests.trials.browser import opened

DRAWN = drawn()
NARROWEST = 320
"""CSS pixels of the smallest telephone's window (WCAG 2.2, criterion 1.4.10)."""

WIDTH = "document.documentElement.scrollWidth"
HEIGHTS = '[...document.querySelectorAll("tbody th")].map(named => named.offsetHeight)'


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_a_mail_is_drawn_as_it_was_looked_at(name: str) -> None:
    assert DRAWN[name] == (FOLDER / name).read_text(encoding="utf-8")


def test_every_drawing_is_of_a_mail() -> None:
    assert {path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*")} == DRAWN.keys()


def test_no_mail_is_wider_than_a_telephone(tmp_path: Path) -> None:
    with opened(tmp_path) as browser:
        browser.page.set_viewport_size({"width": NARROWEST, "height": 600})
        for name in DRAWN:
            file = tmp_path / name
            if file.suffix == ".html":
                file.parent.mkdir(exist_ok=True)
                file.write_text(DRAWN[name], encoding="utf-8")
                browser.go(name)
                assert browser.page.evaluate(WIDTH) <= NARROWEST, name


def test_what_names_a_row_of_the_report_stands_whole_on_a_line(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(DRAWN["fr/report.html"], encoding="utf-8")

    with opened(tmp_path) as browser:
        browser.page.set_viewport_size({"width": NARROWEST, "height": 600})
        browser.go("report.html")
        heights = set(browser.page.evaluate(HEIGHTS))
        faults = browser.faults()

    assert len(heights) == 1
    assert faults == []
