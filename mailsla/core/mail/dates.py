"""Dates of header fields: RFC 5322 §3.3, its obsolete forms (§4.3), and the broken ones that clients write."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_TIME = r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?(?:[.,]\d+)?"
_ZONE = r"\s*(?:GMT(?=[+-]))?(?P<zone>[+-]\d{2}:?\d{2}\b|[A-Z]{1,5}\b|Z)?"
_FORMS = (
    re.compile(
        rf"(?P<day>\d{{1,2}})[\s-]+(?P<month>[^\W\d]+)\.?[\s-]+(?P<year>\d{{2,4}})[\s,àa]+{_TIME}{_ZONE}"
    ),
    re.compile(rf"(?<!\d)(?P<year>\d{{4}})-(?P<month>\d{{2}})-(?P<day>\d{{2}})[T\s]+{_TIME}{_ZONE}"),
    re.compile(rf"(?P<month>[A-Za-z]{{3}})\s+(?P<day>\d{{1,2}})\s+{_TIME}\s+(?P<year>\d{{4}}){_ZONE}"),
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})/(?P<year>\d{{4}})[\s,]+{_TIME}{_ZONE}"),
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan",),
            ("feb", "fév", "fev"),
            ("mar",),
            ("apr", "avr"),
            ("may", "mai"),
            ("jun", "juin"),
            ("jul", "juil"),
            ("aug", "aoû", "aou"),
            ("sep",),
            ("oct",),
            ("nov",),
            ("dec", "déc"),
        ),
        1,
    )
    for name in names
}
# RFC 5322 §4.3; any other letters say nothing, so UTC.
_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_ZONES |= {"CET": 1, "MET": 1, "CEST": 2, "MEST": 2, "BST": 1}


_USUAL = re.compile(
    r"\s*(?:[A-Za-z]{3}, +)?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) ((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d) ([+-]\d{4})"
    r"(?:\s+\([^()]*\))?\s*",
    re.ASCII,
)
"""The form in which nearly every mail writes its date (RFC 5322 §3.3): read first, and quickly."""


def parse_date(written: str) -> datetime | None:
    """Return the instant of a date field, UTC, or None when it cannot be read.

    Without a zone, or with one that nobody knows, the time is taken as UTC (RFC 5322 §4.3, `-0000`). A zone
    that cannot exist makes the whole date unreadable.

    >>> parse_date("lun., 23 nov. 2026 à 10:00:00 +0100")
    datetime.datetime(2026, 11, 23, 9, 0, tzinfo=datetime.timezone.utc)
    >>> parse_date("Mon, 23 Nov 2026 10:00:00 +9999") is None
    True
    """
    written = written[:200]
    try:
        usual = _USUAL.fullmatch(written)
        if usual is not None:
            day, month, year, time, zone = usual.groups()
            at = datetime.fromisoformat(f"{year}-{_month_digits(month)}-{day:0>2}T{time}+00:00")
            return at - _offset(zone)
        for form in _FORMS:
            found = form.search(written)
            if found is not None:
                return _instant(*found.group("day", "month", "year", "hour", "minute", "second", "zone"))
    except (ValueError, OverflowError):
        return None
    return None


def parse_received(written: str) -> datetime | None:
    """Return the instant of a `Received:` field: what follows its last semicolon (RFC 5321 §4.4).

    A semicolon in a comment behind the date is not the last one: `; 23 Nov 2026 10:00:00 +0100 (CET; hiver)`.
    """
    before, _, after = written.rpartition(";")
    found = parse_date(after)
    return found if found is not None or ")" not in after else parse_date(before.rpartition(";")[2])


def _instant(
    day: str, month: str, year: str, hour: str, minute: str, second: str | None, zone: str | None
) -> datetime:
    # A leap second is the last one of its minute.
    seconds = min(int(second or 0), 59)
    local = datetime(_year(year), _month(month), int(day), int(hour), int(minute), seconds, tzinfo=UTC)
    return local - _offset(zone or "")


def _year(written: str) -> int:
    # RFC 5322 §4.3: two digits below 50 are this century's; three digits count from 1900.
    year = int(written)
    if len(written) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(written) == 3 else year


@lru_cache(maxsize=256)
def _month(written: str) -> int:
    if written.isdecimal():
        return int(written)
    name = written.lower()
    month = _MONTHS.get(name[:4]) or _MONTHS.get(name[:3])
    if month is None:
        raise ValueError(written)
    return month


@lru_cache(maxsize=256)
def _month_digits(written: str) -> str:
    return f"{_month(written):02}"


@lru_cache(maxsize=256)
def _offset(written: str) -> timedelta:
    if not written or written[0] not in "+-":
        return timedelta(hours=_ZONES.get(written, 0))
    hours, minutes = int(written[1:3]), int(written[-2:])
    # No zone is further than UTC+14:00 or UTC−12:00.
    if hours > 14 or minutes > 59:
        raise ValueError(written)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if written[0] == "-" else offset
