"""The rule in plain words, and on a date of the site's own calendar, for whoever recounts by hand."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from mailsla.core.clock.commitment import Commitment, Comparison, Unit
from mailsla.core.clock.receipt import ClosedDayReceipt
from mailsla.core.clock.verdict import Clock
from mailsla.core.clock.worked_example import Example
from mailsla.core.clock.working_days import DayKind
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import words


def rule(commitment: Commitment, clock: Clock) -> str:
    """The rule in plain words, with the options in use, for whoever recounts by hand."""
    sentences = [_counting(commitment)]
    if commitment.unit is not Unit.OPENING_HOURS:
        if clock.receipt.cutoff is not None:
            cutoff = words.time_of_day(clock.receipt.cutoff)
            sentences.append(
                _("Un courriel reçu à partir de {time} compte comme reçu le lendemain.").format(time=cutoff)
            )
        if clock.receipt.closed_day is ClosedDayReceipt.NEXT_WORKING_DAY:
            sentences.append(_("Un courriel reçu un jour non ouvré compte comme reçu le jour ouvré suivant."))
        if any(day.kind is DayKind.HALF_DAY for day in clock.calendar.special_days):
            sentences.append(
                _("Une demi-journée de fermeture compte comme un jour entier.")
                if clock.calendar.half_days_count
                else _("Une demi-journée de fermeture ne compte pas.")
            )
    if commitment.announced_date_counts:
        sentences.append(
            _(
                "Une réponse d'attente envoyée dans les temps, qui annonce une date, reporte l'échéance à "
                "cette date."
            )
        )
    return " ".join(sentences)


def _counting(commitment: Commitment) -> str:
    if commitment.unit is Unit.OPENING_HOURS:
        hours = words.units(commitment.amount, commitment.unit)
        if commitment.comparison is Comparison.LESS_THAN:
            return _(
                "Seules comptent les heures d'ouverture. Une réponse doit partir en moins de {hours}."
            ).format(hours=hours)
        return _(
            "Seules comptent les heures d'ouverture. Une réponse doit partir en {hours} au plus."
        ).format(hours=hours)
    if not commitment.last_day:
        return _(
            "Le jour de réception est le jour 0. Une réponse est dans les temps le jour même, jusqu'à minuit."
        )
    if commitment.unit is Unit.CALENDAR_DAYS:
        return ngettext(
            "Le jour de réception est le jour 0 ; tous les jours suivants comptent. "
            "Une réponse est dans les temps jusqu'au {last}er jour inclus, à minuit.",
            "Le jour de réception est le jour 0 ; tous les jours suivants comptent. "
            "Une réponse est dans les temps jusqu'au {last}e jour inclus, à minuit.",
            commitment.last_day,
        ).format(last=commitment.last_day)
    return ngettext(
        "Le jour de réception est le jour 0 ; samedis, dimanches, jours fériés et fermetures ne comptent pas. "
        "Une réponse est dans les temps jusqu'au {last}er jour ouvré inclus, à minuit.",
        "Le jour de réception est le jour 0 ; samedis, dimanches, jours fériés et fermetures ne comptent pas. "
        "Une réponse est dans les temps jusqu'au {last}e jour ouvré inclus, à minuit.",
        commitment.last_day,
    ).format(last=commitment.last_day)


def example(shown: Example, zone: ZoneInfo) -> str:
    """The rule on one date of the site's own calendar."""
    received = words.day_name(shown.received_at.astimezone(zone).date())
    if shown.due_at is not None:
        return _("Exemple : un courriel reçu le {received} à {hour} était à répondre avant le {due}.").format(
            received=received, hour=words.hour(shown.received_at, zone), due=words.instant(shown.due_at, zone)
        )
    sentence = _("Exemple : un courriel reçu le {received} était à répondre au plus tard le {due}").format(
        received=received, due=words.day_name(shown.due_on)
    )
    if not shown.off:
        return f"{sentence}."
    days = ", ".join(f"{words.short_day(day.on)} ({words.safe(day.name)})" for day in shown.off)
    return _("{sentence} ; ne comptaient pas : {days}.").format(sentence=sentence, days=days)
