"""What is to be derived again in a table of its own; ties without a row number."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_pending_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending")),
    )
    # Ties are derived: they are made again, under the form that follows.
    op.execute("insert into pending (message_id) select id from message")
    op.add_column("derivation", sa.Column("ties", AutoString(), server_default="", nullable=False))
    op.execute("delete from derivation")
    op.execute("insert into derivation (id, rules) select 1, '' where exists (select 1 from message)")
    op.drop_index("ix_message_pending", "message")
    # Not by a copy of the table: other tables refer to it. SQLite 3.35 and later can.
    op.drop_column("message", "pending")
    op.drop_table("tie")
    op.create_table(
        "tie",
        sa.Column("name", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_tie_message_id")),
        sa.PrimaryKeyConstraint("name", "message_id", name=op.f("pk_tie")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_tie_message_id"), "tie", ["message_id"])


def downgrade() -> None:
    op.drop_table("tie")
    op.create_table(
        "tie",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_tie_message_id")),
        sa.PrimaryKeyConstraint("message_id", "name", name=op.f("pk_tie")),
    )
    op.create_index("ix_tie_name_message_id", "tie", ["name", "message_id"])
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pending", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.create_index("ix_message_pending", ["pending"], unique=False)
    op.drop_table("pending")
    op.drop_column("derivation", "ties")
