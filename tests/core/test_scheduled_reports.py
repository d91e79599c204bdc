"""Reports that come by themselves: each period's once, on a working day, from its hour on."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsla.core.alerts.scheduled_reports import DueReport, Reader, ReportOrder, due_reports
from mailsla.core.rate.period import Grain
from tests.factories import paris, working_calendar

REFERENT = Reader("referent@pref.example.fr")
HEAD = Reader("chef.permis@pref.example.fr", "Permis")
CALENDAR = working_calendar()
LONG_AGO = paris("2024-01-02 09:00")


def order(every: Grain, *readers: Reader) -> ReportOrder:
    return ReportOrder(every, time(8), readers or (REFERENT,))


def due(now: str, every: Grain, since: datetime | None = LONG_AGO) -> list[tuple[str, str]]:
    found = due_reports([order(every)], CALENDAR, paris(now), since)
    return [(item.period.name, item.day.isoformat()) for item in found]


@pytest.mark.parametrize(
    ("every", "now", "period", "day"),
    [
        (Grain.WEEK, "2026-11-09 08:00", "2026-W45", "2026-11-09"),
        (Grain.WEEK, "2026-11-13 17:30", "2026-W45", "2026-11-09"),
        # Easter Monday is closed: the week's first working day is a Tuesday.
        (Grain.WEEK, "2026-04-07 08:00", "2026-W14", "2026-04-07"),
        # 1 November 2026 is a Sunday, and a holiday.
        (Grain.MONTH, "2026-11-02 08:00", "2026-10", "2026-11-02"),
        (Grain.QUARTER, "2026-10-01 08:00", "2026-Q3", "2026-10-01"),
        (Grain.YEAR, "2026-01-02 08:00", "2025", "2026-01-02"),
        (Grain.YEAR, "2026-12-31 08:00", "2025", "2026-01-02"),
    ],
)
def test_a_report_is_due_from_the_first_working_day_after_its_period(
    every: Grain, now: str, period: str, day: str
) -> None:
    assert due(now, every) == [(period, day)]


@pytest.mark.parametrize(
    ("every", "now"),
    [
        (Grain.WEEK, "2026-11-09 07:59"),
        # The hour is that of any day: nobody is written to at night because the machine was off.
        (Grain.WEEK, "2026-11-10 03:00"),
        (Grain.WEEK, "2026-11-14 10:00"),
        (Grain.WEEK, "2026-11-11 10:00"),
        (Grain.WEEK, "2026-04-06 10:00"),
        (Grain.MONTH, "2026-11-01 10:00"),
        (Grain.YEAR, "2026-01-01 10:00"),
    ],
)
def test_none_leaves_before_its_hour_or_on_a_closed_day(every: Grain, now: str) -> None:
    assert due(now, every) == []


def test_none_is_due_of_a_time_before_anything_was_collected() -> None:
    assert due("2026-11-10 09:00", Grain.WEEK, None) == []
    assert due("2026-11-10 09:00", Grain.WEEK, paris("2026-11-09 08:01")) == []
    assert due("2026-11-10 09:00", Grain.WEEK, paris("2026-11-09 08:00")) == [("2026-W45", "2026-11-09")]


def test_each_reader_gets_it_once_and_of_his_service() -> None:
    found = due_reports(
        [order(Grain.WEEK, REFERENT, HEAD, REFERENT)], CALENDAR, paris("2026-11-09 08:00"), LONG_AGO
    )

    assert [item.reader for item in found] == [REFERENT, HEAD]
    assert len({item.purpose for item in found}) == 2


def test_two_orders_of_one_period_make_one_mail_a_reader() -> None:
    orders = [order(Grain.WEEK), order(Grain.WEEK, REFERENT, HEAD), order(Grain.MONTH)]
    found = due_reports(orders, CALENDAR, paris("2026-11-09 08:00"), LONG_AGO)

    assert [(item.reader, item.order.every) for item in found] == [
        (REFERENT, Grain.WEEK),
        (HEAD, Grain.WEEK),
        (REFERENT, Grain.MONTH),
    ]


@given(
    st.sampled_from([Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR]),
    st.integers(0, 3 * 365 * 24),
)
def test_whoever_looks_at_any_hour_finds_at_most_the_last_period_that_is_over(
    every: Grain, hours: int
) -> None:
    now = paris("2024-06-01 00:00") + timedelta(hours=hours)
    found: tuple[DueReport, ...] = due_reports([order(every)], CALENDAR, now, LONG_AGO)

    today = CALENDAR.local_date(now)
    for item in found:
        assert CALENDAR.is_working(today)
        assert now.astimezone(CALENDAR.zone).time() >= time(8)
        assert item.period.last < item.day <= today
        assert every.period_of(item.day) == every.period_of(today)
        assert every.period_of(item.period.last + timedelta(days=1)) == every.period_of(today)
        assert not any(
            CALENDAR.is_working(item.period.last + timedelta(days=number))
            for number in range(1, (item.day - item.period.last).days)
        )
