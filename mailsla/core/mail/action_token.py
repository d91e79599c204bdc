"""Tokens: bytes written so that they survive any mail client, and found again in what arrives.

One run in Crockford's base32 (no I, L, O nor U) behind a fixed word, with a check byte: `MAILSLA-0G8…`. Clients quote
it, wrap it, change its case or its hyphen, put it into HTML; none changes its letters. What a token says is signed
(`mailsla.core.alerts.signed_action`); here it is only told from any other text, without a key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from itertools import islice

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: https://www.crockford.com/base32.html."""

WORD = "MAILSLA-"
"""What a token begins with, as it is written."""

SIZES = {False: 21, True: 29}
"""Bytes of what a token holds, without its check: long ones begin with a bit that is set."""

MOST_TOKENS = 4
"""Of one text; whoever writes more of them says nothing."""

_MOST_WORDS = 200
_MOST_BETWEEN = 24
"""Characters that may stand between two letters of a token: a line's end and the marks of a quotation."""

# Classes without `re.IGNORECASE`, which also takes a long s for an s.
_WORD = re.compile("[Mm][Aa][Ii][Ll][Ss][Ll][Aa]")
_BETWEEN = re.compile(
    "[\\s>|*_=-]|[\u00a0\u00ad\u034f\u061c\u1680\u180e\u2000-\u2015\u2028-\u202f\u205f-\u2069\u2212\u3000\ufe63\ufeff\uff0d]"
)
"""Spaces, marks of quotations and emphasis, soft line ends, hyphens of every width, and what nobody sees."""

_VALUES = {letter: number for number, letter in enumerate(ALPHABET)}
_READ = {
    **_VALUES,
    **{letter.lower(): number for letter, number in _VALUES.items()},
    **dict.fromkeys("IiLl", 1),
    **dict.fromkeys("Oo", 0),
}


def token_of(held: bytes) -> str:
    """Return the token that holds some bytes, of one of `SIZES`, as it is written."""
    whole = held + _check(held)
    length = _letters(len(whole))
    number = int.from_bytes(whole) << (5 * length - 8 * len(whole))
    return WORD + "".join(ALPHABET[number >> (5 * place) & 31] for place in reversed(range(length)))


def held_by(token: str) -> bytes | None:
    """Return the bytes that a text holds which begins with a token; None when they are not whole, or altered.

    >>> held_by(token_of(bytes(21)).lower().replace("0", "o")) == bytes(21)
    True
    """
    start = _WORD.match(token)
    return None if start is None else _held(_values(token, start.end()))


def tokens_in(text: str) -> tuple[str, ...]:
    """Return the tokens that stand in a text, as they were written, each once, and no more than `MOST_TOKENS`."""
    found: dict[str, None] = {}
    for start in islice(_WORD.finditer(text), _MOST_WORDS):
        held = _held(_values(text, start.end()))
        if held is not None:
            found[token_of(held)] = None
            if len(found) == MOST_TOKENS:
                break
    return tuple(found)


def names_token(text: str) -> bool:
    """Tell whether a text holds the word that begins a token, which may be cut or altered."""
    return _WORD.search(text) is not None


def _held(values: Iterator[int]) -> bytes | None:
    """Return what some values hold, the first of which says how many there are; what follows them is left alone."""
    first = next(values, None)
    if first is None:
        return None
    size = SIZES[first >= len(ALPHABET) // 2] + 1
    number = first
    for _place in range(_letters(size) - 1):
        value = next(values, None)
        if value is None:
            return None
        number = number << 5 | value
    beyond = 5 * _letters(size) - 8 * size
    if number & ((1 << beyond) - 1):
        return None
    whole = (number >> beyond).to_bytes(size)
    return whole[:-1] if _check(whole[:-1]) == whole[-1:] else None


def _values(text: str, at: int) -> Iterator[int]:
    """Yield what the letters from a place on stand for, until something else than a token's letter comes."""
    between = 0
    for letter in map(text.__getitem__, range(at, len(text))):
        value = _READ.get(letter)
        if value is not None:
            between = 0
            yield value
        elif between == _MOST_BETWEEN or not _BETWEEN.match(letter):
            return
        else:
            between += 1


def _letters(size: int) -> int:
    return -(-8 * size // 5)


def _check(held: bytes) -> bytes:
    return hashlib.sha256(held).digest()[:1]
