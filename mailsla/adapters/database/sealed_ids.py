"""The Message-IDs of sealed mails, as digests: an answer to one names a mail that was seen.

A form's mail is a citizen's, and bears an id of the office: those of all mails are kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from os import urandom

from sqlalchemy import Connection, insert, select

from mailsla.adapters.database.bulk import insert_rows
from mailsla.adapters.database.tables import SEALED_ID, STORE_KEY

KEY_BYTES = 32
DIGEST_BYTES = 16

AT_ONCE = 500
"""Digests looked up in one statement."""


class SealedIds:
    """The digests, in a transaction. It is true when there are some."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._key: bytes | None = connection.execute(select(STORE_KEY.c.key)).scalar_one_or_none()

    def __bool__(self) -> bool:
        return self._key is not None

    def add(self, ids: Iterable[str]) -> None:
        """Keep the digests of some ids; the first time, with a key of chance."""
        if self._key is None:
            self._key = urandom(KEY_BYTES)
            self._connection.execute(insert(STORE_KEY).values(id=1, key=self._key))
        digests = sorted({_digest(self._key, name) for name in ids})
        insert_rows(self._connection, SEALED_ID, ("digest",), [(digest,) for digest in digests])

    def among(self, ids: Collection[str]) -> frozenset[str]:
        """Return which of some ids are those of sealed mails."""
        if self._key is None:
            return frozenset()
        named = {_digest(self._key, name): name for name in ids}
        digests = sorted(named)
        found: set[str] = set()
        for first in range(0, len(digests), AT_ONCE):
            these = SEALED_ID.c.digest.in_(digests[first : first + AT_ONCE])
            found |= {
                named[digest]
                for digest in self._connection.execute(select(SEALED_ID.c.digest).where(these)).scalars()
            }
        return frozenset(found)


def _digest(key: bytes, name: str) -> bytes:
    said = name.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(said, digest_size=DIGEST_BYTES, key=key).digest()
