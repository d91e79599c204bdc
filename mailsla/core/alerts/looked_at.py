"""Which requests a round of alerts looks at: between two instants of receipt, for due dates are never stored."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, datetime, timedelta

from mailsla.core.alerts.terms import AlertTerms
from mailsla.core.clock.receipt_bounds import received_before, received_from
from mailsla.core.clock.working_days import WorkingCalendar


def told_about(terms: AlertTerms, now: datetime, *, whole: bool = False) -> tuple[datetime, datetime] | None:
    """Return [from, before[: nobody is told at `now` of what was received outside it; None when of nothing at all.

    What is overdue for longer than `overdue_within` is only spoken of once a week, when the `whole` is looked at; what
    is due after the first warning's day is not spoken of yet.
    """
    if not terms.rule.is_hour(terms.calendar, now):
        return None
    clock, calendar, rule = terms.standard.clock, terms.calendar, terms.rule
    today, promised = calendar.local_date(now), terms.standard.commitments.values()
    due_by = calendar.working_day(today, max(rule.working_days_before, default=0) + 1) - timedelta(days=1)
    since = calendar.first if whole else _overdue_since(calendar, today, rule.overdue_within)
    return (
        calendar.start_of(since) if whole else received_from(clock, promised, since, now),
        received_before(clock, promised, due_by, now),
    )


def _overdue_since(calendar: WorkingCalendar, today: date, within: int) -> date:
    """Return the earliest due date of what may still be announced today."""
    days = range(calendar.first.toordinal(), today.toordinal())
    passed = bisect_left(
        days, -within, key=lambda day: -calendar.working_days_between(date.fromordinal(day), today)
    )
    return date.fromordinal(days.start + passed)
