"""What a report warns of: collections that were missed, figures that changed, mails that wait for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from mailsla.core.collection.gap import Gap
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.rate.counted import Matter, matter_of
from mailsla.core.rate.disputes import Disputed
from mailsla.core.rate.publication import Revision
from mailsla.core.rate.report import Report
from mailsla.core.rate.selection import State
from mailsla.core.rate.unseen_replies import UnseenReplies
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import terms, words
from mailsla.presentation.counting import by_service, doubts, of_all, of_section, set_aside, together
from mailsla.presentation.pages.register_page import figure
from mailsla.presentation.told import joined, told

MOST_OF_A_KIND = 3
"""Warnings that are said one by one; more of a kind are counted, so that figures stay in sight."""


def warnings(built: Report, zone: ZoneInfo) -> Iterable[str]:
    """Yield what keeps the figures from being whole or final, a sentence each."""
    yield from holes(built.gaps, zone)
    yield from _revisions(built.revisions, built.minimum, zone)
    yield from _doubts(built.doubts, built.service)
    if built.unseen is not None:
        yield _unseen(built.unseen, built)
    if built.disputed is not None:
        yield _disputed(built.disputed, built)
    if built.untold:
        yield _untold(built)
    if built.set_aside:
        sentence = ngettext(
            "{n} courriel illisible a été mis de côté ; voir « mailsla check ».",
            "{n} courriels illisibles ont été mis de côté ; voir « mailsla check ».",
            built.set_aside,
        )
        yield told(sentence, n=set_aside(built.set_aside))


def holes(gaps: Sequence[Gap], zone: ZoneInfo) -> Iterable[str]:
    """The holes of collection, the latest ones in full."""
    shown = sorted(gaps, key=lambda gap: gap.since)[-MOST_OF_A_KIND:]
    if len(gaps) > len(shown):
        yield ngettext(
            "Chiffres incomplets : {n} interruption plus ancienne de la relève.",
            "Chiffres incomplets : {n} interruptions plus anciennes de la relève.",
            len(gaps) - len(shown),
        ).format(n=len(gaps) - len(shown))
    for gap in shown:
        said = _incomplete(gap).format(
            account=words.safe(gap.account),
            since=words.instant(gap.since, zone),
            until="" if gap.until is None else words.instant(gap.until, zone),
        )
        yield said if gap.until is None else f"{said} {_loss(gap)}"


def _loss(gap: Gap) -> str:
    """Say what came and went in a hole that is over."""
    if gap.lost is None:
        return _("Ce qui est arrivé et reparti entre-temps n'est pas connu.")
    return ngettext(
        "{n} courriel arrivé et reparti entre-temps n'a pas été vu.",
        "{n} courriels arrivés et repartis entre-temps n'ont pas été vus.",
        gap.lost,
    ).format(n=gap.lost)


def _revisions(revisions: Sequence[Revision], minimum: int, zone: ZoneInfo) -> Iterable[str]:
    """The published figures that would be others today; of many, how many there are and why."""
    different = dict.fromkeys(_revision(revision, minimum, zone) for revision in revisions)
    if len(different) <= MOST_OF_A_KIND:
        yield from different
        return
    causes = sorted({cause for revision in revisions for cause in revision.causes})
    yield _(
        "{n} chiffres publiés seraient aujourd'hui différents ({causes}) : voir « mailsla publications »."
    ).format(n=len(revisions), causes=", ".join(map(terms.source, causes)) or "–")


def _doubts(found: Sequence[Doubt], service: str | None) -> Iterable[str]:
    """How many mails wait for a person's look; those of which more is said below left out."""
    counts = Counter(matter_of(doubt.code) for doubt in found)
    for matter in (Matter.REPLIES, Matter.REQUESTS, Matter.IN_JUNK):
        if count := counts[matter]:
            yield told(_to_check(matter, count), n=doubts(count, matter, service))


def _to_check(matter: Matter, count: int) -> str:
    if matter is Matter.REPLIES:
        return ngettext(
            "{n} réponse possible reste à vérifier : voir « mailsla requests --state to-check ».",
            "{n} réponses possibles restent à vérifier : voir « mailsla requests --state to-check ».",
            count,
        )
    if matter is Matter.REQUESTS:
        return ngettext(
            "{n} courriel compté comme une demande reste à vérifier : voir « mailsla requests --state to-check ».",
            "{n} courriels comptés comme des demandes restent à vérifier : voir « mailsla requests --state to-check ».",
            count,
        )
    return ngettext(
        "{n} courriel d'un formulaire déclaré se trouve dans les indésirables et ne compte pas : voir « mailsla "
        "requests --state to-check ».",
        "{n} courriels d'un formulaire déclaré se trouvent dans les indésirables et ne comptent pas : voir « "
        "mailsla requests --state to-check ».",
        count,
    )


def _disputed(found: Disputed, built: Report) -> str:
    of = of_section(built.sections[0], built)
    sentence = ngettext(
        "{period} : le verdict de {n} demande dépend de la date que l'on croit, celle que porte le courriel ou celle "
        "du serveur : voir « mailsla requests --state to-check ».",
        "{period} : le verdict de {n} demandes dépend de la date que l'on croit, celle que porte le courriel ou celle "
        "du serveur : voir « mailsla requests --state to-check ».",
        found.count,
    )
    period = words.period_name(built.sections[0].period)
    said = told(sentence, period=period, n=of.number(found.count, State.DISPUTED))
    if not found.otherwise.fallen_due:
        return said
    rate = words.rate(found.otherwise, built.minimum)
    return joined(" ", (said, _("Avec les autres dates, le taux y serait de {rate}.").format(rate=rate)))


def _untold(built: Report) -> str:
    """Say of how many requests that wait nobody is told, and whose they are."""
    sentence = ngettext(
        "{n} demande en attente n'alerte personne avant d'être en retard ({whose}) : il manque un chef de service "
        "ou un référent, voir « mailsla check ».",
        "{n} demandes en attente n'alertent personne avant d'être en retard ({whose}) : il manque un chef de service "
        "ou un référent, voir « mailsla check ».",
        sum(count for _service, count in built.untold),
    )
    of = of_all(built)
    whose = by_service(built.untold, of, State.UNANSWERED)
    return told(sentence, n=together(built.untold, of, State.UNANSWERED), whose=whose)


def _unseen(found: UnseenReplies, built: Report) -> str:
    of = of_section(built.sections[0], built)
    sentence = ngettext(
        "{period} : {n} demande est comptée sans réponse alors que l'usager a répondu à un courriel de la préfecture "
        "que mailsla n'a pas vu ({whose}).",
        "{period} : {n} demandes sont comptées sans réponse alors que les usagers ont répondu à des courriels de la "
        "préfecture que mailsla n'a pas vus ({whose}).",
        found.count,
    )
    said = told(
        sentence,
        period=words.period_name(built.sections[0].period),
        n=of.number(found.count, State.UNSEEN_REPLY),
        whose=by_service(found.by_service, of, State.UNSEEN_REPLY),
    )
    if not found.if_answered.fallen_due:
        return said
    rate = words.rate(found.if_answered, built.minimum)
    return joined(" ", (said, _("Si c'étaient des réponses, le taux y serait de {rate}.").format(rate=rate)))


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


def _revision(found: Revision, minimum: int, zone: ZoneInfo) -> str:
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
        period=words.period_name(found.published.period),
        before=figure(found.published, minimum),
        after=figure(found.now, minimum),
        n=others,
        causes=causes,
    )
