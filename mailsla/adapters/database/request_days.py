"""The local days of requests: written when these are derived, and again when the zone or the cutoff changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from mailsla.adapters.database.bulk import STREAMED, insert_rows
from mailsla.adapters.database.days_of_requests import DaysByShape, Shape, days_by_shape
from mailsla.adapters.database.derived_requests import CASES, case_of
from mailsla.adapters.database.tables import DERIVED_DAYS, DERIVED_REQUEST, DERIVED_SHAPE
from mailsla.core.clock.local_days import LocalDays

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

    def keep(self, *parts: DaysByShape) -> None:
        """Write the days of some requests."""
        numbered = [(self._number(shape), alike) for found in parts for shape, alike in found.items()]
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
