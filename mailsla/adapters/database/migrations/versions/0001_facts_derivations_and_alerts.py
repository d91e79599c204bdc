"""facts, derivations and alerts."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("claimed_by", AutoString(), nullable=True),
        sa.Column("claimed_until", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_table(
        "derivation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rules", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_derivation")),
    )
    op.create_table(
        "derived_doubt",
        sa.Column("reply", AutoString(length=32), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("code", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("reply", name=op.f("pk_derived_doubt")),
    )
    op.create_table(
        "derived_message",
        sa.Column("key", AutoString(length=32), nullable=False),
        sa.Column("conversation", AutoString(length=32), nullable=False),
        sa.Column("evidence", AutoString(), nullable=False),
        sa.Column("tied_to", AutoString(), nullable=True),
        sa.Column("side", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("reason", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("basis", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_derived_message")),
    )
    with op.batch_alter_table("derived_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_derived_message_conversation"), ["conversation"], unique=False)

    op.create_table(
        "derived_request",
        sa.Column("key", AutoString(length=32), nullable=False),
        sa.Column("conversation", AutoString(length=32), nullable=False),
        sa.Column("follow_up", sa.Boolean(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("service", AutoString(), nullable=True),
        sa.Column("category", AutoString(), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_derived_request")),
    )
    with op.batch_alter_table("derived_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_derived_request_conversation"), ["conversation"], unique=False)
        batch_op.create_index(batch_op.f("ix_derived_request_received_at"), ["received_at"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", AutoString(length=32), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("thread_index", AutoString(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("ids", sa.JSON(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_pending"), ["pending"], unique=False)

    op.create_table(
        "outgoing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", AutoString(), nullable=False),
        sa.Column("recipient", AutoString(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("claimed_until", UTCDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("refused", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outgoing_message_id")),
        sa.UniqueConstraint("recipient", "purpose", "day", name=op.f("uq_outgoing_recipient_purpose_day")),
    )
    op.create_table(
        "alert",
        sa.Column("request", AutoString(length=32), nullable=False),
        sa.Column("level", AutoString(), nullable=False),
        sa.Column("outgoing_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["outgoing_id"], ["outgoing.id"], name=op.f("fk_alert_outgoing_id")),
        sa.PrimaryKeyConstraint("request", "level", name=op.f("pk_alert")),
    )
    op.create_table(
        "collection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("outcome", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=True),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("set_aside", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_collection_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection")),
    )
    with op.batch_alter_table("collection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_collection_account_id"), ["account_id"], unique=False)

    op.create_table(
        "mailbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("uid_next", sa.BigInteger(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("checked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mailbox_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_mailbox_account_id_name")),
    )
    op.create_table(
        "tie",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_tie_message_id")),
        sa.PrimaryKeyConstraint("message_id", "name", name=op.f("pk_tie")),
    )
    with op.batch_alter_table("tie", schema=None) as batch_op:
        batch_op.create_index("ix_tie_name_message_id", ["name", "message_id"], unique=False)

    op.create_table(
        "location",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("internal_at", UTCDateTime(), nullable=True),
        sa.Column("hop_at", UTCDateTime(), nullable=True),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.Column("gone_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name=op.f("fk_location_mailbox_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_location_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint(
            "mailbox_id", "uid_validity", "uid", name=op.f("uq_location_mailbox_id_uid_validity_uid")
        ),
    )
    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_location_message_id"), ["message_id"], unique=False)

    op.create_table(
        "set_aside",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("internal_at", UTCDateTime(), nullable=True),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("gone_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name=op.f("fk_set_aside_mailbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
        sa.UniqueConstraint(
            "mailbox_id", "uid_validity", "uid", name=op.f("uq_set_aside_mailbox_id_uid_validity_uid")
        ),
    )


def downgrade() -> None:
    op.drop_table("set_aside")
    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_location_message_id"))

    op.drop_table("location")
    with op.batch_alter_table("tie", schema=None) as batch_op:
        batch_op.drop_index("ix_tie_name_message_id")

    op.drop_table("tie")
    op.drop_table("mailbox")
    with op.batch_alter_table("collection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_collection_account_id"))

    op.drop_table("collection")
    op.drop_table("alert")
    op.drop_table("outgoing")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_pending"))

    op.drop_table("message")
    with op.batch_alter_table("derived_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_derived_request_received_at"))
        batch_op.drop_index(batch_op.f("ix_derived_request_conversation"))

    op.drop_table("derived_request")
    with op.batch_alter_table("derived_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_derived_message_conversation"))

    op.drop_table("derived_message")
    op.drop_table("derived_doubt")
    op.drop_table("derivation")
    op.drop_table("account")
