"""Words shared by everything that is read: dates, shares, rules, states, reasons."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

from mailsla.core.clock.commitment import Commitment, Comparison, Unit
from mailsla.core.clock.verdict import Clock, ClosedDayReceipt, Outcome, Verdict
from mailsla.core.clock.worked_example import Example
from mailsla.core.clock.working_days import Day, DayKind
from mailsla.core.mail.instants import Basis
from mailsla.core.mail.printable import printable
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.recipient_matching import DoubtCode
from mailsla.core.pairing.request import ServiceBasis
from mailsla.core.pairing.rules import Part
from mailsla.core.rate.publication import Source
from mailsla.language import gettext as _
from mailsla.language import language, ngettext

NO_BREAK = "\u00a0"


safe = printable
"""Return what a stranger wrote, fit for a terminal or a mail."""


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
        return _("{hours} h {minutes:02} d'ouverture").format(hours=hours, minutes=minutes)
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


def rule(commitment: Commitment, clock: Clock) -> str:
    """The rule in plain words, with the options in use, for whoever recounts by hand."""
    sentences = [_counting(commitment)]
    if commitment.unit is not Unit.OPENING_HOURS:
        if clock.receipt.cutoff is not None:
            cutoff = f"{clock.receipt.cutoff:%H:%M}"
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
        hours = units(commitment.amount, commitment.unit)
        if commitment.comparison is Comparison.LESS_THAN:
            return _(
                "Seules comptent les heures d'ouverture. Une réponse doit partir en moins de {hours}."
            ).format(hours=hours)
        return _(
            "Seules comptent les heures d'ouverture. Une réponse doit partir en {hours} au plus."
        ).format(hours=hours)
    if commitment.unit is Unit.CALENDAR_DAYS:
        return _(
            "Le jour de réception est le jour 0 ; tous les jours suivants comptent. "
            "Une réponse est dans les temps jusqu'au {last}e jour inclus, à minuit."
        ).format(last=commitment.last_day)
    if not commitment.last_day:
        return _(
            "Le jour de réception est le jour 0. Une réponse est dans les temps le jour même, jusqu'à minuit."
        )
    return _(
        "Le jour de réception est le jour 0 ; samedis, dimanches, jours fériés et fermetures ne comptent pas. "
        "Une réponse est dans les temps jusqu'au {last}e jour ouvré inclus, à minuit."
    ).format(last=commitment.last_day)


def example(shown: Example, zone: ZoneInfo) -> str:
    """The rule on one date of the site's own calendar."""
    received = day_name(shown.received_at.astimezone(zone).date())
    if shown.due_at is not None:
        return _("Exemple : un courriel reçu le {received} à {hour} était à répondre avant le {due}.").format(
            received=received, hour=hour(shown.received_at, zone), due=instant(shown.due_at, zone)
        )
    sentence = _("Exemple : un courriel reçu le {received} était à répondre au plus tard le {due}").format(
        received=received, due=day_name(shown.due_on)
    )
    if not shown.off:
        return f"{sentence}."
    days = ", ".join(f"{short_day(day.on)} ({safe(day.name)})" for day in shown.off)
    return _("{sentence} ; ne comptaient pas : {days}.").format(sentence=sentence, days=days)


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
        Part.ACKNOWLEDGEMENT: _("accusé de réception"),
        Part.AUTOMATIC_ACKNOWLEDGEMENT: _("accusé de réception automatique"),
        Part.REDIRECTION: _("réorientation"),
        Part.SURVEY: _("enquête"),
        Part.DOUBTFUL_REPLY: _("réponse possible, à vérifier"),
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
        Basis.FILED: _("date du classement par un agent"),
        Basis.DECISION: _("décision"),
        Basis.AFTER_REQUEST: _("date de la demande : l'horloge de l'expéditeur retarde"),
    }[value]


def set_aside(reason: str) -> str:
    """Why a mail could not be read."""
    return {
        "no-header": _("aucun en-tête lisible"),
        "oversized": _("en-tête démesuré"),
        "refused": _("refusé par le serveur ; redemandé chaque jour"),
        "unfetchable": _("la connexion se rompt quand il est demandé ; redemandé chaque jour"),
        "omitted": _("annoncé par le serveur, mais jamais donné ; redemandé chaque jour"),
    }.get(reason, reason)


def service_basis(value: ServiceBasis) -> str:
    """Why a request is a service's."""
    return {
        ServiceBasis.RECIPIENT: _("adresse destinataire"),
        ServiceBasis.MAILBOX: _("dossier du service"),
        ServiceBasis.FORWARD: _("transfert interne"),
        ServiceBasis.KEYWORD: _("mot-clé"),
        ServiceBasis.DECISION: _("décision"),
    }[value]


def evidence(value: str) -> str:
    """What ties a message, for a person."""
    return {
        "none": _("ouvre l'échange"),
        "in-reply-to": _("répond à (In-Reply-To)"),
        "references": _("cite (References)"),
        "thread-index": _("même fil Outlook (Thread-Index)"),
        "decision": _("décision"),
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
    if day.kind is DayKind.HALF_DAY:
        return _("demi-journée : {name}").format(name=day.name)
    return _("férié travaillé : {name}").format(name=day.name)


def source(value: Source) -> str:
    """What a figure follows from."""
    return {
        Source.FACTS: _("courriels connus depuis"),
        Source.DECISIONS: _("décisions"),
        Source.RULES: _("règles"),
        Source.CALENDAR: _("calendrier"),
    }[value]


def month(on: date) -> str:
    """« novembre 2026 »."""
    return format_date(on, "MMMM y", locale=language())


def one_kind(value: str) -> str:
    """What kind of mail one message is."""
    return {
        "person": _("personne"),
        "office": _("préfecture"),
        "automatic_reply": _("réponse automatique"),
        "delivery_report": _("avis de non-remise"),
        "receipt": _("accusé de lecture"),
        "list": _("liste"),
        "calendar": _("agenda"),
        "spam": _("indésirable"),
        "unreadable": _("illisible"),
    }.get(value, value)


def doubt(code: DoubtCode) -> str:
    """Why a possible reply was not tied."""
    return {
        DoubtCode.SEVERAL_FIT: _("plusieurs demandes conviennent"),
        DoubtCode.OTHER_SUBJECT: _("autre objet, ou pas de « Re: »"),
        DoubtCode.TOO_LATE: _("plus de 60 jours après"),
        DoubtCode.ALSO_WRITTEN_TO: _("répond à une autre demande de même objet"),
        DoubtCode.MACHINE_MADE: _("peut-être écrite par une machine"),
    }[code]


def decision(item: Decision, zone: ZoneInfo) -> str:
    """What was decided, in a few words."""
    if item.action is Action.ANSWERED and item.at is not None:
        return _("répondue le {instant} ({channel})").format(
            instant=instant(item.at, zone), channel=safe(item.text, 60) or "–"
        )
    if item.action is Action.UNDO:
        return _("décision n° {number} reprise").format(number=item.undone)
    return {
        Action.EXCLUDE: _("exclue du taux"),
        Action.ASSIGN: _("attribuée à {service}").format(service=safe(item.text, 60)),
        Action.CATEGORY: _("catégorie {category}").format(category=safe(item.text, 60)),
        Action.JOIN: _("courriel {message} rattaché").format(message=item.target[:8]),
        Action.SPLIT: _("courriel {message} séparé").format(message=item.target[:8]),
        Action.DISMISS: _("courriel {message} : ne répond à rien").format(message=item.target[:8]),
    }[item.action]


def beside(side: str, kind: str) -> str:
    """What a mail of the same conversation is, that is no part of the request shown."""
    return {
        "citizen": _("autre demande"),
        "outbound": _("réponse à une autre demande"),
        "internal": _("courriel interne"),
    }.get(side) or one_kind(kind)
