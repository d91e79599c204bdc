"""A report in a mail: the report's figures, styles in the elements, nothing that a mail program fetches or drops."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from mailsla.presentation.formats import mailed_page
from mailsla.presentation.formats.html_table import table as drawn
from mailsla.presentation.pages.mailed_report import fit_for_mail, mailed_report
from mailsla.presentation.pages.page import Alignment, Cell, Column, Emphasis, Page, Table
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


def test_a_report_of_few_requests_has_no_column_that_says_nothing() -> None:
    built = fit_for_mail(replace(illustrated()["usual"], minimum=10**6), show_subjects=True)
    shown = mailed_report(built, PARIS, has_more=True, is_answered=True)

    tables = [block for section in shown.sections for block in section.blocks if isinstance(block, Table)]
    assert len(tables) > 3
    for each in tables:
        assert all(any(row[number].text for row in each.rows) for number in range(len(each.columns)))  # type: ignore[union-attr]  # (no bar is left)


def test_what_names_a_row_stands_above_it_as_it_is_where_there_is_anything() -> None:
    right = Column("Hors délai", Alignment.RIGHT)
    rows = (
        (Cell("Permis", emphasis=Emphasis.BAD), Cell("3"), Cell("4")),
        (Cell(""), Cell("5"), Cell("6")),
    )

    assert str(drawn(Table((Column("Service"), right, right), rows, named_above=True))) == (
        "<table><thead><tr>"
        '<th scope="col" class="right">Hors délai</th><th scope="col" class="right">Hors délai</th>'
        '</tr></thead><tbody><tr><th scope="rowgroup" colspan="2" class="bad above">Permis</th></tr>'
        '<tr><td class="right">3</td><td class="right">4</td></tr></tbody>'
        '<tbody><tr><td class="right">5</td><td class="right">6</td></tr></tbody></table>'
    )
