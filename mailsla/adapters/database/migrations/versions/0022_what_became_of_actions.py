"""What became of each mail that asked for an action; and which mails ask, found without reading all."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ASKING = "ix_derived_message_action"


def upgrade() -> None:
    op.create_table(
        "act",
        sa.Column("mail", AutoString(length=32), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("outcome", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=True),
        sa.Column("action", AutoString(), nullable=True),
        sa.Column("target", AutoString(length=32), nullable=True),
        sa.Column("token", AutoString(length=32), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_act_decision_id")),
        sa.PrimaryKeyConstraint("mail", name=op.f("pk_act")),
        sa.UniqueConstraint("token", name=op.f("uq_act_token")),
    )
    op.create_index(op.f("ix_act_target"), "act", ["target"])
    where = sa.text("kind = 'action'")
    op.create_index(ASKING, "derived_message", ["at"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index(ASKING, table_name="derived_message")
    op.drop_table("act")
