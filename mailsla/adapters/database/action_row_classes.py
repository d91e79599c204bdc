"""The declaration of the table of what became of mails that asked for actions; see `row_classes`."""

# No `from __future__ import annotations` here: SQLModel reads the annotations at run time.

from datetime import date, datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from mailsla.adapters.database.column_types import NAMING

SQLModel.metadata.naming_convention = NAMING
"""Set before any table is."""


class ActRow(SQLModel, table=True):
    """What became of a mail that asked for an action: noted once, never changed, never removed.

    `token` names a token that was used up, which no other mail uses; NULL while it may be used again.
    """

    __tablename__ = "act"
    mail: str = Field(primary_key=True, max_length=32)
    at: datetime
    outcome: str
    reason: str | None = None
    action: str | None = None
    target: str | None = Field(default=None, index=True, max_length=32)
    token: str | None = Field(default=None, unique=True, max_length=32)
    decision_id: int | None = Field(default=None, foreign_key="decision.id")
    until: date | None = None
    detail: str = Field(sa_type=Text)
