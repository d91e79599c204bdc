"""The tables, as reads and writes go by them; see `row_classes`, which declares them.

Written by `python -m tests.tables --update`.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from mailsla.adapters.database.column_types import NAMING, Instant
from mailsla.adapters.database.key_type import Key

METADATA = MetaData(naming_convention=NAMING)

ACCOUNT = Table(
    "account",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("claimed_by", String),
    Column("claimed_until", Instant),
    UniqueConstraint("name"),
)

ACT = Table(
    "act",
    METADATA,
    Column("mail", String(32), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("outcome", String, nullable=False),
    Column("reason", String),
    Column("action", String),
    Column("target", String(32)),
    Column("token", String(32)),
    Column("decision_id", Integer, ForeignKey("decision.id")),
    Column("until", Date),
    Column("detail", Text, nullable=False),
    UniqueConstraint("token"),
    Index("ix_act_target", "target"),
)

ALERT = Table(
    "alert",
    METADATA,
    Column("outgoing_id", Integer, ForeignKey("outgoing.id"), primary_key=True),
    Column("request", String(32), primary_key=True),
    Column("recipient", String, nullable=False),
    Column("level", String, nullable=False),
    Column("due_on", Date),
    Column("told_on", Date, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ix_alert_request", "request"),
)

COLLECTION = Table(
    "collection",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("outcome", String, nullable=False, default="running"),
    Column("reason", String),
    Column("messages", Integer, nullable=False, default=0),
    Column("set_aside", Integer, nullable=False, default=0),
    Column("lost", BigInteger),
    Column("last_started_at", Instant),
    Index("ix_collection_account_id", "account_id"),
)

DECISION = Table(
    "decision",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("target", String(32), nullable=False),
    Column("action", String, nullable=False),
    Column("value", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("recorded_by", String),
    Column("recorded_at", Instant),
    Column("salt", LargeBinary),
    Column("hashes", LargeBinary),
    Column("former", String),
    Index("ix_decision_target", "target"),
)

DERIVATION = Table(
    "derivation",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("rules", String, nullable=False, default=""),
    Column("ties", String, nullable=False, default="", server_default=""),
    Column("days", String, nullable=False, default="", server_default=""),
    Column("saved_at", Instant),
    Column("settings", JSON(none_as_null=True)),
    Column("outdated_at", Instant),
)

DERIVED_CLASS = Table(
    "derived_class",
    METADATA,
    Column("mail_class", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("messages", Integer, nullable=False),
)

DERIVED_CLUE = Table(
    "derived_clue",
    METADATA,
    Column("counted", String, primary_key=True),
    Column("host", String, primary_key=True),
    Column("messages", Integer, nullable=False),
    sqlite_with_rowid=False,
)

DERIVED_DAYS = Table(
    "derived_days",
    METADATA,
    Column("message_id", Integer, primary_key=True, autoincrement=False),
    Column("shape", Integer, nullable=False),
    Column("received", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("first_response", Integer, nullable=False),
    Column("assigned", Integer, nullable=False),
    Column("mailed", Integer, nullable=False),
    Column("apart_until", Integer, nullable=False),
    Index("ix_derived_days_alike", "shape", "received", "answered", "first_response", "assigned", "mailed"),
    Index("ix_derived_days_apart_until", "apart_until"),
)

DERIVED_DOUBT = Table(
    "derived_doubt",
    METADATA,
    Column("message_id", Integer, primary_key=True, autoincrement=False),
    Column("code", String, primary_key=True),
    Column("sent_at", Instant, nullable=False),
    Column("candidates", JSON, nullable=False),
    sqlite_with_rowid=False,
)

DERIVED_MESSAGE = Table(
    "derived_message",
    METADATA,
    Column("message_id", Integer, primary_key=True, autoincrement=False),
    Column("conversation", Integer, nullable=False),
    Column("evidence", String, nullable=False),
    Column("tied_to", Integer),
    Column("side", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("reason", JSON(none_as_null=True)),
    Column("at", Instant, nullable=False),
    Column("basis", String, nullable=False),
    Column("mail_class", String, nullable=False, default="pending", server_default="pending"),
    Index("ix_derived_message_action", "at", sqlite_where=text("kind = 'action'")),
    Index("ix_derived_message_aside", "at", sqlite_where=text("side = 'aside'")),
    Index("ix_derived_message_conversation", "conversation"),
    Index("ix_derived_message_underived", "at", sqlite_where=text("kind = 'underived'")),
)

DERIVED_REQUEST = Table(
    "derived_request",
    METADATA,
    Column("message_id", Integer, primary_key=True, autoincrement=False),
    Column("conversation", Integer, nullable=False),
    Column("follow_up", Boolean, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("answered_by", Integer),
    Column("service", String),
    Column("category", String, nullable=False),
    Column("imported", Boolean, nullable=False),
    Column("assigned_at", Instant),
    Column("announcements", JSON(none_as_null=True)),
    Column("first_response_at", Instant),
    Column("acknowledged_at", Instant),
    Column("excluded", Text),
    Column("received_disputed", Instant),
    Column("answered_disputed", Instant),
    Column("otherwise", String),
    Column("mailed_at", Instant),
    Column("reminders", Integer, nullable=False, default=0, server_default="0"),
    Column("detail", JSON, nullable=False),
    Index("ix_derived_request_conversation", "conversation"),
    Index("ix_derived_request_received_at", "received_at"),
    Index(
        "ix_derived_request_waiting",
        "received_at",
        sqlite_where=text("answered_at IS NULL AND excluded IS NULL"),
    ),
)

DERIVED_SHAPE = Table(
    "derived_shape",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("service", String),
    Column("category", String, nullable=False),
    Column("follow_up", Boolean, nullable=False),
    Column("imported", Boolean, nullable=False),
    Column("acknowledged", Boolean, nullable=False),
    Column("excluded", Text),
    Column("otherwise", String),
)

KEYWORD = Table(
    "keyword",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("location_id", Integer, ForeignKey("location.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("gone_at", Instant),
    UniqueConstraint("location_id", "name"),
    Index("ix_keyword_name_gone_at", "name", "gone_at"),
)

LAPSE = Table(
    "lapse",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("location_id", Integer, ForeignKey("location.id"), nullable=False),
    Column("keyword", String),
    Column("first_seen_at", Instant, nullable=False),
    Column("gone_at", Instant, nullable=False),
    Column("back_at", Instant, nullable=False),
    Index("ix_lapse_location_id", "location_id"),
)

LOCATION = Table(
    "location",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("message_id", Integer, ForeignKey("message.id"), nullable=False),
    Column("mailbox_id", Integer, ForeignKey("mailbox.id"), nullable=False),
    Column("uid_validity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("internal_at", Instant),
    Column("hop_at", Instant),
    Column("trace", JSON(none_as_null=True)),
    Column("imported", Boolean, nullable=False, default=False),
    Column("arrived", Boolean, nullable=False, default=False, server_default=false()),
    Column("first_seen_at", Instant, nullable=False),
    Column("gone_at", Instant),
    UniqueConstraint("mailbox_id", "uid_validity", "uid"),
    Index("ix_location_message_id", "message_id"),
)

MAILBOX = Table(
    "mailbox",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("uid_validity", BigInteger, nullable=False, default=0),
    Column("last_uid", BigInteger, nullable=False, default=0),
    Column("uid_next", BigInteger, nullable=False, default=0),
    Column("messages", Integer, nullable=False, default=0),
    Column("highest_modseq", BigInteger, nullable=False, default=0, server_default="0"),
    Column("checked_at", Instant),
    Column("since", Date),
    Column("forms", String, nullable=False, default="", server_default=""),
    Column("cut_at", BigInteger, nullable=False, default=0, server_default="0"),
    Column("cuts", Integer, nullable=False, default=0, server_default="0"),
    Column("asked", Integer, nullable=False, default=0, server_default="0"),
    Column("missed", BigInteger, default=0, server_default="0"),
    UniqueConstraint("account_id", "name"),
)

MESSAGE = Table(
    "message",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("key", Key, nullable=False),
    Column("message_id", Text),
    Column("thread_index", String),
    Column("subject", Text, nullable=False),
    Column("sent_at", Instant),
    Column("ids", JSON, nullable=False),
    Column("people", JSON, nullable=False),
    Column("kept", JSON, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("salt", LargeBinary),
    Column("hashes", LargeBinary),
    Column("sealed_at", Instant),
    UniqueConstraint("key"),
    Index("ix_message_sealed", "sealed_at", sqlite_where=text("sealed_at IS NOT NULL")),
)

NOTE = Table(
    "note",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("noted_by", String, nullable=False),
    Column("noted_at", Instant, nullable=False),
    Column("recorded_by", String, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("period", String),
    Column("first", Date),
    Column("last", Date),
    Column("service", String),
    Column("undone", Integer),
)

OUTGOING = Table(
    "outgoing",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("message_id", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("claimed_until", Instant),
    Column("attempts", Integer, nullable=False, default=0),
    Column("sent_at", Instant),
    Column("refused", String),
    Column("dropped_at", Instant),
    Column("dropped", String),
    Column("undelivered_at", Instant),
    UniqueConstraint("message_id"),
    UniqueConstraint("recipient", "purpose", "day"),
)

PENDING = Table(
    "pending",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("message_id", Integer, ForeignKey("message.id"), nullable=False),
    Column("since", Instant),
)

PRIVACY = Table(
    "privacy",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("noticed_at", Instant),
    Column("retention_days", Integer),
    Column("agents_through", Integer, nullable=False, default=0),
)

PUBLICATION = Table(
    "publication",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("period", String, nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("verdicts", JSON, nullable=False),
    Column("digests", JSON, nullable=False),
    Column("cohort", String),
    Column("recorded_by", String),
    Column("recorded_at", Instant),
    Column("said_by", String),
    Column("reason", Text),
    Column("definitive", Boolean),
)

PURGE = Table(
    "purge",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("through", Date),
    Column("messages", Integer, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("cleaned_at", Instant),
    Column("office", Boolean, nullable=False, default=False, server_default=false()),
)

SEALED_ID = Table(
    "sealed_id",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)

SET_ASIDE = Table(
    "set_aside",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("mailbox_id", Integer, ForeignKey("mailbox.id"), nullable=False),
    Column("uid_validity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("internal_at", Instant),
    Column("reason", String, nullable=False),
    Column("reader", Integer, nullable=False, default=0, server_default="0"),
    Column("seen_at", Instant, nullable=False),
    Column("first_seen_at", Instant),
    Column("gone_at", Instant),
    UniqueConstraint("mailbox_id", "uid_validity", "uid"),
)

STORE_KEY = Table(
    "store_key",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("key", LargeBinary, nullable=False),
)

TIE = Table(
    "tie",
    METADATA,
    Column("name", BigInteger, primary_key=True),
    Column("message_id", Integer, ForeignKey("message.id"), primary_key=True),
    Index("ix_tie_message_id", "message_id"),
    sqlite_with_rowid=False,
)
