r"""Reads the mailboxes that a server lists, whatever way it writes their names (RFC 9051 §7.3.1 and §7.3.4).

The library's parser takes a mailbox called NIL for nothing, gives up the whole list over an ampersand that stands
for itself, and mangles names in raw UTF-8, which some servers send unasked (RFC 6855 wants ENABLE first).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from imapclient.imap_utf7 import decode as decode_utf7
from imapclient.imap_utf7 import encode as encode_utf7

MOST_NAME = 1_000
"""Bytes of a name: neither people nor databases' indexes take longer ones."""

_NAME = rb'(?:"(?P<quoted>(?:[^"\\]++|\\.)*)"|(?P<literal>\{\d+\+?\})|(?P<atom>[^\s"]\S*))'
_LIST = re.compile(rb'\((?P<flags>[^)]*)\) (?:"\\?(?P<separator>.)"|NIL) ' + _NAME, re.IGNORECASE | re.DOTALL)
_STATUS = re.compile(_NAME + rb" ?(?:\((?P<items>[^)]*)\))?", re.DOTALL)


_ENDS_LINE = re.compile(rb"[\r\n\x00]")
"""What no quoted string holds (RFC 9051 §9); a literal in a server's list may."""

_UNFIT = re.compile("[\\x00\\ud800-\\udfff]")


@dataclass(frozen=True, slots=True)
class Listed:
    """A mailbox as listed.

    Attributes:
        attributes: In lower case.
        separator: Between the levels of its name; "/" when there is a single level.
        written: Its name as the server writes it, to be said back the same.
    """

    attributes: frozenset[bytes]
    separator: str
    written: bytes

    @property
    def name(self) -> str:
        """Its name as people read it, or the beginning of one that is too long."""
        return readable(self.written[:MOST_NAME])


def read_list(said: Sequence[Any]) -> Iterator[Listed]:
    """Yield the mailboxes of imaplib's LIST responses; a line that is none is let pass."""
    for line, literal in _joined(said):
        found = _LIST.match(line)
        if found is not None:
            separator = (found["separator"] or b"/").decode("ascii", "replace")
            yield Listed(frozenset(found["flags"].lower().split()), separator, _written(found, literal))


def read_status(said: Sequence[Any]) -> Iterator[tuple[bytes, dict[bytes, Any]]]:
    """Yield the names of imaplib's STATUS responses, as written, and what each says."""
    for line, literal in _joined(said):
        found = _STATUS.match(line)
        if found is not None:
            items = (found["items"] or b"").upper().split()
            yield _written(found, literal), dict(zip(items[::2], items[1::2], strict=False))


def readable(written: bytes) -> str:
    """Return a name as people read it: from modified UTF-7 (RFC 3501 §5.1.3), or from UTF-8 that nobody asked for.

    >>> readable(b"&AMk-trangers"), readable("Étrangers".encode()), readable(b"R&D")
    ('Étrangers', 'Étrangers', 'R&D')
    >>> readable(b"&AAA-"), readable(b"&2AA-")
    ('&AAA-', '&2AA-')
    """
    if not written.isascii():
        try:
            return written.decode()
        except UnicodeDecodeError:
            return written.decode("latin-1")
    try:
        name: str = decode_utf7(written)
    except ValueError:
        return written.decode("ascii")
    # An ampersand that shifts to nothing stands for itself, and no database takes a NUL or half a character.
    is_name = not _UNFIT.search(name) and encode_utf7(name) == written
    return name if is_name else _UNFIT.sub("?", written.decode("ascii"))


def can_be_said(written: bytes) -> bool:
    """Tell whether a name can be said to a server: one with the end of a line in it would begin a command of its own.

    >>> can_be_said(b"Re&AOc-us"), can_be_said(b"x\\r\\nA1 DELETE INBOX")
    (True, False)
    """
    return len(written) <= MOST_NAME and not _ENDS_LINE.search(written)


def quoted(written: bytes) -> bytes:
    """Return a name as a quoted string."""
    return b'"' + re.sub(rb'(["\\])', rb"\\\1", written) + b'"'


def _joined(said: Sequence[Any]) -> Iterator[tuple[bytes, bytes]]:
    """Yield each response's line and the literal in it: imaplib gives a line with a literal in pieces."""
    line, literal = b"", b""
    for piece in said:
        if isinstance(piece, tuple):
            line, literal = line + piece[0], piece[1]
        elif piece is not None:
            yield line + piece, literal
            line, literal = b"", b""


def _written(found: re.Match[bytes], literal: bytes) -> bytes:
    if found["literal"] is not None:
        return literal
    if found["quoted"] is not None:
        return re.sub(rb"\\(.)", rb"\1", found["quoted"], flags=re.DOTALL)
    return found["atom"]
