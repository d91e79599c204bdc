"""Published figures: what they follow from has a name, and a change of it is told, under both schemes of names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from fractions import Fraction

import pytest

from mailsla.core.clock.commitment import Commitment, Comparison
from mailsla.core.clock.opening_hours import Interval, OpeningHours
from mailsla.core.clock.verdict import Clock, Outcome
from mailsla.core.clock.working_days import DayKind, SpecialDay, WorkingCalendar
from mailsla.core.office.forms import AddressSource, Form
from mailsla.core.pairing.derivation import derive, rules_digest
from mailsla.core.pairing.rules import CategoryRule, ClosingEffect, ClosingRule
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import Case, case_of
from mailsla.core.rate.former_digests import former_digests
from mailsla.core.rate.period import parse_period
from mailsla.core.rate.publication import SALTED, Publication, Revision, Source, SourceDigest
from mailsla.core.rate.publishing import PublishedNow, publication, recounted, rules_at_hand
from mailsla.core.rate.report_rules import ReportRules
from mailsla.core.rate.standard import Standard
from tests.core.cohorts import case
from tests.factories import METROPOLE, OFFICE, PARIS, PROMISE, RULES, mail, paris, reply

AT = paris("2026-11-13 09:00")
YEAR = parse_period("2026")
READ = {Source.FACTS: "facts", Source.DECISIONS: "decisions", Source.RULES: "2:rules"}
HALF_DAY = SpecialDay(date(2026, 10, 30), DayKind.HALF_DAY, "veille de pont", "calendar.half_days")
CLOSED = replace(HALF_DAY, kind=DayKind.CLOSURE)
BOOKING = Form(
    frozenset({"rendez-vous@pref.example.fr"}),
    (AddressSource.SUBJECT, AddressSource.FROM),
    re.compile("<(.+)>", re.IGNORECASE),
)
PAIRING = replace(
    RULES,
    office=replace(OFFICE, forms=(*OFFICE.forms, BOOKING)),
    categories=(CategoryRule("information"), CategoryRule("complaint", subjects=("réclamation",))),
    closings=(ClosingRule(ClosingEffect.EXCLUDED, "sans suite", ("Sans suite",)),),
)
COMPLAINTS = Commitment("complaint", 15, Comparison.AT_MOST, Fraction(1))


def rules(*days: SpecialDay, half_days_count: bool = True, promise: Commitment = PROMISE) -> ReportRules:
    """Return the rules on a calendar with some more special days."""
    calendar = WorkingCalendar(
        zone=PARIS,
        first_year=2024,
        last_year=2027,
        special_days=[*METROPOLE.special_days, *days],
        half_days_count=half_days_count,
    )
    opening = OpeningHours(days={HALF_DAY.on: (Interval(time(9), time(12)),)})
    standard = Standard(Clock(calendar, opening=opening), {"information": promise, "complaint": COMPLAINTS})
    return ReportRules("Préfecture d'essai", standard, ("Étrangers",), PAIRING)


def read_by(made: ReportRules) -> dict[Source, str]:
    """Return what a store says whose requests were derived by some rules."""
    return {**READ, Source.RULES: rules_digest(made.pairing)}


def cases() -> list[Case]:
    """Return one request, answered on the tenth working day: the ninth, were Friday 30 October no working day."""
    asked = mail("2026-10-20 10:00")
    return [
        case_of(request) for request in derive([asked, reply("2026-11-03 10:00", asked)], PAIRING).requests
    ]


def published(by: ReportRules) -> Publication:
    return publication(cases(), by, YEAR, AT, read_by(by), Belonging.RECEIVED)


def published_formerly(by: ReportRules) -> Publication:
    return replace(published(by), digests={**READ, **former_digests(by, YEAR, AT)}, by=None)


def published_by_the_rules_at_hand(by: ReportRules) -> Publication:
    made = published(by)
    return replace(made, digests={**made.digests, Source.RULES: rules_at_hand(by)})


def causes(found: Revision | None) -> tuple[Source, ...]:
    assert found is not None
    return found.causes


Make = Callable[[ReportRules], Publication]
BEFORE = rules(HALF_DAY)
MAKERS = pytest.mark.parametrize("made", [published, published_by_the_rules_at_hand, published_formerly])


def test_the_digests_of_the_first_scheme_are_those_that_stores_hold() -> None:
    # Recorded from the code of that scheme; raising RULES_VERSION changes those of the rules, and has to.
    assert former_digests(BEFORE, YEAR, AT) == {
        Source.RULES: "cbf6512279e801a4",
        Source.CALENDAR: "d51b897e692a41c3",
    }


@MAKERS
def test_a_figure_that_nothing_changed_is_told_no_revision(made: Make) -> None:
    assert recounted(PublishedNow(made(BEFORE), cases(), read_by(BEFORE)), BEFORE) is None


@pytest.mark.parametrize(
    ("now", "cause"),
    [
        (rules(HALF_DAY, half_days_count=False), Source.CALENDAR),
        (rules(HALF_DAY, CLOSED), Source.CALENDAR),
        (rules(HALF_DAY, promise=replace(PROMISE, amount=11)), Source.RULES),
        (replace(BEFORE, pairing=replace(PAIRING, holding_stops=True)), Source.RULES),
    ],
    ids=["half-days", "closure", "promise", "pairing"],
)
@MAKERS
def test_what_changed_a_published_figure_is_named_and_nothing_else(
    made: Make, now: ReportRules, cause: Source
) -> None:
    before = replace(made(BEFORE), verdicts={"another": Outcome.MET})

    assert causes(recounted(PublishedNow(before, cases(), read_by(now)), now)) == (cause,)


@MAKERS
@pytest.mark.parametrize("source", [Source.FACTS, Source.DECISIONS])
def test_a_change_of_the_store_is_no_change_of_rules_whatever_the_scheme(made: Make, source: Source) -> None:
    before = replace(made(BEFORE), verdicts={})

    assert causes(recounted(PublishedNow(before, cases(), {**read_by(BEFORE), source: "other"}), BEFORE)) == (
        source,
    )


def test_half_days_are_the_cause_where_the_first_scheme_names_none() -> None:
    found = recounted(
        PublishedNow(published_formerly(BEFORE), cases(), READ), rules(HALF_DAY, half_days_count=False)
    )

    assert found is not None
    assert (found.published.met, found.now.met, found.causes) == (0, 1, (Source.CALENDAR,))


def test_a_publication_keeps_what_the_store_says_and_names_the_rest_by_the_second_scheme() -> None:
    made = published(BEFORE)
    rules_, calendar = made.digests[Source.RULES], made.digests[Source.CALENDAR]

    assert (rules_[:10], calendar[:2]) == ("derived 2:", "2:")
    assert made.digests == {**READ, Source.RULES: rules_, Source.CALENDAR: calendar}
    assert (made.period, made.at, made.published_at) == (YEAR, AT, AT)
    assert list(made.verdicts.values()) == [Outcome.MISSED]


def test_what_was_published_before_answers_had_to_fall_due_is_counted_again_as_it_was() -> None:
    early = case("early", "2026-11-09 10:00", "2026-11-10 10:00")
    waiting = case("waiting", "2026-11-10 10:00")
    due_next_year = case("december", "2026-12-28 10:00", "2026-12-29 10:00")
    late = paris("2027-02-01 09:00")

    former = publication([early, waiting], BEFORE, YEAR, AT, READ, None)
    now = publication([early, waiting], BEFORE, YEAR, AT, READ, Belonging.DUE)

    assert former.verdicts == {"early": Outcome.MET, "waiting": Outcome.NOT_DUE}
    assert (former.met, former.judged, former.by) == (1, 1, None)
    assert now.verdicts == {"early": Outcome.NOT_DUE, "waiting": Outcome.NOT_DUE}
    assert recounted(PublishedNow(former, [early, waiting], READ), BEFORE) is None
    assert list(publication([due_next_year], BEFORE, YEAR, late, READ, Belonging.DUE).verdicts) == []
    assert list(publication([due_next_year], BEFORE, YEAR, late, READ, Belonging.RECEIVED).verdicts) == [
        "december"
    ]


def test_a_calendar_decides_a_published_figure_from_the_first_receipt_of_its_period_on() -> None:
    november = parse_period("2026-11")
    closed = SpecialDay(date(2026, 10, 26), DayKind.CLOSURE, "pont", "calendar.closures")

    def named(made: ReportRules, by: Belonging) -> str:
        return publication([], made, november, AT, READ, by).digests[Source.CALENDAR]

    assert named(rules(), Belonging.DUE) != named(rules(closed), Belonging.DUE)
    assert named(rules(), Belonging.RECEIVED) == named(rules(closed), Belonging.RECEIVED)


def test_only_requests_of_the_period_received_by_then_are_published() -> None:
    [case] = cases()
    others = [
        replace(case, key="before", received_at=paris("2025-12-31 23:59")),
        replace(case, key="first", received_at=paris("2026-01-01 00:00")),
        replace(case, key="at", received_at=AT, answered_at=None),
        replace(case, key="later", received_at=paris("2026-11-13 09:01"), answered_at=None),
        replace(case, key="excluded", excluded="doublon"),
        replace(case, key="follow-up", follow_up=True),
        replace(case, key="complaint", category="complaint"),
    ]

    assert publication(others, BEFORE, YEAR, AT, READ, Belonging.RECEIVED).verdicts.keys() == {"first", "at"}


def test_a_publication_names_the_rules_that_derived_it_and_not_those_at_hand() -> None:
    theirs = replace(BEFORE, pairing=replace(PAIRING, holding_stops=True))
    made = publication(cases(), theirs, YEAR, AT, read_by(BEFORE), Belonging.RECEIVED)

    assert made.digests[Source.RULES] == published(BEFORE).digests[Source.RULES]
    assert made.digests[Source.RULES] != published(theirs).digests[Source.RULES]


@pytest.mark.parametrize("by", Belonging)
@pytest.mark.parametrize("name", ["2026", "2026-10", "2026-11", "2026-W45"])
def test_what_is_published_of_a_period_is_what_its_report_counts(name: str, by: Belonging) -> None:
    [asked] = cases()
    period = parse_period(name)
    many = [
        replace(
            asked,
            key=f"{month} {day} {number}",
            received_at=paris(f"2026-{month:02}-{day:02} 10:00"),
            answered_at=None
            if number == 2
            else paris(f"2026-{month:02}-{day:02} 11:00") + timedelta(days=13 * number),
            follow_up=number == 0 and day == 5,
            category="complaint" if day == 6 else "information",
            excluded="doublon" if day == 7 else None,
        )
        for month in (9, 10, 11)
        for day in range(1, 29)
        for number in range(3)
    ]
    counted = BEFORE.cohort(many, AT).counted().within(period, by)

    found = publication(many, BEFORE, period, AT, READ, by).verdicts

    assert found == {item.case.key: item.verdict.outcome for item in counted}
    assert len(found) > 5


@pytest.mark.parametrize("source", [Source.FACTS, Source.DECISIONS])
def test_a_source_is_held_against_the_digest_that_a_publication_was_made_with(source: Source) -> None:
    digest = SourceDigest(source, f"{SALTED}new", "former")
    made = published(BEFORE)

    assert digest.like(replace(made, digests={source: f"{SALTED}old"})) == f"{SALTED}new"
    assert digest.like(replace(made, digests={source: "0123456789abcdef"})) == "former"
    assert digest.like(replace(made, digests={})) == "former"
