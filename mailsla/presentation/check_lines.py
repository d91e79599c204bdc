"""What a look at the installation found, one line a finding; the sentence says what to do unless all is well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from mailsla.core.alerts.advice import Advice
from mailsla.core.alerts.alert_findings import AlertFinding
from mailsla.core.alerts.findings import (
    Broken,
    ClockShows,
    CollectedInPart,
    ConfigurationKept,
    ConfigurationRead,
    DerivationLate,
    Finding,
    InstallationFinding,
    LastCollected,
    MailboxesListed,
    MailSetAside,
    NextWorkingDay,
    NoSentMailbox,
    NotCollected,
    Part,
    RequestsKnown,
    StoreSize,
    StoreSuperseded,
    WorkerOutdated,
)
from mailsla.core.alerts.health import Health
from mailsla.core.alerts.mail_findings import MailFinding
from mailsla.core.alerts.privacy_findings import PrivacyFinding
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.language import gettext as _
from mailsla.language import language, ngettext
from mailsla.presentation import (
    advice_lines,
    alert_finding_words,
    mail_finding_words,
    mail_terms,
    privacy_words,
    terms,
    words,
)
from mailsla.presentation.advice_lines import Added
from mailsla.presentation.finding_facts import code_of, facts_of
from mailsla.presentation.names import server


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at, and what is said of it.

    Attributes:
        subject: What it is.
        health: How it is.
        sentence: In words.
        added: The line that the configuration wants, if one says it.
        code: The kind of finding.
        facts: What the sentence says, as numbers, instants and names.
    """

    subject: str
    health: Health
    sentence: str
    added: Added | None
    code: str
    facts: Mapping[str, Any]


def lines(found: Sequence[Finding], zone: ZoneInfo) -> list[Line]:
    """Return a line for each finding, in the same order; instants are in the site's zone."""
    return [_line(finding, zone) for finding in found]


def _line(finding: Finding, zone: ZoneInfo) -> Line:
    added, code, facts = advice_lines.added(finding), code_of(finding), facts_of(finding, zone)
    return Line(_subject(finding), finding.health, _sentence(finding, zone), added, code, facts)


def health(of: Health) -> str:
    """Name how a part is."""
    return {
        Health.OK: _("ok"),
        Health.WARNING: _("attention"),
        Health.FAILURE: _("à corriger"),
    }[of]


def _subject(finding: Finding) -> str:
    if isinstance(finding, MailFinding):
        return mail_finding_words.subject(finding)
    if isinstance(finding, AlertFinding):
        return alert_finding_words.subject(finding)
    if isinstance(finding, PrivacyFinding):
        return privacy_words.subject()
    if isinstance(finding, Advice):
        return advice_lines.subject(finding)
    return _part(finding)


def _part(finding: InstallationFinding) -> str:  # noqa: PLR0911 (one of each kind)
    match finding:
        case ConfigurationRead() | ConfigurationKept() | StoreSuperseded() | WorkerOutdated():
            return _("configuration")
        case Broken(Part.ACCOUNT, _, account) | MailboxesListed(account) | NoSentMailbox(account):
            return _("compte {name}").format(name=account)
        case Broken(Part.SENDING):
            return alert_finding_words.sending()
        case Broken() | RequestsKnown() | StoreSize() | DerivationLate():
            return _("base de données")
        case MailSetAside():
            return _("courriel mis de côté")
        case CollectedInPart(account) | LastCollected(account):
            return _("relève {account}").format(account=account)
        case NotCollected(gap):
            return _("relève {account}").format(account=gap.account)
        case NextWorkingDay():
            return _("calendrier")
        case ClockShows():
            return _("horloge")
    assert_never(finding)


def _sentence(finding: Finding, zone: ZoneInfo) -> str:
    if isinstance(finding, MailFinding):
        return mail_finding_words.sentence(finding)
    if isinstance(finding, AlertFinding):
        return alert_finding_words.sentence(finding, zone)
    if isinstance(finding, PrivacyFinding):
        return privacy_words.sentence(finding)
    if isinstance(finding, Advice):
        return advice_lines.sentence(finding, zone)
    return _of_installation(finding, zone)


def _of_installation(finding: InstallationFinding, zone: ZoneInfo) -> str:  # noqa: C901, PLR0911, PLR0912 (one of each kind)
    match finding:
        case Broken(reason=reason, host=host, port=port):
            return reason if not host else f"{server(host, port)} : {reason}"
        case CollectedInPart(_, reason):
            return reason
        case ConfigurationRead(path):
            return path
        case ConfigurationKept():
            return _("aucune n'est lue ; les règles sont celles que garde la base.")
        case StoreSuperseded(saved_at):
            return _superseded(saved_at, zone)
        case WorkerOutdated():
            return _(
                "un mailsla en marche a une configuration plus ancienne que celle de la base : il relève, sans rien "
                "calculer ni alerter. Rechargez-le : systemctl reload mailsla."
            )
        case MailboxesListed():
            return _listed(finding)
        case NoSentMailbox():
            return _(
                "aucun dossier d'envoyés reconnu ; nommez-le avec « sent » si les agents répondent d'ici."
            )
        case RequestsKnown(count):
            return ngettext("{n} demande connue.", "{n} demandes connues.", count).format(
                n=words.number(count)
            )
        case StoreSize():
            return _size(finding)
        case DerivationLate(since):
            return _(
                "des courriels relevés attendent d'être rapprochés depuis le {instant} : voir le journal de mailsla."
            ).format(instant=words.instant(since, zone))
        case MailSetAside():
            return _set_aside(finding)
        case NotCollected():
            return _not_collected(finding, zone)
        case LastCollected():
            return _last_collected(finding, zone)
        case NextWorkingDay(territory, on):
            return _("{territory} ; prochain jour ouvré : {day}.").format(
                territory=territory, day=words.day_name(on)
            )
        case ClockShows(at):
            return words.instant(at, zone)
    assert_never(finding)


def _size(size: StoreSize) -> str:
    taken = _("{n} Mo").format(n=_megabytes(size.total))
    if size.free:
        taken = _("{taken}, dont {n} libres").format(taken=taken, n=_megabytes(size.free))
    if not size.messages:
        return f"{taken}."
    a_message = ngettext("{n} octet par courriel", "{n} octets par courriel", size.a_message)
    return _("{taken} ; {a_message}.").format(
        taken=taken, a_message=a_message.format(n=words.number(size.a_message))
    )


def _megabytes(count: int) -> str:
    tenths = words.number(count // 1_000_000) + f".{count // 100_000 % 10}"
    return tenths.replace(".", ",") if language() == "fr" else tenths


def _superseded(saved_at: datetime | None, zone: ZoneInfo) -> str:
    when = (
        _("plus tard")
        if saved_at is None
        else _("le {instant}").format(instant=words.instant(saved_at, zone))
    )
    return _(
        "la base est tenue avec une autre, enregistrée {when}, et leurs règles diffèrent : rien n'est calculé avec "
        "celle-ci. Utilisez la plus récente ou, si c'est celle-ci qui vaut, enregistrez-la de nouveau."
    ).format(when=when)


def _listed(finding: MailboxesListed) -> str:
    return _("connexion réussie à {server} ; dossiers : {mailboxes}").format(
        server=server(finding.host, finding.port), mailboxes=_names(finding.mailboxes)
    )


def _names(mailboxes: Sequence[ListedMailbox]) -> str:
    return ", ".join(f"{words.safe(box.name, 60)} ({terms.mailbox_role(box.role)})" for box in mailboxes)


def _set_aside(finding: MailSetAside) -> str:
    return _("{account}, dossier {mailbox}, UID {uid} : {reason}").format(
        account=finding.account,
        mailbox=words.safe(finding.mailbox, 60),
        uid=finding.uid,
        reason=mail_terms.set_aside(finding.reason),
    )


def _not_collected(finding: NotCollected, zone: ZoneInfo) -> str:
    if finding.gap.never:
        return _("jamais relevé en entier.")
    since = words.instant(finding.gap.since, zone)
    return _("pas de relève réussie depuis le {instant}.").format(instant=since)


def _last_collected(finding: LastCollected, zone: ZoneInfo) -> str:
    if finding.at is None:
        return _("aucune relève réussie.")
    return _("dernière relève réussie le {instant}.").format(instant=words.instant(finding.at, zone))
