"""Dates and times as people write them on the command line."""

from __future__ import annotations

import re
from datetime import date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from mailsla.adapters.french_holidays import check_year
from mailsla.core.errors import UsageError
from mailsla.language import gettext as _
from mailsla.presentation import words

WRITTEN = re.compile(
    r"(?P<on>\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4})(?:[T ](?P<at>\d{1,2}[:h]\d{2}(?::\d{2})?))?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


def read_instant(written: str, zone: ZoneInfo, *, end_of_day: bool) -> datetime:
    """Read a date, or a date and a time, in the site's zone.

    A date alone is that whole day: its first instant for a receipt, its last minute for a reply.

    Raises:
        UsageError: When it is neither, or far outside the calendar.
    """
    unreadable = UsageError(
        _("Date illisible : {written} ; écrivez 2026-04-28, 28/04/2026 ou « 28/04/2026 23:30 ».").format(
            written=words.safe(written, 40)
        )
    )
    found = WRITTEN.fullmatch(written.strip())
    if found is None:
        raise unreadable
    try:
        on = _date(found["on"])
        at = read_time(found["at"]) if found["at"] else (time(23, 59) if end_of_day else time(0, 0))
        written_zone = _zone(found["zone"], zone)
    except ValueError as error:
        raise unreadable from error
    check_year(on.year)
    return datetime.combine(on, at, written_zone).astimezone(zone)


def _date(written: str) -> date:
    if "/" not in written:
        return date.fromisoformat(written)
    day, month, year = (int(part) for part in written.split("/"))
    return date(year, month, day)


def read_time(written: str) -> time:
    """Read a time of day: `17:00` or `17h00`; raises `ValueError` when it is none."""
    hour, minute, second = ([int(part) for part in re.split("[:h]", written)] + [0])[:3]
    return time(hour, minute, second)


def _zone(written: str | None, zone: ZoneInfo) -> tzinfo:
    if written is None:
        return zone
    parsed = datetime.fromisoformat(f"2000-01-01T00:00{written}").tzinfo
    assert parsed is not None
    return parsed
