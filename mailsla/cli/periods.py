"""Periods as people write them on the command line."""

from __future__ import annotations

import re
import unicodedata

from mailsla.core.errors import UsageError
from mailsla.core.rate.period import Period, parse_period
from mailsla.language import gettext as _
from mailsla.presentation import words

EARLIEST, LATEST = 1992, 2095
"""Years of which a report can speak: their mail and their due dates are within those of the legal calendar."""


MONTHS = (
    ("janvier", "january"),
    ("fevrier", "february"),
    ("mars", "march"),
    ("avril", "april"),
    ("mai", "may"),
    ("juin", "june"),
    ("juillet", "july"),
    ("aout", "august"),
    ("septembre", "september"),
    ("octobre", "october"),
    ("novembre", "november"),
    ("decembre", "december"),
)
_NUMBERS = {name: number for number, names in enumerate(MONTHS, 1) for name in names}
_FORMS = (
    (r"(?:semaine|week|s|w) ?(\d{1,2})(?: (?:de|of))? (\d{4})", "{1}-W{0:0>2}"),
    (r"([1-4])(?:er|e|eme|st|nd|rd|th) (?:trimestre|quarter)(?: (?:de|of))? (\d{4})", "{1}-Q{0}"),
    (r"[tq]([1-4]) (\d{4})", "{1}-Q{0}"),
    (r"(?:annee|year) (\d{4})", "{0}"),
    (r"(\d{1,2})/(\d{1,2})/(\d{4})", "{2}-{1:0>2}-{0:0>2}"),
)


def as_named(written: str) -> str:
    """Return the name of a period, or of a stretch of two, that somebody wrote in words; otherwise what was written.

    >>> as_named("Semaine 45 de 2026"), as_named("4e trimestre 2026"), as_named("février 2026..13/11/2026")
    ('2026-W45', '2026-Q4', '2026-02..2026-11-13')
    """
    return "..".join(map(_named, written.split("..")))


def _named(written: str) -> str:
    letters = unicodedata.normalize("NFD", " ".join(written.split())).lower()
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    month, _space, year = plain.partition(" ")
    if month in _NUMBERS and re.fullmatch(r"\d{4}", year, re.ASCII):
        return f"{year}-{_NUMBERS[month]:02}"
    for pattern, name in _FORMS:
        found = re.fullmatch(pattern, plain, re.ASCII)
        if found is not None:
            return name.format(*found.groups())
    return written


def read_period(written: str) -> Period:
    """Return the period that somebody wrote.

    Raises:
        UsageError: When it names none, or one outside the calendar; it says what to write.
    """
    try:
        found = parse_period(as_named(written))
    except UsageError as error:
        raise UsageError(
            _(
                "Période illisible : {written} ; "
                "écrivez « semaine 46 de 2026 », « novembre 2026 », 2026-Q4, 2026 ou A..B."
            ).format(written=words.safe(written, 40))
        ) from error
    if found.first.year < EARLIEST or found.last.year > LATEST:
        raise UsageError(
            _("Période hors du calendrier : {written} ; de {first} à {last}.").format(
                written=words.safe(written, 40), first=EARLIEST, last=LATEST
            )
        )
    return found
