"""Puts the program together: the one place where settings, adapters and use cases meet."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from mailsla.adapters.database import read_only, schema
from mailsla.adapters.database.engine import open_engine
from mailsla.adapters.database.migrations import untold
from mailsla.adapters.database.store import store_on
from mailsla.adapters.machine import garbage_collector
from mailsla.adapters.machine.present import Now, present
from mailsla.adapters.machine.timing import MachineTiming
from mailsla.adapters.machine.workers import this_worker
from mailsla.adapters.machine.written_files import READABLE_BY_GROUP, keep_private
from mailsla.bootstrap.hand_over_time import slowest_hand_over
from mailsla.bootstrap.site_rules import Site
from mailsla.config import Account, Settings
from mailsla.config.kept import kept
from mailsla.core.clock.verdict import Clock
from mailsla.core.collection.gap import Gap
from mailsla.core.pairing.configured import Configured
from mailsla.core.pairing.decision import in_force
from mailsla.core.rate.declared import Declared, declared
from mailsla.core.rate.finality import Watched
from mailsla.core.rate.standard import Standard
from mailsla.usecases import gaps
from mailsla.usecases.derive import derive_pending
from mailsla.usecases.terms import Progress, silent

if TYPE_CHECKING:
    from mailsla.bootstrap.collecting import Collecting
    from mailsla.usecases.poll import Collected


@dataclass
class Application:
    """A site with its store, ready to work.

    Attributes:
        site: Its rules.
        engine: Its store.
        now: The clock.
        stop: Set when everything is to end.
        worker: The name under which this process takes accounts.
        reads_only: Whether the store is only read: its rules are those that it keeps, or this user may do no more.
    """

    site: Site
    engine: Engine
    now: Now
    stop: threading.Event = field(default_factory=threading.Event)
    worker: str = field(default_factory=this_worker)
    reads_only: bool = False

    def __post_init__(self) -> None:
        smtp = self.site.settings.smtp
        self.store = store_on(self.engine) if smtp is None else store_on(self.engine, slowest_hand_over(smtp))
        self.time = MachineTiming(self.now, self.stop)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The configured accounts."""
        return self.site.settings.accounts

    @property
    def intervals(self) -> dict[str, timedelta]:
        """The time between two collections of each account."""
        return {account.name: timedelta(seconds=account.every_seconds) for account in self.accounts}

    def clock(self) -> Clock:
        """Return the site's clock over every year the store speaks of."""
        return self.site.clock(self.earliest(), self.now())

    def standard(self) -> Standard:
        """Return what requests are held against, over every year the store speaks of."""
        return self.site.standard(self.clock())

    def earliest(self) -> datetime:
        """Return the first instant that matters: of the oldest request, or a year ago."""
        year_ago = self.now() - timedelta(days=366)
        return min(self.store.derivations.earliest_receipt() or year_ago, year_ago)

    def watched(self) -> Watched:
        """Return what is known of collection: its holes, since when each account is read, what people said of it."""
        said = declared(in_force(self.store.decisions.taken()).all)
        return Watched(self._holes(said), self.store.runs.spans(self.intervals.keys()), said.complete)

    def gaps(self) -> tuple[Gap, ...]:
        """Return the holes of collection: those that last, and the long past ones that may have hidden something."""
        return self._holes(declared(in_force(self.store.decisions.taken()).all))

    def _holes(self, said: Declared) -> tuple[Gap, ...]:
        return gaps.holes(self.store.runs, self.intervals, said, self.now())

    @cached_property
    def collecting(self) -> Collecting:
        """How accounts are collected: what speaks to mail servers is loaded with it."""
        from mailsla.bootstrap.collecting import Collecting  # noqa: PLC0415 (not for what only reads the store)

        return Collecting(self)

    def poll(self, account: Account, progress: Progress = silent) -> Collected:
        """Collect one account and record the run, unless it was tried in vain too often."""
        return self.collecting.poll(account, progress)

    def interrupt(self) -> None:
        """Wake whoever waits for a mail server."""
        self.collecting.sessions.interrupt()

    @cached_property
    def configured(self) -> Configured:
        """What this site's configuration says of itself to the store."""
        return Configured(self.site.settings.saved_at, kept(self.site.settings), self.site.days)

    def derive(self, progress: Callable[[int, int], object] = lambda _done, _total: None) -> int:
        """Bring requests up to date; return how many messages were read for it.

        Raises:
            Superseded: When a newer configuration, with other rules, made what is there.
        """
        with garbage_collector.paused():
            return derive_pending(self.store.derivations, self.site.pairing, self.configured, progress)


@contextmanager
def open_application(
    settings: Settings, now: Now | None = None, told: Callable[[int, int], object] = untold
) -> Iterator[Application]:
    """Open the site's store, at this version's schema, and close it at the end.

    `told` is told how far the conversion of an earlier version's store is, in messages.

    What this process writes from then on is for its user alone, and for its group to read where the site says so.

    Raises:
        PermanentError: When the store cannot be opened, or a newer version wrote it.
        TransientError: When the database does not answer.
    """
    if settings.store.readable_by_group:
        keep_private(READABLE_BY_GROUP)
    engine = open_engine(settings.store.url)
    try:
        schema.upgrade(engine, told=told)
        yield Application(
            Site(settings), engine, now or present(), reads_only=not read_only.may_write(engine)
        )
    finally:
        engine.dispose()
