"""Words shared by everything that is read: dates, periods, numbers, rates, the promise and its rule."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

from mailsla.core.clock.commitment import Commitment, Comparison, Unit
from mailsla.core.mail import identity
from mailsla.core.mail.printable import printable
from mailsla.language import gettext as _
from mailsla.language import language, ngettext
from mailsla.presentation.told import Named, figure, mention, told
from mailsla.presentation.typography import NARROW_NO_BREAK, NO_BREAK

if TYPE_CHECKING:
    # `clock` needs words, and neither reports nor pairing.
    from mailsla.core.clock.verdict import Verdict
    from mailsla.core.rate.counted import Counted
    from mailsla.core.rate.delays import DelayCurve
    from mailsla.core.rate.finality import Finality
    from mailsla.core.rate.period import Period
    from mailsla.core.rate.population import Population

safe = printable
"""Return what a stranger wrote, fit for a terminal or a mail."""


def reference(key: str) -> str:
    """Return how people name a mail or a request."""
    return mention(identity.reference(key), Named.REQUEST, key)


def service_name(service: str | None) -> str:
    """The service's name, or that none has it."""
    return _("(non attribuées)") if service is None else _named_service(service)


@lru_cache(1_024)
def _named_service(service: str) -> str:
    return mention(safe(service), Named.SERVICE, service)


def option_of_service(service: str | None) -> tuple[str, ...]:
    """What a printed command says of the only service that is spoken of; nothing of all of them."""
    return () if service is None else (f'--service "{safe(service)}"',)


def category(name: str) -> str:
    """What people call a category of requests; its own name when the site made it up."""
    return {"information": _("information"), "complaint": _("réclamation")}.get(name) or safe(name, 60)


def mailbox(name: str) -> str:
    """What people call a mailbox: « boîte de réception » for INBOX (RFC 9051 §5.1), any other by its name."""
    return _("boîte de réception") if name.upper() == "INBOX" else safe(name, 100)


def number(count: int) -> str:
    """« 1 234 » (1,234 in English), its thousands parted by a narrow space that is not to be broken."""
    return f"{count:,}".replace(",", NARROW_NO_BREAK) if language() == "fr" else f"{count:,}"


def by_service(counts: Iterable[tuple[str | None, int]]) -> str:
    """« Permis 3, à attribuer 1 »."""
    return ", ".join(f"{assignee(name)}{NO_BREAK}{number(count)}" for name, count in counts)


def assignee(service: str | None) -> str:
    """The service's name, or that one must be found."""
    return _("à attribuer") if service is None else service_name(service)


def day_name(on: date) -> str:
    """« vendredi 13 novembre 2026 », « vendredi 1er mai 2026 »."""
    day = "d'er'" if on.day == 1 and language() == "fr" else "d"
    return format_date(on, f"EEEE {day} MMMM y", locale=language())


def day_of_year(on: date) -> str:
    """« vendredi 13 novembre », « vendredi 1er mai »."""
    day = "d'er'" if on.day == 1 and language() == "fr" else "d"
    return format_date(on, f"EEEE {day} MMMM", locale=language())


def short_day(on: date) -> str:
    """« 13/11/2026 » (2026-11-13 in English)."""
    return f"{on.day:02}/{on.month:02}/{on.year}" if language() == "fr" else on.isoformat()


def month(on: date) -> str:
    """« novembre 2026 »."""
    return format_date(on, "MMMM y", locale=language())


def hour(at: datetime, zone: ZoneInfo) -> str:
    """« 8 h 30 » (08:30 in English), in the site's zone."""
    return time_of_day(at.astimezone(zone).time())


def time_of_day(at: time) -> str:
    """« 8 h 30 » (08:30 in English)."""
    return f"{at.hour}{NO_BREAK}h{NO_BREAK}{at:%M}" if language() == "fr" else f"{at:%H:%M}"


def instant(at: datetime, zone: ZoneInfo) -> str:
    """« 13/11/2026 à 8 h 30 »."""
    return _("{day} à {hour}").format(day=short_day(at.astimezone(zone).date()), hour=hour(at, zone))


def short_instant(at: datetime, zone: ZoneInfo) -> str:
    """« 13/11/2026 08:30 », for tables."""
    local = at.astimezone(zone)
    return f"{short_day(local.date())} {local.hour:02}:{local.minute:02}"


def period_name(period: Period) -> str:
    """« semaine 45, du 02/11/2026 au 08/11/2026 », « novembre 2026 », « du 01/10/2026 au 04/10/2026 »."""
    dates = _("du {first} au {last}").format(first=short_day(period.first), last=short_day(period.last))
    if "-W" in period.name:
        return _("semaine {week}, {dates}").format(week=int(period.name[-2:]), dates=dates)
    if ".." in period.name:
        return dates
    return short_day(period.first) if period.first == period.last else piece_name(period)


def in_period(period: Period) -> str:
    """« en 2026 », « en novembre 2026 », « du 02/11/2026 au 08/11/2026 »: as a complement."""
    name = period.name
    if ".." in name or "-W" in name:
        return _("du {first} au {last}").format(first=short_day(period.first), last=short_day(period.last))
    if period.first == period.last:
        return _("le {day}").format(day=short_day(period.first))
    if "-Q" in name:
        return _("au {quarter}").format(quarter=piece_name(period))
    return _("en {year}").format(year=month(period.first) if "-" in name else name)


def not_over(period: Period) -> str:
    """« l'année n'est pas finie »: of what is still going on, or to come."""
    name = period.name
    if ".." in name or period.first == period.last:
        return _("la période n'est pas finie")
    if "-W" in name:
        return _("la semaine n'est pas finie")
    if "-Q" in name:
        return _("le trimestre n'est pas fini")
    return _("le mois n'est pas fini") if "-" in name else _("l'année n'est pas finie")


def piece_name(period: Period) -> str:
    """A period's short name: « 13/11/2026 », « semaine 45 de 2026 », « novembre 2026 », « année 2026 »; or its days."""
    name = period.name
    if ".." in name:
        return period_name(period)
    if "-W" in name:
        return _("semaine {week} de {year}").format(week=int(name[-2:]), year=name[:4])
    if "-Q" in name:
        if name[-1] == "1":
            return _("1er trimestre {year}").format(year=name[:4])
        return _("{quarter}e trimestre {year}").format(quarter=name[-1], year=name[:4])
    if period.first == period.last:
        return short_day(period.first)
    return month(period.first) if len(name) == len("2026-11") else _("année {year}").format(year=name)


def cut_name(whole: Period, cut: Period) -> str:
    """A period's short name, with its dates when only a part of it is counted."""
    if whole == cut:
        return piece_name(whole)
    return _("{period}, {dates}").format(period=piece_name(whole), dates=period_name(cut))


def percent(share: Fraction | None) -> str:
    """« 79,6 % », cut rather than rounded: 79.96 % must never read as 80 %."""
    if share is None:
        return "–"
    tenths = floor(share * 1000)
    shown = format_decimal(tenths / 10, format="0.#" if tenths % 10 == 0 else "0.0", locale=language())
    return f"{shown}{NO_BREAK}%" if language() == "fr" else f"{shown}%"


def out_of(part: int, whole: int, of_part: Counted | None = None, of_whole: Counted | None = None) -> str:
    """« 43 sur 54 », with what both count where that is said."""
    return told(
        _("{met} sur {settled}"),
        met=number(part) if of_part is None else figure(number(part), part, of_part),
        settled=number(whole) if of_whole is None else figure(number(whole), whole, of_whole),
    )


def rate(counts: Population, minimum: int) -> str:
    """« 79,6 % (43 sur 54) », or the counts alone when they are too few for a percentage."""
    if not counts.fallen_due:
        return _("aucune demande échue") if counts.counted else _("aucune demande")
    fraction = out_of(counts.met, counts.fallen_due)
    return fraction if counts.fallen_due < minimum else f"{percent(counts.attainment)} ({fraction})"


def standing(found: Finality) -> str:
    """« définitif », « provisoire », « repris d'archives », or « non couvert »."""
    if found.is_definitive:
        return _("définitif")
    if found.from_archives:
        return _("repris d'archives")
    return _("provisoire") if found.is_covered else _("non couvert")


def interval(counts: Population, minimum: int) -> str:
    """« de 70,1 % à 85,0 % »: where the rate of the requests already received can still end; when that is known."""
    if counts.counted < minimum:
        return "–"
    if counts.low == counts.high:
        return percent(counts.low)
    return _("de {low} à {high}").format(low=percent(counts.low), high=percent(counts.high))


def working_days(count: int) -> str:
    """« 9 jours ouvrés »."""
    return ngettext("{n} jour ouvré", "{n} jours ouvrés", count).format(n=count)


def delay(curve: DelayCurve, days: int | None, unknown: str) -> str:
    """« 6 jours ouvrés au plus », or what is said when too many are unanswered for it to be known."""
    if not curve.requests:
        return "–"
    return unknown if days is None else _("{days} au plus").format(days=working_days(days))


def units(count: int, unit: Unit) -> str:
    """« 10 jours ouvrés », « 15 jours calendaires », « 48 heures d'ouverture »."""
    if unit is Unit.CALENDAR_DAYS:
        return ngettext("{n} jour calendaire", "{n} jours calendaires", count).format(n=count)
    if unit is Unit.OPENING_HOURS:
        return ngettext("{n} heure d'ouverture", "{n} heures d'ouverture", count).format(n=count)
    return working_days(count)


def elapsed(verdict: Verdict, commitment: Commitment) -> str:
    """What passed, in the promise's unit: « 7 jours ouvrés », « 12 h 30 d'ouverture »."""
    if commitment.unit is Unit.OPENING_HOURS:
        hours, minutes = divmod(verdict.elapsed, 60)
        return (
            _("{hours} h {minutes:02} d'ouverture")
            .format(hours=hours, minutes=minutes)
            .replace(f"{hours} h {minutes:02}", f"{hours}{NO_BREAK}h{NO_BREAK}{minutes:02}")
        )
    return units(verdict.elapsed, commitment.unit)


def promise(commitment: Commitment) -> str:
    """The commitment as the office states it."""
    sentence = (
        _("dans {share} des cas, une réponse en moins de {days}")
        if commitment.comparison is Comparison.LESS_THAN
        else _("dans {share} des cas, une réponse dans un délai de {days}")
    )
    return sentence.format(share=percent(commitment.target), days=units(commitment.amount, commitment.unit))


def short_promise(commitment: Commitment) -> str:
    """« en moins de 10 jours ouvrés », « en 10 jours ouvrés au plus »."""
    days = units(commitment.amount, commitment.unit)
    if commitment.comparison is Comparison.LESS_THAN:
        return _("en moins de {days}").format(days=days)
    return _("en {days} au plus").format(days=days)


def due(verdict: Verdict, commitment: Commitment, zone: ZoneInfo) -> str:
    """« Échéance : mercredi 13 mai 2026 au soir (jour 9). »."""
    if verdict.due_at is not None:
        return _("Échéance : {instant}.").format(instant=instant(verdict.due_at, zone))
    if verdict.announced:
        return _("Échéance : {day} au soir, date annoncée par une réponse d'attente.").format(
            day=day_name(verdict.due_on)
        )
    return _("Échéance : {day} au soir (jour {last}).").format(
        day=day_name(verdict.due_on), last=commitment.last_day
    )
