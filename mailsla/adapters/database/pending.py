"""Messages that wait to be derived again: something about them changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from mailsla.adapters.database.bulk import insert_rows
from mailsla.adapters.database.tables import LOCATION, PENDING


def derive_again(connection: Connection, numbers: Iterable[int]) -> None:
    """Have some messages derived again."""
    insert_rows(connection, PENDING, ("message_id",), [(number,) for number in sorted(set(numbers))])


def derive_copies_again(connection: Connection, copies: Any) -> None:
    """Have the messages of some copies derived again."""
    derive_again(connection, connection.execute(select(LOCATION.c.message_id).where(copies)).scalars())
