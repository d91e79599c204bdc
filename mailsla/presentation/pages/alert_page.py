"""The mail of alerts: what its recipient is to answer, and until when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from mailsla.core.alerts.digests import Digest, Late, Notice
from mailsla.core.clock.commitment import Commitment
from mailsla.core.collection.gap import Gap
from mailsla.core.pairing.request import Request
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import words
from mailsla.presentation.action_mails import ActionLink
from mailsla.presentation.masking import masked
from mailsla.presentation.pages.alert_words import counts, day, mails_that_wait, until_when, where
from mailsla.presentation.pages.letter import Entry, LetterPage, News, signature

MOST_ENTRIES = 100
"""A mail shows no more; all that follow are in a file that goes with it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a site lets an alert show of a request, besides what finds it."""

    subject: bool = True
    sender: bool = False


@dataclass(frozen=True, slots=True)
class AlertSite:
    """What alerts say of a site.

    Attributes:
        name: Its name.
        zone: Its zone.
        commitments: The promise of each category.
        addresses: The address of each account, as people know it.
        shown: What it lets an alert show.
        referent: Who gets an answer to an alert; None for nobody.
        copied_to: What to put in copy of an answer, where the answer might not be seen otherwise and a copy is
            believed; None for nothing.
        links: Returns what the mail's reader may say of a request by links.
        news: What became of what the reader asked for by mail.
    """

    name: str
    zone: ZoneInfo
    commitments: Mapping[str, Commitment]
    addresses: Mapping[str, str] = field(default_factory=dict)
    shown: Shown = field(default_factory=Shown)
    referent: str | None = None
    copied_to: str | None = None
    links: Callable[[Request], tuple[ActionLink, ...]] = lambda _request: ()
    news: tuple[News, ...] = ()


def alert_page(digest: Digest, site: AlertSite, gaps: Sequence[Gap] = ()) -> LetterPage:
    """Return what somebody is told of requests, the most urgent first.

    It says what finds each mail (mailbox, instant, subject if the site agrees), not who wrote it unless the
    site asks for that.
    """
    services = list(dict.fromkeys(notice.request.service for notice in digest.notices))
    entries = [_entry(notice, digest, site, services) for notice in digest.notices]
    return LetterPage(
        subject=_("[{whose}] {counts}").format(
            whose=_whose(services, site), counts=counts(digest.notices, len(digest.backlog), digest.on)
        ),
        opening=tuple(_opening(digest, services)),
        entries=tuple(entries[:MOST_ENTRIES]),
        further=tuple(entries[MOST_ENTRIES:]),
        news=site.news,
        warnings=tuple(_warnings(gaps, site.zone)),
        closing=tuple(_closing(digest, site)),
    )


def _whose(services: Sequence[str | None], site: AlertSite) -> str:
    if len(services) != 1:
        return site.name
    return _("À attribuer") if services[0] is None else words.safe(services[0], 60)


def _opening(digest: Digest, services: Sequence[str | None]) -> Iterator[str]:
    if digest.notices:
        waits = mails_that_wait(len(digest.notices))
        if None in services or digest.oversees:
            said = _("{waits} une réponse.")
        elif len(services) == 1:
            said = _("{waits} la réponse de votre service.")
        else:
            said = _("{waits} la réponse de vos services.")
        yield said.format(waits=waits)
    if len(digest.notices) > MOST_ENTRIES:
        yield _("Les {n} plus urgents sont ci-dessous, les autres dans la pièce jointe.").format(
            n=MOST_ENTRIES
        )
    yield from _backlog(digest.backlog)


def _backlog(late: Sequence[Late]) -> Iterator[str]:
    """Yield what the referent alone is told, once, of what was overdue before anybody could be warned."""
    if late:
        by_service = Counter(item.service for item in late)
        yield ngettext(
            "{n} demande était déjà en retard quand mailsla l'a connue ({services}) : vous seul en êtes averti, une "
            "fois. La liste : mailsla requests --state overdue.",
            "{n} demandes étaient déjà en retard quand mailsla les a connues ({services}) : vous seul en êtes averti, "
            "une fois. La liste : mailsla requests --state overdue.",
            len(late),
        ).format(n=words.number(len(late)), services=words.by_service(by_service.most_common()))


def _entry(notice: Notice, digest: Digest, site: AlertSite, services: Sequence[str | None]) -> Entry:
    request = notice.request
    found = {
        "subject": masked(request.subject) or _("(sans objet)"),
        "day": day(request.received.at.astimezone(site.zone).date(), digest.on),
        "hour": words.hour(request.received.at, site.zone),
        "where": where(request.mailboxes, site.addresses),
    }
    sentence = _("Courriel reçu le {day} à {hour} dans {where}.")
    if site.shown.subject:
        sentence = _("« {subject} », reçu le {day} à {hour} dans {where}.")
    return Entry(
        key=request.key,
        due_on=notice.verdict.due_on,
        due=until_when(notice, digest.on, site.zone),
        found_by=sentence.format(**found),
        notes=tuple(_notes(notice, site, says_whose=len(services) > 1 or digest.oversees)),
        actions=site.links(request),
    )


def _notes(notice: Notice, site: AlertSite, *, says_whose: bool) -> Iterator[str]:
    request = notice.request
    if says_whose:
        whose = _("à attribuer") if request.service is None else words.safe(request.service, 60)
        yield _("Service : {service}.").format(service=whose)
    if site.shown.sender and request.citizens:
        yield _("De : {sender}").format(sender=words.safe(request.citizens[0]))
    if request.reminders:
        yield ngettext(
            "L'usager a relancé {n} fois.", "L'usager a relancé {n} fois.", request.reminders
        ).format(n=request.reminders)
    if request.follow_up:
        yield _("Suite d'une demande déjà traitée.")
    if notice.doubtful:
        yield _("Une réponse possible a été vue, sans certitude : le référent doit la vérifier.")
    yield _("Référence : {key}").format(key=words.reference(request.key))


def _warnings(gaps: Sequence[Gap], zone: ZoneInfo) -> Iterable[str]:
    if gaps:
        since = min(gap.since for gap in gaps)
        yield _(
            "Attention : la relève des courriels est incomplète depuis le {instant}. "
            "Une réponse a pu partir sans être encore connue."
        ).format(instant=words.instant(since, zone))


def _closing(digest: Digest, site: AlertSite) -> Iterator[str]:
    is_answered = site.referent not in {None, digest.recipient}
    if digest.notices:
        how = _("Répondez depuis votre messagerie : l'alerte s'arrête d'elle-même.")
        if site.copied_to is not None:
            how = _(
                "Répondez depuis votre messagerie, en mettant {address} en copie : l'alerte s'arrête d'elle-même."
            ).format(address=site.copied_to)
        ask = _("Une question, ou une réponse donnée autrement (téléphone, courrier) ? ") + (
            _("Répondez à ce courriel : il arrive au référent qualité.")
            if is_answered
            else _("Prévenez le référent qualité.")
        )
        yield how if site.referent == digest.recipient else f"{how} {ask}"
    yield from _promises(digest, site.commitments)
    yield signature(site.name, is_answered=is_answered)


def _promises(digest: Digest, commitments: Mapping[str, Commitment]) -> Iterator[str]:
    """Yield the promise of each category that the mail shows; the first one is that of what has none of its own."""
    main = next(iter(commitments.values()))
    shown = (commitments.get(notice.request.category, main) for notice in digest.notices)
    for promise in dict.fromkeys(map(words.promise, shown)):
        yield _("Engagement de qualité : {promise}.").format(promise=promise)
