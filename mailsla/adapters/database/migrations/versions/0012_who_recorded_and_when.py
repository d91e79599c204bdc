"""Who decided and published by the machine's own word; what was seen to go and came back; since when mail is aside.

Of what is there already nobody noted who or when: those columns stay empty. What was set aside is taken for seen first
when it was last looked at.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NOTED = {
    "decision": (("recorded_by", AutoString()), ("recorded_at", UTCDateTime())),
    "publication": (
        ("recorded_by", AutoString()),
        ("recorded_at", UTCDateTime()),
        ("said_by", AutoString()),
        ("reason", sa.Text()),
        ("definitive", sa.Boolean()),
    ),
    "set_aside": (("first_seen_at", UTCDateTime()),),
}


def upgrade() -> None:
    for table, columns in NOTED.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind, nullable=True))
    op.execute("UPDATE set_aside SET first_seen_at = seen_at")
    op.create_table(
        "lapse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("keyword", AutoString(), nullable=True),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.Column("gone_at", UTCDateTime(), nullable=False),
        sa.Column("back_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_lapse_location_id_location")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lapse")),
    )
    op.create_index(op.f("ix_lapse_location_id"), "lapse", ["location_id"], unique=False)


def downgrade() -> None:
    op.drop_table("lapse")
    for table, columns in NOTED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name, _kind in columns:
                batch_op.drop_column(name)
