"""Runs of collection that changed nothing become spans: one row for all of them, not one a poll."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic import context, op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

PORTION = 20_000
"""Runs read between two words of how far it is."""

LONGEST_PAUSE, REMEMBERED = timedelta(minutes=61), timedelta(minutes=30)
"""As `mailsla.core.collection.spans` has them in this version."""

FAILED = {"transient", "permanent", "refused"}

COLLECTION = sa.table(
    "collection",
    sa.column("id", sa.Integer()),
    sa.column("account_id", sa.Integer()),
    sa.column("started_at", UTCDateTime()),
    sa.column("finished_at", UTCDateTime()),
    sa.column("outcome", AutoString()),
    sa.column("reason", AutoString()),
    sa.column("messages", sa.Integer()),
    sa.column("set_aside", sa.Integer()),
    sa.column("lost", sa.BigInteger()),
    sa.column("last_started_at", UTCDateTime()),
)

Run = dict[str, Any]


def upgrade() -> None:
    op.add_column("collection", sa.Column("last_started_at", UTCDateTime(), nullable=True))
    connection = op.get_bind()
    spans = list(_spans())
    connection.execute(sa.delete(COLLECTION))
    if spans:
        connection.execute(sa.insert(COLLECTION), spans)


def downgrade() -> None:
    op.drop_column("collection", "last_started_at")


def _spans() -> Iterator[Run]:
    """Yield what is kept of the runs, account after account."""
    before: Run | None = None
    for run in _runs():
        if before is not None and before["account_id"] != run["account_id"]:
            before = None
        # What was killed, or only checked, has no end.
        if run["finished_at"] is None:
            yield run
            continue
        if before is not None and _goes_on(before, run):
            if before["last_started_at"] is not None:
                _lengthen(before, run)
                continue
            run["last_started_at"] = run["started_at"]
        before = run
        yield run


def _runs() -> Iterator[Run]:
    connection, told = op.get_bind(), context.config.attributes["told"]
    total = connection.execute(sa.select(sa.func.count()).select_from(COLLECTION)).scalar_one()
    ordered = sa.select(COLLECTION).order_by(COLLECTION.c.account_id, COLLECTION.c.id)
    found = connection.execute(ordered, execution_options={"yield_per": PORTION})
    if total:
        told(0, total)
    done = 0
    for part in found.mappings().partitions():
        yield from map(dict, part)
        done += len(part)
        told(done, total)


def _goes_on(before: Run, run: Run) -> bool:
    if (run["outcome"], run["reason"]) != (before["outcome"], before["reason"]):
        return False
    pause = run["started_at"] - (before["last_started_at"] or before["started_at"])
    if run["outcome"] in FAILED:
        return bool(pause >= REMEMBERED)
    is_steady = timedelta(0) <= pause <= LONGEST_PAUSE
    return run["outcome"] == "ok" and is_steady and (run["lost"] == 0 or run["reason"] is not None)


def _lengthen(span: Run, run: Run) -> None:
    span["last_started_at"], span["finished_at"] = run["started_at"], run["finished_at"]
    for name in ("messages", "set_aside"):
        span[name] += run[name]
