"""Header fields that no rule uses, and addresses in those that are read for a sign alone, are stored no more.

What is there of them goes. The salted hashes stay as they were made: published figures name them.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

PORTION = 5_000
"""Messages looked at at once."""

UNUSED = {"content-description", "x-mailer", "x-spam-status", "x-ms-exchange-generated-message-source"}
DELIVERED = {"delivered-to", "x-original-to"}

FOUND = sa.text(
    "select id, cast(kept as text) from message where id > :last and cast(kept as text) <> '[]' "
    "order by id limit :portion"
)


def upgrade() -> None:
    connection, told = op.get_bind(), context.config.attributes["told"]
    total = connection.execute(sa.text("select count(*) from message")).scalar_one()
    if not total:
        return
    told(0, total)
    document = "cast(:kept as json)" if connection.dialect.name == "postgresql" else ":kept"
    write = sa.text(f"update message set kept = {document} where id = :id")  # noqa: S608 (our own words)
    done = last = 0
    while rows := connection.execute(FOUND, {"last": last, "portion": PORTION}).all():
        lean = [
            {"id": number, "kept": json.dumps(used)}
            for number, kept in rows
            if (used := _used(kept)) is not None
        ]
        if lean:
            connection.execute(write, lean)
        done, last = done + len(rows), rows[-1][0]
        told(done, total)
    told(total, total)


def downgrade() -> None:
    """Leave what is there: what went is nowhere."""


def _used(written: str) -> list[Any] | None:
    """Return the fields that stay; None when all do."""
    kept = json.loads(written)
    used = [[name, value] for name, value in kept if _is_used(name, value)]
    return None if len(used) == len(kept) else used


def _is_used(name: str, value: str) -> bool:
    if name in DELIVERED:
        return "@" not in value
    if name == "return-path":
        return value.strip() == "<>"
    return name not in UNUSED
