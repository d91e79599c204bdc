"""Messages that wait to be derived again: something about them changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from mailsla.adapters.database.bulk import column_values, insert_rows
from mailsla.adapters.database.tables import LOCATION, PENDING


def derive_again(connection: Connection, numbers: Iterable[int], since: datetime | None) -> None:
    """Have some messages derived again, which wait since an instant; None when nobody knows."""
    instant = column_values(connection).instant(since)
    waiting = [(number, instant) for number in sorted(set(numbers))]
    insert_rows(connection, PENDING, ("message_id", "since"), waiting)


def derive_copies_again(connection: Connection, copies: Any, since: datetime | None) -> None:
    """Have the messages of some copies derived again."""
    numbers = connection.execute(select(LOCATION.c.message_id).where(copies)).scalars()
    derive_again(connection, numbers, since)
