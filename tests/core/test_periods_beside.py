"""The periods that stand beside one: just before it, as long as it, and the same of the year before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsla.core.collection.gap import Span
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.finality import Watched
from mailsla.core.rate.period import Grain, Period, parse_period, period_before
from mailsla.core.rate.section import Beside, beside
from tests.core.cohorts import assessed, case
from tests.factories import paris

DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("of", "before"),
    [
        ("2026-W46", "2026-W45"),
        ("2026-W01", "2025-W52"),
        ("2021-W01", "2020-W53"),
        ("2026-03", "2026-02"),
        ("2026-01", "2025-12"),
        ("2026-Q1", "2025-Q4"),
        ("2026", "2025"),
        ("2026-03-01", "2026-02-28"),
        ("2026-01..2026-06", "2025-07-01..2025-12-31"),
        ("2026-02..2026-03", "2025-12-01..2026-01-31"),
        ("2026-11-02..2026-11-13", "2026-10-21..2026-11-01"),
    ],
)
def test_the_period_before_is_of_the_same_kind_or_as_long(of: str, before: str) -> None:
    assert period_before(parse_period(of)).name == before


@given(DAYS, st.sampled_from(Grain))
def test_a_period_and_the_one_before_follow_each_other(on: date, grain: Grain) -> None:
    period = grain.period_of(on)
    before = period_before(period)

    assert before.last + timedelta(days=1) == period.first
    assert before == grain.period_of(before.first)


@given(DAYS, st.integers(0, 365))
def test_so_do_days_and_as_many_as_they_are_unless_they_are_whole_months(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    before = period_before(Period(f"{first}..{last}", first, last))

    assert before.last + timedelta(days=1) == first
    assert before.last - before.first == last - first or (before.first.day, first.day) == (1, 1)


def watched(since: str) -> Watched:
    return Watched(spans=(Span("contact", paris(since)),))


MARCH, FEBRUARY, LAST_MARCH = (
    case("now", "2026-03-02 09:00", "2026-03-04 09:00"),
    case("before", "2026-02-02 09:00"),
    case("last year", "2025-03-03 09:00", "2025-03-05 09:00"),
)


def test_each_is_counted_as_the_period_is_and_is_definitive_by_itself() -> None:
    everything = assessed([MARCH, FEBRUARY, LAST_MARCH])

    found = beside(parse_period("2026-03"), everything, Belonging.DUE, watched("2026-01-20 09:00"))

    assert found.before is not None
    assert (found.before.population.met, found.before.population.missed) == (0, 1)
    assert found.before.finality.is_definitive
    assert found.year_before is None, "nothing was collected then"
    longer = beside(parse_period("2026-03"), everything, Belonging.DUE, watched("2025-03-20 09:00"))
    assert longer.year_before is not None
    assert longer.year_before.population.met == 1
    assert not longer.year_before.finality.is_definitive


def test_of_a_year_both_are_the_one_before_and_beside_more_than_a_year_stands_nothing() -> None:
    everything = assessed([MARCH, FEBRUARY, LAST_MARCH])
    known = watched("2024-06-03 09:00")

    year = beside(parse_period("2026"), everything, Belonging.RECEIVED, known)
    assert year.before == year.year_before
    assert year.before is not None
    assert year.before.population.met == 1
    assert beside(parse_period("2025-03..2026-03"), everything, Belonging.DUE, known) == Beside()
    assert beside(parse_period("2025-04..2026-03"), everything, Belonging.DUE, known) != Beside()
