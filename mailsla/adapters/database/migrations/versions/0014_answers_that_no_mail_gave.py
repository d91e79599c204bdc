"""What an answer rests on that no mail gave, and when a mail answered all the same."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Derivations are made again: nothing that was collected or decided changes, nor any verdict.
    op.execute("update derivation set rules = ''")
    op.add_column("derived_request", sa.Column("otherwise", AutoString(), nullable=True))
    op.add_column("derived_request", sa.Column("mailed_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("derived_request", schema=None) as batch_op:
        batch_op.drop_column("mailed_at")
        batch_op.drop_column("otherwise")
