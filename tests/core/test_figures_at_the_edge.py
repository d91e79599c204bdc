"""Periods, shares, delays, published figures and the outlook, each at its edges."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from mailsla.core.clock.verdict import Outcome
from mailsla.core.errors import UsageError
from mailsla.core.rate.delays import Delay, DelayCurve, delay_curve
from mailsla.core.rate.outlook import Landing, Outlook, VolumeBasis, outlook, wilson
from mailsla.core.rate.period import Grain, Period, last_full_week, parse_period, week_of
from mailsla.core.rate.population import Population, population
from mailsla.core.rate.publication import Publication, Source, revision
from tests.factories import METROPOLE, paris

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    "written", ["2026-W46", "2026-11", "2026-Q4", "2026", "2026-11-13", "2026-11-01..2026-W46"]
)
def test_a_period_holds_its_first_and_its_last_day_and_neither_neighbour(written: str) -> None:
    period = parse_period(f" {written} ")

    assert period.first in period
    assert period.last in period
    assert period.first - DAY not in period
    assert period.last + DAY not in period


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("2026-W46", "2026-W46"),
        ("2026-11", "2026-11"),
        ("2026-T4", "2026-T4"),
        ("2026", "2026"),
        ("2026-11-13", "2026-11-13"),
        ("2026-W46..2026-11", "2026-11-09..2026-11-30"),
        ("2026-11-13..2026-11-13", "2026-11-13..2026-11-13"),
    ],
)
def test_a_period_s_name_is_as_written_or_its_two_days(written: str, name: str) -> None:
    assert parse_period(written).name == name


@pytest.mark.parametrize(
    "written", ["9999", "9999-01", "9999-12", "9999-Q4", "0000", "2026-W00", "2026-11-14..2026-11-13"]
)
def test_a_period_that_ends_beyond_the_calendar_of_dates_is_refused_as_written(written: str) -> None:
    with pytest.raises(UsageError, match=f"^{written}$"):
        parse_period(written)


def test_the_last_year_that_can_be_written() -> None:
    assert parse_period("9998").last == date(9998, 12, 31)


@pytest.mark.parametrize("month", range(1, 13))
def test_each_month_is_in_its_own_quarter_and_year(month: int) -> None:
    on = date(2026, month, 15)
    quarter = (month - 1) // 3 + 1

    assert Grain.MONTH.period_of(on) == parse_period(f"2026-{month:02}")
    assert Grain.QUARTER.period_of(on) == parse_period(f"2026-Q{quarter}")
    assert on in Grain.QUARTER.period_of(on)
    assert Grain.YEAR.period_of(on) == parse_period("2026")


def test_weeks_begin_on_monday_and_bear_the_year_of_their_thursday() -> None:
    assert Grain.WEEK.period_of(date(2027, 1, 3)) == Period("2026-W53", date(2026, 12, 28), date(2027, 1, 3))
    assert week_of(date(2026, 12, 28)).name == "2026-W53"
    assert week_of(date(2026, 1, 1)).name == "2026-W01"
    assert [last_full_week(date(2026, 11, day)).name for day in (8, 9, 15, 16)] == [
        "2026-W44",
        "2026-W45",
        "2026-W45",
        "2026-W46",
    ]


def test_the_shares_of_a_population() -> None:
    met, late, unanswered = (Outcome.MET, True), (Outcome.MISSED, True), (Outcome.MISSED, False)
    early, waiting = (Outcome.NOT_DUE, True), (Outcome.NOT_DUE, False)
    standings = [(*met, 1), (*late, 1), (*unanswered, 1), (*early, 1), (*waiting, 2), (*met, 2)]
    found = population(standings, excluded=5)

    assert found == Population(met=3, missed=2, early=1, waiting=2, excluded=5)
    assert found == Population(3, 2, 1, 2, 5)
    assert (found.fallen_due, found.not_due, found.counted) == (5, 3, 8)
    assert (found.attainment, found.low, found.high) == (Fraction(3, 5), Fraction(1, 2), Fraction(3, 4))
    assert (Population(excluded=1).high, Population(excluded=1).low) == (None, None)
    assert Population(early=1).attainment is None


def test_the_delays_by_which_a_half_and_nine_tenths_are_answered() -> None:
    ten = delay_curve(Delay(day, answered=True) for day in range(1, 11))
    nine = delay_curve([*(Delay(day, answered=True) for day in range(1, 10)), Delay(20, answered=False)])

    assert (ten.median, ten.ninth_decile, ten.requests) == (5, 9, 10)
    assert (nine.median, nine.ninth_decile) == (5, 9)
    assert delay_curve(Delay(day, answered=True) for day in range(1, 21)).ninth_decile == 18
    assert [ten.answered_by(day) for day in (0, 1, 5, 10, 11)] == [0, Fraction(1, 10), Fraction(1, 2), 1, 1]
    assert ten.quantile(Fraction(1)) == 10
    assert delay_curve([]) == DelayCurve((), 0)
    # Beyond the longest wait observed nothing is known of the one that waits.
    assert [nine.answered_by(day) for day in (20, 21)] == [Fraction(9, 10), None]


def test_a_request_that_waits_was_at_risk_on_its_last_day() -> None:
    found = delay_curve([Delay(3, answered=True), Delay(3, answered=False), Delay(5, answered=True)])

    assert found == DelayCurve(((3, Fraction(1, 3)), (5, Fraction(1))), 3, 5)


def published(digests: dict[Source, str] | None = None, **verdicts: Outcome) -> Publication:
    at = paris("2026-11-13 09:00")
    return Publication(parse_period("2026"), at, at, verdicts, digests or {})


BEFORE = published(a=Outcome.MET, b=Outcome.MISSED, c=Outcome.NOT_DUE)


@pytest.mark.parametrize(
    ("now", "counts"),
    [
        (published(a=Outcome.MET, b=Outcome.MET, c=Outcome.NOT_DUE), (1, 0, 0)),
        (published(a=Outcome.MET, b=Outcome.MISSED, c=Outcome.NOT_DUE, d=Outcome.MET), (0, 1, 0)),
        (published(a=Outcome.MET, c=Outcome.NOT_DUE), (0, 0, 1)),
        (published(a=Outcome.MISSED, d=Outcome.MET, e=Outcome.MET), (1, 2, 2)),
    ],
)
def test_a_figure_is_another_one_when_a_verdict_changed_appeared_or_is_gone(
    now: Publication, counts: tuple[int, int, int]
) -> None:
    found = revision(BEFORE, now)

    assert found is not None
    assert (found.changed, found.appeared, found.gone, found.causes) == (*counts, ())
    assert (found.published, found.now) == (BEFORE, now)


def test_the_same_verdicts_are_no_revision_and_each_source_that_changed_is_a_cause() -> None:
    before = dict.fromkeys(Source, "a")

    assert revision(BEFORE, published({Source.RULES: "b"}, **BEFORE.verdicts)) is None
    for source in Source:
        found = revision(
            replace(BEFORE, digests=before), published({**before, source: "b"}, a=Outcome.MISSED)
        )
        assert found is not None
        assert found.causes == (source,)


def test_what_was_published_rests_on_what_was_settled() -> None:
    assert (BEFORE.met, BEFORE.judged, BEFORE.attainment) == (1, 2, Fraction(1, 2))
    assert published(c=Outcome.NOT_DUE).attainment is None


TODAY = date(2026, 11, 13)
LAST_YEAR = date(2025, 1, 2)


def year(
    met: int,
    missed: int,
    waiting: int,
    *received: date,
    today: date = TODAY,
    target: Fraction = Fraction(4, 5),
) -> Outlook:
    return outlook(
        counts=Population(met, missed, 0, waiting),
        target=target,
        received=Counter(received),
        until=date(today.year, 12, 31),
        today=today,
        calendar=METROPOLE,
    )


def test_every_part_of_the_outlook_counted_by_hand() -> None:
    # A hundred are expected in the week of 30 November, as last year in that of 1 December.
    found = year(75, 25, 10, LAST_YEAR, *[date(2025, 12, 1)] * 100)

    assert found.landing is not None
    # 110 of 210 are left: like 100 × 110 / 210 trials, by Wilson.
    low, high = wilson(0.75, 100 * 110 / 210)
    assert found == Outlook(
        year=2026,
        waiting=10,
        needed=None,
        expected=100,
        volume_basis=VolumeBasis.LAST_YEAR,
        may_lose=17,
        landing=Landing(Fraction(3, 4), (75 + low * 110) / 210, (75 + high * 110) / 210),
        out_of_reach_from=parse_period("2026-W49"),
    )
    assert round(found.landing.low, 3) == 0.681
    assert round(found.landing.high, 3) == 0.801


def test_nothing_settled_has_no_landing_and_nothing_missed_loses_nothing() -> None:
    assert (year(0, 0, 3).landing, year(0, 0, 3).out_of_reach_from) == (None, None)
    assert year(3, 0, 3, LAST_YEAR, date(2025, 12, 1)).out_of_reach_from is None
    assert year(1, 9, 0, LAST_YEAR).out_of_reach_from is not None
    assert year(1, 1, 0, LAST_YEAR).out_of_reach_from is not None


def test_all_met_lands_at_the_whole_and_all_missed_at_nothing() -> None:
    best = year(10, 0, 0, LAST_YEAR, date(2025, 12, 1)).landing
    worst = year(0, 10, 0, LAST_YEAR, date(2025, 12, 1)).landing

    assert best is not None
    assert worst is not None
    assert (best.expected, best.high, worst.expected) == (Fraction(1), 1.0, Fraction(0))
    assert best.low < 1
    assert worst.high > 0
    assert worst.low >= 0
    assert all(wilson(0.0, count)[0] >= 0 and wilson(1.0, count)[1] <= 1 for count in range(1, 200))


def test_last_year_is_known_from_52_weeks_back_and_not_a_day_later() -> None:
    edge = TODAY - timedelta(weeks=52)

    assert year(1, 1, 0, edge).volume_basis is VolumeBasis.LAST_YEAR
    assert year(1, 1, 0, edge + DAY).volume_basis is VolumeBasis.THIS_YEAR
    assert (year(1, 1, 0).volume_basis, year(1, 1, 0).expected) == (VolumeBasis.THIS_YEAR, 0)


def test_this_year_s_mean_counts_from_the_first_request_of_the_year_to_today_both_included() -> None:
    left = METROPOLE.working_days_between(TODAY, date(2026, 12, 31))

    # Two working days, 12 and 13 November: one request a day. What is to come, or of last year, counts for nothing.
    assert year(1, 1, 0, date(2026, 11, 12), TODAY, TODAY + DAY).expected == left
    assert year(1, 1, 0, TODAY).expected == left
    # From 1 January on when the first came before: 218 working days, one request and a half each.
    worked = METROPOLE.working_days_between(date(2025, 12, 31), TODAY)
    new_year = [date(2025, 12, 1), *[date(2026, 1, 1)] * worked, *[TODAY] * (worked // 2)]
    assert year(1, 1, 0, *new_year).expected == round(Fraction(worked + worked // 2, worked) * left)
    assert year(1, 1, 0, date(2026, 11, 11), today=date(2026, 11, 11)).expected == 0


def test_the_last_day_of_the_year_is_still_to_come_and_today_is_not() -> None:
    last = date(2025, 12, 31) + DAY  # 52 weeks before 31 December 2026
    assert year(1, 1, 0, LAST_YEAR, last).expected == 1
    assert year(1, 1, 0, LAST_YEAR, last + DAY).expected == 0
    assert year(1, 1, 0, LAST_YEAR, TODAY - timedelta(weeks=52)).expected == 0
    assert year(1, 1, 0, LAST_YEAR, TODAY + DAY - timedelta(weeks=52)).expected == 1


def test_weeks_are_rounded_so_that_they_add_up() -> None:
    # One request in three working days: a third of a request a day over 34 days is eleven.
    found = year(1, 1, 0, date(2026, 11, 10))
    left = METROPOLE.working_days_between(TODAY, date(2026, 12, 31))

    assert found.expected == round(Fraction(left, 3))


def test_the_year_may_lose_what_the_target_leaves_and_is_lost_beyond() -> None:
    assert (year(80, 20, 0, LAST_YEAR).may_lose, year(80, 20, 0, LAST_YEAR).lost) == (0, False)
    assert (year(79, 21, 0, LAST_YEAR).may_lose, year(79, 21, 0, LAST_YEAR).lost) == (-1, True)
    assert year(0, 0, 0).needed == 0
    assert year(8, 2, 0).needed == 0
    assert year(7, 2, 1).needed == 1
    assert year(7, 3, 0).needed is None


def test_the_target_is_out_of_reach_only_when_it_can_no_longer_be_reached() -> None:
    december = [date(2025, 12, 1)] * 20

    # A fifth is lost, and a fifth may be: never out of reach. With one more missed, from the first week on.
    assert year(64, 16, 0, LAST_YEAR, *december).out_of_reach_from is None
    assert year(63, 17, 0, LAST_YEAR, *december).out_of_reach_from == parse_period("2026-W49")
    assert year(60, 16, 4, LAST_YEAR, *december).out_of_reach_from == parse_period("2026-W49")
    assert year(60, 15, 5, LAST_YEAR, *december).out_of_reach_from is None
    assert year(6, 4, 0, LAST_YEAR, today=date(2026, 12, 31)).out_of_reach_from is None
