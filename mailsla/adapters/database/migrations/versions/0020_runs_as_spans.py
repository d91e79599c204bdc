"""Runs of collection that changed nothing become spans: one row for all of them, not one a poll."""

from collections.abc import Collection, Iterator
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
"""Runs read at once, and between two words of how far it is."""

LONGEST_PAUSE, REMEMBERED = timedelta(minutes=61), timedelta(minutes=30)
"""As `mailsla.core.collection.spans` has them in this version."""

CHANGED = ("last_started_at", "finished_at", "messages", "set_aside")
"""What a span has otherwise than the run that it begins with."""

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
    before: dict[int, Run] = {}
    for runs in _parts():
        lengthened: dict[int, Run] = {}
        merged: list[int] = []
        for run in runs:
            # What was killed, or only checked, has no end.
            if run["finished_at"] is None:
                continue
            account = run["account_id"]
            if account in before and _goes_on(before[account], run):
                span = before[account]
                if span["last_started_at"] is not None:
                    _lengthen(span, run)
                    lengthened[span["id"]] = span
                    merged.append(run["id"])
                    continue
                run["last_started_at"] = run["started_at"]
                lengthened[run["id"]] = run
            before[account] = run
        _write(lengthened.values(), merged)


def downgrade() -> None:
    op.drop_column("collection", "last_started_at")


def _parts() -> Iterator[list[Run]]:
    """Yield the runs of all accounts in the order in which they began, some at once: there may be millions."""
    connection, told = op.get_bind(), context.config.attributes["told"]
    total = connection.execute(sa.select(sa.func.count()).select_from(COLLECTION)).scalar_one()
    if total:
        told(0, total)
    ordered = sa.select(COLLECTION).order_by(COLLECTION.c.id).limit(PORTION)
    done = last = 0
    while found := connection.execute(ordered.where(COLLECTION.c.id > last)).mappings().all():
        done, last = done + len(found), found[-1]["id"]
        yield [dict(run) for run in found]
        told(done, total)


def _write(lengthened: Collection[Run], merged: Collection[int]) -> None:
    """Keep what became of some runs: those that last longer, and those that are part of one now."""
    connection = op.get_bind()
    this = COLLECTION.c.id == sa.bindparam("run")
    if lengthened:
        values: dict[str, Any] = {name: sa.bindparam(name) for name in CHANGED}
        connection.execute(
            sa.update(COLLECTION).where(this).values(values),
            [{"run": run["id"], **{name: run[name] for name in CHANGED}} for run in lengthened],
        )
    if merged:
        connection.execute(sa.delete(COLLECTION).where(this), [{"run": number} for number in merged])


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
