"""The example beside the rule: the latest date that shows it, in the promise's own unit."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from mailsla.core.clock.commitment import Commitment, Comparison, Unit
from mailsla.core.clock.origin import Origin, PresetName
from mailsla.core.clock.presets import ACKNOWLEDGEMENT_PRESETS, PRESETS
from mailsla.core.clock.worked_example import Example, worked_example
from mailsla.core.clock.working_days import DayKind, SpecialDay, WorkingCalendar
from tests.factories import PARIS, PROMISE, clock, paris, working_calendar


def test_without_any_holiday_near_it_is_the_latest_date_that_is_due() -> None:
    calendar = WorkingCalendar(zone=PARIS, first_year=2026, last_year=2026, special_days=[])

    found = worked_example(clock(calendar), PROMISE, date(2026, 6, 12))

    assert found == Example(paris("2026-06-01 10:00"), date(2026, 6, 12), None, ())


def test_it_goes_back_to_the_day_after_the_calendar_s_first_and_no_further() -> None:
    first = SpecialDay(date(2026, 1, 2), DayKind.CLOSURE, "pont", "site")
    calendar = WorkingCalendar(zone=PARIS, first_year=2026, last_year=2026, special_days=[first])

    # From 1 January the closure would show, but that day is the calendar's first.
    found = worked_example(clock(calendar), PROMISE, date(2026, 1, 20))
    soon = worked_example(clock(calendar), PROMISE, date(2026, 1, 5))

    assert (found.received_at, found.due_on, found.off) == (paris("2026-01-07 10:00"), date(2026, 1, 20), ())
    assert (soon.received_at, soon.due_on) == (paris("2026-01-05 10:00"), date(2026, 1, 16))


def test_a_promise_in_calendar_days_meets_no_holiday() -> None:
    promise = Commitment("x", 10, Comparison.LESS_THAN, Fraction(1), Unit.CALENDAR_DAYS)

    found = worked_example(clock(), promise, date(2026, 11, 20))

    assert found == Example(paris("2026-11-10 10:00"), date(2026, 11, 19), None, ())


def test_a_promise_in_hours_has_a_last_instant() -> None:
    promise = Commitment("x", 12, Comparison.AT_MOST, Fraction(1), Unit.OPENING_HOURS)

    found = worked_example(clock(), promise, date(2026, 11, 13))

    assert (found.received_at, found.due_on) == (paris("2026-11-10 10:00"), date(2026, 11, 13))
    assert found.due_at == paris("2026-11-13 10:00")
    assert [day.on for day in found.off] == [date(2026, 11, 11)]


def test_a_holiday_on_a_weekend_shows_nothing_and_on_a_friday_it_does() -> None:
    found = worked_example(clock(), PROMISE, date(2026, 8, 28))  # 15 August 2026 is a Saturday
    friday = worked_example(clock(working_calendar(["2026-08-21"])), PROMISE, date(2026, 8, 28))

    assert [day.on for day in found.off] == [date(2026, 7, 14)]
    assert [day.on for day in friday.off] == [date(2026, 8, 21)]


def test_the_promises_that_offices_share() -> None:
    found = {
        name: (item.days, item.comparison, item.target)
        for presets in (PRESETS, ACKNOWLEDGEMENT_PRESETS)
        for name, item in presets.items()
    }

    assert found == {
        "qualipref": (10, Comparison.LESS_THAN, Fraction(4, 5)),
        "marianne": (5, Comparison.AT_MOST, Fraction(4, 5)),
        "accuse-reception": (10, Comparison.AT_MOST, Fraction(1)),
        "accuse-enregistrement": (1, Comparison.AT_MOST, Fraction(1)),
    }


def test_a_promise_of_a_text_is_to_check_until_the_site_confirms_it() -> None:
    found = PRESETS[PresetName.QUALIPREF].commitment(PresetName.QUALIPREF)
    confirmed = PRESETS[PresetName.QUALIPREF].commitment(PresetName.QUALIPREF, confirmed=True)

    assert (found.origin.is_to_check, confirmed.origin.is_to_check) == (True, False)
    assert not Origin().is_to_check


def test_a_promise_that_is_changed_is_no_text_s_any_more() -> None:
    found = PRESETS[PresetName.QUALIPREF].commitment(PresetName.QUALIPREF)

    for changed in (found.in_days(5), found.in_hours(20), found.compared(Comparison.AT_MOST)):
        assert changed.origin == Origin()
