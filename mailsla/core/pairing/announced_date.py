"""The date by which a holding reply promises the answer, read in its subject: bodies are never kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from mailsla.core.mail.spelling import plain_spelling

MONTHS = {
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
"""Number of each month by its names, in lower case."""

_FIGURES = re.compile(r"\b(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?\b", re.ASCII)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b", re.ASCII)
_WORDS = re.compile(rf"\b([0-9]{{1,2}})(?:er)?\s+({'|'.join(MONTHS)})\b\.?(?:\s+([0-9]{{4}}))?")


def announced_date(subject: str, sent_on: date) -> date | None:
    """Return the last date that a subject names from the day the mail was sent on; None when it names none.

    Without a year it is the nearest such date: « votre courriel du 1er juin », sent on 2 June, announces nothing.

    >>> announced_date("Réponse d'attente : vous aurez une réponse avant le 15 janvier", date(2026, 12, 3))
    datetime.date(2027, 1, 15)
    """
    subject = plain_spelling(subject).casefold()
    found = [
        *((match.start(), match[3], match[2], match[1]) for match in _FIGURES.finditer(subject)),
        *((match.start(), match[1], match[2], match[3]) for match in _ISO.finditer(subject)),
        *((match.start(), match[3], str(MONTHS[match[2]]), match[1]) for match in _WORDS.finditer(subject)),
    ]
    dates = [
        on
        for _start, year, month, day in sorted(found, key=_first)
        if (on := _date(year, month, day, sent_on))
    ]
    return next((on for on in reversed(dates) if on >= sent_on), None)


def _first(item: tuple[int, str | None, str, str]) -> int:
    return item[0]


def _date(year: str | None, month: str, day: str, sent_on: date) -> date | None:
    try:
        if year is not None:
            return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None
    return min(_of_years(int(month), int(day), sent_on), key=lambda on: abs(on - sent_on), default=None)


def _of_years(month: int, day: int, sent_on: date) -> Iterator[date]:
    """Yield a day of the year in which a mail was sent, of the one before and of the one after."""
    for year in (sent_on.year - 1, sent_on.year, sent_on.year + 1):
        with suppress(ValueError):
            yield date(year, month, day)
