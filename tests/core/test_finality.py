"""When a figure is definitive: period over, everything fallen due, collection whole; and what is missing before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from fractions import Fraction

import pytest

from mailsla.core.clock.commitment import Commitment, Comparison, Unit
from mailsla.core.collection.gap import Gap, Span
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.finality import Finality, Missing, Watched, finality, watched_days
from mailsla.core.rate.period import parse_period
from mailsla.core.rate.population import Population
from mailsla.core.rate.standard import Standard
from tests.factories import PROMISE, clock, paris

OCTOBER = parse_period("2026-10")
READ = (Span("contact", paris("2026-01-05 09:00")),)
ALL_DUE = Population(met=8, missed=2)


def found(
    watched: Watched,
    now: str = "2026-11-13 09:00",
    counts: Population = ALL_DUE,
    by: Belonging = Belonging.DUE,
    period: str = "2026-10",
) -> Finality:
    return finality(
        parse_period(period), by, counts, watched, Standard(clock(), {"information": PROMISE}), paris(now)
    )


def hole(since: str, until: str | None) -> Watched:
    return Watched((Gap("contact", paris(since), None if until is None else paris(until)),), READ)


def test_a_figure_is_definitive_when_nothing_is_missing() -> None:
    assert found(Watched((), READ)) == Finality()
    assert found(Watched((), READ)).is_definitive


@pytest.mark.parametrize(
    ("now", "counts", "missing"),
    [
        ("2026-10-31 23:59", ALL_DUE, (Missing.PERIOD,)),
        ("2026-11-01 00:00", ALL_DUE, ()),
        ("2026-11-01 00:00", Population(met=8, early=1), (Missing.DUE,)),
        ("2026-11-01 00:00", Population(met=8, waiting=1), (Missing.DUE,)),
        ("2026-10-15 09:00", Population(waiting=1), (Missing.PERIOD, Missing.DUE)),
    ],
)
def test_the_period_has_to_be_over_and_all_of_it_fallen_due(
    now: str, counts: Population, missing: tuple[Missing, ...]
) -> None:
    assert found(Watched((), READ), now, counts).missing == missing


def test_what_decides_a_figure_is_the_mail_from_its_first_receipt_to_the_day_after_its_last_due_date() -> (
    None
):
    # Thursday 1 October is the ninth working day after Friday 18 September, and after the week-end that follows.
    assert watched_days(OCTOBER, Belonging.DUE, clock(), PROMISE) == (date(2026, 9, 18), date(2026, 11, 2))
    # What came on Saturday 31 October is due on Friday 13 November.
    assert watched_days(OCTOBER, Belonging.RECEIVED, clock(), PROMISE) == (
        date(2026, 10, 1),
        date(2026, 11, 16),
    )


@pytest.mark.parametrize(
    ("since", "until", "by", "is_whole"),
    [
        ("2026-09-01 09:00", "2026-09-17 23:59", Belonging.DUE, True),
        ("2026-09-01 09:00", "2026-09-18 00:01", Belonging.DUE, False),
        ("2026-11-02 23:59", "2026-11-05 09:00", Belonging.DUE, False),
        ("2026-11-03 00:00", "2026-11-05 09:00", Belonging.DUE, True),
        ("2026-11-03 00:00", None, Belonging.DUE, True),
        ("2026-10-15 09:00", "2026-10-16 09:00", Belonging.DUE, False),
        # A week without reading after the period hides replies to what was received in it.
        ("2026-11-05 09:00", "2026-11-12 09:00", Belonging.RECEIVED, False),
        ("2026-09-20 09:00", "2026-09-25 09:00", Belonging.RECEIVED, True),
    ],
)
def test_a_hole_counts_where_it_may_hide_a_request_or_a_reply(
    since: str, until: str | None, by: Belonging, *, is_whole: bool
) -> None:
    assert found(hole(since, until), "2027-01-15 09:00", by=by).is_definitive is is_whole


def test_the_latest_mail_of_a_day_decides_from_when_mail_matters() -> None:
    november = parse_period("2026-W48")
    hours = Commitment("information", 2, Comparison.AT_MOST, Fraction(4, 5), unit=Unit.OPENING_HOURS)
    at_five = clock().with_receipt(cutoff=time(17))
    announcing = replace(PROMISE, announced_date_counts=True)

    # What comes on Friday at 16:00 is due on Monday, in hours; on Sunday after the cutoff, it counts as Monday's.
    assert watched_days(november, Belonging.DUE, clock(), hours)[0] == date(2026, 11, 20)
    assert watched_days(november, Belonging.DUE, at_five, PROMISE)[0] == date(2026, 11, 8)
    assert watched_days(november, Belonging.DUE, clock(), PROMISE)[0] == date(2026, 11, 9)
    assert watched_days(november, Belonging.DUE, clock(), announcing)[0] == date(2026, 8, 8)


def test_the_holes_that_touch_a_figure_are_named_with_it() -> None:
    inside, outside = (
        Gap("contact", paris(f"2026-{month}-05 09:00"), paris(f"2026-{month}-06 09:00"))
        for month in ("10", "06")
    )

    assert found(Watched((inside, outside), READ)).holes == (inside,)


def read_since(*since: str, complete: str | None = None) -> Watched:
    spans = tuple(Span(f"account {number}", paris(at)) for number, at in enumerate(since))
    return Watched((), spans, () if complete is None else (parse_period(complete),))


def test_a_period_before_anything_was_collected_is_not_covered() -> None:
    uncovered = Finality((Missing.COLLECTION,), is_covered=False)

    assert found(read_since("2026-11-05 09:00")) == uncovered
    assert found(read_since("2026-10-31 09:00")) == Finality((Missing.COLLECTION,))
    assert found(read_since("2026-09-18 09:00")) == Finality()
    assert found(read_since("2026-09-19 09:00")).missing == (Missing.COLLECTION,)
    assert found(Watched()) == uncovered


def test_an_account_that_came_later_leaves_what_was_definitive_before() -> None:
    never = Gap("permis", paris("2026-11-04 09:00"), None, never=True)

    assert found(read_since("2026-09-01 09:00", "2026-11-04 09:00")) == Finality()
    assert found(Watched((never,), READ)) == Finality()
    assert found(Watched((never,), READ), "2026-12-13 09:00", period="2026-11").holes == (never,)


def test_accounts_that_follow_one_another_cover_what_each_was_read_for() -> None:
    def swapped(last: str, first: str) -> Watched:
        former = Span("ancien", paris("2026-01-05 09:00"), paris(last))
        return Watched((), (former, Span("contact", paris(first))))

    assert found(swapped("2026-10-15 18:00", "2026-10-16 09:00")) == Finality()
    assert found(swapped("2026-10-15 18:00", "2026-10-17 09:00")).missing == (Missing.COLLECTION,)
    # Whatever came after the day that follows the last due date.
    assert found(swapped("2026-11-02 18:00", "2026-12-01 09:00")) == Finality()
    assert found(swapped("2026-11-01 18:00", "2026-12-01 09:00")).missing == (Missing.COLLECTION,)


def test_the_first_day_on_which_nothing_was_collected_is_named() -> None:
    former = Span("ancien", paris("2026-01-05 09:00"), paris("2026-10-15 18:00"))
    swapped = Watched((), (former, Span("contact", paris("2026-10-20 09:00"))))

    assert found(swapped).uncovered == date(2026, 10, 16)
    assert found(read_since("2026-10-20 09:00")).uncovered == date(2026, 9, 18)
    assert found(Watched((), READ)).uncovered is None


def test_an_archive_that_was_declared_whole_stands_for_a_collection() -> None:
    since = "2026-11-01 09:00"

    assert found(read_since(since, complete="2026-09-18..2026-10-31")) == Finality()
    assert found(read_since(since, complete="2026-09-19..2026-10-31")).missing == (Missing.COLLECTION,)
    assert found(read_since(since, complete="2026-09-18..2026-10-30")).missing == (Missing.COLLECTION,)


def test_a_hole_that_an_archive_declared_whole_fills_is_none() -> None:
    hole = Gap("contact", paris("2026-10-05 09:00"), paris("2026-10-07 09:00"))

    def beside(archive: str) -> tuple[Gap, ...]:
        return found(Watched((hole,), READ, (parse_period(archive),))).holes

    assert beside("2026-10-05..2026-10-07") == ()
    assert beside("2026-10-05..2026-10-06") == beside("2026-10-06..2026-10-07") == (hole,)


def test_a_hole_that_lasts_is_filled_by_no_archive() -> None:
    hole = Gap("contact", paris("2026-10-05 09:00"), None)

    assert found(Watched((hole,), READ, (parse_period("2026"),))).holes == (hole,)


def test_what_only_an_import_tells_is_from_archives_unless_it_was_collected_too() -> None:
    def told(watched: Watched) -> bool:
        standard = Standard(clock(), {"information": PROMISE})
        now = paris("2026-11-13 09:00")
        return finality(OCTOBER, Belonging.DUE, ALL_DUE, watched, standard, now, imported=True).from_archives

    assert told(read_since("2026-11-05 09:00"))
    assert not told(Watched((), READ))
    assert not told(read_since("2026-11-05 09:00", complete="2026-09-18..2026-11-05"))
