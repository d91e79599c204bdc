"""A message's key is sixteen bytes, and stands once; what is derived knows messages by number, and is converted."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import context, op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PORTION = 5_000
"""Messages converted at once: memory does not grow with the store."""

INDEXES = {
    "derived_message": ("conversation",),
    "derived_request": ("conversation", "received_at"),
    "derived_doubt": (),
}

DOCUMENTS = ("announcements", "candidates", "detail")
"""The columns that are JSON, among those written here."""


def upgrade() -> None:
    op.drop_index("ix_derived_message_aside", "derived_message")
    for table in INDEXES:
        _put_aside(table)
    _create_derived()
    is_copied = op.get_bind().dialect.name == "sqlite"
    if is_copied:
        _create_messages()
    told, total = context.config.attributes["told"], _scalar("select count(*) from message")
    told(0, total)
    for done, within in _portions(total):
        _convert_messages(within)
        _convert_requests(within)
        _convert_doubts(within)
        if is_copied:
            _copy_messages(within)
        told(done, total)
    for table, columns in INDEXES.items():
        op.drop_table(f"{table}_before")
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])
    is_aside = sa.text("side = 'aside'")
    op.create_index(
        "ix_derived_message_aside",
        "derived_message",
        ["at"],
        sqlite_where=is_aside,
        postgresql_where=is_aside,
    )
    if is_copied:
        # Who refers to the table does so by name, and is not looked at meanwhile (sqlite.org/lang_altertable.html,
        # "Making Other Kinds Of Table Schema Changes").
        op.drop_table("message")
        op.rename_table("message_then", "message")
    else:
        op.execute("alter table message alter column key type bytea using decode(key, 'hex')")


def downgrade() -> None:
    raise NotImplementedError("what names messages by number goes back to no earlier version: restore a copy")


def _put_aside(table: str) -> None:
    """Rename a table, and what has a name in the whole database."""
    for column in INDEXES[table]:
        op.drop_index(f"ix_{table}_{column}", table)
    op.rename_table(table, f"{table}_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"alter table {table}_before rename constraint pk_{table} to pk_{table}_before")


def _create_derived() -> None:
    op.create_table(
        "derived_message",
        sa.Column("message_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("conversation", sa.Integer(), nullable=False),
        sa.Column("evidence", AutoString(), nullable=False),
        sa.Column("tied_to", sa.Integer(), nullable=True),
        sa.Column("side", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("reason", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("basis", AutoString(), nullable=False),
        sa.Column("mail_class", AutoString(), server_default="pending", nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_derived_message")),
    )
    op.create_table(
        "derived_request",
        sa.Column("message_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("conversation", sa.Integer(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        *_columns_said(),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_derived_request")),
    )
    op.create_table(
        "derived_doubt",
        sa.Column("message_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("code", AutoString(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "code", name=op.f("pk_derived_doubt")),
        sqlite_with_rowid=False,
    )


def _columns_said() -> list[sa.Column[Any]]:
    """Return the columns of a derived request that stay as they are."""
    return [
        sa.Column("follow_up", sa.Boolean(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("service", AutoString(), nullable=True),
        sa.Column("category", AutoString(), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("assigned_at", UTCDateTime(), nullable=True),
        sa.Column("announcements", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("first_response_at", UTCDateTime(), nullable=True),
        sa.Column("acknowledged_at", UTCDateTime(), nullable=True),
        sa.Column("excluded", sa.Text(), nullable=True),
        sa.Column("received_disputed", UTCDateTime(), nullable=True),
        sa.Column("answered_disputed", UTCDateTime(), nullable=True),
        sa.Column("otherwise", AutoString(), nullable=True),
        sa.Column("mailed_at", UTCDateTime(), nullable=True),
        sa.Column("reminders", sa.Integer(), server_default="0", nullable=False),
    ]


def _create_messages() -> None:
    """Make the table that messages are copied into: SQLite cannot change a column."""
    op.create_table(
        "message_then",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(16), nullable=False),
        *_columns_kept(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
    )


def _columns_kept() -> list[sa.Column[Any]]:
    """Return the columns of a message that stay as they are."""
    return [
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("thread_index", AutoString(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("ids", sa.JSON(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("hashes", sa.LargeBinary(), nullable=True),
    ]


def _portions(total: int) -> Iterator[tuple[int, dict[str, int]]]:
    """Yield how many messages are done with each portion, and its first and last number."""
    following = sa.text("select id from message where id > :last order by id limit :portion")
    done = last = 0
    while done < total:
        numbers = op.get_bind().execute(following, {"last": last, "portion": PORTION}).scalars().all()
        done, last = done + len(numbers), numbers[-1]
        yield done, {"first": numbers[0], "last": last}


def _convert_messages(within: dict[str, int]) -> None:
    _run(
        "insert into derived_message (message_id, conversation, evidence, tied_to, side, kind, reason, at, basis, "
        "mail_class) select m.id, named.id, d.evidence, tied.id, d.side, d.kind, d.reason, d.at, d.basis, "
        "d.mail_class from message m join derived_message_before d on d.key = m.key "
        "join message named on named.key = d.conversation left join message tied on tied.key = d.tied_to "
        "where m.id between :first and :last order by m.id",
        within,
    )


def _convert_requests(within: dict[str, int]) -> None:
    """Convert some requests; a step that no message is behind, of which there is none, would not be kept."""
    columns = [column.name for column in _columns_said()]
    said = ", ".join(f"cast(d.{name} as text)" if name in DOCUMENTS else f"d.{name}" for name in columns)
    found = _run(
        f"select m.id, d.conversation, d.detail, {said} from message m "  # noqa: S608 (our own names)
        "join derived_request_before d on d.key = m.key where m.id between :first and :last order by m.id",
        within,
    )
    requests = [(number, named, _read(detail), said) for number, named, detail, *said in found]
    numbers = _numbers(key for _, named, detail, _ in requests for key in (named, *_keys_in(detail)))
    lean = [
        (number, numbers[named], numbers.get(detail.get("answered_by")), _lean(detail, numbers), *said)
        for number, named, detail, said in requests
        if named in numbers
    ]
    _insert("derived_request", ("message_id", "conversation", "answered_by", "detail", *columns), lean)


def _convert_doubts(within: dict[str, int]) -> None:
    found = _run(
        "select m.id, d.code, d.sent_at, d.candidates from message m join derived_doubt_before d on d.reply = m.key "
        "where m.id between :first and :last order by m.id, d.code",
        within,
    )
    doubts = [(*doubt, _read(candidates)) for *doubt, candidates in found]
    numbers = _numbers(key for *_doubt, candidates in doubts for key in candidates)
    lean = [
        (*doubt, _written([numbers[key] for key in candidates if key in numbers]))
        for *doubt, candidates in doubts
    ]
    _insert("derived_doubt", ("message_id", "code", "sent_at", "candidates"), lean)


def _copy_messages(within: dict[str, int]) -> None:
    columns = ", ".join(column.name for column in _columns_kept())
    _run(
        f"insert into message_then (id, key, {columns}) select id, unhex(key), {columns} from message "  # noqa: S608 (our own names)
        "where id between :first and :last order by id",
        within,
    )


def _keys_in(detail: dict[str, Any]) -> Iterator[str]:
    if detail.get("answered_by") is not None:
        yield detail["answered_by"]
    yield from (key for key, *_step in detail.get("steps", ()))


def _lean(detail: dict[str, Any], numbers: Mapping[str | None, int]) -> str:
    steps = [(numbers[key], *step) for key, *step in detail.get("steps", ()) if key in numbers]
    said = {**detail, "steps": steps, "answered_by": None}
    return _written({name: value for name, value in said.items() if value})


def _numbers(keys: Iterable[str]) -> dict[str | None, int]:
    """Return the numbers of messages by their keys of before."""
    if op.get_bind().dialect.name == "sqlite":
        among = "(select value from json_each(:keys))"
    else:
        among = "(select jsonb_array_elements_text(cast(:keys as jsonb)))"
    wanted = json.dumps(sorted(set(keys)))
    return dict(_run(f"select key, id from message where key in {among}", {"keys": wanted}))  # noqa: S608 (our own names)


def _read(document: Any) -> Any:
    return json.loads(document) if isinstance(document, str) else document


def _written(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _insert(table: str, columns: Sequence[str], values: list[tuple[Any, ...]]) -> None:
    connection = op.get_bind()
    marks = ["?"] * len(columns)
    if connection.dialect.name == "postgresql":
        marks = ["cast(%s as json)" if name in DOCUMENTS else "%s" for name in columns]
    statement = f"insert into {table} ({', '.join(columns)}) values ({', '.join(marks)})"  # noqa: S608 (our own names)
    if values:
        connection.exec_driver_sql(statement, values)


def _run(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    found = op.get_bind().execute(sa.text(statement), values)
    return [tuple(row) for row in found] if found.returns_rows else []


def _scalar(query: str) -> int:
    return int(op.get_bind().execute(sa.text(query)).scalar_one())
