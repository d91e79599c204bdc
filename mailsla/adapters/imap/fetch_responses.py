"""Reads the server's answers to bulk FETCHes as a stream, in time proportional to its size (RFC 9051 §7.5.2).

The library's own parser walks byte by byte and reads the echoed list of header fields again for every message.
This one takes a message at a time, whatever the order of its items, and never holds more than one.
"""

from __future__ import annotations

import imaplib
import re
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from mailsla.core.collection.on_server import Fetched
from mailsla.core.errors import OversizedMessage

MOST_LITERAL = 16 * 1024 * 1024
"""A header that announces more than this is not read."""

_FETCH = re.compile(rb"\* \d+ FETCH \(", re.IGNORECASE)
_USUAL = re.compile(rb'\* \d+ FETCH \(UID (\d{1,10}) FLAGS \(([^()]*)\) INTERNALDATE "([^"]*)" ')
_USUAL_SIZE = re.compile(rb"(\d{1,7})\}\r\n")
"""What most servers answer to our FETCH, on both sides of the echoed list of fields: read first, and quickly."""

_ECHO = re.compile(rb"BODY\[HEADER\.FIELDS \([^()\]]*\)\] ")

_LITERAL = re.compile(rb"\{(\d{1,19})\+?\}\r?\n\Z")
_BEGINS_QUOTED = rb'"(?:[^"\\]++|\\.)*'
_QUOTED = _BEGINS_QUOTED + rb'"'
_ITEM = re.compile(
    rb"UID (?P<uid>\d{1,10})"
    rb'|INTERNALDATE "(?P<date>[^"]*)"'
    rb"|FLAGS \((?P<flags>[^()]*)\)"
    rb"|BODY\[HEADER[^\[\]]*+\](?:<\d+>)? (?P<header>\x00|NIL|" + _QUOTED + rb")"
    rb"|" + _QUOTED + rb"|[^\s\"]++|\s++|" + _BEGINS_QUOTED,
    re.IGNORECASE | re.DOTALL,
)
"""No byte is looked at more than a few times: what a quote opens that nothing closes goes to the end."""

_DATE = re.compile(rb" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2}) ([+-]\d{4})", re.ASCII)
_MONTHS = {
    name: number for number, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
}


class Ended(NamedTuple):
    """The end of the answer to the FETCH of a tag; `is_refused` when the server says NO or BAD."""

    tag: bytes
    is_refused: bool


def read_fetch(
    readline: Callable[[], bytes], read: Callable[[int], bytes], tags: Collection[bytes]
) -> Iterator[Fetched | Ended]:
    """Yield messages until one of the FETCHes under way ends, and last its end.

    What else the server says meanwhile is let pass.

    Args:
        readline: Returns the next line, its end included; empty at the end of the connection.
        read: Returns exactly that many bytes, fewer at the end of the connection.
        tags: Those of the FETCHes under way: a server may answer them in any order (RFC 9051 §5.5).

    Raises:
        imaplib.IMAP4.abort: When the connection ends, or the server says BYE, or something that is no IMAP.
        OversizedMessage: When a header announces more than `MOST_LITERAL`; the connection is then of no use.
    """
    echo: bytes | None = None
    while True:
        line = _whole(readline())
        texts, literals = [line], []
        usual = _usual(line, echo)
        if usual is not None:
            uid, flags, date, size, echo = usual
            literals.append(_exactly(size, read))
            texts.append(_whole(readline()))
            if texts[1] == b")\r\n":
                yield Fetched(uid, internal_date(date), literals[0], _is_draft(flags))
                continue
        if line.startswith(b"* "):
            is_fetch = usual is not None or _FETCH.match(line) is not None
            _finish(texts, literals, readline, read, keep=is_fetch)
            if is_fetch:
                fetched = _message(texts, literals)
                if fetched is not None:
                    yield fetched
            elif line[2:6].upper() == b"BYE ":
                raise imaplib.IMAP4.abort("BYE")
        elif not line.startswith(b"+"):
            yield _ended(line, tags)
            return


def _ended(line: bytes, tags: Collection[bytes]) -> Ended:
    """Return what a line that is no response says of the end of a command."""
    tag, _space, said = line.partition(b" ")
    if tag not in tags:
        raise imaplib.IMAP4.abort("unexpected line")
    return Ended(tag, is_refused=not said.upper().startswith(b"OK"))


def _whole(line: bytes) -> bytes:
    if not line.endswith(b"\n"):
        raise imaplib.IMAP4.abort("EOF")
    return line


def _is_draft(flags: bytes) -> bool:
    """Tell whether flags as they are written hold `\\Draft`, in any case (RFC 9051 §2.3.2).

    >>> _is_draft(rb"\\Seen \\draft"), _is_draft(rb"\\Seen Draft")
    (True, False)
    """
    return b"\\draft" in flags.lower().split()


def _usual(line: bytes, echo: bytes | None) -> tuple[int, bytes, bytes, int, bytes] | None:
    """Return the UID, flags, date, the header's size and the echo of a line that begins a usual response.

    The echo is as long as the header; one that equals the last message's need not be looked through again.
    """
    begins = _USUAL.match(line)
    if begins is None:
        return None
    echoed, _brace, announced = line[begins.end() :].rpartition(b"{")
    size = _USUAL_SIZE.fullmatch(announced)
    if size is None or not (echoed == echo or _ECHO.fullmatch(echoed)):
        return None
    return int(begins[1]), begins[2], begins[3], int(size[1]), echoed


def _exactly(size: int, read: Callable[[int], bytes]) -> bytes:
    literal = read(size)
    if len(literal) != size:
        raise imaplib.IMAP4.abort("EOF")
    return literal


def _finish(
    texts: list[bytes],
    literals: list[bytes],
    readline: Callable[[], bytes],
    read: Callable[[int], bytes],
    *,
    keep: bool,
) -> None:
    """Read one response to its end: its lines, and the literals between them."""
    while (announced := _LITERAL.search(texts[-1])) is not None:
        size = int(announced[1])
        if size > MOST_LITERAL:
            raise OversizedMessage(_uid(texts))
        literal = _exactly(size, read)
        if keep:
            literals.append(literal)
        texts.append(_whole(readline()))


def _uid(texts: list[bytes]) -> int | None:
    said = b" ".join(texts)
    items = _ITEM.finditer(said, said.find(b"(") + 1)
    found = next((item["uid"] for item in items if item["uid"]), None)
    return None if found is None else int(found)


def _message(texts: list[bytes], literals: list[bytes]) -> Fetched | None:
    """Return the message of a FETCH response; None when it has no header, as when a flag changed."""
    # A literal's place is kept by a NUL, which no line of IMAP may hold.
    joined = b"\x00".join(
        [_LITERAL.sub(b"", text) if index < len(literals) else text for index, text in enumerate(texts)]
    )
    uid: int | None = None
    internal_at: datetime | None = None
    header: bytes | None = None
    is_draft = False
    used = 0
    for item in _ITEM.finditer(joined, joined.index(b"(") + 1):
        kind = item.lastgroup
        if kind == "uid":
            uid = int(item["uid"])
        elif kind == "date":
            internal_at = internal_date(item["date"])
        elif kind == "flags":
            is_draft = _is_draft(item["flags"])
        elif kind == "header":
            header = _string(item["header"], literals, used)
        used += item[0].count(b"\x00")
    return None if uid is None or header is None else Fetched(uid, internal_at, header, is_draft)


def _string(written: bytes, literals: list[bytes], used: int) -> bytes:
    if written == b"\x00":
        return literals[used]
    if written.upper() == b"NIL":
        return b""
    return re.sub(rb"\\(.)", rb"\1", written[1:-1], flags=re.DOTALL)


def internal_date(written: bytes) -> datetime | None:
    """Return an INTERNALDATE as an aware instant, UTC; None when it is no date.

    >>> internal_date(b" 5-Nov-2026 10:00:00 +0100").isoformat()
    '2026-11-05T09:00:00+00:00'
    """
    found = _DATE.fullmatch(written)
    if found is None:
        return None
    day, month, year, hour, minute, second, zone = found.groups()
    try:
        seconds = min(int(second), 59)
        local = datetime(
            int(year), _MONTHS[month.lower()], int(day), int(hour), int(minute), seconds, tzinfo=UTC
        )
        return local - _offset(zone)
    except (KeyError, ValueError, OverflowError):
        return None


@lru_cache(maxsize=64)
def _offset(written: bytes) -> timedelta:
    offset = timedelta(hours=int(written[1:3]), minutes=int(written[3:5]))
    if offset >= timedelta(days=1):
        raise ValueError(written)
    return -offset if written[:1] == b"-" else offset
