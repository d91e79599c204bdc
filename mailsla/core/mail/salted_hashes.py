"""What stays of a value once it is gone: a salted hash, by which whoever has the value and the salt proves it.

DOMAIN (the proof) calls them salted commitments; a commitment is a promise here.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

SALT_BYTES = 16
HASH_BYTES = 16

_PLACES = [b"%d" % place for place in range(16)]
"""The places of values, as they are written into what personalises their hashes."""


def salted_hashes(salt: bytes, values: Iterable[str | None]) -> bytes:
    """Return the hashes of some values, one after the other, each keyed by the salt and by its place.

    Keyed BLAKE2b (RFC 7693): without the salt nobody finds a value by trying. Frozen, as stores hold what it made.

    Args:
        salt: `SALT_BYTES` of chance, of these values alone.
        values: Texts, sixteen at most; None is another value than an empty text.
    """
    said = [b"-" if value is None else b"+" + value.encode("utf-8", "surrogatepass") for value in values]
    return b"".join(
        [
            blake2b(written, digest_size=HASH_BYTES, key=salt, person=_PLACES[place]).digest()
            for place, written in enumerate(said)
        ]
    )
