"""Words shared by everything that is read: dates, shares, rules, states, reasons."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

from mailsla.core.commitment import Commitment, Comparison, Outcome
from mailsla.core.mail import Basis
from mailsla.core.request import Part, ServiceBasis
from mailsla.core.working_days import Day, DayKind
from mailsla.language import gettext as _
from mailsla.language import language, ngettext

NO_BREAK = "\u00a0"


def safe(text: str, limit: int = 200) -> str:
    """Return what a stranger wrote, fit for a terminal or a mail: no control character, bounded length."""
    shown = "".join(
        character if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} else " "
        for character in text[: limit + 1]
    )
    return shown[: limit - 1] + "…" if len(shown) > limit else shown


def day_name(on: date) -> str:
    """« vendredi 13 novembre 2026 », « vendredi 1er mai 2026 »."""
    day = "d'er'" if on.day == 1 and language() == "fr" else "d"
    return format_date(on, f"EEEE {day} MMMM y", locale=language())


def short_day(on: date) -> str:
    """« 13/11/2026 » (2026-11-13 in English)."""
    return on.strftime("%d/%m/%Y") if language() == "fr" else on.isoformat()


def weekday(on: date) -> str:
    """« ven. 13 nov. », « ven. 1er mai »."""
    day = "d'er'" if on.day == 1 and language() == "fr" else "d"
    return format_date(on, f"EEE {day} MMM", locale=language())


def hour(at: datetime, zone: ZoneInfo) -> str:
    """« 08 h 30 » (08:30 in English), in the site's zone."""
    local = at.astimezone(zone)
    return f"{local:%H}{NO_BREAK}h{NO_BREAK}{local:%M}" if language() == "fr" else f"{local:%H:%M}"


def instant(at: datetime, zone: ZoneInfo) -> str:
    """« 13/11/2026 à 08 h 30 »."""
    return _("{day} à {hour}").format(day=short_day(at.astimezone(zone).date()), hour=hour(at, zone))


def short_instant(at: datetime, zone: ZoneInfo) -> str:
    """« 13/11/2026 08:30 », for tables."""
    local = at.astimezone(zone)
    return f"{short_day(local.date())} {local:%H:%M}"


def percent(share: Fraction | None) -> str:
    """« 79,6 % », cut rather than rounded: 79.96 % must never read as 80 %."""
    if share is None:
        return "–"
    tenths = floor(share * 1000)
    shown = format_decimal(tenths / 10, format="0.#" if tenths % 10 == 0 else "0.0", locale=language())
    return f"{shown}{NO_BREAK}%" if language() == "fr" else f"{shown}%"


def working_days(count: int) -> str:
    """« 9 jours ouvrés »."""
    return ngettext("{n} jour ouvré", "{n} jours ouvrés", count).format(n=count)


def promise(commitment: Commitment) -> str:
    """The commitment as the office states it."""
    sentence = (
        _("dans {share} des cas, une réponse en moins de {days}")
        if commitment.comparison is Comparison.LESS_THAN
        else _("dans {share} des cas, une réponse dans un délai de {days}")
    )
    return sentence.format(share=percent(commitment.target), days=working_days(commitment.amount))


def rule(commitment: Commitment) -> str:
    """The rule in plain words, for whoever recounts by hand."""
    return _(
        "Le jour de réception est le jour 0 ; samedis, dimanches, jours fériés et fermetures ne comptent pas. "
        "Une réponse est dans les temps jusqu'au {last}e jour ouvré inclus, à minuit."
    ).format(last=commitment.last_day)


def outcome(value: Outcome, *, answered: bool = True) -> str:
    """Where a request stands, in a few words."""
    if value is Outcome.MET:
        return _("dans les temps")
    if value is Outcome.WAITING:
        return _("en attente")
    return _("hors délai") if answered else _("en retard, sans réponse")


def part(value: Part) -> str:
    """What a message is in the life of a request."""
    return {
        Part.REQUEST: _("demande"),
        Part.REMINDER: _("relance"),
        Part.REPLY: _("réponse"),
        Part.HOLDING_REPLY: _("réponse d'attente"),
        Part.FOLLOW_UP: _("suite"),
        Part.THANKS: _("remerciement"),
        Part.FORWARD: _("transfert interne"),
        Part.ASIDE: _("hors échange"),
    }[value]


def basis(value: Basis) -> str:
    """What an instant rests on."""
    return {
        Basis.SERVER: _("date de réception du serveur"),
        Basis.LAST_HOP: _("date du dernier relais (Received)"),
        Basis.SENDER_CLOCK: _("date écrite par l'expéditeur (Date)"),
        Basis.FIRST_SEEN: _("date du premier relevé, faute de mieux"),
        Basis.AFTER_REQUEST: _("date de la demande : l'horloge de l'expéditeur retarde"),
    }[value]


def service_basis(value: ServiceBasis) -> str:
    """Why a request is a service's."""
    return {
        ServiceBasis.RECIPIENT: _("adresse destinataire"),
        ServiceBasis.MAILBOX: _("dossier du service"),
        ServiceBasis.FORWARD: _("transfert interne"),
    }[value]


def evidence(value: str) -> str:
    """What ties a message, for a person."""
    return {
        "none": _("ouvre l'échange"),
        "in-reply-to": _("répond à (In-Reply-To)"),
        "references": _("cite (References)"),
        "thread-index": _("même fil Outlook (Thread-Index)"),
        "recipient-and-subject": _("même destinataire et même objet"),
    }[value]


def kind(value: str) -> str:
    """What kind of mail a message is, in the plural, for counts."""
    return {
        "person": _("courriers écartés"),
        "automatic_reply": _("réponses automatiques"),
        "delivery_report": _("avis de non-remise"),
        "receipt": _("accusés de lecture"),
        "list": _("listes et lettres d'information"),
        "calendar": _("invitations d'agenda"),
        "spam": _("indésirables"),
        "own_alert": _("alertes de mailsla"),
    }.get(value, value)


def day_reason(day: Day) -> str:
    """Why a day counts or not."""
    if day.kind is DayKind.WORKING:
        return _("ouvré")
    if day.kind is DayKind.WEEKEND:
        return _("week-end")
    if day.kind is DayKind.HOLIDAY:
        return _("férié : {name}").format(name=day.name)
    if day.kind is DayKind.CLOSURE:
        return _("fermeture : {name}").format(name=day.name)
    return _("férié travaillé : {name}").format(name=day.name)
