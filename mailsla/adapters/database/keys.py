"""Keys in the database: sixteen bytes, once a message; everything derived knows a message by its number.

People, decisions and published figures name a message by its key, which outlives whatever is derived of it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from string import hexdigits

from sqlalchemy import ColumnElement, Connection, false, func, select

from mailsla.adapters.database.bulk import among
from mailsla.adapters.database.column_values import KEY_DIGITS, is_key
from mailsla.adapters.database.tables import MESSAGE


def has_key(keys: Iterable[str], connection: Connection) -> ColumnElement[bool]:
    """Return the condition that a message has one of any number of keys; what is no key is no message's."""
    named = [key for key in keys if is_key(key)]
    if connection.dialect.name == "sqlite":
        listed = func.json_each(json.dumps(named)).table_valued("value")
        return MESSAGE.c.key.in_(select(func.unhex(listed.c.value)))
    return among(MESSAGE.c.key, named, connection)


def key_begins(prefix: str) -> ColumnElement[bool]:
    """Return the condition that a message's key begins with some digits."""
    if len(prefix) > KEY_DIGITS or not set(hexdigits).issuperset(prefix):
        return false()
    return MESSAGE.c.key.between(prefix.ljust(KEY_DIGITS, "0"), prefix.ljust(KEY_DIGITS, "f"))


def numbers_of(connection: Connection, keys: Collection[str]) -> dict[str, int]:
    """Return the numbers of some messages by key; of those that are not there, none."""
    if not keys:
        return {}
    named = select(MESSAGE.c.key, MESSAGE.c.id).where(has_key(keys, connection))
    return {row.key: row.id for row in connection.execute(named)}


def keys_of(connection: Connection, numbers: Collection[int]) -> dict[int, str]:
    """Return the keys of some messages by number."""
    if not numbers:
        return {}
    numbered = select(MESSAGE.c.id, MESSAGE.c.key).where(among(MESSAGE.c.id, numbers, connection))
    return {row.id: row.key for row in connection.execute(numbered)}
