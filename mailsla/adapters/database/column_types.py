"""How columns hold what SQLAlchemy has no type for, and how constraints are named."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""How constraints and indexes are named, the same by the migrations as by the code."""


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC: what SQLModel declares as `UTCDateTime`, without its libraries.

    Raises:
        ValueError: When a naive one is written.
    """

    impl = DateTime
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(timezone=True)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant as the database keeps it."""
        del dialect
        if value is not None and value.utcoffset() is None:
            raise ValueError("an instant without a timezone is refused")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant that a database kept; SQLite keeps no zone, and means UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.utcoffset() is None else value.astimezone(UTC)
