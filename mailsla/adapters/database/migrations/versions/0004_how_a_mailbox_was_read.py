"""Since when a mailbox is read, by which forms, and where fetches end; keywords of copies that are gone."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mailbox", sa.Column("since", sa.Date(), nullable=True))
    op.add_column("mailbox", sa.Column("forms", AutoString(), server_default="", nullable=False))
    op.add_column("mailbox", sa.Column("cut_at", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("mailbox", sa.Column("cuts", sa.Integer(), server_default="0", nullable=False))
    # Nobody took these keywords away: they went with their copies.
    op.execute(
        "update keyword set gone_at = null where gone_at >= "
        "(select location.gone_at from location where location.id = keyword.location_id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("mailbox", schema=None) as batch_op:
        for column in ("cuts", "cut_at", "forms", "since"):
            batch_op.drop_column(column)
