"""Getting to the target: what the year still allows, counted by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsla.core.rate.outlook import Outlook, VolumeBasis, outlook, wilson
from mailsla.core.rate.population import Population
from tests.factories import METROPOLE

TODAY = date(2026, 11, 13)
TARGET = Fraction(4, 5)


def year(
    met: int, missed: int, waiting: int, received_on: Iterable[date] = (), today: date = TODAY
) -> Outlook:
    return outlook(
        counts=Population(met, missed, 0, waiting),
        target=TARGET,
        received=Counter(received_on),
        until=date(today.year, 12, 31),
        today=today,
        calendar=METROPOLE,
    )


@pytest.mark.parametrize(
    ("met", "missed", "waiting", "needed"),
    [
        (70, 20, 10, 10),  # 80 of 100
        (71, 20, 10, 10),  # 81 of 101: 80.198 %; 80 of 101 would be 79.2 %
        (80, 10, 10, 0),
        (60, 20, 10, None),  # 70 of 90 at best
        (0, 0, 0, 0),
    ],
)
def test_how_many_of_the_waiting_must_be_met(met: int, missed: int, waiting: int, needed: int | None) -> None:
    assert year(met, missed, waiting).needed == needed


def test_the_volume_to_come_is_last_year_s_same_weekdays_when_they_are_known() -> None:
    last_year = [date(2025, 11, 14), date(2025, 11, 14), date(2025, 12, 31), date(2025, 1, 2)]
    # Tomorrow, Saturday 14 November 2026, is 52 weeks after Saturday 15 November 2025.
    beside = [date(2025, 11, 15), date(2025, 12, 15)]

    found = year(80, 20, 0, [*last_year, *beside, TODAY])

    assert (found.expected, found.volume_basis) == (
        3,
        VolumeBasis.LAST_YEAR,
    )  # 15/11, 15/12 and 31/12 of 2025


def test_otherwise_it_is_this_year_s_mean_by_working_day() -> None:
    start = date(2026, 11, 2)  # 9 working days to 13 November, 11 November being a holiday
    received = [start + timedelta(days=offset) for offset in (0, 1, 2, 3, 4, 7, 8, 10, 11)] * 2

    found = year(10, 2, 6, received)

    left = METROPOLE.working_days_between(TODAY, date(2026, 12, 31))
    assert (found.expected, found.volume_basis) == (2 * left, VolumeBasis.THIS_YEAR)


def test_how_many_more_the_year_can_lose_at_that_volume() -> None:
    expected = [date(2025, 12, 1)] * 100 + [date(2025, 1, 2)]

    # 80 + 10 + 10 + 100 = 200 requests: 40 may be lost, 10 are.
    assert year(80, 10, 10, expected).may_lose == 30
    assert year(40, 60, 0, expected).may_lose == -20
    assert year(40, 60, 0, expected).lost


def test_the_year_ends_at_the_present_pace_within_an_interval() -> None:
    expected = [date(2025, 12, 1)] * 100 + [date(2025, 1, 2)]

    landing = year(75, 25, 0, expected).landing

    assert landing is not None
    assert landing.expected == Fraction(3, 4)
    assert landing.low < 0.75 < landing.high


def test_a_finished_year_ends_where_it_is() -> None:
    landing = year(75, 25, 0, [date(2025, 1, 2)], today=date(2026, 12, 31)).landing

    assert landing is not None
    assert (landing.expected, landing.low, landing.high) == (Fraction(3, 4), 0.75, 0.75)


def test_the_week_after_which_the_target_is_out_of_reach_at_this_pace() -> None:
    # One request a day for the last 7 weeks; half are missed. 100 of 149 expected in all: 29.8 may be lost,
    # 25 are; 5 more are lost within 10 days.
    days = [date(2025, 11, 15) + timedelta(days=offset) for offset in range(49)]
    found = year(25, 25, 0, [*days, date(2025, 1, 2)] + [date(2026, 3, 2)] * 50)

    # 50 + 48 = 98: 19.6 may be lost and 25 are already: out of reach at once.
    assert found.lost

    found = year(60, 15, 0, [*days, date(2025, 1, 2)] + [date(2026, 3, 2)] * 75)
    # 123 in all, 24.6 may be lost; a fifth is lost: 15 + 9.6 = 24.6 at the very end: still reachable.
    assert found.out_of_reach_from is None

    found = year(57, 18, 0, [*days, date(2025, 1, 2)] + [date(2026, 3, 2)] * 75)
    # 24 % are lost: 18 + 0.24 n > 24.6 for n > 27.5, in the fifth week (2 + 4 × 7 = 30 days).
    assert found.out_of_reach_from is not None
    assert found.out_of_reach_from.name == "2026-W50"


def test_what_is_answered_and_not_due_needs_nothing_more_and_what_is_due_next_year_is_not_counted() -> None:
    expected = [date(2025, 12, 15)] * 10 + [date(2025, 12, 22)] * 20 + [date(2025, 1, 2)]
    counts = Population(met=70, missed=20, early=5, waiting=10)

    found = outlook(
        counts=counts,
        target=TARGET,
        received=Counter(expected),
        until=date(2026, 12, 17),
        today=TODAY,
        calendar=METROPOLE,
    )

    # 84 of 105 must be met: 75 are, or will be.
    assert (found.waiting, found.needed, found.expected) == (10, 9, 10)
    # 115 in all, of which 23 may be lost.
    assert found.may_lose == 3
    assert found.landing is not None
    assert found.landing.expected == Fraction(70, 90)


def test_of_too_few_nothing_is_said_of_the_pace() -> None:
    found = outlook(
        counts=Population(met=2, missed=2),
        target=TARGET,
        received=Counter({TODAY: 4}),
        until=date(2026, 12, 31),
        today=TODAY,
        calendar=METROPOLE,
        minimum=5,
    )

    assert (found.landing, found.out_of_reach_from) == (None, None)


def test_wilson_s_interval_is_the_published_one() -> None:
    # Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998),
    # table I: 81 of 263 and 15 of 148.
    assert [round(bound, 4) for bound in wilson(81 / 263, 263)] == [0.2553, 0.3662]
    assert [round(bound, 4) for bound in wilson(15 / 148, 148)] == [0.0624, 0.1605]


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 50))
def test_needed_is_the_least_number_that_reaches_the_target(met: int, missed: int, waiting: int) -> None:
    found = year(met, missed, waiting)
    total = met + missed + waiting

    if found.needed is None:
        assert met + waiting < TARGET * total
    elif total:
        assert met + found.needed >= TARGET * total
        assert found.needed == 0 or met + found.needed - 1 < TARGET * total
