"""The end of personal data is said before it begins; the office's own ends earlier, apart from the rest."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("purge", sa.Column("office", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "privacy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("noticed_at", UTCDateTime(), nullable=True),
        sa.Column("retention_days", sa.Integer(), nullable=True),
        sa.Column("agents_through", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy")),
    )


def downgrade() -> None:
    op.drop_table("privacy")
    with op.batch_alter_table("purge", schema=None) as batch_op:
        batch_op.drop_column("office")
