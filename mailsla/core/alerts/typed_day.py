"""The day that somebody typed on which an answer was given: past, or that of the mail."""

from __future__ import annotations

import re
from datetime import date, timedelta

from mailsla.core.mail.spelling import plain_spelling
from mailsla.core.pairing.announced_date import MONTHS

_FORMS = (
    re.compile(r"(?P<day>\d{1,2})[/. -](?P<month>\d{1,2})(?:[/. -](?P<year>\d{4}|\d{2}))?", re.ASCII),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII),
    re.compile(rf"(?P<day>[0-9]{{1,2}})(?:er)? (?P<month>{'|'.join(MONTHS)})\.?(?: (?P<year>[0-9]{{4}}))?"),
)
_BEFORE = re.compile(r"(?:(?:le|ce|on) )?(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) )?")
_DAYS_AGO = {"aujourd'hui": 0, "ce jour": 0, "today": 0, "hier": 1, "yesterday": 1, "avant-hier": 2}


def typed_day(written: str, sent_on: date) -> date | None:
    """Return the day that somebody wrote in a mail of `sent_on`; None when it cannot be read, never a guess.

    Without a year it is the last such day up to that of the mail. A weekday before it is not checked, and what follows
    it makes it unreadable: « le 12 ou le 13 ».

    >>> typed_day("Jeudi 12 novembre", date(2026, 11, 13)), typed_day("28/12", date(2027, 1, 4))
    (datetime.date(2026, 11, 12), datetime.date(2026, 12, 28))
    >>> typed_day("la semaine dernière", date(2026, 11, 13)) is None
    True
    """
    said = " ".join(plain_spelling(written).casefold().split()).strip(" .,;")
    if said in _DAYS_AGO:
        return sent_on - timedelta(days=_DAYS_AGO[said])
    before = _BEFORE.match(said)
    said = said if before is None else said[before.end() :]
    found = next((match for form in _FORMS if (match := form.fullmatch(said))), None)
    if found is None:
        return None
    year, month = found["year"], found["month"]
    number = int(month) if month.isdecimal() else MONTHS[month]
    if year is not None:
        return _date(int(year) + (2000 if len(year) == 2 else 0), number, int(found["day"]))
    days = (_date(year, number, int(found["day"])) for year in (sent_on.year, sent_on.year - 1))
    return next((day for day in days if day is not None and day <= sent_on), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
