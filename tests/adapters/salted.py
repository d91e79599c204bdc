"""Holds what a store has of its messages' values against the values themselves."""

from __future__ import annotations

from sqlalchemy import Engine, Text, cast, select

from mailsla.adapters.database.engine import reading
from mailsla.adapters.database.tables import MESSAGE
from mailsla.core.mail.salted_hashes import salted_hashes


def unproven(engine: Engine) -> list[int]:
    """Return the messages whose values are not those that were hashed."""
    documents = [cast(MESSAGE.c[name], Text) for name in ("ids", "people", "kept")]
    texts = [MESSAGE.c[name] for name in ("message_id", "thread_index", "subject")]
    query = select(MESSAGE.c.id, MESSAGE.c.salt, MESSAGE.c.hashes, MESSAGE.c.sent_at, *texts, *documents)
    found = []
    with reading(engine) as connection:
        for number, salt, hashes, sent_at, *values in connection.execute(query):
            sent = None if sent_at is None else sent_at.isoformat()
            if hashes != salted_hashes(salt, (*values[:3], sent, *values[3:])):
                found.append(number)
    return found
