"""How columns hold what SQLAlchemy has no type for, and how constraints are named."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from mailsla.adapters.database.column_values import instant_of, kept_by

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""How constraints and indexes are named, the same by the migrations as by the code."""


class _Microseconds(UserDefinedType[int]):
    """What SQLite keeps of an instant; columns are declared as SQLAlchemy declares instants there."""

    cache_ok = True

    def get_col_spec(self, **_said: Any) -> str:
        """Return the type that SQLite is told: in such a column it keeps numbers as they are."""
        return "DATETIME"


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC: as PostgreSQL does, and in SQLite as microseconds since 1970.

    Raises:
        ValueError: When a naive one is written.
    """

    impl = DateTime
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(timezone=True)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type under it."""
        return _Microseconds() if dialect.name == "sqlite" else self.impl_instance

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return the instant as the database keeps it."""
        return kept_by(dialect.name).instant(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy gives it)
        """Return the instant that a database kept."""
        return instant_of(value)
