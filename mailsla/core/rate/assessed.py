"""Judges every request once, under the site's rule and under the variants that the report names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from mailsla.core.clock.verdict import Outcome, Standing, Verdict
from mailsla.core.clock.working_days import DayKind
from mailsla.core.rate.case import Case, once_for_alike
from mailsla.core.rate.standard import Judged, Standard, Variant


@dataclass(frozen=True, slots=True)
class Assessed(Judged):
    """A request with its verdict, under the site's rule and under the variants that the report names.

    Attributes:
        received_on: Its local date of receipt. A cutoff moves the start of the clock, never the cohort: a mail
            belongs to the day it came.
        compared: Where it would stand were the rule read the other way.
        without_closures: Where it would stand without the closures the site declares.
        by_mail: Where it would stand were answers by decision or by filing none.
        is_mailed: Whether it would be answered by now, likewise.
    """

    received_on: date
    compared: Standing
    without_closures: Standing
    by_mail: Standing
    is_mailed: bool

    @property
    def is_answered(self) -> bool:
        """Whether it is answered by now."""
        return self.verdict.answered_on is not None

    @property
    def is_changed_by_closures(self) -> bool:
        """Whether the closures keep it from being missed, or make it so."""
        is_missed = self.verdict.outcome is Outcome.MISSED
        return (self.without_closures.outcome is Outcome.MISSED) is not is_missed


def assess(cases: Iterable[Case], standard: Standard, now: datetime) -> tuple[Assessed, ...]:
    """Judge every request received by `now`, for every part of the report to count."""
    calendar, compared = standard.clock.calendar, standard.varied(Variant.OTHER_COMPARISON)
    has_closures = any(day.kind is DayKind.CLOSURE for day in calendar.special_days)
    opened = standard.varied(Variant.WITHOUT_CLOSURES) if has_closures else None

    def readings(case: Case) -> _Readings:
        verdict = standard.verdict(case, now)
        standing = Standing(verdict.outcome, verdict.due_on)
        mailed_at = case.by_mail_alone.answered_at
        return (
            verdict,
            calendar.local_date(case.received_at),
            compared.standing(case, now),
            standing if opened is None else opened.standing(case, now),
            standing if case.otherwise is None else standard.standing(case.by_mail_alone, now),
            mailed_at is not None and mailed_at <= now,
        )

    of = once_for_alike(readings)
    return tuple(Assessed(case, *of(case)) for case in cases if case.received_at <= now)


_Readings = tuple[Verdict, date, Standing, Standing, Standing, bool]
