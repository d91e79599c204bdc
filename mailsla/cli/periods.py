"""Periods as people write them on the command line."""

from __future__ import annotations

from mailsla.core.errors import UsageError
from mailsla.core.rate.period import Period, parse_period
from mailsla.language import gettext as _
from mailsla.presentation import words

EARLIEST, LATEST = 1992, 2095
"""Years of which a report can speak: their mail and their due dates are within those of the legal calendar."""


def read_period(written: str) -> Period:
    """Return the period that somebody wrote.

    Raises:
        UsageError: When it names none, or one outside the calendar; it says what to write.
    """
    try:
        found = parse_period(written)
    except UsageError as error:
        raise UsageError(
            _("Période illisible : {written} ; écrivez 2026-W46, 2026-11, 2026-Q4, 2026 ou A..B.").format(
                written=words.safe(written, 40)
            )
        ) from error
    if found.first.year < EARLIEST or found.last.year > LATEST:
        raise UsageError(
            _("Période hors du calendrier : {written} ; de {first} à {last}.").format(
                written=words.safe(written, 40), first=EARLIEST, last=LATEST
            )
        )
    return found
