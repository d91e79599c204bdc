"""Which weeks and days the pictures of a report show."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsla.core.rate.period import Grain, parse_period, pieces, week_of
from mailsla.core.rate.population import Population
from mailsla.core.rate.series import days_shown, pictured, weeks_shown
from tests.presentation.samples import cohort

TODAY = date(2026, 11, 13)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_the_usual_weeks_are_whole_twelve_that_are_over_and_the_present_one(today: date) -> None:
    shown = weeks_shown(None, today)

    assert shown is not None
    weeks = pieces(shown, Grain.WEEK)
    assert len(weeks) == 13
    assert all(week.within(shown) == week for week in weeks)
    assert weeks[-1] == week_of(today)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("2026", "2026-08-17..2026-11-15"),
        ("2026-11", "2026-11-01..2026-11-15"),
        ("2026-10", "2026-10-01..2026-10-31"),
        ("2026-W45", "2026-11-02..2026-11-08"),
        ("2025", "2025-10-06..2025-12-31"),
        ("2026-11-13", "2026-11-13..2026-11-13"),
        ("2024..2027", "2026-08-17..2026-11-15"),
        ("2027", None),
        ("2026-W47", None),
    ],
)
def test_of_a_period_the_last_weeks_that_have_begun_are_shown_and_only_its_own_days(
    asked: str, shown: str | None
) -> None:
    found = weeks_shown(parse_period(asked), TODAY)

    assert (None if found is None else found.name) == shown


@pytest.mark.parametrize(
    ("of", "shown"),
    [
        ("2026", "2026-01-01..2026-12-31"),
        ("2024", "2024-01-01..2024-12-31"),
        ("2026-11", "2026-11-01..2026-11-30"),
        ("2026-11-01..2026-11-14", "2026-11-01..2026-11-14"),
        ("2026-11-01..2026-11-13", None),
        ("2026-W45", None),
        ("2024..2027", "2025-11-10..2026-11-15"),
        ("2020..2022", "2021-12-26..2022-12-31"),
        ("2030..2032", "2030-01-01..2031-01-06"),
    ],
)
def test_the_days_of_at_most_a_year_and_a_week_are_shown_and_of_at_least_two_weeks(
    of: str, shown: str | None
) -> None:
    found = days_shown(parse_period(of), TODAY)

    assert (None if found is None else found.name) == shown
    assert found is None or found.last - found.first < timedelta(weeks=53)


def test_pictures_are_about_the_widest_section_of_which_anything_has_fallen_due() -> None:
    week, former, year = (cohort(period=parse_period(name)) for name in ("2026-W53", "2026", "2027"))
    nothing = cohort(Population(waiting=3), parse_period("2027"))

    assert pictured((week, former, year)) is year
    assert pictured((week, former, nothing)) is former
    assert pictured((nothing,)) is nothing


@pytest.mark.parametrize(("first", "last"), [("2026-02-27", "2026-03-01"), ("2025-12-31", "2026-01-01")])
def test_a_period_is_cut_into_its_days(first: str, last: str) -> None:
    found = pieces(parse_period(f"{first}..{last}"), Grain.DAY)

    assert [piece.name for piece in found] == [piece.first.isoformat() for piece in found]
    assert (found[0].name, found[-1].name) == (first, last)
    assert all(piece.first == piece.last for piece in found)
    assert found[0] == parse_period(first)
