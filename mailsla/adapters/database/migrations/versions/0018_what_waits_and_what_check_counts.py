"""Requests that wait, found among all; what a look at the installation counts is kept, counted here once."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import context, op
from sqlmodel.sql.sqltypes import AutoString

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

PORTION = 5_000
"""Messages counted at once."""

WAITING = "answered_at IS NULL AND excluded IS NULL"

PARTIAL = (
    ("ix_derived_request_waiting", "derived_request", "received_at", WAITING),
    ("ix_derived_message_underived", "derived_message", "at", "kind = 'underived'"),
)

HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")

DERIVED = (
    "select d.message_id, d.side, d.kind, d.evidence, answered.side, d.reason, m.message_id from derived_message d "
    "join message m on m.id = d.message_id left join derived_message answered on answered.message_id = d.tied_to "
    "where d.message_id > :last order by d.message_id limit :portion"
)


def upgrade() -> None:
    op.create_table(
        "derived_clue",
        sa.Column("counted", AutoString(), nullable=False),
        sa.Column("host", AutoString(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("counted", "host", name=op.f("pk_derived_clue")),
        sqlite_with_rowid=False,
    )
    for name, table, column, condition in PARTIAL:
        where = sa.text(condition)
        op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)
    counts = _counts()
    if counts:
        op.get_bind().execute(
            sa.text("insert into derived_clue (counted, host, messages) values (:counted, :host, :messages)"),
            [{"counted": name, "host": host, "messages": found} for (name, host), found in counts.items()],
        )


def downgrade() -> None:
    for name, table, _column, _condition in PARTIAL:
        op.drop_index(name, table_name=table)
    op.drop_table("derived_clue")


def _counts() -> Counter[tuple[str, str]]:
    connection, told = op.get_bind(), context.config.attributes["told"]
    total = connection.execute(sa.text("select count(*) from derived_message")).scalar_one()
    counts: Counter[tuple[str, str]] = Counter()
    told(0, total)
    done = last = 0
    while found := connection.execute(sa.text(DERIVED), {"last": last, "portion": PORTION}).all():
        counts.update(counted for row in found for counted in _counted(*row[1:]))
        done, last = done + len(found), found[-1][0]
        told(done, total)
    return counts


def _counted(
    side: str, kind: str, evidence: str, answered: str | None, reason: Any, message_id: str | None
) -> Iterator[tuple[str, str]]:
    if side == "outbound":
        yield "outbound", ""
    if evidence == "unseen-reply":
        yield "answers_unseen", ""
    elif side == "citizen" and answered == "outbound":
        yield "answers_seen", ""
    why = json.loads(reason) if isinstance(reason, str) else reason
    if side == "aside" and kind == "person" and why and why[0] == "unauthenticated":
        yield "unproven", ""
    host = (message_id or "").rpartition("@")[2].lower()
    if side not in {"internal", "same"} and HOST.fullmatch(host):
        yield "our_ids" if side == "outbound" else "their_ids", host
