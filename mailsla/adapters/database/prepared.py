"""Messages made ready for their rows by whoever reads them, which may be another process."""

from __future__ import annotations

from collections.abc import Sequence
from os import urandom
from typing import Any, NamedTuple

from mailsla.adapters.database import rows
from mailsla.adapters.database.column_values import ColumnValues
from mailsla.adapters.database.traces import trace_document
from mailsla.core.collection.to_store import NewMessage, ToStore
from mailsla.core.mail.header import BODY_RETURNS, BODY_SAYS, BODY_THANKS, Header
from mailsla.core.mail.salted_hashes import SALT_BYTES

SAID_BY_BODIES = frozenset({BODY_RETURNS, BODY_SAYS, BODY_THANKS})
"""What stands among the kept fields once a body was read for it."""


class Prepared(NamedTuple):
    """A message as it is stored. Flat, as it may come from another process.

    Attributes:
        uid: Its UID; `internal_at`, `hop_at`, `marks` and `trace` too are of the copy that has it.
        key: The message's key.
        facts: Its row, in the order of `rows.FACT_COLUMNS`.
        salted: Its salt and its hashes, as `rows.salted` makes them.
        ties: Its ties.
        tells_more: Whether it says what only a body can.
    """

    uid: int
    internal_at: Any
    hop_at: Any
    marks: tuple[str, ...]
    trace: str | None
    key: str
    facts: tuple[Any, ...]
    salted: tuple[bytes, bytes]
    ties: tuple[int, ...]
    tells_more: bool


def prepared(values: ColumnValues, messages: Sequence[ToStore]) -> list[Prepared]:
    """Return messages as they are stored; those that are prepared already stay as they are.

    Args:
        values: How the database keeps values.
        messages: `NewMessage`s, or what this returned.

    Raises:
        ValueError: When an instant is naive.
    """
    chance = urandom(SALT_BYTES * len(messages))
    salts = (chance[first : first + SALT_BYTES] for first in range(0, len(chance), SALT_BYTES))
    return [_prepared(values, message, salt) for message, salt in zip(messages, salts, strict=True)]


def _prepared(values: ColumnValues, message: Any, salt: bytes) -> Prepared:
    if isinstance(message, Prepared):
        return message
    assert isinstance(message, NewMessage)
    header = message.header
    facts = rows.message_values(message.key, header, values)
    return Prepared(
        message.uid,
        values.instant(message.internal_at),
        values.instant(header.hop_at),
        message.marks,
        None if message.trace is None else trace_document(message.trace),
        message.key,
        facts,
        rows.salted(facts, salt),
        message.ties,
        _tells_more(header),
    )


def _tells_more(header: Header) -> bool:
    """Tell whether a message says what only its body can."""
    return bool(header.asked_by) or any(name in SAID_BY_BODIES for name, _value in header.kept)
