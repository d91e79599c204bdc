"""How long personal data is kept: at the edges of years, and together with the rule that asks from the other side."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.rate.exchange import Exchange
from mailsla.core.rate.standard import Standard
from mailsla.core.retention.ended import LONGEST_DAYS, NEW_DAYS, SHORTEST_DAYS, Retention
from mailsla.core.retention.separable import separable
from tests.core.cohorts import case
from tests.factories import METROPOLE, PROMISE, clock, mail, paris

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
RETENTIONS = st.builds(Retention, st.none() | st.integers(SHORTEST_DAYS, LONGEST_DAYS))
STANDARD = Standard(clock(METROPOLE), {"information": PROMISE})


@pytest.mark.parametrize(
    ("on", "until"),
    [
        (date(2024, 1, 1), date(2026, 3, 31)),
        (date(2024, 12, 31), date(2026, 3, 31)),
        (date(2025, 1, 1), date(2027, 3, 31)),
        (date(2024, 2, 29), date(2026, 3, 31)),
    ],
)
def test_data_is_kept_until_the_end_of_march_of_the_second_year_after(on: date, until: date) -> None:
    assert Retention().kept_until(on) == until


@given(DAYS, RETENTIONS, st.integers(0, 1200))
def test_what_has_ended_is_what_is_kept_no_more(on: date, retention: Retention, later: int) -> None:
    today = on + timedelta(days=later)

    assert (on <= retention.last_ended(today)) == (retention.kept_until(on) < today)


@given(DAYS, st.integers(SHORTEST_DAYS, LONGEST_DAYS))
def test_a_site_never_keeps_anything_for_longer_than_the_default(on: date, days: int) -> None:
    assert Retention(days).kept_until(on) <= Retention().kept_until(on)
    assert Retention(days).kept_until(on) <= on + timedelta(days=days)


def test_the_longest_retention_that_a_site_may_say_is_the_default() -> None:
    days = [date(2023, 1, 1) + timedelta(days=number) for number in range(1_500)]

    assert [Retention(LONGEST_DAYS).kept_until(on) for on in days] == [
        Retention().kept_until(on) for on in days
    ]


NOW = paris("2027-04-01 04:00")
THROUGH = Retention().last_ended(date(2027, 4, 1))


def exchange(last_at: str, *received: str, seen_at: datetime = NOW - timedelta(days=NEW_DAYS)) -> Exchange:
    return Exchange(1, (1,), paris(last_at), seen_at, tuple(case(at, at) for at in received))


@pytest.mark.parametrize(
    ("found", "has_ended"),
    [
        (exchange("2025-12-31 23:59"), True),
        (exchange("2026-01-01 00:00"), False),
        # Nine working days after 16 December 2025 is the 30th; after the 17th, the 31st; after the 18th, 2 January.
        (exchange("2025-12-17 10:00", "2025-12-17 10:00"), True),
        (exchange("2025-12-18 10:00", "2025-12-18 10:00"), False),
        (exchange("2025-12-18 10:00", "2025-03-03 10:00", "2025-12-18 10:00"), False),
        (exchange("2025-03-03 10:00", seen_at=NOW - timedelta(days=NEW_DAYS) + timedelta(seconds=1)), False),
    ],
)
def test_a_conversation_ends_once_all_of_it_came_and_fell_due_and_has_been_known_for_a_while(
    found: Exchange, has_ended: bool
) -> None:
    assert found.has_ended(THROUGH, STANDARD, NOW) is has_ended


@given(st.sets(st.integers(0, 12)), st.sets(st.integers(0, 12)))
def test_all_that_hinders_nothing_by_itself_goes(ended: set[int], hindering: set[int]) -> None:
    gone = separable(sorted(ended), hindering.isdisjoint)

    assert gone == sorted(ended - hindering)


def test_what_can_only_go_together_goes_together() -> None:
    assert separable([1, 2], lambda some: len(some) == 2) == [1, 2]
    assert separable([1, 2, 3], lambda some: set(some) in ({1, 2}, {1, 2, 3})) == [1, 2, 3]


def test_a_mail_alone_is_no_request_and_ends_by_its_receipt() -> None:
    alone = Exchange(
        1, (1,), mail("2025-06-02 10:00").copies[0].internal_at or NOW, NOW - timedelta(days=400)
    )

    assert alone.has_ended(THROUGH, STANDARD, NOW)


def test_a_site_may_keep_data_from_half_a_year_to_the_default_and_what_is_new_three_months() -> None:
    assert (SHORTEST_DAYS, LONGEST_DAYS, NEW_DAYS) == (180, 820, 90)


def test_the_words_of_a_decision_are_there_until_they_are_erased() -> None:
    said = Decision(1, "ab" * 16, Action.EXCLUDE, "essai", "référente", datetime(2026, 11, 2, tzinfo=UTC))

    assert not said.erased
