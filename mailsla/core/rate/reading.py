"""What a report must read of the requests: which alone, and which among those that no figure tells from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mailsla.core.clock.commitment import Commitment, Unit
from mailsla.core.clock.local_days import LocalDays
from mailsla.core.clock.receipt_bounds import received_from
from mailsla.core.clock.verdict import Clock
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.rate.outlook import SAME_WEEKDAY_LAST_YEAR
from mailsla.core.rate.period import Grain, Period, year_before
from mailsla.core.rate.promises import KeptBy
from mailsla.core.rate.report_rules import ReportRules
from mailsla.core.rate.standard import Standard, Variant

ONE_WEEK, ONE_MONTH = timedelta(weeks=1), timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a report must read of the requests.

    Beside what was received from a day on, it reads what nothing answered, and what was answered in its periods.

    Attributes:
        days: What the days of requests are numbered by.
        today: Its date: what happened on that day, or later, is read with its instants.
        detailed_from: From which day of receipt on first responses and assignments are read too.
        counted_from: From which day of receipt on requests are read.
        answered: The periods whose answers are counted, whenever the requests were received.
        apart: The categories whose requests are read with their instants; None for every one.
        keys: The requests that are read alone whatever they are.
    """

    days: LocalDays
    today: date
    detailed_from: date
    counted_from: date
    answered: tuple[Period, ...]
    apart: frozenset[str] | None
    keys: frozenset[str]


def reading(
    rules: ReportRules, periods: Sequence[Period], today: date, doubts: Iterable[Doubt], service: str | None
) -> Reading:
    """Return what a report of some periods must read.

    Args:
        rules: What decides.
        periods: Its cohorts.
        today: Its date.
        doubts: What a person must look at.
        service: The only service it is about; None for all.
    """
    standard = rules.standard
    # A year begins in the middle of a week, which has days of the year before.
    former = [year_before(period).first - ONE_WEEK for period in periods]
    # A volume is expected from that of the same weekdays of last year; what the year still allows, from all of it.
    outlook = [Grain.YEAR.period_of(today).first, today - SAME_WEEKDAY_LAST_YEAR - ONE_MONTH]
    return Reading(
        days=local_days(standard.clock),
        today=today,
        detailed_from=min(first_receipt(rules, period.first) for period in periods),
        counted_from=min(first_receipt(rules, day) for day in [*former, *outlook]),
        answered=tuple(periods),
        apart=_in_hours(rules),
        # Of one service, a doubt is about its requests.
        keys=frozenset(
            key
            for doubt in doubts
            if service is not None or doubt.code is DoubtCode.UNSEEN_REPLY
            for key in doubt.candidates
        ),
    )


def all_requests(rules: ReportRules, today: date) -> Reading:
    """Return what must be read to count every request, whenever it was received, by its verdict alone."""
    return Reading(
        days=local_days(rules.standard.clock),
        today=today,
        detailed_from=today + timedelta(days=1),
        counted_from=date.min,
        answered=(),
        apart=_in_hours(rules),
        keys=frozenset(),
    )


def local_days(clock: Clock) -> LocalDays:
    """Return what the days of requests are numbered by on a clock."""
    return LocalDays(clock.calendar.zone, clock.receipt.cutoff)


def first_receipt(rules: ReportRules, due_from: date) -> date:
    """Return the first day whose requests may be due on a day or later: by any promise, however it is compared."""
    clock = rules.standard.clock
    standards = (rules.standard, rules.standard.varied(Variant.OTHER_COMPARISON))
    promised = [commitment for standard in standards for commitment in _commitments(standard, rules)]
    # Nothing is due before the day of its receipt: later ones need no look.
    latest = clock.calendar.start_of(due_from)
    return clock.calendar.local_date(received_from(clock, promised, due_from, latest))


def _commitments(standard: Standard, rules: ReportRules) -> list[Commitment]:
    return [*standard.commitments.values(), *(promise.commitment for promise in rules.promises)]


def _in_hours(rules: ReportRules) -> frozenset[str] | None:
    """Return the categories promised an answer in hours, to which more than days matters; None when all may be."""
    of_all = (promise.commitment for promise in rules.promises if promise.kept_by is KeptBy.FIRST_MAIL)
    if any(item.unit is Unit.OPENING_HOURS for item in (rules.standard.main, *of_all)):
        return None
    categories = rules.standard.commitments.values()
    return frozenset(item.category for item in categories if item.unit is Unit.OPENING_HOURS)
