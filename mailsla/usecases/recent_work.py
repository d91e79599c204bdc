"""A quick look at an installation: whether it works, as far as the store alone tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from mailsla.core.alerts import findings
from mailsla.core.alerts.findings import Finding
from mailsla.core.collection.outcome import RunOutcome
from mailsla.usecases import advise
from mailsla.usecases.advise import WaitingMails
from mailsla.usecases.check_sources import Configurations, KnownRequests, Runs, Waiting

RECENT = timedelta(hours=1)
"""A collection older than this, and than its own interval, is a failure."""

SAID_AGAIN = timedelta(minutes=5)
"""Whoever has an older configuration than the store's says so every minute: one who said it before has it no more."""


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
    intervals: Mapping[str, timedelta],
    runs: Runs,
    known: KnownRequests,
    outbox: WaitingMails,
    now: datetime,
) -> Iterator[Finding]:
    """Say whether every account was collected with success within the hour, and derived, and whether mails leave.

    For a container's health, and for whoever watches many machines: no server is spoken to.
    """
    good = {run.account: run.started_at for run in runs.last() if run.outcome is RunOutcome.OK}
    for account, interval in intervals.items():
        last = good.get(account)
        is_recent = last is not None and now - last < RECENT + interval
        yield findings.LastCollected(account, last, is_recent)
    yield from outdated(known, now)
    yield from late_derivation(known, now)
    yield from advise.of_outbox(outbox, now)
