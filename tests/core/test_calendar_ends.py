"""The calendar and the clock at their ends: first and last day, first and last instant, and just outside."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from mailsla.core.clock.announcement import Announcement
from mailsla.core.clock.commitment import Commitment, Comparison, Unit
from mailsla.core.clock.opening_hours import USUAL_WEEK, Interval, OpeningHours
from mailsla.core.clock.receipt import ReceiptRule
from mailsla.core.clock.verdict import Clock, Outcome
from mailsla.core.clock.working_days import Day, DayKind, SpecialDay, WorkingCalendar
from mailsla.core.errors import UsageError
from tests.factories import METROPOLE, PARIS, PROMISE, clock, paris, working_calendar

HALF = SpecialDay(date(2026, 12, 24), DayKind.HALF_DAY, "veille de Noël", "site")
FIRST = paris("2024-01-01 00:00")
END = paris("2028-01-01 00:00")
SECOND = timedelta(seconds=1)


def one_year(*days: SpecialDay, half_days_count: bool = True) -> WorkingCalendar:
    return WorkingCalendar(
        zone=PARIS, first_year=2026, last_year=2026, special_days=days, half_days_count=half_days_count
    )


def test_a_calendar_covers_its_first_and_its_last_day() -> None:
    assert (METROPOLE.first, METROPOLE.last) == (date(2024, 1, 1), date(2027, 12, 31))
    assert not METROPOLE.is_working(date(2024, 1, 1))
    assert METROPOLE.is_working(date(2027, 12, 31))
    for on in (date(2023, 12, 31), date(2028, 1, 1)):
        with pytest.raises(UsageError, match="2024-01-01, 2027-12-31"):
            METROPOLE.is_working(on)
        with pytest.raises(UsageError):
            METROPOLE.day(on)
        with pytest.raises(UsageError):
            METROPOLE.start_of(on)


def test_the_first_day_of_a_calendar_may_be_a_working_day() -> None:
    calendar = one_year()

    assert calendar.is_working(date(2026, 1, 1))
    assert calendar.working_days_between(date(2026, 1, 1), date(2026, 1, 2)) == 1
    assert calendar.next_working_day(date(2026, 1, 1)) == date(2026, 1, 1)


def test_a_calendar_covers_its_first_instant_and_not_its_end() -> None:
    assert METROPOLE.local_date(FIRST) == date(2024, 1, 1)
    assert METROPOLE.local_date(END - SECOND) == date(2027, 12, 31)
    assert METROPOLE.start_of(date(2024, 1, 1)) == FIRST
    assert METROPOLE.start_of(date(2026, 7, 1)) == datetime(2026, 6, 30, 22, tzinfo=UTC)
    for instant in (FIRST - SECOND, END):
        with pytest.raises(UsageError):
            METROPOLE.local_date(instant)


def test_one_year_is_a_calendar_and_none_is_not() -> None:
    assert (one_year().first, one_year().last) == (date(2026, 1, 1), date(2026, 12, 31))
    with pytest.raises(ValueError, match="last year"):
        WorkingCalendar(zone=PARIS, first_year=2026, last_year=2025, special_days=[])


def test_the_last_working_day_can_be_counted_to_and_no_further() -> None:
    assert METROPOLE.working_day(date(2027, 12, 30), 1) == date(2027, 12, 31)
    with pytest.raises(UsageError):
        METROPOLE.working_day(date(2027, 12, 30), 2)
    with pytest.raises(UsageError):
        METROPOLE.working_day(date(2026, 6, 3), 0)


def test_days_declared_outside_the_years_are_passed_over_and_those_inside_are_listed_by_date() -> None:
    after = SpecialDay(date(2027, 1, 1), DayKind.HOLIDAY, "férié", "loi")
    before = SpecialDay(date(2025, 12, 31), DayKind.CLOSURE, "pont", "site")
    first = SpecialDay(date(2026, 1, 1), DayKind.HOLIDAY, "férié", "loi")
    last = SpecialDay(date(2026, 12, 31), DayKind.CLOSURE, "pont", "site")

    assert one_year(after, last, before, HALF, first).special_days == (first, HALF, last)


def test_counting_over_no_time_gives_nothing_and_backwards_less() -> None:
    noon = paris("2026-06-03 12:00")

    assert METROPOLE.working_days_after(noon, noon) == 0
    assert METROPOLE.working_days_between(date(2026, 6, 3), date(2026, 6, 1)) == -2


def test_each_day_says_why_it_counts_or_not() -> None:
    days = METROPOLE.days_after(date(2026, 5, 7), date(2026, 5, 11))

    assert days == (
        Day(date(2026, 5, 8), counted=False, kind=DayKind.HOLIDAY, name="férié"),
        Day(date(2026, 5, 9), counted=False, kind=DayKind.WEEKEND, name=""),
        Day(date(2026, 5, 10), counted=False, kind=DayKind.WEEKEND, name=""),
        Day(date(2026, 5, 11), counted=True, kind=DayKind.WORKING, name=""),
    )


def test_a_calendar_without_closures_is_the_same_otherwise() -> None:
    closed = SpecialDay(date(2026, 5, 15), DayKind.CLOSURE, "pont", "site")
    calendar = one_year(closed, HALF, half_days_count=False)
    opened = calendar.without(DayKind.CLOSURE)

    assert (opened.first, opened.last, opened.zone) == (calendar.first, calendar.last, PARIS)
    assert opened.special_days == (HALF,)
    assert (calendar.is_working(closed.on), opened.is_working(closed.on)) == (False, True)
    assert not opened.is_working(HALF.on)
    assert not opened.half_days_count
    assert one_year(HALF).is_working(HALF.on)


@pytest.mark.parametrize(
    ("zone", "step", "count"),
    [("Europe/Paris", 3600, 1461 * 24), ("Asia/Kolkata", 1800, 1461 * 48)],
)
def test_the_table_of_instants_has_one_stretch_for_each_hour_or_less(
    zone: str, step: int, count: int
) -> None:
    calendar = working_calendar(zone=zone)
    slots = calendar.slots

    assert (slots.step, len(slots.totals)) == (step, count)
    assert slots.begin * step == calendar.start_of(date(2024, 1, 1)).timestamp()
    instants = [
        calendar.start_of(date(2026, 5, 11)) + timedelta(minutes=30 * half) for half in range(-96, 96)
    ]
    origin = calendar.start_of(date(2024, 1, 1))
    assert [slots.totals[int(at.timestamp()) // step - slots.begin] for at in instants] == [
        calendar.working_days_after(origin, at) for at in instants
    ]


def test_the_error_names_the_first_instant_outside() -> None:
    inside, outside = paris("2026-06-03 12:00"), datetime(2028, 1, 1, 12, tzinfo=UTC)

    assert str(METROPOLE.outside(inside, outside)).startswith("2028-01-01 ")
    assert str(METROPOLE.outside(datetime(2023, 12, 31, 12, tzinfo=UTC), outside)).startswith("2023-12-31 ")
    for edge in (FIRST, END - SECOND):
        assert str(METROPOLE.outside(edge, outside)).startswith("2028-01-01 ")


NAIVE = datetime(2026, 6, 3)  # noqa: DTZ001 (what is refused)
AWARE = paris("2026-06-03 12:00")


@pytest.mark.parametrize("rule", [ReceiptRule(), ReceiptRule(cutoff=time(17))])
@pytest.mark.parametrize(("received", "answered"), [(NAIVE, AWARE), (AWARE, NAIVE), (NAIVE, NAIVE)])
def test_a_naive_instant_is_never_counted(rule: ReceiptRule, received: datetime, answered: datetime) -> None:
    with pytest.raises((ValueError, TypeError)):
        Clock(METROPOLE, rule).elapsed(received, answered)
    with pytest.raises((ValueError, TypeError)):
        Clock(METROPOLE, rule).in_time(received, answered, PROMISE)


@pytest.mark.parametrize("rule", [ReceiptRule(), ReceiptRule(cutoff=time(17))])
@pytest.mark.parametrize(
    ("received", "answered"),
    [
        (FIRST - SECOND, AWARE),
        (FIRST - timedelta(days=9), AWARE),
        (AWARE, END),
        (AWARE, FIRST - SECOND),
        (AWARE, END + 9 * timedelta(days=9)),
    ],
)
def test_an_instant_outside_the_calendar_is_never_counted(
    rule: ReceiptRule, received: datetime, answered: datetime
) -> None:
    with pytest.raises(UsageError):
        Clock(METROPOLE, rule).elapsed(received, answered)
    with pytest.raises(UsageError):
        Clock(METROPOLE, rule).in_time(received, answered, PROMISE)


def test_the_error_of_a_verdict_names_the_receipt_before_the_reply() -> None:
    received, answered = FIRST - timedelta(days=30), FIRST - timedelta(days=2)

    with pytest.raises(UsageError, match=r"^2023-12-02 "):
        clock().verdict(received, answered, PROMISE, AWARE)


def test_the_first_and_the_last_instant_are_counted() -> None:
    assert clock().elapsed(FIRST, FIRST) == 0
    assert clock().elapsed(END - SECOND, END - SECOND) == 0
    assert clock().elapsed(FIRST, paris("2024-01-03 09:00")) == 2
    assert clock().in_time(FIRST, paris("2024-01-12 23:59"), PROMISE)
    assert not clock().in_time(FIRST, paris("2024-01-15 00:00"), PROMISE)
    assert clock().in_time(END - SECOND, END - SECOND, PROMISE)


def test_a_reply_of_this_very_instant_is_one_and_a_later_one_is_not_yet() -> None:
    received, late = paris("2026-06-01 09:00"), paris("2026-06-30 09:00")

    assert clock().standing(received, AWARE, PROMISE, AWARE).outcome is Outcome.NOT_DUE
    assert clock().verdict(received, AWARE, PROMISE, AWARE).answered_on is not None
    assert clock().standing(received, late, PROMISE, AWARE).outcome is Outcome.NOT_DUE
    assert clock().verdict(received, late, PROMISE, AWARE).answered_on is None


def test_a_reply_before_its_request_is_in_time_and_took_nothing() -> None:
    assert clock().elapsed(AWARE, AWARE - timedelta(days=9)) == 0
    assert clock().in_time(AWARE, AWARE - timedelta(days=9), PROMISE)
    promise = Commitment("information", 5, Comparison.AT_MOST, Fraction(1), unit=Unit.CALENDAR_DAYS)
    assert clock().verdict(AWARE, AWARE - timedelta(days=9), promise, AWARE).elapsed == 0


@pytest.mark.parametrize(
    ("comparison", "amount", "last"),
    [
        (Comparison.LESS_THAN, 10, 9),
        (Comparison.AT_MOST, 10, 10),
        (Comparison.LESS_THAN, 1, 0),
        (Comparison.LESS_THAN, 0, 0),
    ],
)
def test_the_last_day_in_time(comparison: Comparison, amount: int, last: int) -> None:
    promise = Commitment("information", amount, comparison, Fraction(1))

    assert promise.last_day == last
    assert promise.compared(comparison.other).comparison is not comparison
    assert comparison.other.other is comparison
    assert (promise.unit, promise.announced_date_counts) == (Unit.WORKING_DAYS, False)


ANNOUNCING = Commitment("information", 10, Comparison.LESS_THAN, Fraction(1), announced_date_counts=True)
RECEIVED = paris("2026-06-01 09:00")  # due on 12 June


@pytest.mark.parametrize(
    ("at", "answer_by", "announced"),
    [
        ("2026-06-12 23:59", date(2026, 6, 15), True),
        ("2026-06-15 00:00", date(2026, 6, 16), False),
        ("2026-06-05 09:00", date(2026, 6, 13), True),
        ("2026-06-05 09:00", date(2026, 6, 12), False),
    ],
)
def test_a_date_is_announced_in_time_and_for_later_than_the_due_date(
    at: str, answer_by: date, announced: bool
) -> None:
    announcement = Announcement(paris(at), answer_by)
    verdict = clock().verdict(RECEIVED, None, ANNOUNCING, paris("2026-07-15 09:00"), [announcement])

    assert verdict.announced is announced
    assert verdict.due_on == (answer_by if announced else date(2026, 6, 12))
    at_once = clock().verdict(RECEIVED, None, ANNOUNCING, paris(at), [announcement])
    assert at_once.announced is announced


def test_an_announced_date_of_a_promise_in_hours_has_no_hour() -> None:
    promise = Commitment(
        "information", 12, Comparison.AT_MOST, Fraction(1), Unit.OPENING_HOURS, announced_date_counts=True
    )
    announcement = Announcement(paris("2026-06-02 10:00"), date(2026, 6, 19))

    moved = clock().verdict(
        RECEIVED, paris("2026-06-19 23:00"), promise, paris("2026-07-01 09:00"), [announcement]
    )
    still = clock().verdict(RECEIVED, None, promise, paris("2026-06-01 10:00"))

    assert (moved.due_on, moved.due_at, moved.outcome) == (date(2026, 6, 19), None, Outcome.MET)
    assert (still.due_at, still.elapsed, still.working_days) == (paris("2026-06-02 16:30"), 60, 0)


def test_the_usual_week_is_open_six_hours_on_each_of_five_days() -> None:
    opening = OpeningHours()
    hours = [
        opening.minutes_between(
            METROPOLE.start_of(date(2026, 6, day)), METROPOLE.start_of(date(2026, 6, day + 1)), METROPOLE
        )
        for day in range(1, 8)
    ]

    assert hours == [360] * 5 + [0, 0]
    assert USUAL_WEEK[5:] == ((), ())
    assert USUAL_WEEK[4] == (Interval(time(9), time(12)), Interval(time(13, 30), time(16, 30)))
    assert opening.minutes_between(paris("2026-06-01 11:59"), paris("2026-06-01 13:31"), METROPOLE) == 2
    assert opening.minutes_between(paris("2026-06-03 10:00"), paris("2026-06-01 10:00"), METROPOLE) == 0


def test_an_empty_interval_of_opening_raises() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        Interval(time(9), time(9))


def test_a_promise_in_hours_is_due_at_once_when_it_promises_none() -> None:
    at = paris("2026-06-01 10:00")

    assert OpeningHours().after(at, 0, METROPOLE) == at
    assert OpeningHours().after(at, 120, METROPOLE) == paris("2026-06-01 12:00")
    assert OpeningHours().after(at, 121, METROPOLE) == paris("2026-06-01 13:31")


def test_a_zone_is_the_calendar_s() -> None:
    tahiti = working_calendar(zone="Pacific/Tahiti")

    assert tahiti.zone == ZoneInfo("Pacific/Tahiti")
    assert tahiti.local_date(datetime(2026, 6, 3, 9, tzinfo=UTC)) == date(2026, 6, 2)
