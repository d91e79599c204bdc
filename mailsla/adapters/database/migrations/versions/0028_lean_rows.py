"""SQLite keeps instants as numbers: microseconds since 1970, UTC, where a text of three times as many bytes stood.

PostgreSQL has a type for them, and nothing changes there.
"""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from alembic import context, op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

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


def upgrade() -> None:
    connection, told = op.get_bind(), context.config.attributes["told"]
    if connection.dialect.name != "sqlite":
        return
    for table, columns in OF_OTHERS.items():
        connection.exec_driver_sql(_conversion(table, columns))
    total = connection.execute(sa.text("select count(*) from message")).scalar_one()
    if not total:
        return
    told(0, total)
    for done, within in _portions(total):
        for table, columns in OF_MESSAGES.items():
            number = "id" if table == "message" else "message_id"
            connection.exec_driver_sql(
                f"{_conversion(table, columns)} where {number} between ? and ?", within
            )
        told(done, total)


def downgrade() -> None:
    raise NotImplementedError("an earlier version could read no instant")


def _conversion(table: str, columns: Iterable[str]) -> str:
    assigned = ", ".join(f"{name} = {NUMBER.format(name)}" for name in columns)
    return f"update {table} set {assigned}"  # noqa: S608 (our own names)


def _portions(total: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield how many messages are done with each portion, and its first and last number."""
    following = sa.text("select id from message where id > :last order by id limit :portion")
    done = last = 0
    while done < total:
        numbers = op.get_bind().execute(following, {"last": last, "portion": PORTION}).scalars().all()
        done, last = done + len(numbers), numbers[-1]
        yield done, (numbers[0], last)
