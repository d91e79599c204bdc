"""The local days of requests: written when these are derived, and again when the zone or the cutoff changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from mailsla.adapters.database.bulk import STREAMED, insert_rows
from mailsla.adapters.database.derived_requests import CASES
from mailsla.adapters.database.request_rows import case_of
from mailsla.adapters.database.rows import Rows
from mailsla.adapters.database.tables import DERIVED_DAYS, DERIVED_REQUEST, DERIVED_SHAPE
from mailsla.core.clock.local_days import LocalDays
from mailsla.core.rate.case import Case

DAYS_COLUMNS = (
    "message_id",
    "received",
    "answered",
    "first_response",
    "assigned",
    "mailed",
    "apart_until",
    "shape",
)

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


class RequestDays:
    """The days of requests, in a transaction that writes derivations."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def _shapes(self) -> dict[Shape, int]:
        return {shape: number for number, shape in shapes(self._connection).items()}

    def count(self, which: ColumnElement[bool], days: LocalDays) -> None:
        """Write the days of some requests, of which none is written."""
        query = CASES.add_columns(DERIVED_REQUEST.c.message_id).where(which)
        for rows in self._connection.execute(query, execution_options=STREAMED).partitions():
            self.keep(days_by_shape(((row.message_id, case_of(row)) for row in rows), days))

    def forget_shapes(self) -> None:
        """Forget every shape, once no request has any."""
        self._connection.execute(delete(DERIVED_SHAPE))
        self._shapes = {}

    def forget_unused_shapes(self) -> None:
        """Forget the shapes that no request has any more."""
        used = select(DERIVED_DAYS.c.shape)
        self._connection.execute(delete(DERIVED_SHAPE).where(DERIVED_SHAPE.c.id.not_in(used)))
        self.__dict__.pop("_shapes", None)

    def keep(self, found: DaysByShape) -> None:
        """Write the days of some requests."""
        numbered = [(self._number(shape), alike) for shape, alike in found.items()]
        rows = [(*row, number) for number, alike in numbered for row in alike]
        insert_rows(self._connection, DERIVED_DAYS, DAYS_COLUMNS, rows)

    def count_again(self, days: LocalDays, total: int, progress: Callable[[int, int], object]) -> None:
        """Write the days of every request anew; `progress` is told how many, and of how many."""
        self._connection.execute(delete(DERIVED_DAYS))
        query, done = CASES.add_columns(DERIVED_REQUEST.c.message_id), 0
        for rows in self._connection.execute(query, execution_options=STREAMED).partitions():
            self.keep(days_by_shape(((row.message_id, case_of(row)) for row in rows), days))
            done += len(rows)
            progress(done, total)

    def _number(self, shape: Shape) -> int:
        number = self._shapes.get(shape)
        if number is None:
            added = insert(DERIVED_SHAPE).values(shape._asdict()).returning(DERIVED_SHAPE.c.id)
            number = self._shapes[shape] = self._connection.execute(added).scalar_one()
        return number


def shapes(connection: Connection) -> dict[int, Shape]:
    """Return every shape that requests have, or had, by number."""
    columns: list[Any] = [DERIVED_SHAPE.c[name] for name in Shape._fields]
    found = connection.execute(select(DERIVED_SHAPE.c.id, *columns))
    return {number: Shape(*values) for number, *values in found}
