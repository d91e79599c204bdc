"""Draws days as a calendar's file (RFC 5545): an event of the whole day each, which makes nobody busy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from mailsla.presentation.pages.due_dates import DueDate

MEDIA_TYPE = "text/calendar"
LONGEST_LINE = 75
"""Octets, without the end of line (RFC 5545 §3.1)."""

_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def write(days: Iterable[DueDate], domain: str, at: datetime) -> bytes:
    """Return the file, as it is published at an instant; the domain makes the names of events the site's own."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//mailsla//mailsla//FR", "METHOD:PUBLISH"]
    for day in days:
        lines += _event(day, domain, at)
    return b"".join(_folded(line) for line in (*lines, "END:VCALENDAR"))


def _event(day: DueDate, domain: str, at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{day.key}@{domain}"
    yield f"DTSTAMP:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    # Of two files the later one tells: it says a due date that has moved.
    yield f"SEQUENCE:{int(at.timestamp()) // 60}"
    yield f"DTSTART;VALUE=DATE:{day.on:%Y%m%d}"
    # The end is the first day after (§3.6.1).
    yield f"DTEND;VALUE=DATE:{day.on + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_text(day.title)}"
    yield f"DESCRIPTION:{_text(day.text)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _text(said: str) -> str:
    r"""Return a text as a value of a property (§3.3.11); other controls are none of it.

    >>> _text("Titres, cartes; a\\b\r\n")
    'Titres\\, cartes\\; a\\\\b\\n'
    """
    printed = "".join(
        letter for letter in said if letter == "\n" or letter.isprintable() or letter == "\u00a0"
    )
    return printed.translate(_ESCAPED)


def _folded(line: str) -> bytes:
    """Return a content line, cut where it is too long, never within a letter; a continuation begins with a space."""
    parts, part = [], b""
    for letter in line:
        encoded = letter.encode("utf-8", "replace")
        if len(part) + len(encoded) > LONGEST_LINE:
            parts.append(part)
            part = b" "
        part += encoded
    return b"\r\n".join((*parts, part)) + b"\r\n"
