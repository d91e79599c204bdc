"""Periods as people write them: in words, in either language, or by their names."""

from __future__ import annotations

from datetime import date

import pytest

from mailsla.cli.periods import as_named, read_period
from mailsla.core.errors import UsageError


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("novembre 2026", "2026-11"),
        ("Février  2026", "2026-02"),
        ("AOÛT 2026", "2026-08"),
        ("January 2026", "2026-01"),
        ("semaine 45 de 2026", "2026-W45"),
        ("semaine 5 2026", "2026-W05"),
        ("S45 2026", "2026-W45"),
        ("week 45 of 2026", "2026-W45"),
        ("1er trimestre 2026", "2026-Q1"),
        ("4e trimestre de 2026", "2026-Q4"),
        ("T4 2026", "2026-Q4"),
        ("année 2026", "2026"),
        ("13/11/2026", "2026-11-13"),
        ("1/2/2026", "2026-02-01"),
        ("2026-W45", "2026-W45"),
        ("2026", "2026"),
        ("01/10/2026..13/11/2026", "2026-10-01..2026-11-13"),
        ("janvier 2026..mars 2026", "2026-01..2026-03"),
    ],
)
def test_a_period_in_words_is_the_one_that_its_name_says(written: str, name: str) -> None:
    assert as_named(written) == name
    assert read_period(written) == read_period(name)


def test_a_day_in_words_is_that_day() -> None:
    found = read_period("13/11/2026")

    assert (found.first, found.last) == (date(2026, 11, 13), date(2026, 11, 13))


@pytest.mark.parametrize(
    "written", ["brumaire 2026", "semaine 54 de 2026", "31/02/2026", "trimestre 5 2026", ""]
)
def test_what_names_no_period_is_refused_with_what_to_write(written: str) -> None:
    with pytest.raises(UsageError, match="écrivez « semaine 46 de 2026 »"):
        read_period(written)
