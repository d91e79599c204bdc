"""The configuration that made the derivations: when it was saved, what the store keeps of it, who has an older one."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("derivation", sa.Column("saved_at", UTCDateTime(), nullable=True))
    op.add_column("derivation", sa.Column("settings", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("derivation", sa.Column("outdated_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("derivation", schema=None) as batch_op:
        batch_op.drop_column("outdated_at")
        batch_op.drop_column("settings")
        batch_op.drop_column("saved_at")
