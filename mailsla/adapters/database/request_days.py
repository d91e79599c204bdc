"""The local days of requests: written when these are derived, and again when the zone or the cutoff changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from mailsla.adapters.database.bulk import STREAMED, insert_rows
from mailsla.adapters.database.derived_requests import CASES
from mailsla.adapters.database.request_rows import case_of
from mailsla.adapters.database.tables import DERIVED_DAYS, DERIVED_REQUEST, DERIVED_SHAPE
from mailsla.core.clock.local_days import LocalDays
from mailsla.core.rate.case import Case

DAYS_COLUMNS = (
    "message_id",
    "shape",
    "received",
    "answered",
    "first_response",
    "assigned",
    "mailed",
    "apart_until",
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


class Days(NamedTuple):
    """The days of one request, and what else the figures know of it."""

    number: int
    shape: Shape
    numbers: tuple[int, ...]


def days_of(number: int, case: Case, days: LocalDays) -> Days:
    """Return the days of the request that the message of a number opens."""
    received, assigned = days.start(case.received_at), days.start(case.assigned_at)
    answered, first, mailed = map(days.day, (case.answered_at, case.first_response_at, case.mailed_at))
    if case.announcements or case.received_disputed or case.answered_disputed:
        apart_until = ALWAYS
    else:
        acknowledged = days.day(case.acknowledged_at)
        apart_until = max(received // 2, answered, first, assigned // 2, mailed, acknowledged)
    shape = Shape(
        case.service,
        case.category,
        case.follow_up,
        case.imported,
        case.acknowledged_at is not None,
        case.excluded,
        None if case.otherwise is None else case.otherwise.value,
    )
    return Days(number, shape, (received, answered, first, assigned, mailed, apart_until))


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
            self.keep(days_of(row.message_id, case_of(row), days) for row in rows)

    def forget_shapes(self) -> None:
        """Forget every shape, once no request has any."""
        self._connection.execute(delete(DERIVED_SHAPE))
        self._shapes = {}

    def forget_unused_shapes(self) -> None:
        """Forget the shapes that no request has any more."""
        used = select(DERIVED_DAYS.c.shape)
        self._connection.execute(delete(DERIVED_SHAPE).where(DERIVED_SHAPE.c.id.not_in(used)))
        self.__dict__.pop("_shapes", None)

    def keep(self, found: Iterable[Days]) -> None:
        """Write the days of some requests."""
        rows = [(item.number, self._number(item.shape), *item.numbers) for item in found]
        insert_rows(self._connection, DERIVED_DAYS, DAYS_COLUMNS, rows)

    def count_again(self, days: LocalDays, total: int, progress: Callable[[int, int], object]) -> None:
        """Write the days of every request anew; `progress` is told how many, and of how many."""
        self._connection.execute(delete(DERIVED_DAYS))
        query, done = CASES.add_columns(DERIVED_REQUEST.c.message_id), 0
        for rows in self._connection.execute(query, execution_options=STREAMED).partitions():
            self.keep(days_of(row.message_id, case_of(row), days) for row in rows)
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
