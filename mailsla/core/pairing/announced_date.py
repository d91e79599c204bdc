"""The date by which a holding reply promises the answer, read in its subject: bodies are never kept."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv january jan",
            "février fevrier févr fevr february feb",
            "mars march mar",
            "avril avr april apr",
            "mai may",
            "juin june jun",
            "juillet juil july jul",
            "août aout august aug",
            "septembre sept september sep",
            "octobre oct october",
            "novembre nov november",
            "décembre decembre déc dec december",
        ),
        1,
    )
    for name in names.split()
}
_FIGURES = re.compile(r"\b(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?\b", re.ASCII)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b", re.ASCII)
_WORDS = re.compile(rf"\b(\d{{1,2}})(?:er)?\s+({'|'.join(_MONTHS)})\b\.?(?:\s+(\d{{4}}))?", re.IGNORECASE)


def announced_date(subject: str, sent_on: date) -> date | None:
    """Return the last date that a subject names, when it is not before the day the mail was sent.

    Without a year it is the first such date from `sent_on` on.

    >>> announced_date("Réponse d'attente : vous aurez une réponse avant le 15 janvier", date(2026, 12, 3))
    datetime.date(2027, 1, 15)
    """
    found = [
        *((match.start(), match[3], match[2], match[1]) for match in _FIGURES.finditer(subject)),
        *((match.start(), match[1], match[2], match[3]) for match in _ISO.finditer(subject)),
        *(
            (match.start(), match[3], str(_MONTHS[match[2].lower()]), match[1])
            for match in _WORDS.finditer(subject)
        ),
    ]
    dates = [
        on
        for _start, year, month, day in sorted(found, key=_first)
        if (on := _date(year, month, day, sent_on))
    ]
    return dates[-1] if dates and dates[-1] >= sent_on else None


def _first(item: tuple[int, str | None, str, str]) -> int:
    return item[0]


def _date(year: str | None, month: str, day: str, sent_on: date) -> date | None:
    try:
        if year is not None:
            return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
        this_year = date(sent_on.year, int(month), int(day))
        return this_year if this_year >= sent_on else this_year.replace(year=sent_on.year + 1)
    except ValueError:
        return None
