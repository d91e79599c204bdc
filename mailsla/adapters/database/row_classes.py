"""The declaration of the tables, by SQLModel. Only migrations and tests load it: `tables`, written from it
by `python -m tests.tables --update`, is what reads and writes go by, without the ORM.

Facts (`account` to `set_aside`) are only added to, but for a copy's disappearance and a mailbox's cursor.
Derivations (`derived_*`) can be emptied at any time and rebuilt with the same content. Instants are aware and
UTC; a naive one is refused.
"""

# No `from __future__ import annotations` here: SQLModel reads the annotations at run time.

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, Text, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from mailsla.adapters.database import (
    action_row_classes,  # noqa: F401 (it declares what became of actions)
    derived_row_classes,  # noqa: F401 (it declares what is derived)
    people_row_classes,  # noqa: F401 (it declares what people say)
    privacy_row_classes,  # noqa: F401 (it declares what ended of personal data)
)
from mailsla.adapters.database.key_type import Key


class AccountRow(SQLModel, table=True):
    """An IMAP login, or an archive, by name."""

    __tablename__ = "account"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    claimed_by: str | None = None
    claimed_until: datetime | None = None


class MailboxRow(SQLModel, table=True):
    """A mailbox of an account with its cursor: everything up to `last_uid`, received since a day, is in the store.

    `missed` counts the mails that came and went unseen since the account was last read whole; NULL: nobody can tell.
    """

    __tablename__ = "mailbox"
    __table_args__ = (UniqueConstraint("account_id", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    name: str
    role: str
    uid_validity: int = Field(default=0, sa_type=BigInteger)
    last_uid: int = Field(default=0, sa_type=BigInteger)
    uid_next: int = Field(default=0, sa_type=BigInteger)
    messages: int = 0
    highest_modseq: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    checked_at: datetime | None = None
    since: date | None = None
    forms: str = Field(default="", sa_column_kwargs={"server_default": ""})
    cut_at: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    cuts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    asked: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    missed: int | None = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class MessageRow(SQLModel, table=True):
    """A message: what its header said. From `sealed_at` on its values are gone, and what is derived of it is a fact.

    `hashes` stays of the values then, and `salt` does not (`mailsla.core.mail.salted_hashes`).
    """

    __tablename__ = "message"
    __table_args__ = (
        Index(
            "ix_message_sealed",
            "sealed_at",
            sqlite_where=text("sealed_at IS NOT NULL"),
            postgresql_where=text("sealed_at IS NOT NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, sa_type=Key)
    message_id: str | None = Field(default=None, sa_type=Text)
    thread_index: str | None = None
    subject: str = Field(sa_type=Text)
    sent_at: datetime | None = None
    ids: dict[str, list[str]] = Field(sa_column=Column(JSON, nullable=False))
    people: dict[str, list[str]] = Field(sa_column=Column(JSON, nullable=False))
    kept: list[list[str]] = Field(sa_column=Column(JSON, nullable=False))
    first_seen_at: datetime
    salt: bytes | None = None
    hashes: bytes | None = None
    sealed_at: datetime | None = None


class PendingRow(SQLModel, table=True):
    """A message to derive: it is new, or something about it changed; once for each change.

    A change made while the message is being derived has a row of its own, which waits for the next time.
    """

    __tablename__ = "pending"
    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id")
    since: datetime | None = None


class LocationRow(SQLModel, table=True):
    """One copy of a message: a UID under a UIDVALIDITY of a mailbox. `trace` is NULL where it was never asked for.

    `arrived` says that the mailbox had been read whole before: mailsla saw the copy come.
    """

    __tablename__ = "location"
    __table_args__ = (UniqueConstraint("mailbox_id", "uid_validity", "uid"),)
    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id", index=True)
    mailbox_id: int = Field(foreign_key="mailbox.id")
    uid_validity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    internal_at: datetime | None = None
    hop_at: datetime | None = None
    trace: list[Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    imported: bool = False
    arrived: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    first_seen_at: datetime
    gone_at: datetime | None = None


class KeywordRow(SQLModel, table=True):
    """An IMAP keyword, or a mark of a draft, on one copy of a message: a fact with its own dates."""

    __tablename__ = "keyword"
    __table_args__ = (
        UniqueConstraint("location_id", "name"),
        Index("ix_keyword_name_gone_at", "name", "gone_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    location_id: int = Field(foreign_key="location.id")
    name: str
    first_seen_at: datetime
    gone_at: datetime | None = None


class LapseRow(SQLModel, table=True):
    """A stretch over which a copy, or a keyword on one, was believed gone before it was seen again; only added.

    `keyword` is NULL for the copy itself. `first_seen_at` is since when it had been there.
    """

    __tablename__ = "lapse"
    id: int | None = Field(default=None, primary_key=True)
    location_id: int = Field(foreign_key="location.id", index=True)
    keyword: str | None = None
    first_seen_at: datetime
    gone_at: datetime
    back_at: datetime


class TieRow(SQLModel, table=True):
    """A name through which messages influence each other, as a 63-bit digest: no address stands in it."""

    __tablename__ = "tie"
    __table_args__ = ({"sqlite_with_rowid": False},)
    name: int = Field(primary_key=True, sa_type=BigInteger)
    message_id: int = Field(foreign_key="message.id", primary_key=True, index=True)


class SetAsideRow(SQLModel, table=True):
    """A message that could not be read, with its reason; `seen_at` is when it was last tried."""

    __tablename__ = "set_aside"
    __table_args__ = (UniqueConstraint("mailbox_id", "uid_validity", "uid"),)
    id: int | None = Field(default=None, primary_key=True)
    mailbox_id: int = Field(foreign_key="mailbox.id")
    uid_validity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    internal_at: datetime | None = None
    reason: str
    reader: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    seen_at: datetime
    first_seen_at: datetime | None = None
    gone_at: datetime | None = None


class CollectionRow(SQLModel, table=True):
    """One run of collection over one account; or a span of runs that went as the one before, by the same account.

    `last_started_at`, of a span: when its last run began, which ended at `finished_at`; NULL for a run that stands
    alone. `messages` and `set_aside` are of all its runs. `lost`, of one that read the account whole: how many mails
    came and went unseen since the one before; NULL otherwise, or when nobody can tell.
    """

    __tablename__ = "collection"
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    started_at: datetime
    finished_at: datetime | None = None
    outcome: str = "running"
    reason: str | None = None
    messages: int = 0
    set_aside: int = 0
    lost: int | None = Field(default=None, sa_type=BigInteger)
    last_started_at: datetime | None = None
