"""The digest of decisions is made of salted hashes of their free text; the former one is kept for what names it."""

import hashlib
from os import urandom

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from mailsla.core.mail.salted_hashes import SALT_BYTES, salted_hashes

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ADDED = {"salt": sa.LargeBinary(), "hashes": sa.LargeBinary(), "former": AutoString()}

DECISION = sa.table(
    "decision",
    sa.column("id", sa.Integer()),
    sa.column("target", AutoString()),
    sa.column("action", AutoString()),
    sa.column("value", sa.JSON()),
    sa.column("reason", sa.Text()),
    sa.column("decided_by", AutoString()),
    sa.column("decided_at", UTCDateTime()),
    *(sa.column(name, kind) for name, kind in ADDED.items()),
)


def upgrade() -> None:
    for name, kind in ADDED.items():
        op.add_column("decision", sa.Column(name, kind, nullable=True))
    connection, digest = op.get_bind(), hashlib.sha256()
    digested = [column for column in DECISION.c if column.name not in ADDED]
    for row in connection.execute(sa.select(*digested).order_by(DECISION.c.id)).all():
        # As `Decisions.digest` made it before, of the decisions up to each.
        digest.update(repr(tuple(row)).encode())
        salt = urandom(SALT_BYTES)
        values = {
            "salt": salt,
            "hashes": salted_hashes(salt, (row.reason, row.value["text"])),
            "former": digest.hexdigest()[:16],
        }
        connection.execute(sa.update(DECISION).where(DECISION.c.id == row.id).values(values))


def downgrade() -> None:
    with op.batch_alter_table("decision", schema=None) as batch_op:
        for name in ADDED:
            batch_op.drop_column(name)
