"""A look at the installation: each part, as facts with their health."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailsla.core.alerts import alert_findings, findings, mail_findings
from mailsla.core.alerts.findings import Finding, Part
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.collection.gap import Gap
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.errors import LoginRefused, MailslaError, TransientError
from mailsla.core.mail.copies import MailboxRole
from mailsla.usecases.attempts import Restraint
from mailsla.usecases.check_sources import (
    Clues,
    Configurations,
    KnownRequests,
    Listing,
    RememberedAttempts,
    Runs,
    SetAside,
    Waiting,
)

RECENT = timedelta(hours=1)
"""A collection older than this, and than its own interval, is a failure."""

SAID_AGAIN = timedelta(minutes=5)
"""Whoever has an older configuration than the store's says so every minute: one who said it before has it no more."""


@dataclass(frozen=True)
class Access:
    """How one account is reached.

    Attributes:
        restraint: What the store forbids.
        attempts: Where a refused login is remembered: it counts among those of its collections.
        open: Logs in.
    """

    restraint: Restraint
    attempts: RememberedAttempts
    open: Callable[[], AbstractContextManager[Listing]]


@dataclass(frozen=True)
class Installation:
    """What there is to look at.

    Attributes:
        accounts: How each is reached.
        greet: Greets the server that takes our mails; None when no server is named.
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
    is_derived: bool = True


def look(installation: Installation, now: datetime) -> Iterator[Finding]:
    """Look at every part: log in to each account, greet the server of alerts, read the store."""
    for access in installation.accounts:
        yield from _account(access, now)
    if installation.is_derived:
        yield from _derived(installation)
    yield _sending(installation.greet)
    yield from _reach(installation)
    if installation.is_derived:
        yield findings.RequestsKnown(installation.known.request_count())
    if installation.size is not None:
        yield installation.size
    yield from outdated(installation.known, now)
    yield from late_derivation(installation.known, now)
    yield from _collections(installation)
    calendar = installation.calendar
    following = calendar.working_day(calendar.local_date(now), 1)
    yield findings.NextWorkingDay(installation.territory, following)
    yield findings.ClockShows(now)


def _derived(installation: Installation) -> Iterator[Finding]:
    """Say what the mails show: replies, and what is not whole."""
    yield mail_findings.RepliesSeen(installation.clues.outbound_count())
    found = installation.clues.answered_unseen()
    if found.unseen:
        yield mail_findings.RepliesUnseen(found.by_service, found.unseen, found.seen)
    if installation.id_hosts:
        yield mail_findings.IdsOfOthers(installation.id_hosts)
    senders = installation.clues.undeclared_forms()
    if senders:
        yield mail_findings.FormsUndeclared(senders)
    yield from _belief(installation)


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


def late_derivation(known: Waiting, now: datetime) -> Iterator[findings.DerivationLate]:
    """Say that mails wait to be derived for longer than a derivation takes."""
    since = known.waiting_since()
    if since is not None and now - since > RECENT:
        yield findings.DerivationLate(since)


def outdated(known: Configurations, now: datetime) -> Iterator[findings.WorkerOutdated]:
    """Say that a process works on the store with an older configuration."""
    said = known.outdated_at()
    if said is not None and now - said < SAID_AGAIN:
        yield findings.WorkerOutdated()


def recent(
    intervals: Mapping[str, timedelta], runs: Runs, known: KnownRequests, now: datetime
) -> Iterator[Finding]:
    """Say whether every account was collected with success within the hour, and derived, for a container's health."""
    good = {run.account: run.started_at for run in runs.last() if run.outcome is RunOutcome.OK}
    for account, interval in intervals.items():
        last = good.get(account)
        is_recent = last is not None and now - last < RECENT + interval
        yield findings.LastCollected(account, last, is_recent)
    yield from outdated(known, now)
    yield from late_derivation(known, now)


def _account(access: Access, now: datetime) -> Iterator[Finding]:
    """Log in to an account without collecting it, unless that was refused too often of late."""
    name = access.restraint.account
    try:
        mailboxes = _mailboxes(access, now)
    except MailslaError as error:
        yield findings.Broken(Part.ACCOUNT, str(error), name)
        return
    yield findings.MailboxesListed(name, mailboxes)
    if not any(mailbox.role is MailboxRole.SENT for mailbox in mailboxes):
        yield findings.NoSentMailbox(name)


def _mailboxes(access: Access, now: datetime) -> Sequence[ListedMailbox]:
    held_back = access.restraint.held_back(now)
    if held_back is not None:
        raise TransientError(held_back.reason)
    try:
        with access.open() as opened:
            return opened.mailboxes()
    except LoginRefused:
        access.attempts.note_refused_check(access.restraint.account, now)
        raise


def _sending(greet: Callable[[], object] | None) -> Finding:
    """Greet the server that takes our mails; None when no server is named."""
    if greet is None:
        return alert_findings.SendingUnconfigured()
    try:
        greet()
    except MailslaError as error:
        return findings.Broken(Part.SENDING, str(error))
    return alert_findings.SendingAnswers()


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
