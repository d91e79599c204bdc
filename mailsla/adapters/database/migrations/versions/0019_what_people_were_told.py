"""Who was told of what, of which due date and on which day; why a mail never left.

What was announced by mails that were handed over is kept, without the due date, which nobody noted. What others
announced was told to nobody: those mails are decided again as they leave, without the words that they were written
with.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

DROPPED = (("dropped_at", UTCDateTime()), ("dropped", AutoString()))


def upgrade() -> None:
    for name, kind in DROPPED:
        op.add_column("outgoing", sa.Column(name, kind, nullable=True))
    op.rename_table("alert", "alert_before")
    # Names of constraints are PostgreSQL's, of a whole schema.
    _rename_key("pk_alert", "pk_alert_before", "alert_before")
    op.create_table(
        "alert",
        sa.Column("outgoing_id", sa.Integer(), nullable=False),
        sa.Column("request", AutoString(length=32), nullable=False),
        sa.Column("recipient", AutoString(), nullable=False),
        sa.Column("level", AutoString(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["outgoing_id"], ["outgoing.id"], name=op.f("fk_alert_outgoing_id")),
        sa.PrimaryKeyConstraint("outgoing_id", "request", name=op.f("pk_alert")),
    )
    op.execute(
        "insert into alert (outgoing_id, request, recipient, level, told_on, created_at) "
        "select o.id, a.request, o.recipient, min(a.level), o.day, max(a.created_at) from alert_before a "
        "join outgoing o on o.id = a.outgoing_id where o.sent_at is not null "
        "group by o.id, a.request, o.recipient, o.day"
    )
    op.drop_table("alert_before")
    op.create_index(op.f("ix_alert_request"), "alert", ["request"])
    op.execute("update outgoing set subject = '', text = '' where purpose = 'digest'")


def downgrade() -> None:
    op.drop_index(op.f("ix_alert_request"), "alert")
    op.rename_table("alert", "alert_after")
    _rename_key("pk_alert", "pk_alert_after", "alert_after")
    op.create_table(
        "alert",
        sa.Column("request", AutoString(length=32), nullable=False),
        sa.Column("level", AutoString(), nullable=False),
        sa.Column("outgoing_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["outgoing_id"], ["outgoing.id"], name=op.f("fk_alert_outgoing_id")),
        sa.PrimaryKeyConstraint("request", "level", name=op.f("pk_alert")),
    )
    op.execute(
        "insert into alert (request, level, outgoing_id, created_at) "
        "select request, level, min(outgoing_id), min(created_at) from alert_after group by request, level"
    )
    op.drop_table("alert_after")
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        for name, _kind in DROPPED:
            batch_op.drop_column(name)


def _rename_key(name: str, other: str, table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"alter table {table} rename constraint {name} to {other}")
