"""What came and went unseen between two whole reads of an account."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mailbox", sa.Column("missed", sa.BigInteger(), server_default="0", nullable=True))
    op.add_column("collection", sa.Column("lost", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("collection", schema=None) as batch_op:
        batch_op.drop_column("lost")
    with op.batch_alter_table("mailbox", schema=None) as batch_op:
        batch_op.drop_column("missed")
