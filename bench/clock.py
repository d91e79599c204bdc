"""Verdicts a second: from two UTC instants to the verdict; beside numpy and the holidays package."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import holidays
import numpy

from bench.measuring import compare
from mailsla.bootstrap.clock_rules import ClockRules
from mailsla.core.clock.commitment import Commitment, Comparison
from mailsla.core.clock.territory import METROPOLE
from mailsla.core.clock.verdict import Clock
from mailsla.core.rate.assessed import assess
from mailsla.core.rate.case import Case
from mailsla.core.rate.standard import Standard

COUNT = 100_000


def main() -> None:
    """Print the time for one verdict, and the ratios."""
    clock = ClockRules(METROPOLE).clock(datetime(2006, 1, 1, tzinfo=UTC), datetime(2029, 1, 2, tzinfo=UTC))
    promise = Commitment("information", 10, Comparison.LESS_THAN, Fraction(4, 5))
    start = datetime(2010, 1, 4, 9, tzinfo=UTC)
    pairs = [
        (received := start + timedelta(minutes=83 * number), received + timedelta(hours=7 * (number % 60)))
        for number in range(COUNT)
    ]
    now = datetime(2030, 1, 1, tzinfo=UTC)
    table = holidays.country_holidays("FR", years=range(2006, 2032), language="fr")
    paris = ZoneInfo("Europe/Paris")
    days = numpy.array(sorted(str(day) for day in table), dtype="datetime64[D]")
    few = pairs[: COUNT // 100]
    dates = [
        (
            received.astimezone(paris).date() + timedelta(days=1),
            answered.astimezone(paris).date() + timedelta(days=1),
        )
        for received, answered in pairs
    ]
    begins = numpy.array([begin for begin, _end in dates], dtype="datetime64[D]")
    ends = numpy.array([end for _begin, end in dates], dtype="datetime64[D]")
    medians = compare(
        {
            "mailsla: met or missed": lambda: [clock.in_time(one, two, promise) for one, two in pairs],
            "mailsla: the whole verdict": lambda: [
                clock.verdict(one, two, promise, now) for one, two in pairs
            ],
            "numpy.busday_count, vectorised, dates": lambda: numpy.busday_count(begins, ends, holidays=days),
            "holidays, day by day (× 100)": lambda: [
                sum(
                    (day := one.date() + timedelta(days=step)).weekday() < 5 and day not in table
                    for step in range(1, (two.date() - one.date()).days + 1)
                )
                for one, two in few
            ],
        },
        per=COUNT,
        unit="µs",
    )
    print(f"{COUNT / medians['mailsla: met or missed']:,.0f} verdicts a second")
    growth(clock, promise, now)


def growth(clock: Clock, promise: Commitment, now: datetime) -> None:
    """Print the time to judge every request again, under the rule and its variants, as a report does."""
    start = datetime(2020, 1, 6, 9, tzinfo=UTC)

    def cases(count: int) -> list[Case]:
        return [
            Case(
                key=str(number),
                received_at=(received := start + timedelta(minutes=4 * number)),
                answered_at=received + timedelta(hours=7 * (number % 60)) if number % 9 else None,
                service=None,
                assigned_at=None,
                category="information",
                follow_up=False,
                imported=False,
                announcements=(),
                first_response_at=None,
                acknowledged_at=None,
                excluded=None,
                subject="",
            )
            for number in range(count)
        ]

    standard = Standard(clock, {"information": promise})
    few, many = cases(COUNT), cases(10 * COUNT)
    compare(
        {
            "every verdict again, 100,000 requests": lambda: assess(few, standard, now),
            "every verdict again, 1,000,000 requests": lambda: assess(many, standard, now),
        },
        rounds=2,
    )
