"""Derived requests and doubts read from the database: in parts, each with the keys of the messages that it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from mailsla.adapters.database.bulk import STREAMED
from mailsla.adapters.database.keys import keys_of
from mailsla.adapters.database.request_rows import announced, doubt_of, numbers_in_request, request_of
from mailsla.adapters.database.sealed_messages import SEALED
from mailsla.adapters.database.tables import DERIVED_DOUBT, DERIVED_REQUEST, MESSAGE
from mailsla.core.mail.instants import Basis
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.pairing.request import Request
from mailsla.core.rate.case import Case

BY_RECEIPT = (DERIVED_REQUEST.c.received_at, MESSAGE.c.key)

REQUESTS = select(DERIVED_REQUEST, MESSAGE.c.key, MESSAGE.c.subject).join(
    MESSAGE, MESSAGE.c.id == DERIVED_REQUEST.c.message_id
)
"""Derived requests, each with its key and its subject."""

CASES = REQUESTS.with_only_columns(
    MESSAGE.c.key,
    MESSAGE.c.subject,
    *(DERIVED_REQUEST.c[item.name] for item in fields(Case) if item.name in DERIVED_REQUEST.c),
    SEALED.label("sealed"),
)
"""The same as the figures count them."""

_FIELDS = [item.name for item in fields(Case)]
_ANNOUNCED, _OTHERWISE, _COUNT = map(_FIELDS.index, ("announcements", "otherwise", "count"))
_AS_FIELDS = itemgetter(*(CASES.selected_columns.keys().index(name) for name in _FIELDS if name != "count"))
"""Gives the columns of `CASES` in the order of a case's fields: asked for each by its name, a row is far slower."""

_DOUBTS = select(DERIVED_DOUBT, MESSAGE.c.key).join(MESSAGE, MESSAGE.c.id == DERIVED_DOUBT.c.message_id)


def case_of(row: Any) -> Case:
    """Return the request of a row, whose first columns are those of `CASES`, as the figures count it."""
    values = [*_AS_FIELDS(row)]
    values.insert(_COUNT, 1)
    values[_ANNOUNCED] = announced(values[_ANNOUNCED])
    if values[_OTHERWISE] is not None:
        values[_OTHERWISE] = Basis(values[_OTHERWISE])
    return Case(*values)


def requests_in(connection: Connection, query: Select[Any]) -> Iterator[Request]:
    """Yield the requests of a query over `REQUESTS`; they are not held all at once."""
    for part in connection.execute(query, execution_options=STREAMED).partitions():
        keys = keys_of(connection, {number for row in part for number in numbers_in_request(row)})
        yield from (request_of(row, keys) for row in part)


def doubts_in(connection: Connection, which: ColumnElement[bool]) -> Iterator[Doubt]:
    """Yield some of what a person must look at, by date."""
    query = _DOUBTS.where(which).order_by(DERIVED_DOUBT.c.sent_at, MESSAGE.c.key)
    for part in connection.execute(query, execution_options=STREAMED).partitions():
        keys = keys_of(connection, {number for row in part for number in row.candidates})
        yield from (doubt_of(row, keys) for row in part)
