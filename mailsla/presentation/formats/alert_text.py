"""The alert mail that a service head gets: what to find, and until when to answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from mailsla.core.alerts.digests import OVERDUE, Digest, Notice
from mailsla.core.clock.commitment import Commitment
from mailsla.core.collection.gap import Gap
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import words


@dataclass(frozen=True, slots=True)
class Shown:
    """What a site lets an alert show of a request, besides what finds it."""

    subject: bool = True
    sender: bool = False


MOST_NOTICES = 50
"""A head with more than this needs the list, not a mail."""


def write(
    digest: Digest,
    *,
    site: str,
    zone: ZoneInfo,
    commitments: Mapping[str, Commitment],
    gaps: Sequence[Gap],
    shown: Shown,
) -> tuple[str, str]:
    """Return the subject and the plain text of a digest.

    It says what finds each mail (mailbox, instant, subject if the site agrees), not who wrote it unless the
    site asks for that.
    """
    overdue = [notice for notice in digest.notices if notice.level == OVERDUE]
    soon = [notice for notice in digest.notices if notice.level != OVERDUE]
    paragraphs = [
        _("Bonjour,"),
        _("Des demandes reçues par courriel attendent encore une réponse de votre service."),
        *_group(_("Échéance dépassée"), overdue, zone, shown),
        *_group(_("Échéance proche"), soon, zone, shown),
        *_gap_warning(gaps, zone),
        _(
            "Il suffit de répondre au demandeur comme d'habitude, depuis votre messagerie : la réponse est "
            "reconnue d'elle-même. Si elle a déjà été donnée autrement (téléphone, courrier), prévenez le "
            "référent qualité."
        ),
        _promise(commitments),
        _("Message automatique, envoyé au nom de {site}. Merci de ne pas y répondre.").format(site=site),
    ]
    return _subject(overdue, soon), "\n\n".join(paragraphs) + "\n"


def _subject(overdue: list[Notice], soon: list[Notice]) -> str:
    counts = []
    if overdue:
        counts.append(
            ngettext("{n} demande en retard", "{n} demandes en retard", len(overdue)).format(n=len(overdue))
        )
    if soon:
        counts.append(
            ngettext("{n} demande à traiter bientôt", "{n} demandes à traiter bientôt", len(soon)).format(
                n=len(soon)
            )
        )
    return _("Courriels en attente de réponse : {counts}").format(counts=", ".join(counts))


def _group(title: str, notices: list[Notice], zone: ZoneInfo, shown: Shown) -> list[str]:
    if not notices:
        return []
    entries = [_entry(notice, zone, shown) for notice in notices[:MOST_NOTICES]]
    hidden = len(notices) - len(entries)
    if hidden:
        entries.append(
            ngettext("… et {n} autre, voir le rapport.", "… et {n} autres, voir le rapport.", hidden).format(
                n=hidden
            )
        )
    return ["\n".join([title, "-" * len(title), *entries])]


def _entry(notice: Notice, zone: ZoneInfo, shown: Shown) -> str:
    request = notice.request
    lines = [
        _("* À répondre avant le {day} au soir ({left})").format(
            day=words.day_name(notice.verdict.due_on), left=_left(notice)
        )
        if notice.level != OVERDUE
        else _("* Échéance : {day} ({left})").format(
            day=words.day_name(notice.verdict.due_on), left=_left(notice)
        )
    ]
    if shown.subject:
        lines.append(
            _("  Objet : {subject}").format(subject=words.safe(request.subject) or _("(sans objet)"))
        )
    if shown.sender and request.citizens:
        lines.append(_("  De : {sender}").format(sender=words.safe(request.citizens[0])))
    lines.append(_("  Reçue le {instant}").format(instant=words.instant(request.received.at, zone)))
    mailboxes = ", ".join(words.safe(mailbox) for _account, mailbox in request.mailboxes)
    lines.append(_("  Dossier : {mailboxes}").format(mailboxes=mailboxes))
    lines.append(_("  Référence : {key}").format(key=request.key[:8]))
    if request.follow_up:
        lines.append(_("  Suite d'une demande déjà traitée."))
    if notice.doubtful:
        lines.append(_("  Une réponse possible a été vue, sans certitude : à vérifier."))
    return "\n".join(lines)


def _left(notice: Notice) -> str:
    if notice.remaining < 0:
        return _("dépassée de {days}").format(days=words.working_days(-notice.remaining))
    if notice.remaining == 0:
        return _("aujourd'hui, dernier jour")
    return ngettext("il reste {n} jour ouvré", "il reste {n} jours ouvrés", notice.remaining).format(
        n=notice.remaining
    )


def _gap_warning(gaps: Sequence[Gap], zone: ZoneInfo) -> list[str]:
    if not gaps:
        return []
    since = min(gap.since for gap in gaps)
    return [
        _(
            "Attention : la relève des courriels est incomplète depuis le {instant}. "
            "Une réponse a pu partir sans être encore connue."
        ).format(instant=words.instant(since, zone))
    ]


def _promise(commitments: Mapping[str, Commitment]) -> str:
    commitment = next(iter(commitments.values()))
    return _("Engagement de qualité : {promise}.").format(promise=words.promise(commitment))


def alarm(gap: Gap, *, reason: str | None, site: str, zone: ZoneInfo) -> tuple[str, str]:
    """Return the subject and the plain text of the mail that says that collection stopped, or goes on."""
    said = {
        "account": gap.account,
        "since": words.instant(gap.since, zone),
        "until": "" if gap.until is None else words.instant(gap.until, zone),
        "reason": reason or _("aucune relève n'est allée à son terme."),
    }
    if gap.partial:
        subject, what, todo = _in_part() if gap.until is None else _whole_again()
    else:
        subject, what, todo = _stopped() if gap.until is None else _resumed()
    closing = _("Message automatique, envoyé au nom de {site}. Merci de ne pas y répondre.").format(site=site)
    text = "\n\n".join([_("Bonjour,"), what.format(**said), todo, closing])
    return subject.format(**said), text + "\n"


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
