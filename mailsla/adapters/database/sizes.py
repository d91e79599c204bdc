"""How large a store is, for whoever keeps it and for benchmarks."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, func, select, text

from mailsla.adapters.database.engine import reading
from mailsla.adapters.database.tables import MESSAGE, METADATA
from mailsla.core.alerts.findings import StoreSize


def store_size(engine: Engine) -> StoreSize:
    """Return how many bytes a store takes, of how many messages; SQLite's log beside it left out."""
    total, free = bytes_taken(engine)
    with reading(engine) as connection:
        messages = connection.execute(select(func.count()).select_from(MESSAGE)).scalar_one()
    return StoreSize(total, free, messages)


def bytes_taken(engine: Engine) -> tuple[int, int]:
    """Return how many bytes a store takes, and how many of them are free for what comes: no message is counted."""
    with reading(engine) as connection:
        if connection.dialect.name == "sqlite":
            page = _pragma(connection, "page_size")
            count, free = _pragma(connection, "page_count"), _pragma(connection, "freelist_count")
            return count * page, free * page
        sizes = "select sum(pg_total_relation_size(cast(name as regclass))) from unnest(cast(:names as text[])) name"
        names = [table.name for table in METADATA.sorted_tables]
        return int(connection.execute(text(sizes), {"names": names}).scalar_one()), 0


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
