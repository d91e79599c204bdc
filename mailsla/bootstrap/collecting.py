"""How a site's accounts are collected: once, or watched for as long as the daemon runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Protocol

from mailsla.adapters.database.store import Store
from mailsla.adapters.machine import garbage_collector
from mailsla.adapters.machine.present import Now
from mailsla.adapters.machine.second_process import SecondProcess
from mailsla.adapters.machine.timing import MachineTiming
from mailsla.adapters.machine.workers import is_dead
from mailsla.bootstrap.lines import ImapLine, Open, OpenSessions
from mailsla.bootstrap.site_rules import Site
from mailsla.config import Account
from mailsla.core.collection.pacing import Pace
from mailsla.core.pairing.configured import Configured
from mailsla.presentation import collection_lines
from mailsla.usecases.attempts import Restraint
from mailsla.usecases.derive_beside import Beside
from mailsla.usecases.poll import LEASE, Collected, poll
from mailsla.usecases.terms import Progress, Terms, silent
from mailsla.usecases.watch import Heard, LineLimits, Watch


class AtWork(Protocol):
    """A site with its store, ready to work: what is asked of an application."""

    site: Site
    store: Store
    time: MachineTiming
    worker: str

    @property
    def now(self) -> Now:
        """The clock."""

    @property
    def intervals(self) -> Mapping[str, timedelta]:
        """The time between two collections of each account."""

    @property
    def configured(self) -> Configured:
        """What the configuration says of itself to the store."""


@dataclass
class Collecting:
    """Collects the accounts of a site into its store.

    Attributes:
        app: The site, with its store.
        limits: How lines to mail servers are held.
        sessions: The connections that are open.
    """

    app: AtWork
    limits: LineLimits = field(default_factory=LineLimits)
    sessions: OpenSessions = field(default_factory=OpenSessions)
    _paces: dict[str, Pace] = field(default_factory=dict, init=False)

    def restraint(self, account: Account) -> Restraint:
        """Return what keeps an account from being logged in to too often."""
        say = partial(collection_lines.held_back, zone=self.app.site.zone)
        return Restraint(account.name, self.app.store.attempts, say)

    def poll(self, account: Account, progress: Progress = silent) -> Collected:
        """Collect one account and record the run, unless it was tried in vain too often."""
        held_back = self.restraint(account).held_back(self.app.now())
        return held_back or self._poll(account, partial(self.sessions.session, account), progress)

    def _poll(self, account: Account, open_session: Open, progress: Progress = silent) -> Collected:
        app, store = self.app, self.app.store
        holder = store.leases.holder(account.name)
        if holder is not None and is_dead(holder):
            # Killed: nobody waits for the end of its lease.
            store.leases.release(account.name, holder)
        store.mailboxes.forget_accounts(app.intervals.keys(), app.now())
        with SecondProcess() as second, garbage_collector.paused():
            beside = Beside(store.derivations.beside(second), app.site.pairing, app.configured)
            terms = Terms(
                account=account.name,
                now=app.now,
                office=app.site.office,
                keywords=app.site.keywords,
                since=account.since,
                progress=progress,
                stopping=app.time.is_stopping,
                monotonic=app.time.monotonic,
                spread=second.map,
                prepare=store.messages.prepare,
                beside=beside,
            )
            return poll(open_session, store, terms, app.worker)

    def watch(self, account: Account, heard: Heard) -> None:
        """Collect one account, then stay on the line until its next collection is due."""
        pace = self._paces.setdefault(account.name, Pace(timedelta(seconds=account.every_seconds)))
        line = ImapLine(
            account,
            open=partial(self.sessions.session, account),
            poll=partial(self._poll, account),
            claim=partial(self._claim, account.name),
            release=partial(self.app.store.leases.release, account.name, self.app.worker),
        )
        Watch(line, pace, self.restraint(account), self.app.time, heard, self.limits).until_due()

    def _claim(self, account: str) -> bool:
        app = self.app
        return app.store.leases.claim(account, app.worker, app.now(), app.now() + LEASE)
