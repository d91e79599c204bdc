"""The figure of a week, on the working day after it, is the one that it keeps: early answers wait as failures do."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import Case
from mailsla.core.rate.finality import Watched
from mailsla.core.rate.period import Grain, Period, parse_period, week_of
from mailsla.core.rate.population import Population
from mailsla.core.rate.section import section
from tests.core.cohorts import assessed, case, counted
from tests.factories import PARIS

FIRST_MONDAY = date(2026, 8, 31)
WEEKS = [week_of(FIRST_MONDAY + timedelta(weeks=number)) for number in range(10)]
MUCH_LATER = "2027-02-15 09:00"


def an_office(seed: int) -> list[Case]:
    """Return what came over four months, answered soon, late or never, and better or worse by the week."""
    draw = random.Random(seed)
    found = []
    for number in range(400):
        on = date(2026, 8, 3) + timedelta(days=draw.randrange(120))
        received = datetime.combine(on, time(draw.randrange(24), draw.randrange(60)), PARIS)
        care = 3 + on.isocalendar().week % 5 * 3
        delay = draw.choice([1, 2, 4, care, care, 2 * care, None])
        answered = None if delay is None else received + timedelta(days=delay, hours=draw.randrange(9))
        found.append(
            case(
                str(number), f"{received:%Y-%m-%d %H:%M}", f"{answered:%Y-%m-%d %H:%M}" if answered else None
            )
        )
    return found


def figure(cases: list[Case], week: Period, now: str) -> Population:
    return counted(cases, week.name, now).population


@pytest.mark.parametrize("seed", range(3))
def test_ten_weeks_replayed_keep_the_figure_of_the_monday_after_them(seed: int) -> None:
    cases = an_office(seed)
    failed = 0
    for week in WEEKS:
        monday = f"{week.last + timedelta(days=1)} 09:00"
        # The first working day after a week whose Monday is none comes later; none of these is one.
        friday = f"{week.last + timedelta(days=5)} 17:00"
        at_first, on_friday, at_last = (figure(cases, week, now) for now in (monday, friday, MUCH_LATER))

        assert at_first == on_friday == at_last
        assert at_first.not_due == 0
        failed += at_first.attainment is not None and at_first.attainment < 1
    assert failed >= len(WEEKS) - 1, "hardly a week is without failure, and its Monday can say so"


def test_before_its_end_a_week_says_less_and_never_that_a_failure_is_met() -> None:
    cases = an_office(0)
    for week in WEEKS:
        for day in range(7):
            early = figure(cases, week, f"{week.first + timedelta(days=day)} 09:00")
            late = figure(cases, week, MUCH_LATER)
            assert early.met <= late.met
            assert early.missed <= late.missed


@pytest.mark.parametrize("grain", [Grain.WEEK, Grain.MONTH, Grain.QUARTER])
@pytest.mark.parametrize("by", Belonging)
def test_pieces_add_up_to_their_period_whatever_is_cut_and_none_is_left_out(
    grain: Grain, by: Belonging
) -> None:
    period = parse_period("2026-08-05..2026-12-20")

    found = section(period, assessed(an_office(1), MUCH_LATER), Watched(), services=(), grain=grain, by=by)

    days = [(line.cut.first, line.cut.last) for line in found.by_period]
    assert (days[0][0], days[-1][1]) == (period.first, period.last)
    assert all(before[1] + timedelta(days=1) == after[0] for before, after in pairwise(days))
    for name in ("met", "missed", "early", "waiting"):
        whole = getattr(found.population, name)
        assert sum(getattr(line.population, name) for line in found.by_period) == whole


def test_a_request_is_in_the_period_of_its_due_date_and_beside_in_that_of_its_receipt() -> None:
    # Due on Friday 13 November.
    asked = [
        case("met", "2026-10-31 10:00", "2026-11-02 10:00"),
        case("excluded", "2026-10-31 11:00", excluded="x"),
    ]

    october, november = (counted(asked, month, MUCH_LATER) for month in ("2026-10", "2026-11"))

    assert (october.population, october.beside) == (Population(), Population(met=1, excluded=1))
    assert (november.population, november.beside) == (Population(met=1, excluded=1), Population())
