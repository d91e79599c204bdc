"""A store that may only be read: by whom, and whether it was written to meanwhile."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import Engine, text

from mailsla.adapters.database.engine import is_read_only, log_of, reading


def may_write(engine: Engine) -> bool:
    """Tell whether this user may write to a store that is at this version's schema."""
    if engine.dialect.name == "sqlite":
        return not is_read_only(engine.url)
    asked = "select has_table_privilege('derivation', 'UPDATE'), current_setting('transaction_read_only')"
    with reading(engine) as connection:
        is_granted, is_read = connection.execute(text(asked)).one()
    return bool(is_granted) and is_read == "off"


def state(engine: Engine) -> tuple[object, ...]:
    """Return what is other once somebody wrote to a store that is read as one that does not change; else nothing."""
    if "immutable" not in engine.url.query:
        return ()
    path = Path(unquote(str(engine.url.database).removeprefix("file:")))
    found = path.stat()
    return (found.st_ino, found.st_mtime_ns, found.st_size, log_of(path).exists())
