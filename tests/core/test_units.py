"""The rule as data: calendar days, hours of opening, half-days, announced dates; each edge from both sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsla.core.clock.announcement import Announcement
from mailsla.core.clock.commitment import Commitment, Comparison, Unit
from mailsla.core.clock.opening_hours import USUAL_WEEK, Interval, OpeningHours
from mailsla.core.clock.receipt import ClosedDayReceipt, ReceiptRule
from mailsla.core.clock.verdict import Clock, Outcome
from mailsla.core.clock.working_days import DayKind, SpecialDay, WorkingCalendar
from mailsla.core.pairing.announced_date import announced_date
from tests.factories import METROPOLE, PARIS, PROMISE, clock, paris

LATER = paris("2026-12-31 12:00")


def promise(amount: int, comparison: Comparison = Comparison.LESS_THAN, **changes: object) -> Commitment:
    return Commitment("information", amount, comparison, Fraction(4, 5), **changes)  # type: ignore[arg-type]  # (fields by name: a wrong one raises)


CALENDAR = promise(10, unit=Unit.CALENDAR_DAYS)
HOURS = promise(12, unit=Unit.OPENING_HOURS)


@pytest.mark.parametrize(
    ("answered", "outcome", "elapsed"),
    [
        ("2026-05-10 23:59", Outcome.MET, 9),  # a Sunday, after a bank holiday: every day counts
        ("2026-05-11 00:00", Outcome.MISSED, 10),
    ],
)
def test_calendar_days_count_every_day(answered: str, outcome: Outcome, elapsed: int) -> None:
    verdict = clock().verdict(paris("2026-05-01 09:00"), paris(answered), CALENDAR, LATER)

    assert (verdict.outcome, verdict.elapsed, verdict.due_on) == (outcome, elapsed, date(2026, 5, 10))


def test_calendar_days_are_due_on_the_tenth_when_at_most() -> None:
    due_on = clock().due_on(paris("2026-05-01 09:00"), CALENDAR.compared(Comparison.AT_MOST))

    assert due_on == date(2026, 5, 11)


# The usual week: 9:00 to 12:00 and 13:30 to 16:30. Twelve hours from Thursday 7 May 15:30: one that day, none on
# Friday 8 May, six on Monday, and five on Tuesday, which ends at 15:30.
@pytest.mark.parametrize(
    ("answered", "comparison", "outcome"),
    [
        ("2026-05-12 15:29", Comparison.LESS_THAN, Outcome.MET),
        ("2026-05-12 15:30", Comparison.LESS_THAN, Outcome.MISSED),
        ("2026-05-12 15:30", Comparison.AT_MOST, Outcome.MET),
        ("2026-05-12 15:31", Comparison.AT_MOST, Outcome.MISSED),
    ],
)
def test_hours_of_opening_run_only_when_the_office_is_open(
    answered: str, comparison: Comparison, outcome: Outcome
) -> None:
    verdict = clock().verdict(paris("2026-05-07 15:30"), paris(answered), HOURS.compared(comparison), LATER)

    assert verdict.outcome is outcome
    assert verdict.due_at == paris("2026-05-12 15:30")
    assert verdict.due_on == date(2026, 5, 12)


def test_mail_of_the_night_starts_at_the_opening() -> None:
    assert clock().due_at(paris("2026-05-04 23:30"), promise(3, unit=Unit.OPENING_HOURS)) == paris(
        "2026-05-05 12:00"
    )
    assert clock().verdict(paris("2026-05-04 12:30"), paris("2026-05-04 13:00"), HOURS, LATER).elapsed == 0


def test_hours_of_a_change_of_hour_are_the_real_ones() -> None:
    sunday = OpeningHours(
        (*USUAL_WEEK[:6], (Interval(time(1), time(4)),)), {date(2026, 3, 29): (Interval(time(1), time(4)),)}
    )
    start, end = paris("2026-03-29 00:00"), paris("2026-03-29 12:00")

    assert sunday.minutes_between(start, end, METROPOLE) == 120  # 02:00 to 03:00 did not exist


def calendar_with_half_day(*, counts: bool) -> WorkingCalendar:
    return WorkingCalendar(
        zone=PARIS,
        first_year=2026,
        last_year=2027,
        special_days=[SpecialDay(date(2026, 12, 24), DayKind.HALF_DAY, "veille de Noël", "site")],
        half_days_count=counts,
    )


def test_a_half_day_counts_as_a_whole_day_or_not_at_all() -> None:
    assert calendar_with_half_day(counts=True).day(date(2026, 12, 24)).counted
    assert not calendar_with_half_day(counts=False).day(date(2026, 12, 24)).counted


def test_a_half_day_has_its_own_hours() -> None:
    opening = OpeningHours(days={date(2026, 12, 24): (Interval(time(9), time(12)),)})
    calendar = calendar_with_half_day(counts=True)

    minutes = opening.minutes_between(paris("2026-12-24 00:00"), paris("2026-12-24 23:00"), calendar)

    assert minutes == 180


def test_an_office_open_to_the_end_of_the_day_is_open_until_midnight() -> None:
    always = OpeningHours(((Interval(time(0), time(0)),),) * 7)
    friday = paris("2026-06-05 22:00")

    assert always.minutes_between(friday, paris("2026-06-06 00:00"), METROPOLE) == 120
    # The week-end does not count.
    assert always.after(friday, 60 * 24, METROPOLE) == paris("2026-06-08 22:00")
    assert not Interval(time(9), time(12)).overlaps(Interval(time(12), time(0)))
    assert Interval(time(9), time(12)).overlaps(Interval(time(8), time(10)))
    assert not Interval(time(12), time(14)).overlaps(Interval(time(9), time(12)))


def test_an_interval_of_opening_that_ends_before_it_starts_raises() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        Interval(time(12), time(9))


ANNOUNCING = promise(10, announced_date_counts=True)
RECEIVED = paris("2026-06-01 09:00")  # due on 12 June
IN_TIME = Announcement(paris("2026-06-05 09:00"), date(2026, 7, 3))


@pytest.mark.parametrize(
    ("commitment", "announcement", "answered", "outcome", "due_on"),
    [
        (ANNOUNCING, IN_TIME, "2026-07-03 23:59", Outcome.MET, date(2026, 7, 3)),
        (ANNOUNCING, IN_TIME, "2026-07-06 00:00", Outcome.MISSED, date(2026, 7, 3)),
        (PROMISE, IN_TIME, "2026-07-03 10:00", Outcome.MISSED, date(2026, 6, 12)),
        # Announced too late, or for a date before the due date: nothing moves.
        (
            ANNOUNCING,
            Announcement(paris("2026-06-15 09:00"), date(2026, 7, 3)),
            "2026-07-01 10:00",
            Outcome.MISSED,
            date(2026, 6, 12),
        ),
        (
            ANNOUNCING,
            Announcement(paris("2026-06-05 09:00"), date(2026, 6, 8)),
            "2026-06-12 10:00",
            Outcome.MET,
            date(2026, 6, 12),
        ),
    ],
)
def test_an_announced_date_moves_the_due_date_where_the_site_says_so(
    commitment: Commitment, announcement: Announcement, answered: str, outcome: Outcome, due_on: date
) -> None:
    verdict = clock().verdict(RECEIVED, paris(answered), commitment, LATER, [announcement])

    assert (verdict.outcome, verdict.due_on) == (outcome, due_on)


SECOND = Announcement(paris("2026-07-03 17:00"), date(2026, 8, 14))
THIRD = Announcement(paris("2026-08-14 17:00"), date(2026, 8, 28))


@pytest.mark.parametrize(
    ("announcements", "due_on"),
    [
        ([IN_TIME, SECOND], date(2026, 8, 14)),
        ([IN_TIME, SECOND, THIRD], date(2026, 8, 28)),
        # Sent when what it replaces had fallen due.
        ([IN_TIME, THIRD], date(2026, 7, 3)),
        ([SECOND, THIRD], date(2026, 6, 12)),
        # Sooner than what was announced already.
        ([IN_TIME, replace(SECOND, answer_by=date(2026, 7, 2))], date(2026, 7, 3)),
        # Three months after receipt at most, and not beyond, whatever the calendar knows.
        ([replace(IN_TIME, answer_by=date(2026, 9, 1))], date(2026, 9, 1)),
        ([replace(IN_TIME, answer_by=date(2026, 9, 2))], date(2026, 6, 12)),
        ([replace(IN_TIME, answer_by=date(9999, 12, 31))], date(2026, 6, 12)),
        ([replace(IN_TIME, answer_by=date(9999, 12, 31)), IN_TIME], date(2026, 7, 3)),
    ],
)
def test_announcements_form_a_chain_each_in_time_for_the_one_before_and_bounded(
    announcements: list[Announcement], due_on: date
) -> None:
    assert clock().verdict(RECEIVED, None, ANNOUNCING, LATER, announcements).due_on == due_on


def test_an_announcement_after_now_is_not_known_yet() -> None:
    before = clock().verdict(RECEIVED, None, ANNOUNCING, paris("2026-06-04 09:00"), [IN_TIME])
    after = clock().verdict(RECEIVED, None, ANNOUNCING, paris("2026-06-29 09:00"), [IN_TIME])

    assert (before.due_on, before.announced) == (date(2026, 6, 12), False)
    assert (after.due_on, after.announced, after.outcome) == (date(2026, 7, 3), True, Outcome.NOT_DUE)


@pytest.mark.parametrize(
    ("subject", "answer_by"),
    [
        ("Réponse d'attente : réponse avant le 15/01/2027", date(2027, 1, 15)),
        ("Réponse d'attente : réponse avant le 15 janvier", date(2027, 1, 15)),
        ("Réponse d'attente - au plus tard le 1er décembre 2026", date(2026, 12, 1)),
        ("Réponse d'attente 2026-12-04", date(2026, 12, 4)),
        ("Votre mail du 02/11 : réponse le 4.12", date(2026, 12, 4)),
        ("Réponse d'attente : réponse avant le 31/02/2027", None),
        ("Réponse d'attente, dossier 12345", None),
        ("Réponse d'attente, votre mail du 02/11/2026", None),
        ("Re\u0301ponse d'attente : re\u0301ponse le 4 de\u0301cembre", date(2026, 12, 4)),
        # A long s is an s; other digits and letters that only look like a date's are none.
        ("Réponse d'attente : avant le 1er \u017feptembre", None),
        ("Réponse d'attente : avant le 1er \u017feptembre 2027", date(2027, 9, 1)),
        ("Réponse d'attente : avant le ١ décembre", None),
        # A date without a year is the nearest one: one that is past announces nothing.
        ("Réponse d'attente : votre courriel du 19 novembre", None),
        ("Réponse d'attente : votre courriel du 1er juin", None),
        ("Réponse d'attente : réponse le 4 décembre, votre courriel du 19 novembre", date(2026, 12, 4)),
        ("Réponse d'attente : réponse avant le 20 novembre", date(2026, 11, 20)),
    ],
)
def test_the_announced_date_is_read_in_the_subject(subject: str, answer_by: date | None) -> None:
    assert announced_date(subject, date(2026, 11, 20)) == answer_by


INSTANTS = st.datetimes(
    datetime(2024, 2, 1),  # noqa: DTZ001 (hypothesis adds the zone)
    datetime(2026, 10, 1),  # noqa: DTZ001 (hypothesis adds the zone)
    timezones=st.just(UTC),
)
CLOCKS = st.builds(
    Clock,
    st.just(METROPOLE),
    st.builds(ReceiptRule, st.none() | st.times(), st.sampled_from(ClosedDayReceipt)),
)
COMMITMENTS = st.builds(
    promise,
    st.integers(1, 30),
    st.sampled_from(Comparison),
    unit=st.sampled_from(Unit),
    announced_date_counts=st.booleans(),
)
ANNOUNCEMENTS = st.lists(
    st.builds(Announcement, INSTANTS, st.dates(date(2024, 2, 1), date(2027, 6, 1))), max_size=3
).map(lambda found: sorted(found, key=lambda item: item.at))


@given(CLOCKS, COMMITMENTS, INSTANTS, st.none() | INSTANTS, INSTANTS, ANNOUNCEMENTS)
def test_the_quick_standing_is_the_verdict_s(
    site: Clock,
    commitment: Commitment,
    received: datetime,
    answered: datetime | None,
    now: datetime,
    announcements: list[Announcement],
) -> None:
    found = site.verdict(received, answered, commitment, now, announcements)

    for _time in range(2):
        quick = site.standing(received, answered, commitment, now, announcements)
        assert quick == (found.outcome, found.due_on)


@given(CLOCKS, COMMITMENTS, INSTANTS, INSTANTS)
def test_a_reply_by_the_due_date_is_in_time_and_the_next_working_day_is_not(
    site: Clock, commitment: Commitment, received: datetime, now: datetime
) -> None:
    due_on = site.due_on(received, commitment)
    if commitment.unit is Unit.OPENING_HOURS:
        return
    following = due_on if commitment.unit is Unit.CALENDAR_DAYS else METROPOLE.working_day(due_on, 1)
    late = datetime.combine(following, time(23, 59), PARIS)
    if commitment.unit is Unit.CALENDAR_DAYS:
        late = METROPOLE.start_of(date.fromordinal(due_on.toordinal() + 1))
    in_time = datetime.combine(due_on, time(23, 59), PARIS)
    later = max(late, now)

    assert site.standing(received, in_time, commitment, later) == (Outcome.MET, due_on)
    assert site.standing(received, late, commitment, later) == (Outcome.MISSED, due_on)
    assert site.standing(received, in_time, commitment, in_time) == (Outcome.NOT_DUE, due_on)
