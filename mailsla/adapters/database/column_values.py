"""How a database keeps values, without the database: another process prepares rows with it, and reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

_decode = json.JSONDecoder().raw_decode
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_KEY = re.compile("[0-9a-f]{32}")

KEY_DIGITS = 32
"""Of a message's key, hexadecimal; half as many bytes are kept."""

MOST_REMEMBERED = 2_048
"""Instants that are remembered as they are kept: one mail's stand in several rows. Memory does not grow with the
mailbox."""


def _kept_encoder(separators: tuple[str, str] | None = None) -> Callable[[Any], str]:
    """Return `json.dumps`, with the encoder kept that it makes for each document: a third of the time.

    Nothing here holds itself. Where Python has no C encoder, the plain one does.
    """
    plain = json.JSONEncoder(check_circular=False, separators=separators)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    encode = make(
        markers=None,
        default=plain.default,
        encoder=json.encoder.encode_basestring_ascii,
        indent=None,
        key_separator=plain.key_separator,
        item_separator=plain.item_separator,
        sort_keys=False,
        skipkeys=False,
        allow_nan=True,
    )
    return lambda value: "".join(encode(value, 0))


_encode = _kept_encoder()
_encode_lean = _kept_encoder((",", ":"))


@dataclass(frozen=True)
class ColumnValues:
    """How one kind of database keeps values.

    Attributes:
        typed: Whether it has types for instants and days. SQLite has none: there instants are microseconds since 1970,
            UTC, and days are text.
    """

    typed: bool

    def instant(self, at: datetime | None) -> Any:
        """Return an aware instant as it is kept.

        Raises:
            ValueError: When it is naive.
        """
        if at is None:
            return None
        if at.tzinfo is not UTC:
            at = _utc(at)
        return at if self.typed else microseconds(at)

    def day(self, on: date | None) -> Any:
        """Return a date as it is kept."""
        return on if on is None or self.typed else on.isoformat()

    @staticmethod
    def key(key: str) -> bytes:
        """Return a message's key as it is kept."""
        return bytes.fromhex(key)

    @staticmethod
    def document(value: Any) -> str:
        """Return a JSON document as it is kept."""
        if not value:
            return "{}" if isinstance(value, dict) else "[]"
        return _encode(value)

    @staticmethod
    def lean_document(value: Any) -> str:
        """Return a JSON document that nobody hashed as it is kept: without a space."""
        return _encode_lean(value)


SQLITE, OTHERS = ColumnValues(typed=False), ColumnValues(typed=True)


def kept_by(database: str) -> ColumnValues:
    """Return how a database keeps values, by the name that SQLAlchemy has for its kind."""
    return SQLITE if database == "sqlite" else OTHERS


@lru_cache(maxsize=MOST_REMEMBERED)
def microseconds(at: datetime) -> int:
    """Return an instant in UTC as microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant without a timezone is refused")
    return at.astimezone(UTC)


def instant_of(kept: Any) -> datetime | None:
    """Return the aware instant that was kept, UTC."""
    if kept is None:
        return None
    if isinstance(kept, int):
        return _instant_of(kept)
    at: datetime = kept.astimezone(UTC)
    return at


def key_of(kept: bytes) -> str:
    """Return the message's key that was kept."""
    return kept.hex()


def is_key(written: str) -> bool:
    """Tell whether a text is a whole key, which a message may have."""
    return _KEY.fullmatch(written) is not None


@lru_cache(maxsize=MOST_REMEMBERED)
def _instant_of(kept: int) -> datetime:
    return _EPOCH + timedelta(microseconds=kept)


def document_of(kept: Any) -> Any:
    """Return the JSON document that was kept."""
    return _decode(kept)[0] if isinstance(kept, str) else kept
