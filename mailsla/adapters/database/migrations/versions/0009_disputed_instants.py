"""Which copies mailsla saw come, what disputes an instant, and several reasons to look at one mail."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("location", sa.Column("arrived", sa.Boolean(), server_default=sa.false(), nullable=False))
    for name in ("received_disputed", "answered_disputed"):
        op.add_column("derived_request", sa.Column(name, UTCDateTime(), nullable=True))
    _key_of_doubts(["reply", "code"])


def downgrade() -> None:
    op.execute("DELETE FROM derived_doubt")  # They are derived again.
    _key_of_doubts(["reply"])
    with op.batch_alter_table("derived_request", schema=None) as batch_op:
        batch_op.drop_column("answered_disputed")
        batch_op.drop_column("received_disputed")
    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.drop_column("arrived")


def _key_of_doubts(columns: list[str]) -> None:
    with op.batch_alter_table("derived_doubt", schema=None) as batch_op:
        batch_op.drop_constraint("pk_derived_doubt", type_="primary")
        batch_op.create_primary_key("pk_derived_doubt", columns)
