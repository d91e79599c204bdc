"""The type of the one column that holds messages' keys: text of hexadecimal digits, kept as half as many bytes."""

from __future__ import annotations

from sqlalchemy import Dialect, LargeBinary, TypeDecorator

from mailsla.adapters.database.column_values import KEY_DIGITS, key_of


class Key(TypeDecorator[str]):
    """A message's key."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(KEY_DIGITS // 2)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002 (SQLAlchemy gives it)
        """Return a key as it is kept."""
        return None if value is None else bytes.fromhex(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (SQLAlchemy gives it)
        """Return the key that was kept."""
        return None if value is None else key_of(value)
