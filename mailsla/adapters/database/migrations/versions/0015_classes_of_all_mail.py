"""In which class each message is, and how often a request was reminded: both are derived again."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "derived_message", sa.Column("mail_class", AutoString(), server_default="pending", nullable=False)
    )
    op.add_column("derived_request", sa.Column("reminders", sa.Integer(), server_default="0", nullable=False))
    op.execute("update derivation set rules = ''")


def downgrade() -> None:
    with op.batch_alter_table("derived_request", schema=None) as batch_op:
        batch_op.drop_column("reminders")
    with op.batch_alter_table("derived_message", schema=None) as batch_op:
        batch_op.drop_column("mail_class")
