"""The local days of requests, as the figures know them; no database is needed, so another process counts them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from mailsla.adapters.database.rows import Rows
from mailsla.core.clock.local_days import LocalDays
from mailsla.core.rate.case import Case

ALWAYS = date.max.toordinal()
"""The last day of those whose instants always matter, not only their days."""


class Shape(NamedTuple):
    """What the figures know of a request besides its days."""

    service: str | None
    category: str
    follow_up: bool
    imported: bool
    acknowledged: bool
    excluded: str | None
    otherwise: str | None


DaysByShape = Mapping[Shape, Rows]
"""What the figures know of requests besides their days → their rows of `DAYS_COLUMNS`, without the shape."""


def days_by_shape(cases: Iterable[tuple[int, Case]], days: LocalDays) -> DaysByShape:
    """Return the days of requests, each with the number of the message that opens it."""
    found: dict[Shape, Rows] = {}
    for number, case in cases:
        found.setdefault(_shape_of(case), []).append((number, *_days_of(case, days)))
    return found


def _shape_of(case: Case) -> Shape:
    return Shape(
        case.service,
        case.category,
        case.follow_up,
        case.imported,
        case.acknowledged_at is not None,
        case.excluded,
        None if case.otherwise is None else case.otherwise.value,
    )


def _days_of(case: Case, days: LocalDays) -> tuple[int, ...]:
    received, assigned = days.start(case.received_at), days.start(case.assigned_at)
    answered, first, mailed = map(days.day, (case.answered_at, case.first_response_at, case.mailed_at))
    if case.announcements or case.received_disputed or case.answered_disputed:
        apart_until = ALWAYS
    else:
        acknowledged = days.day(case.acknowledged_at)
        apart_until = max(received // 2, answered, first, assigned // 2, mailed, acknowledged)
    return (received, answered, first, assigned, mailed, apart_until)
