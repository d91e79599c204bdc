"""The quarterly poster: one rate, one usual delay, of how many, the promise, the period; nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from mailsla.core.errors import UsageError
from mailsla.core.rate.report import Report
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import words
from mailsla.presentation.pages import report_answers

LONGEST_NAME = 60
"""Letters of the office's name: all of a poster is on one sheet."""


@dataclass(frozen=True, slots=True)
class Poster:
    """A sheet to be hung where people wait; each text is ready to be read.

    Attributes:
        title: Whose it is, and of when.
        rate: The share that was met.
        told: What that share is of.
        delay: In how many days one request in two has its answer.
        usual: What that delay is of.
        of: How many requests fell due.
        promise: What was promised.
    """

    title: str
    rate: str
    told: str
    delay: str
    usual: str
    of: str
    promise: str


def poster(built: Report, zone: ZoneInfo) -> Poster:
    """The poster of the quarter that a report is about.

    Raises:
        UsageError: When its figure can still change, or is of too few requests: nothing of that is hung up.
    """
    quarter = built.sections[0]
    name, counts, curve = words.piece_name(quarter.period), quarter.population, quarter.delays
    if not quarter.finality.is_definitive:
        missing = report_answers.reasons(quarter, built, zone)
        raise UsageError(
            _("Une affiche ne dit qu'un chiffre définitif ; {period} ne l'est pas : {why}.").format(
                period=name, why=missing
            )
        )
    if counts.attainment is None or counts.fallen_due < built.minimum or curve.median is None:
        raise UsageError(
            _("{period} : trop peu de demandes échues ou répondues pour une affiche.").format(period=name)
        )
    return Poster(
        title=_("{site}, {period}").format(site=words.safe(built.site, LONGEST_NAME), period=name),
        rate=words.percent(counts.attainment),
        told=_("des demandes ont eu leur réponse {promise}").format(
            promise=words.short_promise(built.commitment)
        ),
        delay=words.working_days(curve.median),
        usual=_("ou moins : le délai d'une demande sur deux"),
        of=ngettext(
            "Sur {n} demande par courriel.", "Sur {n} demandes par courriel.", counts.fallen_due
        ).format(n=words.number(counts.fallen_due)),
        promise=_("Notre engagement : {promise}.").format(promise=words.promise(built.commitment)),
    )
