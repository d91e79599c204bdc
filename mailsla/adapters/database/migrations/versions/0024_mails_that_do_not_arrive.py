"""Of a mail of ours that was refused for good, or came back, when that was known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outgoing", sa.Column("undelivered_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("outgoing", "undelivered_at")
