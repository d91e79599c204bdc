"""A look at the installation: each part, as facts with their health."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from mailsla.core.alerts import alert_findings, findings, mail_findings
from mailsla.core.alerts.findings import Finding, Part
from mailsla.core.alerts.privacy_findings import PrivacyFinding
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.collection.gap import Gap
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.errors import LoginRefused, MailslaError, TransientError
from mailsla.core.mail.copies import MailboxRole
from mailsla.usecases import advise
from mailsla.usecases.advise import Declared, WaitingMails
from mailsla.usecases.attempts import Restraint
from mailsla.usecases.check_sources import (
    Clues,
    KnownRequests,
    Listing,
    RememberedAttempts,
    Runs,
    SetAside,
)
from mailsla.usecases.recent_work import late_derivation, outdated


@dataclass(frozen=True)
class Access:
    """How one account is reached.

    Attributes:
        restraint: What the store forbids.
        attempts: Where a refused login is remembered: it counts among those of its collections.
        open: Logs in.
        server: Its host and port.
    """

    restraint: Restraint
    attempts: RememberedAttempts
    open: Callable[[], AbstractContextManager[Listing]]
    server: tuple[str, int] = ("", 0)


@dataclass(frozen=True)
class Installation:
    """What there is to look at.

    Attributes:
        accounts: How each is reached.
        greet: Greets the server that takes our mails; None when no server is named.
        relay: The host and the port of that server.
        declared: What the configuration says that mails, servers and files can show to be wrong.
        form_senders: The forms' addresses that it names.
        declared_hosts: The hosts of Message-IDs that it names.
        own: The addresses of the accounts.
        outbox: The mails that have not left; None when that is not looked at.
        known: What was made of the mails.
        clues: What they show of an installation that is not whole.
        set_aside: The mails that could not be read.
        runs: What is remembered of collections.
        gaps: The stretches over which accounts were not collected.
        territory: The name of the one whose calendar is used.
        calendar: Its calendar.
        vouching: The name under which our own server seems to say what it verified; empty when the site says it
            trusts one, or none is seen.
        id_hosts: Hosts outside our domains that seem to make the Message-IDs of our mail alone.
        heads_missing: Which services have nobody who is told today; None when each has somebody.
        untold: How many requests wait of which nobody is told before they are late, by service.
        undelivered: Whom mails do not reach.
        size: How large the store is; None when nobody asked.
        privacy: What personal data ended, and what is about to.
        is_derived: Whether what the store knows follows from this configuration; otherwise none of it is told.
    """

    accounts: Sequence[Access]
    greet: Callable[[], object] | None
    known: KnownRequests
    clues: Clues
    set_aside: Sequence[SetAside]
    runs: Runs
    gaps: Sequence[Gap]
    territory: str
    calendar: WorkingCalendar
    vouching: str = ""
    id_hosts: tuple[str, ...] = ()
    heads_missing: alert_findings.HeadsMissing | None = None
    untold: tuple[tuple[str | None, int], ...] = ()
    undelivered: tuple[alert_findings.MailsUndelivered, ...] = ()
    size: findings.StoreSize | None = None
    privacy: Sequence[PrivacyFinding] = ()
    is_derived: bool = True
    relay: tuple[str, int] = ("", 0)
    declared: Declared = field(default_factory=Declared)
    form_senders: tuple[str, ...] = ()
    declared_hosts: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    outbox: WaitingMails | None = None


def look(installation: Installation, now: datetime) -> Iterator[Finding]:
    """Look at every part: log in to each account, greet the server of alerts, read the store."""
    names: dict[str, Sequence[str]] = {}
    for access in installation.accounts:
        yield from _account(access, now, names)
    yield from advise.of_configuration(installation.declared, installation.calendar, names, now)
    if installation.is_derived:
        yield from _derived(installation)
    yield _sending(installation.greet, installation.relay)
    yield from _reach(installation)
    if installation.is_derived:
        yield findings.RequestsKnown(installation.known.request_count())
    if installation.size is not None:
        yield installation.size
    yield from installation.privacy
    yield from outdated(installation.known, now)
    yield from late_derivation(installation.known, now)
    if installation.outbox is not None:
        yield from advise.of_outbox(installation.outbox, now)
    yield from _collections(installation)
    yield from _clock(installation.territory, installation.calendar, now)


def look_beside_the_store(
    declared: Declared,
    greet: Callable[[], object] | None,
    relay: tuple[str, int],
    territory: str,
    calendar: WorkingCalendar,
    now: datetime,
) -> Iterator[Finding]:
    """Look at what needs no store: no account, as a refused login would not be remembered.

    What is given is that of `Installation`.
    """
    yield from advise.of_configuration(declared, calendar, {}, now)
    yield _sending(greet, relay)
    yield from _clock(territory, calendar, now)


def _clock(territory: str, calendar: WorkingCalendar, now: datetime) -> Iterator[Finding]:
    yield findings.NextWorkingDay(territory, calendar.working_day(calendar.local_date(now), 1))
    yield findings.ClockShows(now)


def _derived(installation: Installation) -> Iterator[Finding]:
    """Say what the mails show: replies, and what is not whole."""
    yield mail_findings.RepliesSeen(installation.clues.outbound_count())
    found = installation.clues.answered_unseen()
    if found.unseen:
        yield mail_findings.RepliesUnseen(found.by_service, found.unseen, found.seen)
    elsewhere = installation.clues.answered_elsewhere()
    if elsewhere:
        yield mail_findings.AnsweredElsewhere(elsewhere)
    if installation.id_hosts:
        yield mail_findings.IdsOfOthers(installation.id_hosts, installation.declared_hosts)
    senders = installation.clues.undeclared_forms()
    if senders:
        yield mail_findings.FormsUndeclared(senders, installation.form_senders, installation.own)
    yield from _belief(installation)
    yield from advise.of_mails(installation.declared, installation.clues)


def _reach(installation: Installation) -> Iterator[Finding]:
    """Say whom alerts do not reach."""
    yield from installation.undelivered
    if installation.heads_missing is not None:
        yield installation.heads_missing
    if installation.untold and installation.is_derived:
        yield alert_findings.RequestsUntold(installation.untold)


def _belief(installation: Installation) -> Iterator[Finding]:
    """Say how many mails of ours are not believed, and what our own server could say of them."""
    unproven = installation.clues.unproven_count()
    if unproven:
        yield mail_findings.NotBelieved(unproven)
    if installation.vouching:
        yield mail_findings.ServerVouches(installation.vouching, is_needed=unproven > 0)


def _account(access: Access, now: datetime, names: dict[str, Sequence[str]]) -> Iterator[Finding]:
    """Log in to an account without collecting it, unless that was refused too often; note the names that it has."""
    name = access.restraint.account
    try:
        mailboxes, names[name] = _mailboxes(access, now)
    except MailslaError as error:
        yield findings.Broken(Part.ACCOUNT, str(error), name, *access.server)
        return
    yield findings.MailboxesListed(name, mailboxes, *access.server)
    if not any(mailbox.role is MailboxRole.SENT for mailbox in mailboxes):
        yield findings.NoSentMailbox(name)


def _mailboxes(access: Access, now: datetime) -> tuple[Sequence[ListedMailbox], Sequence[str]]:
    held_back = access.restraint.held_back(now)
    if held_back is not None:
        raise TransientError(held_back.reason)
    try:
        with access.open() as opened:
            return opened.mailboxes(), opened.listed
    except LoginRefused:
        access.attempts.note_refused_check(access.restraint.account, now)
        raise


def _sending(greet: Callable[[], object] | None, relay: tuple[str, int]) -> Finding:
    """Greet the server that takes our mails."""
    if greet is None:
        return alert_findings.SendingUnconfigured()
    host, port = relay
    try:
        greet()
    except MailslaError as error:
        return findings.Broken(Part.SENDING, str(error), host=host, port=port)
    return alert_findings.SendingAnswers(host, port)


def _collections(installation: Installation) -> Iterator[Finding]:
    """Say what collections left out, and which do not go on."""
    for item in installation.set_aside:
        yield findings.MailSetAside(item.account, item.mailbox, item.uid, item.reason)
    for run in installation.runs.last():
        if run.outcome is RunOutcome.OK and run.reason is not None:
            yield findings.CollectedInPart(run.account, run.reason)
    for gap in installation.gaps:
        if gap.until is None and not gap.partial:
            yield findings.NotCollected(gap)
