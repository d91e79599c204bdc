"""Keywords are found by their name: whoever looks for a few of them does not walk every copy."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_keyword_name_gone_at", "keyword", ["name", "gone_at"])


def downgrade() -> None:
    op.drop_index("ix_keyword_name_gone_at", table_name="keyword")
