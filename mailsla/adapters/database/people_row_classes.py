"""The declaration of the tables of what people decide, publish and are told; see `row_classes`."""

# No `from __future__ import annotations` here: SQLModel reads the annotations at run time.

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from mailsla.adapters.database.column_types import NAMING

SQLModel.metadata.naming_convention = NAMING
"""Set before any table is."""


class DecisionRow(SQLModel, table=True):
    """What a person decided about a request or a message; never changed, never removed.

    `recorded_by` and `recorded_at` are the machine's own word; NULL in rows of before it was asked. `hashes` stays of
    the free text when that goes, and `salt` does not. `former` is the digest of all decisions up to this one as it was
    made until 0023; NULL in rows of after that.
    """

    __tablename__ = "decision"
    id: int | None = Field(default=None, primary_key=True)
    target: str = Field(index=True, max_length=32)
    action: str
    value: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    reason: str = Field(sa_type=Text)
    decided_by: str
    decided_at: datetime
    recorded_by: str | None = None
    recorded_at: datetime | None = None
    salt: bytes | None = None
    hashes: bytes | None = None
    former: str | None = None


class PublicationRow(SQLModel, table=True):
    """A published figure: the verdicts behind it and the digests of what made them.

    What was not noted of it when it was published is NULL.
    """

    __tablename__ = "publication"
    id: int | None = Field(default=None, primary_key=True)
    period: str
    first: date
    last: date
    at: datetime
    published_at: datetime
    verdicts: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    digests: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    cohort: str | None = None
    recorded_by: str | None = None
    recorded_at: datetime | None = None
    said_by: str | None = None
    reason: str | None = Field(default=None, sa_type=Text)
    definitive: bool | None = None


class NoteRow(SQLModel, table=True):
    """What was noted beside the figures of a period; never changed, never removed. `undone` is a note taken back."""

    __tablename__ = "note"
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    text: str = Field(sa_type=Text)
    noted_by: str
    noted_at: datetime
    recorded_by: str
    recorded_at: datetime
    period: str | None = None
    first: date | None = None
    last: date | None = None
    service: str | None = None
    undone: int | None = None


class OutgoingRow(SQLModel, table=True):
    """That a mail is due to somebody; its words only where they are written beforehand, and until it was handed over.

    The first word of `purpose` is its kind. `dropped` says why it never left. Of a mail that its recipient does not
    get, because it was refused for good or came back, `undelivered_at` says when that was known, and `refused` why.
    """

    __tablename__ = "outgoing"
    __table_args__ = (UniqueConstraint("recipient", "purpose", "day"),)
    id: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(unique=True)
    recipient: str
    purpose: str
    day: date
    subject: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    created_at: datetime
    claimed_until: datetime | None = None
    attempts: int = 0
    sent_at: datetime | None = None
    refused: str | None = None
    dropped_at: datetime | None = None
    dropped: str | None = None
    undelivered_at: datetime | None = None


class AlertRow(SQLModel, table=True):
    """Somebody was told of a request in a mail that was handed over.

    `due_on` is the due date that was said; NULL in rows of before it was noted.
    """

    __tablename__ = "alert"
    outgoing_id: int = Field(primary_key=True, foreign_key="outgoing.id")
    request: str = Field(primary_key=True, index=True, max_length=32)
    recipient: str
    level: str
    due_on: date | None = None
    told_on: date
    created_at: datetime
