"""The `From ` line before each mail of an mbox (RFC 4155), as mail programs write it, and what is only a sentence."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from mailsla.core.mail.dates import parse_date

LONGEST = 1_000

_LINE = re.compile(r"From(?:[ \t]++(?!:)(?P<rest>[^\r\n]*))?[\r\n]*\Z")
_ASCTIME = re.compile(
    r"(?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2}) +(?P<time>\d{1,2}:\d\d(?::\d\d)?) +"
    r"(?:(?P<before>[+-]\d{4}|[A-Z]{1,5}) +)?(?P<year>\d{4})\b(?: +(?P<after>[+-]\d{4}|[A-Z]{1,5})\b)?"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NAMED_ADDRESS = re.compile(r"[^<>]*<[^<>\s]+@[^<>\s]+>\Z")


class Shape(StrEnum):
    """How much a line looks like a separator.

    `DATED` names an instant as mbox writers do. `PLAIN` is bare, or names a sender and no more: Thunderbird writes
    « From » alone. `WORD` is a local user's name, which may be any word that begins a paragraph.
    """

    DATED = "dated"
    PLAIN = "plain"
    WORD = "word"


class FromLine(NamedTuple):
    """A line that may be a separator.

    Attributes:
        shape: How much it looks like one.
        at: The instant it names, UTC; None when it names none, or when the program that filed the mail wrote it.
    """

    shape: Shape
    at: datetime | None


def read_from_line(line: bytes) -> FromLine | None:
    """Read a line of an mbox; None for one that is none of the kind, such as a sentence.

    The instant is the asctime form's, which has no zone and was the machine's own: taken as UTC, unless a zone is
    written before or after the year. After a dash it is when a mail program filed the mail (Thunderbird), which says
    nothing of its receipt.

    >>> read_from_line(b"From camille@example.org Mon Nov  2 08:00:00 2026")
    FromLine(shape=<Shape.DATED: 'dated'>, at=datetime.datetime(2026, 11, 2, 8, 0, tzinfo=datetime.timezone.utc))
    >>> read_from_line(b"From the beginning of 2026") is None
    True
    """
    found = _LINE.match(line[:LONGEST].decode("latin-1"))
    if found is None:
        return None
    rest = (found["rest"] or "").strip()
    sender, _blank, after = rest.partition(" ")
    is_filing = sender == "-"
    at = _asctime(rest)
    if at is None and _is_sender(sender):
        at = parse_date(after)
    if at is not None:
        return FromLine(Shape.DATED, None if is_filing else at)
    if _is_plain(rest, sender, after):
        return FromLine(Shape.PLAIN, None)
    return None if after else FromLine(Shape.WORD, None)


def _asctime(written: str) -> datetime | None:
    found = _ASCTIME.search(written)
    if found is None:
        return None
    zone = found["before"] or found["after"] or ""
    return parse_date(f"{found['day']} {found['month']} {found['year']} {found['time']} {zone}")


def _is_sender(word: str) -> bool:
    return "@" in word or word in {"", "-", "MAILER-DAEMON"}


def _is_plain(rest: str, sender: str, after: str) -> bool:
    """Tell whether a line without a readable date names nothing but a sender, or a sender and a year."""
    if not _is_sender(sender):
        return _NAMED_ADDRESS.match(rest) is not None
    return not after or sender == "-" or _YEAR.search(after) is not None
