"""The clock of the promise: the golden table, every option on both sides of its edge, and its algebra."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsla.core.clock.commitment import Commitment, Comparison
from mailsla.core.clock.receipt import ClosedDayReceipt
from mailsla.core.clock.verdict import Outcome
from mailsla.core.clock.working_days import DayKind, SpecialDay, WorkingCalendar
from mailsla.core.errors import UsageError
from tests.factories import (
    ALSACE_MOSELLE_DAYS,
    GUYANE_DAYS,
    METROPOLE,
    METROPOLE_DAYS,
    PARIS,
    PROMISE,
    clock,
    paris,
    working_calendar,
)

AT_MOST = PROMISE.compared(Comparison.AT_MOST)
ALSACE_MOSELLE = working_calendar(ALSACE_MOSELLE_DAYS)
GUYANE = working_calendar(GUYANE_DAYS, zone="America/Cayenne")
BRIDGE = working_calendar(closures=["2026-05-15"])


@pytest.mark.parametrize(
    ("calendar", "received", "fifth", "ninth", "tenth"),
    [
        (METROPOLE, "2026-04-28", "2026-05-06", "2026-05-13", "2026-05-15"),
        (METROPOLE, "2026-03-27", "2026-04-03", "2026-04-10", "2026-04-13"),
        (ALSACE_MOSELLE, "2026-03-27", "2026-04-07", "2026-04-13", "2026-04-14"),
        (METROPOLE, "2025-12-19", "2025-12-29", "2026-01-05", "2026-01-06"),
        (ALSACE_MOSELLE, "2025-12-19", "2025-12-30", "2026-01-06", "2026-01-07"),
        (METROPOLE, "2026-05-01", "2026-05-11", "2026-05-18", "2026-05-19"),
        (METROPOLE, "2026-05-02", "2026-05-11", "2026-05-18", "2026-05-19"),
        (GUYANE, "2026-06-02", "2026-06-09", "2026-06-16", "2026-06-17"),
        (METROPOLE, "2026-06-02", "2026-06-09", "2026-06-15", "2026-06-16"),
        (BRIDGE, "2026-05-12", "2026-05-21", "2026-05-28", "2026-05-29"),
    ],
)
def test_the_golden_table_checked_by_hand(
    calendar: WorkingCalendar, received: str, fifth: str, ninth: str, tenth: str
) -> None:
    received_at = datetime.combine(date.fromisoformat(received), time(9), calendar.zone)
    site = clock(calendar)

    assert calendar.working_day(date.fromisoformat(received), 5) == date.fromisoformat(fifth)
    assert site.due_on(received_at, PROMISE) == date.fromisoformat(ninth)
    assert site.due_on(received_at, AT_MOST) == date.fromisoformat(tenth)


@pytest.mark.parametrize("received", ["2026-05-01 10:00", "2026-05-02 10:00"])
def test_mail_of_a_closed_day_may_count_as_received_on_the_next_working_day(received: str) -> None:
    moved = clock(closed_day=ClosedDayReceipt.NEXT_WORKING_DAY)

    assert moved.due_on(paris(received), AT_MOST) == date(2026, 5, 20)
    assert clock().due_on(paris(received), AT_MOST) == date(2026, 5, 19)


def test_the_closed_day_option_leaves_mail_of_working_days_alone() -> None:
    moved = clock(closed_day=ClosedDayReceipt.NEXT_WORKING_DAY)

    assert moved.received_on(paris("2026-05-04 10:00")) == date(2026, 5, 4)


@pytest.mark.parametrize(
    ("at", "received_on"),
    [("16:59:59", "2026-05-04"), ("17:00:00", "2026-05-05"), ("23:59:59", "2026-05-05")],
)
def test_a_cutoff_makes_later_mail_count_as_received_the_next_day(at: str, received_on: str) -> None:
    site = clock(cutoff=time(17))

    assert site.received_on(paris(f"2026-05-04 {at}")) == date.fromisoformat(received_on)


def test_a_cutoff_on_a_friday_then_a_closed_day_lands_on_monday() -> None:
    site = clock(cutoff=time(17), closed_day=ClosedDayReceipt.NEXT_WORKING_DAY)

    assert site.received_on(paris("2026-06-05 18:00")) == date(2026, 6, 8)


def test_a_request_late_in_the_evening_utc_belongs_to_the_next_day_in_paris() -> None:
    received = datetime(2026, 11, 10, 23, 30, tzinfo=UTC)  # 00:30 on Armistice Day in Paris
    answered = datetime(2026, 11, 12, 9, 0, tzinfo=PARIS)

    assert METROPOLE.working_days_after(received, answered) == 1


@pytest.mark.parametrize(
    ("zone", "instant", "local"),
    [
        ("Pacific/Tahiti", "2026-06-10T09:59:59+00:00", "2026-06-09"),
        ("Pacific/Tahiti", "2026-06-10T10:00:00+00:00", "2026-06-10"),
        ("Pacific/Noumea", "2026-06-10T12:59:59+00:00", "2026-06-10"),
        ("Pacific/Noumea", "2026-06-10T13:00:00+00:00", "2026-06-11"),
        ("Pacific/Wallis", "2026-06-10T11:59:59+00:00", "2026-06-10"),
        ("Pacific/Wallis", "2026-06-10T12:00:00+00:00", "2026-06-11"),
        ("Indian/Reunion", "2026-12-31T20:00:00+00:00", "2027-01-01"),
    ],
)
def test_a_day_is_the_site_s_own(zone: str, instant: str, local: str) -> None:
    calendar = working_calendar(zone=zone)

    assert calendar.local_date(datetime.fromisoformat(instant)) == date.fromisoformat(local)


@pytest.mark.parametrize(
    ("instant", "local"),
    [
        ("2026-03-28T22:59:59+00:00", "2026-03-28"),  # clocks go forward on the 29th
        ("2026-03-28T23:00:00+00:00", "2026-03-29"),
        ("2026-03-29T21:59:59+00:00", "2026-03-29"),
        ("2026-03-29T22:00:00+00:00", "2026-03-30"),
        ("2026-10-24T22:00:00+00:00", "2026-10-25"),  # and back on the 25th
        ("2026-10-25T22:59:59+00:00", "2026-10-25"),
        ("2026-10-25T23:00:00+00:00", "2026-10-26"),
    ],
)
def test_days_of_a_change_of_hour_have_23_or_25_hours(instant: str, local: str) -> None:
    assert METROPOLE.local_date(datetime.fromisoformat(instant)) == date.fromisoformat(local)


@pytest.mark.parametrize(
    ("answered", "outcome", "days"),
    [
        ("2026-05-13 23:59", Outcome.MET, 9),
        ("2026-05-14 00:00", Outcome.MET, 9),  # Ascension Day adds nothing
        ("2026-05-14 23:59", Outcome.MET, 9),
        ("2026-05-15 00:00", Outcome.MISSED, 10),
        ("2026-05-15 00:01", Outcome.MISSED, 10),
    ],
)
def test_the_last_day_runs_to_midnight(answered: str, outcome: Outcome, days: int) -> None:
    received, now = paris("2026-04-28 09:00"), paris("2026-06-30 09:00")

    verdict = clock().verdict(received, paris(answered), PROMISE, now)

    assert (verdict.outcome, verdict.working_days) == (outcome, days)


def test_a_reply_on_saturday_took_what_friday_s_would_have() -> None:
    received = paris("2026-06-01 09:00")

    assert clock().elapsed(received, paris("2026-06-06 12:00")) == 4
    assert clock().elapsed(received, paris("2026-06-05 12:00")) == 4


def test_an_unanswered_request_waits_as_long_as_a_reply_would_be_in_time() -> None:
    received = paris("2026-06-02 09:00")  # due on Monday 15 June
    friday = paris("2026-05-22 09:00")  # due on Friday 5 June: a Saturday reply would count as Friday's

    assert clock().verdict(received, None, PROMISE, paris("2026-06-15 23:59")).outcome is Outcome.NOT_DUE
    assert clock().verdict(received, None, PROMISE, paris("2026-06-16 00:00")).outcome is Outcome.MISSED
    assert clock().verdict(friday, None, PROMISE, paris("2026-06-07 23:59")).outcome is Outcome.NOT_DUE
    assert clock().verdict(friday, None, PROMISE, paris("2026-06-08 00:00")).outcome is Outcome.MISSED


def test_an_answer_in_time_is_met_once_it_has_fallen_due_and_not_before() -> None:
    received, answered = paris("2026-06-02 09:00"), paris("2026-06-05 09:00")  # due on Monday 15 June

    at_once, on_the_eve, after = (
        clock().verdict(received, answered, PROMISE, paris(now))
        for now in ("2026-06-05 09:00", "2026-06-15 23:59", "2026-06-16 00:00")
    )

    assert [(found.outcome, found.answered_on) for found in (at_once, on_the_eve, after)] == [
        (Outcome.NOT_DUE, date(2026, 6, 5)),
        (Outcome.NOT_DUE, date(2026, 6, 5)),
        (Outcome.MET, date(2026, 6, 5)),
    ]


def test_a_reply_after_now_does_not_exist_yet() -> None:
    received, answered = paris("2026-06-02 09:00"), paris("2026-06-05 09:00")

    before = clock().verdict(received, answered, PROMISE, paris("2026-06-04 09:00"))

    assert (before.outcome, before.answered_on) == (Outcome.NOT_DUE, None)


def test_a_reply_sent_before_its_request_took_no_day() -> None:
    assert clock().elapsed(paris("2026-06-03 09:00"), paris("2026-06-01 09:00")) == 0


def test_29_february_counts_like_any_thursday() -> None:
    assert METROPOLE.is_working(date(2024, 2, 29))
    assert METROPOLE.working_days_between(date(2024, 2, 28), date(2024, 3, 1)) == 2


def test_an_interval_of_years_is_counted() -> None:
    expected = numpy.busday_count("2024-01-03", "2027-12-31", holidays=METROPOLE_DAYS)

    assert METROPOLE.working_days_between(date(2024, 1, 2), date(2027, 12, 30)) == expected


def test_a_promise_of_less_than_one_day_is_due_the_same_day() -> None:
    at_once = Commitment("information", 1, Comparison.LESS_THAN, Fraction(1))
    received = paris("2026-06-03 09:00")

    assert clock().due_on(received, at_once) == date(2026, 6, 3)
    assert clock().verdict(received, paris("2026-06-03 23:00"), at_once, received).outcome is Outcome.NOT_DUE
    late = clock().verdict(received, paris("2026-06-04 08:00"), at_once, paris("2026-06-05 08:00"))
    assert late.outcome is Outcome.MISSED


def test_a_worked_holiday_counts_and_says_so() -> None:
    whit_monday = date(2026, 5, 25)
    calendar = WorkingCalendar(
        zone=PARIS,
        first_year=2026,
        last_year=2026,
        special_days=[
            SpecialDay(whit_monday, DayKind.HOLIDAY, "Lundi de Pentecôte", "L3133-1"),
            SpecialDay(whit_monday, DayKind.WORKED_HOLIDAY, "journée de solidarité", "site"),
        ],
    )

    assert calendar.day(whit_monday).counted
    assert calendar.day(whit_monday).kind is DayKind.WORKED_HOLIDAY
    assert not METROPOLE.is_working(whit_monday)


def test_a_naive_instant_or_an_inverted_interval_raises() -> None:
    aware = paris("2026-06-03 09:00")

    with pytest.raises(ValueError, match="zone"):
        METROPOLE.local_date(datetime(2026, 6, 3))  # noqa: DTZ001 (what is refused)
    with pytest.raises(ValueError, match="before it starts"):
        METROPOLE.working_days_after(aware, aware - timedelta(seconds=1))


def test_a_date_outside_the_calendar_raises_instead_of_being_counted_wrong() -> None:
    with pytest.raises(UsageError):
        METROPOLE.is_working(date(2023, 12, 31))
    with pytest.raises(UsageError):
        METROPOLE.working_day(date(2027, 12, 31), 1)
    with pytest.raises(UsageError):
        METROPOLE.local_date(datetime(2028, 1, 2, tzinfo=UTC))


INSTANTS = st.datetimes(
    min_value=datetime(2024, 2, 1),  # noqa: DTZ001 (hypothesis adds the zone)
    max_value=datetime(2027, 10, 1),  # noqa: DTZ001 (hypothesis adds the zone)
    timezones=st.just(UTC),
)
CALENDARS = st.sampled_from([METROPOLE, ALSACE_MOSELLE, GUYANE, BRIDGE])


@given(CALENDARS, INSTANTS, INSTANTS, INSTANTS)
def test_cutting_an_interval_loses_no_day(
    calendar: WorkingCalendar, one: datetime, two: datetime, three: datetime
) -> None:
    first, middle, last = sorted((one, two, three))

    parts = calendar.working_days_after(first, middle) + calendar.working_days_after(middle, last)

    assert parts == calendar.working_days_after(first, last)


@given(CALENDARS, INSTANTS, st.integers(1, 40), st.sampled_from(Comparison))
def test_the_due_date_is_the_last_day_in_time(
    calendar: WorkingCalendar, received: datetime, days: int, comparison: Comparison
) -> None:
    promise = Commitment("information", days, comparison, Fraction(4, 5))
    due_on = clock(calendar).due_on(received, promise)
    after = calendar.working_day(due_on, 1)

    assert calendar.working_days_between(calendar.local_date(received), due_on) <= promise.last_day
    assert calendar.working_days_between(calendar.local_date(received), after) > promise.last_day


@given(INSTANTS, INSTANTS, st.dates(date(2024, 1, 1), date(2027, 12, 31)))
def test_adding_a_closure_never_lengthens_a_delay(one: datetime, two: datetime, closed: date) -> None:
    first, last = sorted((one, two))
    shorter = working_calendar(closures=[closed.isoformat()]).working_days_after(first, last)

    assert shorter <= METROPOLE.working_days_after(first, last) <= shorter + 1


@given(CALENDARS, INSTANTS, INSTANTS, INSTANTS)
def test_a_later_reply_never_took_less(
    calendar: WorkingCalendar, one: datetime, two: datetime, three: datetime
) -> None:
    first, sooner, later = sorted((one, two, three))

    assert calendar.working_days_after(first, sooner) <= calendar.working_days_after(first, later)


@given(INSTANTS, INSTANTS)
def test_the_count_equals_an_independent_one(one: datetime, two: datetime) -> None:
    first, last = sorted((one, two))
    start = (first.astimezone(PARIS) + timedelta(days=1)).date()
    end = (last.astimezone(PARIS) + timedelta(days=1)).date()

    expected = numpy.busday_count(start.isoformat(), end.isoformat(), holidays=METROPOLE_DAYS)

    assert METROPOLE.working_days_after(first, last) == expected
