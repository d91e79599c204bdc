"""Rows say nothing twice: what is kept takes two thirds of the room.

SQLite keeps instants as numbers, microseconds since 1970, UTC, where texts of 26 characters stood; PostgreSQL has a
type for them. The document of a derived request repeats nothing of its row any more, and that of a trace not what is
commonplace.
What is hashed stays as it is.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

PORTION = 10_000
"""Messages gone through at once."""

OF_MESSAGES = {
    "message": ("sent_at", "first_seen_at", "sealed_at"),
    "location": ("internal_at", "hop_at", "first_seen_at", "gone_at"),
    "derived_message": ("at",),
    "derived_request": (
        "received_at",
        "answered_at",
        "assigned_at",
        "first_response_at",
        "acknowledged_at",
        "received_disputed",
        "answered_disputed",
        "mailed_at",
    ),
    "derived_doubt": ("sent_at",),
}
"""The columns that hold them, by table: those that are as long as there are messages."""

OF_OTHERS = {
    "account": ("claimed_until",),
    "act": ("at",),
    "alert": ("created_at",),
    "collection": ("started_at", "finished_at", "last_started_at"),
    "decision": ("decided_at", "recorded_at"),
    "derivation": ("saved_at", "outdated_at"),
    "keyword": ("first_seen_at", "gone_at"),
    "lapse": ("first_seen_at", "gone_at", "back_at"),
    "mailbox": ("checked_at",),
    "note": ("noted_at", "recorded_at"),
    "outgoing": ("created_at", "claimed_until", "sent_at", "dropped_at", "undelivered_at"),
    "pending": ("since",),
    "privacy": ("noticed_at",),
    "publication": ("at", "published_at", "recorded_at"),
    "purge": ("at", "cleaned_at"),
    "set_aside": ("internal_at", "seen_at", "first_seen_at", "gone_at"),
}

NUMBER = (
    "cast(strftime('%s', substr({0}, 1, 19)) as integer) * 1000000 "
    "+ cast(substr(substr({0}, 21) || '000000', 1, 6) as integer)"
)
"""What is kept of a text, such as `2026-11-13 08:00:00.000000`: exact from year 1 to 9999; NULL where there is none."""


BASES = {
    "server": "s",
    "last_hop": "h",
    "archive": "a",
    "sender_clock": "c",
    "first_seen": "f",
    "after_request": "r",
    "filed": "l",
    "decision": "d",
}
SERVICE_BASES = {"recipient": "r", "mailbox": "m", "forward": "f", "keyword": "k", "decision": "d"}
PARTS = {
    "request": "q",
    "reminder": "m",
    "reply": "r",
    "holding_reply": "h",
    "acknowledgement": "k",
    "automatic_acknowledgement": "a",
    "redirection": "d",
    "survey": "s",
    "doubtful_reply": "b",
    "returned_reply": "t",
    "after_unseen": "u",
    "follow_up": "f",
    "thanks": "n",
    "forward": "w",
    "aside": "x",
}
MOMENTS = {
    "received_at": "received_basis",
    "answered_at": "answered_basis",
    "first_response_at": "first_response_basis",
    "acknowledged_at": "acknowledged_basis",
    "mailed_at": "mailed_basis",
}
"""Where an instant of a request stands in its row, and in its document what it rests on."""


def upgrade() -> None:
    connection, told = op.get_bind(), context.config.attributes["told"]
    is_sqlite = connection.dialect.name == "sqlite"
    total = connection.execute(sa.text("select count(*) from message")).scalar_one()
    if total:
        # Dropping a column rewrites its whole table.
        told(0, total)
    # It is the one of the message.
    op.drop_column("derived_request", "subject")
    if is_sqlite:
        for table, columns in OF_OTHERS.items():
            connection.exec_driver_sql(_conversion(table, columns))
    for done, within in _portions(total):
        if is_sqlite:
            for table, columns in OF_MESSAGES.items():
                number = "id" if table == "message" else "message_id"
                connection.exec_driver_sql(
                    f"{_conversion(table, columns)} where {number} between :first and :last", within
                )
        _shorten_details(within)
        _shorten_traces(within)
        told(done, total)


def downgrade() -> None:
    raise NotImplementedError("an earlier version could read no instant: restore a copy")


def _conversion(table: str, columns: Iterable[str]) -> str:
    assigned = ", ".join(f"{name} = {NUMBER.format(name)}" for name in columns)
    return f"update {table} set {assigned}"  # noqa: S608 (our own names)


def _portions(total: int) -> Iterator[tuple[int, dict[str, int]]]:
    """Yield how many messages are done with each portion, and its first and last number."""
    following = sa.text("select id from message where id > :last order by id limit :portion")
    done = last = 0
    while done < total:
        numbers = op.get_bind().execute(following, {"last": last, "portion": PORTION}).scalars().all()
        done, last = done + len(numbers), numbers[-1]
        yield done, {"first": numbers[0], "last": last}


def _shorten_details(within: dict[str, int]) -> None:
    query = (
        f"select message_id, detail, {', '.join(MOMENTS)} from derived_request "  # noqa: S608 (our own names)
        "where message_id between :first and :last"
    )
    found = op.get_bind().execute(sa.text(query), within).mappings().all()
    _write("derived_request", "detail", "message_id", {row["message_id"]: _lean_detail(row) for row in found})


def _lean_detail(row: sa.RowMapping) -> list[Any]:
    """Return the document of a derived request, as `mailsla.adapters.database.request_details` reads it."""
    detail = _read(row["detail"])
    moments = [(_number(row[at]), detail.get(basis)) for at, basis in MOMENTS.items()]
    *former, last = detail.get("assignments") or [None]
    steps = []
    for number, part, at, basis in detail.get("steps", ()):
        moment = (_number(datetime.fromisoformat(at)), basis)
        when = [moments.index(moment)] if moment in moments else [BASES[basis], moment[0]]
        steps.append([number, PARTS[part], *when])
    return [
        "".join("-" if basis is None else BASES[basis] for _at, basis in moments),
        detail.get("citizens", []),
        detail.get("mailboxes", []),
        [
            *(
                [SERVICE_BASES[basis], service, _number(datetime.fromisoformat(since))]
                for service, since, basis in former
            ),
            *(() if last is None else (SERVICE_BASES[last[-1]],)),
        ],
        steps,
    ]


def _number(at: Any) -> int | None:
    """Return an instant as microseconds since 1970; SQLite has it so by now."""
    return (at - EPOCH) // timedelta(microseconds=1) if isinstance(at, datetime) else at


def _shorten_traces(within: dict[str, int]) -> None:
    query = "select id, trace from location where message_id between :first and :last and trace is not null"
    found = op.get_bind().execute(sa.text(query), within)
    _write("location", "trace", "id", {number: _lean_trace(_read(trace)) for number, trace in found})


def _lean_trace(trace: list[Any]) -> list[Any]:
    """Return the document of a trace, as `mailsla.adapters.database.traces` reads it.

    Those kept before a fourth item was are whole, or of outsiders then.
    """
    hops, *others = trace
    return _trimmed(
        [[[by, *addresses, *([True] if submitted else [])] for by, addresses, submitted in hops], *others]
    )


def _trimmed(trace: list[Any]) -> list[Any]:
    """Return the document of a trace without what is commonplace at its end."""
    commonplace: list[Any] = [[], [], None, True]
    while trace and trace[-1] == commonplace[len(trace) - 1]:
        trace = trace[:-1]
    return trace


def _write(table: str, column: str, key: str, documents: Mapping[int, list[Any]]) -> None:
    connection = op.get_bind()
    given = "cast(:said as json)" if connection.dialect.name == "postgresql" else ":said"
    written = [
        {"number": number, "said": json.dumps(said, separators=(",", ":"))}
        for number, said in documents.items()
    ]
    if written:
        connection.execute(sa.text(f"update {table} set {column} = {given} where {key} = :number"), written)  # noqa: S608 (our own names)


def _read(document: Any) -> Any:
    return json.loads(document) if isinstance(document, str) else document
