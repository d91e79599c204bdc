"""What whoever runs mailsla is told by mail: that collection stops or goes on, that mails are not understood."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from mailsla.core.collection.gap import Gap
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import words
from mailsla.presentation.pages.letter import LetterPage, signature


def alarm_page(told: Sequence[tuple[Gap, str | None]], *, site: str, zone: ZoneInfo) -> LetterPage:
    """Return what whoever runs mailsla is told when the collection of accounts stops, or goes on.

    Args:
        told: Each account's stretch, over or not, with its reason when one is known.
        site: Whose mailsla it is.
        zone: The site's.
    """
    said = [(_words(gap), _values(gap, reason, zone)) for gap, reason in told]
    return LetterPage(
        subject=_subject(told, [title.format(**fields) for (title, _what, _todo), fields in said]),
        opening=(
            _("Bonjour,"),
            *(what.format(**fields) for (_title, what, _todo), fields in said),
            *dict.fromkeys(todo for (_title, _what, todo), _fields in said),
        ),
        closing=(signature(site),),
    )


def _subject(told: Sequence[tuple[Gap, str | None]], each: Sequence[str]) -> str:
    if len(each) == 1:
        return each[0]
    kinds = {(gap.partial, gap.until is None) for gap, _reason in told}
    sentence = {
        (False, True): _("mailsla : relève de {n} comptes arrêtée"),
        (False, False): _("mailsla : relève de {n} comptes reprise"),
        (True, True): _("mailsla : relève de {n} comptes incomplète"),
        (True, False): _("mailsla : relève de {n} comptes de nouveau complète"),
    }[min(kinds)]
    if len(kinds) > 1:
        sentence = _("mailsla : {n} changements dans la relève")
    return sentence.format(n=len(each))


def _values(gap: Gap, reason: str | None, zone: ZoneInfo) -> dict[str, str]:
    return {
        "account": gap.account,
        "since": words.instant(gap.since, zone),
        "until": "" if gap.until is None else words.instant(gap.until, zone),
        "reason": reason or _("aucune relève n'est allée à son terme."),
    }


def _words(gap: Gap) -> tuple[str, str, str]:
    """Return a subject, what has happened, and what is to be done."""
    if gap.partial:
        return _in_part() if gap.until is None else _whole_again()
    return _stopped() if gap.until is None else _resumed()


def _stopped() -> tuple[str, str, str]:
    return (
        _("mailsla : relève de « {account} » arrêtée depuis le {since}"),
        _("La relève du compte « {account} » est arrêtée depuis le {since} : {reason}"),
        _(
            "Lancez « mailsla check » pour savoir quoi corriger. Jusque-là, les chiffres sont incomplets et "
            "les alertes aux services peuvent ignorer des réponses."
        ),
    )


def _resumed() -> tuple[str, str, str]:
    return (
        _("mailsla : relève de « {account} » reprise"),
        _("La relève du compte « {account} », arrêtée depuis le {since}, a repris le {until}."),
        _("Les courriels reçus entre-temps sont relevés ; rien n'est à faire."),
    )


def _in_part() -> tuple[str, str, str]:
    return (
        _("mailsla : relève de « {account} » incomplète depuis le {since}"),
        _(
            "La relève du compte « {account} » laisse de côté un dossier au moins depuis le {since} : {reason}"
        ),
        _(
            "Les autres dossiers sont relevés. Jusque-là, les chiffres sont incomplets et les alertes aux "
            "services peuvent ignorer des réponses."
        ),
    )


def _whole_again() -> tuple[str, str, str]:
    return (
        _("mailsla : relève de « {account} » de nouveau complète"),
        _("La relève du compte « {account} », incomplète depuis le {since}, est complète depuis le {until}."),
        _("Les courriels reçus entre-temps sont relevés ; rien n'est à faire."),
    )


def set_aside_page(count: int, *, site: str) -> LetterPage:
    """Return what whoever runs mailsla is told of mails that could not be read, or not derived."""
    return LetterPage(
        subject=ngettext(
            "mailsla : {n} courriel mis de côté", "mailsla : {n} courriels mis de côté", count
        ).format(n=count),
        opening=(
            _("Bonjour,"),
            ngettext(
                "{n} courriel n'a pas pu être lu : il ne compte dans aucun chiffre. Tous les autres sont traités.",
                "{n} courriels n'ont pas pu être lus : ils ne comptent dans aucun chiffre. Tous les autres sont "
                "traités.",
                count,
            ).format(n=count),
            _(
                "Lancez « mailsla check » pour savoir où ils sont, pourquoi, et quand ils seront relus ; vérifiez "
                "dans la messagerie s'ils attendent une réponse."
            ),
        ),
        closing=(signature(site),),
    )


def derivation_late_page(since: datetime, *, site: str, zone: ZoneInfo) -> LetterPage:
    """Return what whoever runs mailsla is told of mails that wait to be derived."""
    return LetterPage(
        subject=_("mailsla : des courriels relevés ne sont pas traités"),
        opening=(
            _("Bonjour,"),
            _(
                "Des courriels relevés attendent d'être rapprochés depuis le {instant}. Jusque-là, les chiffres sont "
                "incomplets et les alertes aux services peuvent ignorer des réponses."
            ).format(instant=words.instant(since, zone)),
            _("Vérifiez que mailsla tourne ; son journal en dit la raison."),
        ),
        closing=(signature(site),),
    )
