"""Which messages are sealed: their values are gone, and what is derived of them is a fact."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Select, select

from mailsla.adapters.database.bulk import among
from mailsla.adapters.database.tables import MESSAGE

UNSEALED = MESSAGE.c.sealed_at.is_(None)
SEALED = MESSAGE.c.sealed_at.is_not(None)


def sealed_numbers(connection: Connection) -> Select[tuple[int]] | None:
    """Return the query of the numbers of sealed messages; None when there is none."""
    query = select(MESSAGE.c.id).where(SEALED)
    return None if connection.execute(query.limit(1)).first() is None else query


def sealed_among(connection: Connection, numbers: Collection[int]) -> list[int]:
    """Return which of some messages are sealed."""
    if not numbers or sealed_numbers(connection) is None:
        return []
    query = select(MESSAGE.c.id).where(SEALED, among(MESSAGE.c.id, numbers, connection))
    return list(connection.execute(query).scalars())
