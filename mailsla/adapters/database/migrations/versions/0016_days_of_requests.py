"""What reports count from: the local days of requests, which are counted again, and how many mails each class has."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "derived_shape",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service", AutoString(), nullable=True),
        sa.Column("category", AutoString(), nullable=False),
        sa.Column("follow_up", sa.Boolean(), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("acknowledged", sa.Boolean(), nullable=False),
        sa.Column("excluded", sa.Text(), nullable=True),
        sa.Column("otherwise", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    numbers = ("shape", "received", "answered", "first_response", "assigned", "mailed", "apart_until")
    op.create_table(
        "derived_days",
        sa.Column("message_id", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in numbers),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index("ix_derived_days_alike", "derived_days", list(numbers[:-1]))
    op.create_index("ix_derived_days_apart_until", "derived_days", ["apart_until"])
    op.create_table(
        "derived_class",
        sa.Column("mail_class", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mail_class", "kind"),
    )
    op.execute(
        "insert into derived_class (mail_class, kind, messages)"
        " select mail_class, kind, count(*) from derived_message group by mail_class, kind"
    )
    is_aside = sa.text("side = 'aside'")
    op.create_index(
        "ix_derived_message_aside",
        "derived_message",
        ["at"],
        sqlite_where=is_aside,
        postgresql_where=is_aside,
    )
    op.add_column("derivation", sa.Column("days", AutoString(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("derivation", "days")
    op.drop_index("ix_derived_message_aside", "derived_message")
    op.drop_table("derived_class")
    op.drop_table("derived_days")
    op.drop_table("derived_shape")
