"""The names of what is known of the messages of some stretches of time, for published figures."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from mailsla.adapters.database.bulk import STREAMED
from mailsla.adapters.database.tables import DERIVED_MESSAGE, MESSAGE
from mailsla.core.rate.publication import SALTED, Source, SourceDigest


def facts_digests(
    connection: Connection, stretches: Sequence[tuple[datetime, datetime]]
) -> list[SourceDigest]:
    """Return, for each of some stretches of time, both ends included, the digests of its messages; all is read once."""
    if not stretches:
        return []
    since, until = min(first for first, _last in stretches), max(last for _first, last in stretches)
    query = (
        select(MESSAGE.c.key, DERIVED_MESSAGE.c.at, MESSAGE.c.hashes)
        .join(MESSAGE, MESSAGE.c.id == DERIVED_MESSAGE.c.message_id)
        .where(DERIVED_MESSAGE.c.at >= since, DERIVED_MESSAGE.c.at <= until)
        .order_by(MESSAGE.c.key)
    )
    digests = [(*stretch, hashlib.sha256(), hashlib.sha256()) for stretch in stretches]
    for key, at, hashes in connection.execute(query, execution_options=STREAMED):
        said = f"{key} {at.isoformat()}\n".encode()
        for first, last, former, salted in digests:
            if first <= at <= last:
                former.update(said)
                salted.update(said + (hashes or b""))
    return [
        SourceDigest(Source.FACTS, f"{SALTED}{salted.hexdigest()}", former.hexdigest()[:16])
        for _first, _last, former, salted in digests
    ]
