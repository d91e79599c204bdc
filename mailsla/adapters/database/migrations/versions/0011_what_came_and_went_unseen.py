"""What came and went unseen between two whole reads of an account; a salted hash of each value of a message."""

from datetime import UTC, datetime
from os import urandom

import sqlalchemy as sa
from alembic import op

from mailsla.core.mail.salted_hashes import SALT_BYTES, salted_hashes

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

PORTION = 1_000


def upgrade() -> None:
    op.add_column("mailbox", sa.Column("missed", sa.BigInteger(), server_default="0", nullable=True))
    op.add_column("collection", sa.Column("lost", sa.BigInteger(), nullable=True))
    for name in ("salt", "hashes"):
        op.add_column("message", sa.Column(name, sa.LargeBinary(), nullable=True))
    _salt_all()


def downgrade() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_column("hashes")
        batch_op.drop_column("salt")
    with op.batch_alter_table("collection", schema=None) as batch_op:
        batch_op.drop_column("lost")
    with op.batch_alter_table("mailbox", schema=None) as batch_op:
        batch_op.drop_column("missed")


def _salt_all() -> None:
    """Hash what is there, a thousand messages at a time."""
    connection, last = op.get_bind(), 0
    documents = ", ".join(f"cast({name} as text) as {name}" for name in ("ids", "people", "kept"))
    query = sa.text(
        f"select id, message_id, thread_index, subject, sent_at, {documents} from message "  # noqa: S608 (our own names)
        "where id > :last order by id limit :portion"
    )
    update = sa.text("update message set salt = :salt, hashes = :hashes where id = :id")
    while rows := connection.execute(query, {"last": last, "portion": PORTION}).all():
        salted = []
        for row in rows:
            salt = urandom(SALT_BYTES)
            sent = _sent(row.sent_at)
            values = (row.message_id, row.thread_index, row.subject, sent, row.ids, row.people, row.kept)
            salted.append({"id": row.id, "salt": salt, "hashes": salted_hashes(salt, values)})
        connection.execute(update, salted)
        last = rows[-1].id


def _sent(kept: str | datetime | None) -> str | None:
    if kept is None:
        return None
    at = datetime.fromisoformat(f"{kept}+00:00") if isinstance(kept, str) else kept.astimezone(UTC)
    return at.isoformat()
