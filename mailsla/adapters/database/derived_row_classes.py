"""The declaration of the tables of what is derived (`row_classes`).

They can be emptied at any time and rebuilt with the same content.
"""

# No `from __future__ import annotations` here: SQLModel reads the annotations at run time.

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Text, text
from sqlmodel import Field, SQLModel

from mailsla.adapters.database import people_row_classes  # noqa: F401 (it names the constraints of all)

NOT_COUNTED = {"autoincrement": False}
"""Of a key that says which message a row is about."""

WAITS = text("answered_at IS NULL AND excluded IS NULL")
"""The condition that a request waits for an answer."""


class DerivedMessageRow(SQLModel, table=True):
    """What a message is, and what ties it. A conversation is the number of the message that names it.

    Derivations know messages by number; none refers to its table, as they are made of what was just read there.
    """

    __tablename__ = "derived_message"
    __table_args__ = (
        Index(
            "ix_derived_message_aside",
            "at",
            sqlite_where=text("side = 'aside'"),
            postgresql_where=text("side = 'aside'"),
        ),
        Index(
            "ix_derived_message_underived",
            "at",
            sqlite_where=text("kind = 'underived'"),
            postgresql_where=text("kind = 'underived'"),
        ),
        Index(
            "ix_derived_message_action",
            "at",
            sqlite_where=text("kind = 'action'"),
            postgresql_where=text("kind = 'action'"),
        ),
    )
    message_id: int = Field(primary_key=True, sa_column_kwargs=NOT_COUNTED)
    conversation: int = Field(index=True)
    evidence: str
    tied_to: int | None = None
    side: str
    kind: str
    reason: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    at: datetime
    basis: str
    mail_class: str = Field(default="pending", sa_column_kwargs={"server_default": "pending"})


class DerivedRequestRow(SQLModel, table=True):
    """A request or a follow-up: instants and names; no delay and no due date, which the calendar decides.

    Its subject is its message's.
    """

    __tablename__ = "derived_request"
    __table_args__ = (
        Index("ix_derived_request_waiting", "received_at", sqlite_where=WAITS, postgresql_where=WAITS),
    )
    message_id: int = Field(primary_key=True, sa_column_kwargs=NOT_COUNTED)
    conversation: int = Field(index=True)
    follow_up: bool
    received_at: datetime = Field(index=True)
    answered_at: datetime | None = None
    answered_by: int | None = None
    service: str | None = None
    category: str
    imported: bool
    assigned_at: datetime | None = None
    announcements: list[list[str]] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True), nullable=True)
    )
    first_response_at: datetime | None = None
    acknowledged_at: datetime | None = None
    excluded: str | None = Field(default=None, sa_type=Text)
    received_disputed: datetime | None = None
    answered_disputed: datetime | None = None
    otherwise: str | None = None
    mailed_at: datetime | None = None
    reminders: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    detail: list[Any] = Field(sa_column=Column(JSON, nullable=False))


class DerivedShapeRow(SQLModel, table=True):
    """What the figures know of requests besides their days; requests alike share one.

    One that no request has any more stays until everything is derived again.
    """

    __tablename__ = "derived_shape"
    id: int | None = Field(default=None, primary_key=True)
    service: str | None = None
    category: str
    follow_up: bool
    imported: bool
    acknowledged: bool
    excluded: str | None = Field(default=None, sa_type=Text)
    otherwise: str | None = None


class DerivedDaysRow(SQLModel, table=True):
    """The local days of a request (`mailsla.core.clock.local_days`); no delay and no due date.

    `apart_until` is the last day on which its instants may still matter, not only their days: that of the latest;
    or the end of the calendar when they always do.
    """

    __tablename__ = "derived_days"
    __table_args__ = (
        Index(
            "ix_derived_days_alike", "shape", "received", "answered", "first_response", "assigned", "mailed"
        ),
    )
    message_id: int = Field(primary_key=True, sa_column_kwargs=NOT_COUNTED)
    shape: int
    received: int
    answered: int
    first_response: int
    assigned: int
    mailed: int
    apart_until: int = Field(index=True)


class DerivedClassRow(SQLModel, table=True):
    """How many derived messages are of a class and a kind."""

    __tablename__ = "derived_class"
    mail_class: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    messages: int


class DerivedClueRow(SQLModel, table=True):
    """How many derived messages show something that `mailsla check` tells; of Message-IDs, by host."""

    __tablename__ = "derived_clue"
    __table_args__ = ({"sqlite_with_rowid": False},)
    counted: str = Field(primary_key=True)
    host: str = Field(primary_key=True)
    messages: int


class DerivedDoubtRow(SQLModel, table=True):
    """A mail that a person must look at, for one reason; its candidates are requests."""

    __tablename__ = "derived_doubt"
    __table_args__ = ({"sqlite_with_rowid": False},)
    message_id: int = Field(primary_key=True, sa_column_kwargs=NOT_COUNTED)
    code: str = Field(primary_key=True)
    sent_at: datetime
    candidates: list[int] = Field(sa_column=Column(JSON, nullable=False))


class DerivationRow(SQLModel, table=True):
    """The rules that made the derivations, the ties and the days; one row, whose lock serialises whoever derives.

    `saved_at` and `settings` are of their configuration: when it was saved, and what is kept of it, without secrets.
    `outdated_at` is when a process that has an older one last said so.
    """

    __tablename__ = "derivation"
    id: int | None = Field(default=None, primary_key=True)
    rules: str = ""
    ties: str = Field(default="", sa_column_kwargs={"server_default": ""})
    days: str = Field(default="", sa_column_kwargs={"server_default": ""})
    saved_at: datetime | None = None
    settings: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True), nullable=True)
    )
    outdated_at: datetime | None = None
