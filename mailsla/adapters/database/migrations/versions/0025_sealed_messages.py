"""Personal data ends: a message can be sealed, whose values are gone and whose derivation stands as a fact."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("sealed_at", UTCDateTime(), nullable=True))
    is_sealed = sa.text("sealed_at IS NOT NULL")
    op.create_index(
        "ix_message_sealed", "message", ["sealed_at"], sqlite_where=is_sealed, postgresql_where=is_sealed
    )
    op.create_table(
        "purge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("through", sa.Date(), nullable=True),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("cleaned_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purge")),
    )
    op.create_table(
        "sealed_id",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sealed_id")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "store_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_key")),
    )


def downgrade() -> None:
    raise NotImplementedError(
        "what is sealed goes back to no earlier version, which would derive it of nothing: restore a copy"
    )
