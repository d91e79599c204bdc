"""The promises beside the main one: what each is about, what keeps it, its own due dates, cohort and verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsla.core.clock.announced_date_kept import verdict_by_announced_date
from mailsla.core.clock.announcement import Announcement
from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.origin import PresetName
from mailsla.core.clock.presets import ACKNOWLEDGEMENT_PRESETS
from mailsla.core.clock.verdict import Outcome
from mailsla.core.collection.gap import Span
from mailsla.core.mail.instants import Basis
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import Case
from mailsla.core.rate.finality import Finality, Missing, Watched
from mailsla.core.rate.period import parse_period
from mailsla.core.rate.population import Population
from mailsla.core.rate.promises import Keeping, KeptBy, Promise, PromiseLine, announced_dates
from mailsla.core.rate.standard import Judged, Standard
from tests.core.cohorts import COMPLAINTS, NOW, case
from tests.factories import PROMISE, clock, paris

STANDARD = Standard(clock(), {"information": PROMISE, "complaint": COMPLAINTS})
RECEIPT = Promise(
    ACKNOWLEDGEMENT_PRESETS[PresetName.RECEIPT].commitment(PresetName.RECEIPT), KeptBy.FIRST_MAIL
)
RECORDING = Promise(
    ACKNOWLEDGEMENT_PRESETS[PresetName.RECORDING].commitment(PresetName.RECORDING), KeptBy.FIRST_MAIL
)
ANNOUNCED = announced_dates(PROMISE)
COMPLAINT = Promise(COMPLAINTS)


def held(promise: Promise, *cases: Case, now: str = NOW, count_follow_ups: bool = False) -> list[Judged]:
    judged = STANDARD.judge(cases, paris(now))
    return [*promise.held(judged, STANDARD, paris(now), count_follow_ups=count_follow_ups)]


def outcomes(promise: Promise, *cases: Case, now: str = NOW) -> dict[str, Outcome]:
    return {item.case.key: item.verdict.outcome for item in held(promise, *cases, now=now)}


def line(
    promise: Promise,
    *cases: Case,
    period: str = "2026",
    by: Belonging = Belonging.DUE,
    now: str = NOW,
    since: str = "2025-01-01 00:00",
) -> PromiseLine:
    watched = Watched(spans=[Span("contact", paris(since), None)])
    return promise.line(
        held(promise, *cases, now=now), parse_period(period), by, watched, STANDARD, paris(now)
    )


def test_a_category_s_promise_is_about_its_own_requests_and_the_law_s_about_all() -> None:
    asked = case("asked", "2026-10-01 10:00")
    complaint = case("complaint", "2026-10-01 10:00", category="complaint")
    other = case("other", "2026-10-01 10:00", category="never declared")

    assert [item.case.key for item in held(COMPLAINT, asked, complaint, other)] == ["complaint"]
    assert [item.case.key for item in held(RECEIPT, asked, complaint, other)] == [
        "asked",
        "complaint",
        "other",
    ]
    assert held(ANNOUNCED, asked, complaint, other) == []


DATED = (Announcement(paris("2026-10-02 10:00"), date(2026, 10, 20)),)


@pytest.mark.parametrize("promise", [RECEIPT, ANNOUNCED, COMPLAINT], ids=lambda promise: promise.name)
def test_what_is_excluded_is_in_none_and_a_sequel_only_where_those_count(promise: Promise) -> None:
    asked = case("asked", "2026-10-01 10:00", category="complaint", announcements=DATED)
    sequel, excluded = (
        replace(asked, key="sequel", follow_up=True),
        replace(asked, key="excluded", excluded="doublon"),
    )

    assert [item.case.key for item in held(promise, asked, sequel, excluded)] == ["asked"]
    counting = held(promise, asked, sequel, excluded, count_follow_ups=True)
    assert [item.case.key for item in counting] == ["asked", "sequel"]


# Friday 23 October 2026: due on Friday 6 November, ten working days later, and on Monday 26 October, one later.
@pytest.mark.parametrize(
    ("first_mail", "receipt", "recording"),
    [
        ("2026-10-23 10:01", Outcome.MET, Outcome.MET),
        ("2026-10-26 23:59", Outcome.MET, Outcome.MET),
        ("2026-10-27 00:00", Outcome.MET, Outcome.MISSED),
        ("2026-11-08 23:59", Outcome.MET, Outcome.MISSED),  # the Sunday counts as the Friday
        ("2026-11-09 00:00", Outcome.MISSED, Outcome.MISSED),
        (None, Outcome.MISSED, Outcome.MISSED),
    ],
)
def test_the_first_mail_of_the_office_is_what_acknowledges_within_ten_working_days_or_one(
    first_mail: str | None, receipt: Outcome, recording: Outcome
) -> None:
    asked = case("asked", "2026-10-23 10:00", "2026-11-12 10:00", first_response=first_mail)

    assert outcomes(RECEIPT, asked) == {"asked": receipt}
    assert outcomes(RECORDING, asked) == {"asked": recording}


def test_an_acknowledgement_has_no_verdict_before_it_has_fallen_due() -> None:
    early = case("early", "2026-10-23 10:00", first_response="2026-10-23 10:01")
    waiting = case("waiting", "2026-10-23 10:00")

    assert {*outcomes(RECEIPT, early, waiting, now="2026-11-08 23:59").values()} == {Outcome.NOT_DUE}
    assert outcomes(RECEIPT, early, waiting, now="2026-11-09 00:00") == {
        "early": Outcome.MET,
        "waiting": Outcome.MISSED,
    }


def test_an_answer_that_no_mail_gave_acknowledges_nothing_and_the_list_shows_the_first_mail() -> None:
    told = case("told", "2026-10-01 10:00", "2026-10-02 10:00", otherwise=Basis.DECISION)
    written = case("written", "2026-10-01 10:00", "2026-10-20 10:00", first_response="2026-10-05 10:00")

    assert outcomes(RECEIPT, told, written) == {"told": Outcome.MISSED, "written": Outcome.MET}
    assert [item.case.answered_at for item in held(RECEIPT, told, written)] == [
        None,
        paris("2026-10-05 10:00"),
    ]


def test_an_announced_date_does_not_move_what_the_law_says_of_acknowledgements() -> None:
    asked = case("asked", "2026-10-01 10:00", announcements=DATED, first_response="2026-10-02 10:00")

    assert held(RECEIPT, asked)[0].verdict.due_on == date(2026, 10, 15)


def announced(
    *dates: tuple[str, str], answered: str | None = None, received: str = "2026-10-01 10:00", now: str = NOW
) -> tuple[Outcome, date] | None:
    """Return how a request stands by the dates announced: (sent, answer by)."""
    verdict = verdict_by_announced_date(
        clock(),
        paris(received),
        None if answered is None else paris(answered),
        [Announcement(paris(at), date.fromisoformat(by)) for at, by in dates],
        paris(now),
    )
    return None if verdict is None else (verdict.outcome, verdict.due_on)


FRIDAY = ("2026-10-02 10:00", "2026-10-23")


@pytest.mark.parametrize(
    ("answered", "now", "outcome"),
    [
        ("2026-10-22 10:00", NOW, Outcome.MET),
        ("2026-10-25 23:59", NOW, Outcome.MET),  # the Sunday counts as the Friday
        ("2026-10-26 00:00", NOW, Outcome.MISSED),
        (None, NOW, Outcome.MISSED),
        ("2026-10-22 10:00", "2026-10-25 23:59", Outcome.NOT_DUE),
        (None, "2026-10-25 23:59", Outcome.NOT_DUE),
        (None, "2026-10-26 00:00", Outcome.MISSED),
        ("2026-10-22 10:00", "2026-10-26 00:00", Outcome.MET),
        ("2026-11-13 09:01", NOW, Outcome.MISSED),  # later than now
    ],
)
def test_a_date_is_kept_by_an_answer_on_it_at_the_latest_and_judged_once_it_has_come(
    answered: str | None, now: str, outcome: Outcome
) -> None:
    assert announced(FRIDAY, answered=answered, now=now) == (outcome, date(2026, 10, 23))


def test_a_later_date_replaces_one_that_has_not_fallen_due_and_none_that_was_missed() -> None:
    in_time, too_late = ("2026-10-25 23:59", "2026-11-20"), ("2026-10-26 00:00", "2026-11-20")

    assert announced(FRIDAY, in_time) == (Outcome.NOT_DUE, date(2026, 11, 20))
    assert announced(FRIDAY, too_late) == (Outcome.MISSED, date(2026, 10, 23))
    assert announced(FRIDAY, ("2026-10-05 10:00", "2026-10-20")) == (Outcome.MISSED, date(2026, 10, 23))


def test_a_date_is_a_promise_though_the_delay_was_over_and_none_beyond_three_months_after_receipt() -> None:
    assert announced(("2026-11-10 10:00", "2026-11-12")) == (Outcome.MISSED, date(2026, 11, 12))
    assert announced(("2026-10-02 10:00", "2027-01-01")) == (Outcome.NOT_DUE, date(2027, 1, 1))
    assert announced(("2026-10-02 10:00", "2027-01-02")) is None
    assert announced(("2026-10-02 10:00", "2036-03-12"), FRIDAY) == (Outcome.MISSED, date(2026, 10, 23))


def test_a_date_that_is_announced_later_than_now_is_not_known() -> None:
    assert announced(("2026-11-13 09:01", "2026-11-20")) is None
    assert announced() is None


def test_the_announced_date_counts_the_days_like_any_verdict() -> None:
    verdict = verdict_by_announced_date(
        clock(),
        paris("2026-10-01 10:00"),
        paris("2026-10-05 10:00"),
        [Announcement(paris("2026-10-02 10:00"), date(2026, 10, 20))],
        paris(NOW),
    )

    assert verdict is not None
    assert (verdict.working_days, verdict.elapsed, verdict.answered_on) == (2, 2, date(2026, 10, 5))
    assert (verdict.announced, verdict.in_time, verdict.received_on) == (True, True, date(2026, 10, 1))


CASES = [
    # Due in October by its own promise, and by the main one in November.
    case("met", "2026-10-09 10:00", "2026-10-30 10:00", category="complaint"),
    case("late", "2026-10-08 10:00", "2026-11-02 10:00", category="complaint"),
    case("never", "2026-10-01 10:00", category="complaint"),
    case("november", "2026-10-12 10:00", "2026-10-13 10:00", category="complaint"),
    case("not due", "2026-11-02 10:00", category="complaint"),
    case("information", "2026-10-01 10:00"),
]


def test_a_promise_counts_the_period_s_requests_by_its_own_due_dates_or_by_receipt() -> None:
    due = line(COMPLAINT, *CASES, period="2026-10")
    received = line(COMPLAINT, *CASES, period="2026-10", by=Belonging.RECEIVED)
    year = line(COMPLAINT, *CASES)

    assert (due.population, due.answered, due.unanswered) == (Population(met=1, missed=2), 2, 1)
    assert received.population == Population(met=2, missed=2)
    assert (year.population, year.answered) == (Population(met=2, missed=2, waiting=1), 3)


@given(st.lists(st.sampled_from(CASES), unique=True))
def test_what_is_answered_and_what_is_not_add_up(some: list[Case]) -> None:
    found = line(COMPLAINT, *some)

    assert found.answered + found.unanswered == found.population.counted


def test_a_promise_is_definitive_by_its_own_days() -> None:
    """What first falls due in October by an `at_most 15` came on 10 September."""
    received = [case("a", "2026-09-14 10:00", "2026-09-15 10:00", category="complaint")]

    whole = line(COMPLAINT, *received, period="2026-10", since="2026-09-10 00:00")
    late = line(COMPLAINT, *received, period="2026-10", since="2026-09-11 00:00")
    running = line(COMPLAINT, *received, period="2026-11")

    assert whole.finality == Finality()
    assert late.finality.missing == (Missing.COLLECTION,)
    assert running.finality.missing == (Missing.PERIOD,)


HALF = replace(PROMISE, category="half", target=Fraction(1, 2))
SO_FAR = Finality((Missing.PERIOD,))


@pytest.mark.parametrize(
    ("commitment", "counts", "finality", "keeping"),
    [
        (COMPLAINTS, Population(met=2), Finality(), Keeping.KEPT),
        (COMPLAINTS, Population(met=1), Finality(), Keeping.KEPT),
        (COMPLAINTS, Population(met=1, missed=1), Finality(), Keeping.NOT_KEPT),
        (COMPLAINTS, Population(met=999, missed=1), SO_FAR, Keeping.BELOW),
        (COMPLAINTS, Population(met=2, waiting=7), SO_FAR, Keeping.ABOVE),
        (COMPLAINTS, Population(waiting=7), SO_FAR, None),
        (COMPLAINTS, Population(met=2), Finality(is_covered=False), None),
        (HALF, Population(met=2, missed=2), Finality(), None),
        (HALF, Population(met=3, missed=3), Finality(), Keeping.KEPT),
        (HALF, Population(met=2, missed=3), Finality(), Keeping.NOT_KEPT),
        (HALF, Population(met=2, missed=3), SO_FAR, Keeping.BELOW),
        (HALF, Population(met=3, missed=2), SO_FAR, Keeping.ABOVE),
    ],
)
def test_what_is_promised_to_every_one_is_judged_however_few_and_a_share_from_the_minimum_on(
    commitment: Commitment, counts: Population, finality: Finality, keeping: Keeping | None
) -> None:
    assert PromiseLine(Promise(commitment), counts, 0, finality).keeping(5) is keeping


def test_the_announced_dates_are_every_one_s_and_their_holes_are_looked_for_three_months_back() -> None:
    assert ANNOUNCED.commitment.is_for_every_one
    assert ANNOUNCED.name == "delai-annonce"
    asked = case("asked", "2026-10-01 10:00", "2026-10-05 10:00", announcements=DATED)

    assert line(ANNOUNCED, asked, period="2026-10", since="2026-09-01 00:00").finality.missing == (
        Missing.COLLECTION,
    )
    assert line(ANNOUNCED, asked, period="2026-10", since="2026-06-01 00:00").keeping(5) is Keeping.KEPT
