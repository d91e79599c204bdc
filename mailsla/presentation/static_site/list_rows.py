"""The rows of the site's lists: requests, mails, what a person must look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo

from mailsla.core.pairing.derivation import ListedMail
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.rate.standard import Judged
from mailsla.language import gettext as _
from mailsla.presentation import clock_terms, mail_terms, terms, words
from mailsla.presentation.pages.mail_page import addresses, commands, subject
from mailsla.presentation.pages.page import Alignment, Cell, Column, Fit
from mailsla.presentation.told import joined

MOST_LETTERS = 60
"""Of a service's name in a row."""


def request_columns() -> tuple[Column, ...]:
    """The columns that `request_row` fills."""
    return (
        Column(_("Réf."), fit=Fit.WHOLE),
        Column(_("Reçue le"), fit=Fit.WHOLE),
        Column(_("Échéance"), fit=Fit.WHOLE),
        Column(_("Jours"), Alignment.RIGHT, Fit.WHOLE),
        Column(_("Service")),
        Column(_("Objet"), fit=Fit.CUT, personal=True),
        Column(_("Où elle en est")),
    )


def request_row(item: Judged, zone: ZoneInfo, decided: Collection[str]) -> tuple[Cell, ...]:
    """A request, as it stands by whatever judged it; a star where a person decided something about it."""
    case, verdict = item.case, item.verdict
    standing = clock_terms.outcome(verdict.outcome, answered=verdict.answered_on is not None)
    if case.excluded is not None:
        standing = _("exclue des chiffres")
    if case.follow_up:
        standing = _("{standing} (suite)").format(standing=standing)
    return (
        Cell(joined("", (words.reference(case.key), "*" if case.key in decided else ""))),
        Cell(words.short_instant(case.received_at, zone), case.received_at.astimezone(zone)),
        Cell(words.short_day(verdict.due_on), verdict.due_on),
        Cell(words.number(verdict.working_days)),
        Cell(_("(non attribuées)") if case.service is None else words.safe(case.service, MOST_LETTERS)),
        Cell(subject(case.subject, 80)),
        Cell(standing),
    )


def mail_columns() -> tuple[Column, ...]:
    """The columns that `mail_row` fills."""
    return (
        Column(_("Réf."), fit=Fit.WHOLE),
        Column(_("Date"), fit=Fit.WHOLE),
        Column(_("De"), fit=Fit.CUT, personal=True),
        Column(_("Objet"), fit=Fit.CUT, personal=True),
        Column(_("Dossier"), fit=Fit.CUT, personal=True),
        Column(_("Ce qui l'écarte")),
        Column(_("Classe")),
    )


def mail_row(mail: ListedMail, zone: ZoneInfo) -> tuple[Cell, ...]:
    """A mail, with the class that it is in."""
    return (
        Cell(words.reference(mail.key)) if mail.key else Cell("–"),
        Cell(words.short_instant(mail.at, zone), mail.at.astimezone(zone)),
        Cell(addresses(mail.senders)),
        Cell(subject(mail.subject, 80)),
        Cell(mail_terms.places(mail.mailboxes) or "–"),
        Cell(mail_terms.left_out_because(mail.kind, mail.reason) if mail.reason else "–"),
        Cell(mail_terms.one_class(mail.mail_class, mail.kind)),
    )


def doubt_columns() -> tuple[Column, ...]:
    """The columns that `doubt_row` fills."""
    return (
        Column(_("Réf."), fit=Fit.WHOLE),
        Column(_("Date"), fit=Fit.WHOLE),
        Column(_("Demandes"), fit=Fit.WHOLE),
        Column(_("De"), fit=Fit.CUT, personal=True),
        Column(_("Objet"), fit=Fit.CUT, personal=True),
        Column(_("Pour le régler")),
        Column(_("Ce qui est à vérifier")),
    )


def doubt_row(doubt: Doubt, mails: Mapping[str, ListedMail], zone: ZoneInfo) -> tuple[Cell, ...]:
    """What a person must look at, what depends on it, and how it is settled."""
    mail = mails.get(doubt.mail)
    return (
        Cell(words.reference(doubt.mail)),
        Cell(words.short_instant(doubt.at, zone), doubt.at.astimezone(zone)),
        Cell(joined(", ", map(words.reference, doubt.candidates)) or "–"),
        Cell("–" if mail is None else addresses(mail.senders)),
        Cell("–" if mail is None else subject(mail.subject, 80)),
        Cell(" · ".join(commands(doubt))),
        Cell(terms.doubt(doubt.code)),
    )
