"""Every date that holding replies announced, instead of the last one; since when a message waits to be derived."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Derivations are made again by the rules of this version: nothing that was collected or decided changes.
    op.execute("update derivation set rules = ''")
    with op.batch_alter_table("derived_request", schema=None) as batch_op:
        batch_op.drop_column("announced_at")
        batch_op.drop_column("answer_by")
        batch_op.add_column(sa.Column("announcements", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("pending", sa.Column("since", UTCDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("pending", schema=None) as batch_op:
        batch_op.drop_column("since")
    op.execute("update derivation set rules = ''")
    with op.batch_alter_table("derived_request", schema=None) as batch_op:
        batch_op.drop_column("announcements")
        batch_op.add_column(sa.Column("announced_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("answer_by", sa.Date(), nullable=True))
