"""The mail of alerts: what its recipient is to answer, and until when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from mailsla.core.alerts.digests import Digest, Late, Notice
from mailsla.core.alerts.terms import OVERDUE
from mailsla.core.clock.commitment import Commitment
from mailsla.core.collection.gap import Gap
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import mail_terms, words
from mailsla.presentation.pages.mail_page import subject

MOST_NOTICES = 50
"""A head with more than this needs the list, not a mail."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a site lets an alert show of a request, besides what finds it."""

    subject: bool = True
    sender: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One request of an alert.

    Attributes:
        key: The request's whole key.
        due_on: Its due date.
        due: Until when it is to be answered, in words.
        details: What finds it, a line each.
    """

    key: str
    due_on: date
    due: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Requests of one urgency; `more` says how many are not shown, and is empty when all are."""

    title: str
    entries: tuple[Entry, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class MailPage:
    """Everything a mail says, in the order in which it is read; what is not a group is paragraphs."""

    subject: str
    opening: tuple[str, ...]
    groups: tuple[Group, ...] = ()
    warnings: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()


def alert_page(
    digest: Digest,
    *,
    site: str,
    zone: ZoneInfo,
    commitments: Mapping[str, Commitment],
    gaps: Sequence[Gap],
    shown: Shown,
) -> MailPage:
    """Return what a service head is told.

    It says what finds each mail (mailbox, instant, subject if the site agrees), not who wrote it unless the
    site asks for that.
    """
    overdue = [notice for notice in digest.notices if notice.level == OVERDUE]
    soon = [notice for notice in digest.notices if notice.level != OVERDUE]
    groups = ((_("Échéance dépassée"), overdue), (_("Échéance proche"), soon))
    return MailPage(
        subject=_subject(len(overdue), len(soon), len(digest.backlog)),
        opening=(
            _("Bonjour,"),
            *(
                [_("Des demandes reçues par courriel attendent encore une réponse.")]
                if digest.notices
                else []
            ),
            *_backlog(digest.backlog),
        ),
        groups=tuple(_group(title, notices, zone, shown) for title, notices in groups if notices),
        warnings=tuple(_warnings(gaps, zone)),
        closing=(
            _(
                "Il suffit de répondre au demandeur comme d'habitude, depuis votre messagerie : la réponse est "
                "reconnue d'elle-même. Si elle a déjà été donnée autrement (téléphone, courrier), prévenez le "
                "référent qualité."
            ),
            *_promises(digest, commitments),
            signature(site),
        ),
    )


def _backlog(late: Sequence[Late]) -> Iterable[str]:
    """Yield what the referent alone is told, once, of what was overdue before anybody could be warned."""
    if late:
        counts = Counter(item.service for item in late)
        yield ngettext(
            "{n} demande était déjà en retard quand mailsla l'a connue ({services}) : vous seul en êtes averti, une "
            "fois. La liste : mailsla requests --state overdue.",
            "{n} demandes étaient déjà en retard quand mailsla les a connues ({services}) : vous seul en êtes averti, "
            "une fois. La liste : mailsla requests --state overdue.",
            len(late),
        ).format(n=words.number(len(late)), services=words.by_service(counts.most_common()))


def _subject(overdue: int, soon: int, backlog: int) -> str:
    counts = []
    if overdue:
        counts.append(ngettext("{n} demande en retard", "{n} demandes en retard", overdue).format(n=overdue))
    if soon:
        counts.append(
            ngettext("{n} demande à traiter bientôt", "{n} demandes à traiter bientôt", soon).format(n=soon)
        )
    if backlog:
        counts.append(
            ngettext(
                "{n} demande d'avant l'installation", "{n} demandes d'avant l'installation", backlog
            ).format(n=words.number(backlog))
        )
    return _("Courriels en attente de réponse : {counts}").format(counts=", ".join(counts))


def _group(title: str, notices: Sequence[Notice], zone: ZoneInfo, shown: Shown) -> Group:
    hidden = len(notices) - MOST_NOTICES
    more = ngettext("… et {n} autre, voir le rapport.", "… et {n} autres, voir le rapport.", hidden)
    entries = tuple(_entry(notice, zone, shown) for notice in notices[:MOST_NOTICES])
    return Group(title, entries, more.format(n=hidden) if hidden > 0 else "")


def _entry(notice: Notice, zone: ZoneInfo, shown: Shown) -> Entry:
    return Entry(
        key=notice.request.key,
        due_on=notice.verdict.due_on,
        due=_due(notice, zone),
        details=tuple(_details(notice, zone, shown)),
    )


def _due(notice: Notice, zone: ZoneInfo) -> str:
    due_at, is_overdue = notice.verdict.due_at, notice.level == OVERDUE
    if due_at is not None:
        sentence = _("Échéance : {instant}") if is_overdue else _("À répondre avant le {instant}")
        return sentence.format(instant=words.instant(due_at, zone))
    sentence = (
        _("Échéance : {day} ({left})") if is_overdue else _("À répondre avant le {day} au soir ({left})")
    )
    return sentence.format(day=words.day_name(notice.verdict.due_on), left=_left(notice.remaining))


def _left(remaining: int) -> str:
    if remaining < 0:
        return _("dépassée de {days}").format(days=words.working_days(-remaining))
    if remaining == 0:
        return _("aujourd'hui, dernier jour")
    return ngettext("il reste {n} jour ouvré", "il reste {n} jours ouvrés", remaining).format(n=remaining)


def _details(notice: Notice, zone: ZoneInfo, shown: Shown) -> Iterable[str]:
    request = notice.request
    if shown.subject:
        yield _("Objet : {subject}").format(subject=subject(request.subject))
    if shown.sender and request.citizens:
        yield _("De : {sender}").format(sender=words.safe(request.citizens[0]))
    yield _("Reçue le {instant}").format(instant=words.instant(request.received.at, zone))
    yield _("Dossier : {mailboxes}").format(mailboxes=mail_terms.places(request.mailboxes))
    yield _("Référence : {key}").format(key=words.reference(request.key))
    if request.follow_up:
        yield _("Suite d'une demande déjà traitée.")
    if notice.doubtful:
        yield _("Une réponse possible a été vue, sans certitude : à vérifier.")


def _warnings(gaps: Sequence[Gap], zone: ZoneInfo) -> Iterable[str]:
    if gaps:
        since = min(gap.since for gap in gaps)
        yield _(
            "Attention : la relève des courriels est incomplète depuis le {instant}. "
            "Une réponse a pu partir sans être encore connue."
        ).format(instant=words.instant(since, zone))


def _promises(digest: Digest, commitments: Mapping[str, Commitment]) -> Iterable[str]:
    """Yield the promise of each category that the mail shows; the first one is that of what has none of its own."""
    main = next(iter(commitments.values()))
    shown = (commitments.get(notice.request.category, main) for notice in digest.notices)
    for promise in dict.fromkeys(map(words.promise, shown)):
        yield _("Engagement de qualité : {promise}.").format(promise=promise)


def signature(site: str) -> str:
    """Return how a mail ends that nobody wrote."""
    return _("Message automatique, envoyé au nom de {site}. Merci de ne pas y répondre.").format(site=site)
