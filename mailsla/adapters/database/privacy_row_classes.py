"""The declaration of the tables of personal data that ended; see `row_classes`."""

# No `from __future__ import annotations` here: SQLModel reads the annotations at run time.

from datetime import date, datetime

from sqlalchemy import false
from sqlmodel import Field, SQLModel

from mailsla.adapters.database.column_types import NAMING

SQLModel.metadata.naming_convention = NAMING
"""Set before any table is."""


class PurgeRow(SQLModel, table=True):
    """That personal data ended: what was due, or came, up to `through`; NULL where one person asked for it.

    Of `office` rows it is the office's own: mail of agents among themselves, and their addresses.
    `messages` and `requests` count what was sealed. `cleaned_at` is when no free page of the database held any of it
    any more; NULL while that is still to be done.
    """

    __tablename__ = "purge"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    through: date | None = None
    messages: int
    requests: int
    cleaned_at: datetime | None = None
    office: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class PrivacyRow(SQLModel, table=True):
    """How far the end of personal data is; one row.

    It was said at `noticed_at` that it ends by `retention_days` (NULL: the default). The agents of messages up to the
    number `agents_through` are reduced to the office.
    """

    __tablename__ = "privacy"
    id: int | None = Field(default=None, primary_key=True)
    noticed_at: datetime | None = None
    retention_days: int | None = None
    agents_through: int = Field(default=0)


class SealedIdRow(SQLModel, table=True):
    """The Message-ID of a sealed mail, as a digest keyed by the store's own key."""

    __tablename__ = "sealed_id"
    __table_args__ = ({"sqlite_with_rowid": False},)
    digest: bytes = Field(primary_key=True)


class StoreKeyRow(SQLModel, table=True):
    """The store's own key, of chance; one row."""

    __tablename__ = "store_key"
    id: int | None = Field(default=None, primary_key=True)
    key: bytes
