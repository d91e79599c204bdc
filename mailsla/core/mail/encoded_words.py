"""Text of header fields: encoded words (RFC 2047) and raw 8-bit, whatever the charset says of itself."""

from __future__ import annotations

import binascii
import codecs
import re
import unicodedata

LONGEST = 2_000

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")
_BROKEN_ESCAPE = re.compile(rb"=(?:[=\r\n]|\Z)")
"""What the standard library's decoder, ten times as quick, reads otherwise: as soft line breaks, or as nothing."""

_LATIN = frozenset({"iso8859-1", "cp1252", "ascii", "iso8859-15"})
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def text_of(raw: bytes) -> str:
    """Return a field's bytes as text: ASCII, else UTF-8 (RFC 6532), else Windows-1252."""
    try:
        return raw.decode("ascii")
    except UnicodeDecodeError:
        return _guessed(raw)


def decode_words(written: str) -> str:
    """Return a field's text with its encoded words decoded, on one line and without control characters.

    White space between adjacent words is theirs and is dropped (RFC 2047 §6.2); a character cut in two by
    adjacent words of one charset is joined again. A charset that lies or that nobody knows is guessed.

    >>> decode_words("=?iso-8859-1?Q?=C3=A9tat?= =?utf-8?B?IGNpdmls?=")  # the first label lies
    'état civil'
    """
    if "=?" not in written:
        return one_line(written)
    parts: list[str] = []
    pending: list[bytes] = []
    charset = ""
    end = 0
    for word in _WORD.finditer(written[: 4 * LONGEST]):
        between = written[end : word.start()]
        adjacent = bool(pending) and not between.strip()
        if pending and not (adjacent and word[1].lower() == charset):
            parts.append(_decoded(b"".join(pending), charset))
            pending = []
        if not adjacent:
            parts.append(between)
        charset = word[1].lower()
        pending.append(_bytes_of(word[2], word[3]))
        end = word.end()
    if pending:
        parts.append(_decoded(b"".join(pending), charset))
    parts.append(written[end:])
    return one_line("".join(parts))


def one_line(text: str) -> str:
    """Return `text` on single spaces, without control, direction or surrogate characters, bounded in length."""
    if len(text) > 4 * LONGEST:
        text = text[: 4 * LONGEST]
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(c) in _INVISIBLE else c for c in text)
    # The order matters: cutting before joining could leave a trailing space.
    return " ".join(text.split())[:LONGEST].rstrip()


def _bytes_of(encoding: str, payload: str) -> bytes:
    raw = payload.encode("utf-8", "surrogatepass")
    if encoding in "qQ":
        if _BROKEN_ESCAPE.search(raw) is None:
            return binascii.a2b_qp(raw, header=True)
        return _ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), raw.replace(b"_", b" "))
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    # Broken padding is common; a lone last letter holds no byte.
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _decoded(raw: bytes, charset: str) -> str:
    if charset == "utf-8":
        return _guessed(raw)
    # RFC 2231 §5 adds a language: "utf-8*fr".
    try:
        name = codecs.lookup(charset.partition("*")[0]).name
        if name in _LATIN:
            return _guessed(raw)
        return raw.decode(name)
    except (LookupError, ValueError, TypeError, AttributeError):
        return _guessed(raw)


def _guessed(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
