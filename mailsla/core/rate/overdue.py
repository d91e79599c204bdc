"""Unanswered requests: those past their due date, and those about to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from mailsla.core.clock.verdict import Outcome
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.rate.cohort import Cohort
from mailsla.core.rate.standard import Judged

SOON = 3
"""A request is due soon when this many working days, or fewer, are left."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """Unanswered requests past their due date, follow-ups and every category included.

    Attributes:
        by_service: How many each service has, the most first; None for those of nobody.
        follow_ups: How many of them are follow-ups.
        listed: They themselves, the oldest due date first; of many, the first alone where no more are asked for.
    """

    by_service: tuple[tuple[str | None, int], ...] = ()
    follow_ups: int = 0
    listed: tuple[Judged, ...] = ()

    def __len__(self) -> int:
        return sum(count for _service, count in self.by_service)


def overdue(everything: Cohort, named: Cohort) -> Overdue:
    """Return the unanswered requests that are past their due date; what a person excluded is none.

    Args:
        everything: All requests, alone or with those alike.
        named: Of those nothing answered, those that may be listed, each alone.
    """
    return _overdue(_late(everything.unanswered()), _late(_by_due_date(named)))


def waiting_of(everything: Cohort, services: Collection[str | None]) -> tuple[tuple[str | None, int], ...]:
    """Return how many requests wait of each of some services, late or not, the most first; None for those of nobody."""
    return _by_service(item for item in everything.unanswered() if item.case.service in services)


def all_overdue(listed: Iterable[Judged]) -> Overdue:
    """Return some overdue requests, every one of them listed."""
    items = tuple(listed)
    return _overdue(items, items)


def _overdue(counted: Iterable[Judged], listed: Iterable[Judged]) -> Overdue:
    items = tuple(counted)
    follow_ups = sum(item.case.count for item in items if item.case.follow_up)
    return Overdue(_by_service(items), follow_ups, tuple(listed))


def _by_service(items: Iterable[Judged]) -> tuple[tuple[str | None, int], ...]:
    services: Counter[str | None] = Counter()
    for item in items:
        services[item.case.service] += item.case.count
    return tuple(sorted(services.items(), key=lambda item: (-item[1], item[0] or "")))


def _late(items: Iterable[Judged]) -> Iterator[Judged]:
    return (item for item in items if item.verdict.outcome is Outcome.MISSED)


def due_soon(named: Cohort) -> tuple[Judged, ...]:
    """Return the unanswered requests due within `SOON` working days, the most urgent first."""
    waiting = (item for item in _by_due_date(named) if item.verdict.outcome is Outcome.NOT_DUE)
    return tuple(item for item in waiting if is_due_soon(item.verdict.due_on, named.today, named.calendar))


def _by_due_date(named: Cohort) -> list[Judged]:
    return sorted(named.unanswered(), key=lambda item: (item.verdict.due_on, item.case.received_at))


def is_due_soon(due_on: date, today: date, calendar: WorkingCalendar) -> bool:
    """Tell whether `SOON` working days, or fewer, are left until a due date that is still to come."""
    return calendar.working_days_between(today, due_on) <= SOON
