"""Every figure of a report, on one cohort counted by hand; in whatever order the requests come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsla.core.clock.announcement import Announcement
from mailsla.core.clock.commitment import Comparison
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import Case
from mailsla.core.rate.delays import Delay, DelayCurve, delay_curve
from mailsla.core.rate.finality import Finality, Missing
from mailsla.core.rate.period import Grain, parse_period
from mailsla.core.rate.population import Population
from mailsla.core.rate.section import CategoryLine, PeriodLine, Section, ServiceLine
from tests.core.cohorts import (
    ALL,
    AT_ONCE,
    BEFORE,
    COMPLAINT,
    COMPLAINTS,
    IN_TIME,
    LATE,
    OVERDUE,
    SOON,
    TO_COME,
    assessed,
    case,
    counted,
    keys,
    listed,
    on,
    outlook_of,
)
from tests.factories import PROMISE, clock, paris, working_calendar


def curve(delays: str) -> DelayCurve:
    """Return the curve of delays in working days; `6+` is one that is not over."""
    return delay_curve(Delay(int(days.rstrip("+")), answered="+" not in days) for days in delays.split())


def of_a_month(number: int) -> Finality:
    """Return what the figure of a month lacks, in November, to a site that collected nothing."""
    missing = {11: tuple(Missing), 12: (Missing.PERIOD,)}
    return Finality(missing.get(number, (Missing.COLLECTION,)), is_covered=False)


EXPECTED = Section(
    period=parse_period("2026"),
    by=Belonging.RECEIVED,
    finality=Finality(tuple(Missing), is_covered=False),
    population=Population(met=1, missed=2, waiting=4, excluded=3),
    beside=Population(met=2, missed=2, waiting=4, excluded=3),
    compared=Population(met=1, missed=2, waiting=4),
    without_closures=Population(met=1, missed=2, waiting=4),
    closures_changed=0,
    by_decision=0,
    by_filing=0,
    by_mail=Population(met=1, missed=2, waiting=4),
    handled=Population(met=2, missed=1),
    delays=curve("2 22 23+ 6+ 1+ 2+ 0+"),
    first_responses=curve("0 22 2 6+ 1+ 2+ 0+"),
    acknowledged=2,
    by_service=(
        ServiceLine("Permis", Population(missed=1, waiting=1), curve("22 2+"), curve("22 2+")),
        ServiceLine("Étrangers", Population(met=1), curve("2"), curve("1")),
        ServiceLine("Inconnu", Population(waiting=1), curve("6+"), curve("6+")),
        ServiceLine(
            None, Population(missed=1, waiting=2, excluded=3), curve("23+ 1+ 0+"), curve("23+ 1+ 0+")
        ),
    ),
    by_category=(
        CategoryLine(
            PROMISE, Population(met=1, missed=2, waiting=4, excluded=3), 2, curve("2 22 23+ 6+ 1+ 2+ 0+")
        ),
        CategoryLine(COMPLAINTS, Population(met=1, excluded=1), 1, curve("15")),
    ),
    by_period=tuple(
        PeriodLine(
            parse_period(f"2026-{month:02}"),
            parse_period(f"2026-{month:02}"),
            {10: Population(met=1, missed=2, excluded=2), 11: Population(waiting=4, excluded=1)}.get(
                month, Population()
            ),
            curve({10: "2 22 23+", 11: "6+ 1+ 2+ 0+"}.get(month, "")),
            finality=of_a_month(month),
            former=None,
        )
        for month in range(1, 13)
    ),
    exclusions=(("doublon", 1), ("par téléphone", 2)),
    follow_ups=Population(met=1, missed=1, excluded=1),
)


def received(cases: Sequence[Case], *arguments: Any, **options: Any) -> Section:
    return counted(cases, *arguments, by=Belonging.RECEIVED, **options)


def test_every_figure_of_a_cohort_is_the_one_counted_by_hand() -> None:
    assert received(ALL) == EXPECTED


@given(st.permutations(ALL))
@settings(max_examples=10, deadline=None)
def test_the_order_in_which_requests_come_changes_no_figure(order: list[Case]) -> None:
    assert received(order) == EXPECTED
    assert listed(order) == (["overdue", "sequel"], ["soon"])
    assert outlook_of(order) == outlook_of(ALL)


def test_where_follow_ups_count_they_count_everywhere() -> None:
    found = received(ALL, count_follow_ups=True)

    assert found.population == Population(met=2, missed=3, waiting=4, excluded=4)
    assert found.by_category[0].population == found.population
    assert found.by_category[0].answered == 3
    assert found.follow_ups == EXPECTED.follow_ups
    assert found.handled == Population(met=3, missed=1)


def test_what_is_received_or_answered_at_the_edge_of_a_period_is_in_it() -> None:
    edges = [
        case("eve", "2026-09-30 23:59", "2026-10-01 00:00"),
        case("first", "2026-10-01 00:00", "2026-10-31 23:59"),
        case("last", "2026-10-31 23:59", "2026-11-01 00:00"),
        case("morrow", "2026-11-01 00:00", "2026-11-02 00:00"),
    ]
    found = received(edges, "2026-10")

    assert found.population == Population(missed=1, early=1)
    assert found.handled == Population(met=1, missed=1)
    assert [line.period.name for line in found.by_period] == ["2026-10"]


def test_a_verdict_that_the_rule_or_a_closure_turns_is_counted_beside() -> None:
    tenth = case("tenth", "2026-10-20 10:00", "2026-11-03 10:00")
    eleventh = case("eleventh", "2026-10-20 10:00", "2026-11-04 10:00")
    site = clock(working_calendar(closures=["2026-10-30"]))

    closed = counted([tenth, eleventh, IN_TIME], site=site)
    usual = counted([tenth, eleventh, IN_TIME])

    assert (closed.population, closed.compared) == (Population(met=2, missed=1), Population(met=3))
    assert (closed.without_closures, closed.closures_changed) == (Population(met=1, missed=2), 1)
    assert (usual.population, usual.compared) == (Population(met=1, missed=2), Population(met=2, missed=1))
    assert (usual.without_closures, usual.closures_changed) == (usual.population, 0)


def test_a_closure_is_seen_where_no_holiday_is_declared_beside() -> None:
    tenth = case("tenth", "2026-10-20 10:00", "2026-11-03 10:00")

    found = counted([tenth], site=clock(working_calendar([], closures=["2026-10-30"])))

    assert (found.without_closures, found.closures_changed) == (Population(missed=1), 1)


def test_a_first_response_of_this_very_instant_is_known() -> None:
    at_once = case("at once", "2026-11-12 10:00", first_response="2026-11-13 09:00")

    assert counted([at_once]).first_responses == curve("1")
    assert counted([replace(at_once, excluded="")]).exclusions == (("", 1),)


def test_a_closure_changes_nothing_for_those_it_does_not_touch() -> None:
    site = clock(working_calendar(closures=["2024-05-10"]))

    assert counted([IN_TIME, LATE], site=site).closures_changed == 0


def test_a_category_that_has_no_promise_falls_under_the_main_one() -> None:
    found = counted([replace(IN_TIME, category="autre"), replace(COMPLAINT, excluded="doublon")])

    assert [line.population for line in found.by_category] == [Population(met=1), Population(excluded=1)]
    assert (found.population, found.exclusions) == (Population(met=1), ())


def test_services_that_the_configuration_does_not_name_follow_by_name() -> None:
    named = [
        replace(SOON, key=name, service=name) for name in ("Zèle", "B", "E", "Accueil", "D", "C", "Étrangers")
    ]

    found = counted([*named, OVERDUE])

    assert [line.service for line in found.by_service] == [
        *("Étrangers", "Accueil", "B", "C", "D", "E", "Zèle"),
        None,
    ]
    assert [line.service for line in counted([*named, OVERDUE], services=()).by_service] == [
        *("Accueil", "B", "C", "D", "E", "Zèle", "Étrangers"),
        None,
    ]


@pytest.mark.parametrize(
    ("grain", "names"),
    [
        (Grain.WEEK, ["2026-W01", "2026-W02"]),
        (Grain.MONTH, ["2025-12", "2026-01"]),
        (Grain.QUARTER, ["2025-Q4", "2026-Q1"]),
        (Grain.YEAR, ["2025", "2026"]),
    ],
)
def test_pieces_of_a_cohort_come_by_date(grain: Grain, names: list[str]) -> None:
    late = case("january", "2026-01-05 10:00")
    found = received([SOON, late, BEFORE], "2025-12-29..2026-01-11", grain=grain)

    assert [line.period.name for line in found.by_period] == names


def test_a_request_with_an_announced_date_is_judged_by_it() -> None:
    announcing = {"information": replace(PROMISE, announced_date_counts=True)}
    announced = replace(OVERDUE, announcements=(Announcement(paris("2026-10-14 10:00"), on("2026-12-01")),))

    assert counted([announced], commitments=announcing).population == Population(waiting=1)
    assert counted([announced], commitments=announcing).compared == Population(waiting=1)
    assert counted([announced]).population == Population(missed=1)


def test_the_promises_are_read_the_other_way_all_of_them() -> None:
    standard = assessed([]).standard.read_as(Comparison.AT_MOST)

    assert [item.comparison for item in standard.commitments.values()] == [Comparison.AT_MOST] * 2
    assert list(standard.commitments) == ["information", "complaint"]


def test_only_requests_received_by_then_are_judged() -> None:
    found = assessed([AT_ONCE, TO_COME])

    assert keys(found) == ["at once"]
    assert keys(found.standard.judge([AT_ONCE, TO_COME], found.now)) == ["at once"]
