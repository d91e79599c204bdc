"""Stores of former versions, whose rows tests write as today's are written."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Table, inspect, select, update

from mailsla.adapters.database.column_types import Instant
from mailsla.adapters.database.column_values import instant_of
from mailsla.adapters.database.derived_requests import REQUESTS
from mailsla.adapters.database.request_rows import request_of
from mailsla.adapters.database.tables import DERIVED_REQUEST, LOCATION, METADATA
from mailsla.adapters.database.traces import trace_of
from mailsla.core.mail.instants import Moment
from mailsla.core.pairing.request import Request


class _Same(dict[int, Any]):
    """Numbers of messages where their keys would be."""

    def __missing__(self, number: int) -> int:
        return number


def rows_of(connection: Connection, table: Table) -> list[dict[str, Any]]:
    """Return the rows of a table."""
    return [dict(row) for row in connection.execute(select(table)).mappings()]


def rows_as_before_0028(connection: Connection, table: Table) -> list[dict[str, Any]]:
    """Return the rows of a table as versions before 0028 kept them, but for their instants."""
    if table is DERIVED_REQUEST:
        found = connection.execute(REQUESTS).all()
        details = [detail_before_0028(request_of(row, _Same())) for row in found]
        return [{**row._mapping, "detail": detail} for row, detail in zip(found, details, strict=True)]
    rows = rows_of(connection, table)
    if table is LOCATION:
        return [{**row, "trace": _trace_before_0028(row["trace"])} for row in rows]
    return rows


def _trace_before_0028(trace: Any) -> Any:
    return None if trace is None else json.loads(json.dumps(trace_of(trace)))


def put_back_before_0028(connection: Connection) -> None:
    """Put a store of today back as the version before 0028 had it."""
    requests, copies = (rows_as_before_0028(connection, table) for table in (DERIVED_REQUEST, LOCATION))
    connection.exec_driver_sql("alter table derived_request add column subject text not null default ''")
    for row in requests:
        this = DERIVED_REQUEST.c.message_id == row["message_id"]
        connection.execute(update(DERIVED_REQUEST).where(this).values(detail=row["detail"]))
    for row in copies:
        connection.execute(update(LOCATION).where(LOCATION.c.id == row["id"]).values(trace=row["trace"]))
    instants_as_before_0028(connection)


def detail_before_0028(request: Request) -> dict[str, Any]:
    """Return what was kept of a request as a document, its messages by the names that it has for them."""

    def basis(moment: Moment | None) -> str | None:
        return None if moment is None else moment.basis

    said: dict[str, Any] = {
        "received_basis": request.received.basis,
        "answered_basis": basis(request.answered),
        "first_response_basis": basis(request.first_response),
        "acknowledged_basis": basis(request.acknowledged),
        "mailed_basis": basis(request.by_mail),
        "citizens": request.citizens,
        "assignments": [(item.service, item.since.isoformat(), item.basis) for item in request.assignments],
        "steps": [
            (step.key, step.part, step.moment.at.isoformat(), step.moment.basis) for step in request.steps
        ],
        "mailboxes": request.mailboxes,
    }
    return {name: value for name, value in said.items() if value}


def instants_as_before_0028(connection: Connection) -> None:
    """Have a SQLite store keep its instants as text, as every version did before 0028."""
    if connection.dialect.name != "sqlite":
        return
    inspected = inspect(connection)
    for name in METADATA.tables.keys() & set(inspected.get_table_names()):
        known = {column["name"] for column in inspected.get_columns(name)}
        for column in METADATA.tables[name].c:
            if isinstance(column.type, Instant) and column.name in known:
                _as_text(connection, name, column.name)


def _as_text(connection: Connection, table: str, column: str) -> None:
    found = f"select distinct {column} from {table} where typeof({column}) = 'integer'"
    for kept in connection.exec_driver_sql(found).scalars().all():
        at = instant_of(kept)
        assert at is not None
        said = at.replace(tzinfo=None).isoformat(" ", "microseconds")
        connection.exec_driver_sql(f"update {table} set {column} = '{said}' where {column} = {kept}")
