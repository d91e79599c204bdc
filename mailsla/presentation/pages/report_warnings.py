"""What a report warns of: collections that were missed, figures that changed, mails that wait for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from mailsla.core.collection.gap import Gap
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.rate.publication import Revision
from mailsla.core.rate.report import Report
from mailsla.core.rate.unseen_replies import UnseenReplies
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import terms, words


def warnings(built: Report, zone: ZoneInfo) -> Iterable[str]:
    """Yield what keeps the figures from being whole or final, a sentence each."""
    for gap in built.gaps:
        yield _incomplete(gap).format(
            account=words.safe(gap.account),
            since=words.instant(gap.since, zone),
            until="" if gap.until is None else words.instant(gap.until, zone),
        )
    for revision in built.revisions:
        yield _revision(revision, zone)
    yield from _doubts(built.doubts)
    if built.unseen is not None:
        yield _unseen(built.unseen, built)
    if built.set_aside:
        yield ngettext(
            "{n} courriel illisible a été mis de côté ; voir « mailsla check ».",
            "{n} courriels illisibles ont été mis de côté ; voir « mailsla check ».",
            built.set_aside,
        ).format(n=built.set_aside)


def _doubts(doubts: Sequence[Doubt]) -> Iterable[str]:
    replies = sum(doubt.code.is_about_a_reply for doubt in doubts)
    requests = len(doubts) - replies
    if replies:
        yield ngettext(
            "{n} réponse possible reste à vérifier : elle n'est comptée pour aucune demande.",
            "{n} réponses possibles restent à vérifier : elles ne sont comptées pour aucune demande.",
            replies,
        ).format(n=replies)
    if requests:
        yield ngettext(
            "{n} courriel compté comme une demande reste à vérifier.",
            "{n} courriels comptés comme des demandes restent à vérifier.",
            requests,
        ).format(n=requests)


def _unseen(found: UnseenReplies, built: Report) -> str:
    whose = ", ".join(f"{words.service_name(service)} : {count}" for service, count in found.by_service)
    return ngettext(
        "Pour {n} demande comptée sans réponse, l'usager a répondu à un courriel de la préfecture que mailsla n'a pas "
        "vu ({whose}). S'il y répondait, le taux serait de {rate}.",
        "Pour {n} demandes comptées sans réponse, les usagers ont répondu à des courriels de la préfecture que mailsla "
        "n'a pas vus ({whose}). S'ils y répondaient tous, le taux serait de {rate}.",
        found.count,
    ).format(n=found.count, whose=whose, rate=words.rate(found.if_answered, built.minimum))


def _incomplete(gap: Gap) -> str:
    if gap.never:
        return _("Chiffres incomplets : le compte « {account} » n'a encore jamais été relevé en entier.")
    if gap.partial and gap.until is None:
        return _(
            "Chiffres incomplets : un dossier du compte « {account} » est refusé par le serveur depuis le {since}."
        )
    if gap.partial:
        return _(
            "Chiffres incomplets du {since} au {until} : "
            "un dossier du compte « {account} » était refusé par le serveur."
        )
    if gap.until is None:
        return _("Chiffres incomplets : le compte « {account} » n'est plus relevé depuis le {since}.")
    return _("Chiffres incomplets du {since} au {until} : le compte « {account} » n'était pas relevé.")


def _revision(found: Revision, zone: ZoneInfo) -> str:
    """What a published figure would be today, and why."""
    others = found.changed + found.appeared + found.gone
    causes = ", ".join(terms.source(cause) for cause in found.causes) or "–"
    sentence = ngettext(
        "Chiffre publié le {day} pour {period} : {before}, serait aujourd'hui {after} ({n} demande ; {causes}).",
        "Chiffre publié le {day} pour {period} : {before}, serait aujourd'hui {after} ({n} demandes ; {causes}).",
        others,
    )
    return sentence.format(
        day=words.short_day(found.published.published_at.astimezone(zone).date()),
        period=found.published.period.name,
        before=words.published(found.published),
        after=words.published(found.now),
        n=others,
        causes=causes,
    )
