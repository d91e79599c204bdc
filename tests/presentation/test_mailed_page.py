"""A report in a mail: the report's figures, styles in the elements, nothing that a mail program fetches or drops."""

from __future__ import annotations

import re
from html import unescape

import pytest

from mailsla.presentation.formats import mailed_page
from mailsla.presentation.pages.mailed_report import fit_for_mail, mailed_report
from mailsla.presentation.pages.page import Page, Table
from mailsla.presentation.typography import typeset
from tests.factories import PARIS
from tests.presentation.illustrated import illustrated

HTML_BYTES = 100_000
"""Beyond 102 kB a widespread mail program cuts a mail."""


def page(name: str, *, show_subjects: bool = True) -> Page:
    built = fit_for_mail(illustrated()[name], show_subjects=show_subjects)
    return mailed_report(built, PARIS, has_more=True, is_answered=True)


@pytest.mark.parametrize("name", sorted(illustrated()))
def test_every_cell_of_the_page_is_in_both_and_nothing_is_drawn_or_fetched(name: str) -> None:
    shown = page(name)
    html, text = mailed_page.html(shown), mailed_page.text(shown)

    assert len(html.encode()) < HTML_BYTES
    assert not re.search(r"<(style|svg|script|img|link|meta http-equiv)|var\(|url\(|http", html)
    assert all(len(line) <= mailed_page.WIDTH and line == line.rstrip() for line in text.splitlines())
    plain = flat(unescape(re.sub(r"<[^>]*>", " ", html)))
    tables = [block for section in shown.sections for block in section.blocks if isinstance(block, Table)]
    assert tables or name == "empty"
    for cell in (cell for table in tables for row in table.rows for cell in row):
        assert flat(cell.text) in plain  # type: ignore[union-attr]  # (no bar is left)
    for section in shown.sections:
        assert flat(section.heading) in flat(text)


def flat(text: str) -> str:
    return " ".join(typeset(text).split())


def test_subjects_are_masked_or_not_shown() -> None:
    subjects = {item.case.subject for item in illustrated()["usual"].overdue.listed}

    assert subjects
    assert all(subject in mailed_page.text(page("usual")) for subject in {"Suspension de permis"} & subjects)
    hidden = mailed_page.html(page("usual", show_subjects=False))
    assert not any(subject in hidden for subject in subjects)
