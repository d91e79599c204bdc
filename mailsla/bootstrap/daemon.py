"""The daemon: a site's rounds, run until it is asked to stop, or to read its configuration again."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

from mailsla.adapters.database.returned import ReturnedMails
from mailsla.adapters.machine.scheduling import Job, Shift, run_shifts
from mailsla.adapters.machine.signs_of_life import give_sign
from mailsla.adapters.machine.written_files import keep_private
from mailsla.bootstrap import actions, alarms, alerts, asked_decisions, keeping_up, undelivered
from mailsla.bootstrap.access import forget_tokens
from mailsla.bootstrap.application import Application
from mailsla.bootstrap.giving_back import give_back, then_give_back
from mailsla.bootstrap.privacy import DailyPurge
from mailsla.bootstrap.told import Told
from mailsla.config.servers import Monitoring
from mailsla.core.alerts.privacy_findings import PurgeAhead
from mailsla.core.errors import MailslaError, PermanentError, Superseded
from mailsla.usecases import notify
from mailsla.usecases.hand_over import Delivery
from mailsla.usecases.rounds import Rounds, Watched

if TYPE_CHECKING:
    from mailsla.bootstrap.site_writing import SiteRenewal
    from mailsla.usecases.watch_over import WatchedOver


@dataclass(frozen=True)
class SiteWork:
    """What is done for a site in rounds. Satisfies `mailsla.usecases.rounds.Work`."""

    app: Application
    told: Told = field(default_factory=Told)
    _known: set[datetime | None] = field(default_factory=set, init=False)
    _looks: notify.Rounds = field(default_factory=notify.Rounds, init=False)

    @cached_property
    def _returned(self) -> ReturnedMails:
        return ReturnedMails(self.app.engine)

    @cached_property
    def _pages(self) -> SiteRenewal | None:
        if self.app.site.settings.pages.folder is None:
            return None
        from mailsla.bootstrap.site_writing import SiteRenewal  # noqa: PLC0415 (loaded where a site is kept alone)

        return SiteRenewal(self.app)

    @cached_property
    def _watched_over(self) -> WatchedOver | None:
        if self.app.site.settings.monitoring == Monitoring():
            return None
        from mailsla.bootstrap.monitoring import watched_over  # noqa: PLC0415 (loaded where somebody watches alone)

        return watched_over(self.app, self.told.not_told)

    @cached_property
    def _daily(self) -> DailyPurge:
        return DailyPurge(self.app)

    def derive(self) -> int:
        """Bring requests up to date, and do what mails ask for; unless a newer configuration does: it all waits for it.

        What keeps actions from being done keeps nothing else: they wait.
        """
        try:
            done = self.app.derive(lambda _done, _total: give_sign())
        except Superseded:
            return 0
        try:
            actions.act(self.app)
        except (PermanentError, Superseded) as error:
            self.told.not_acted(error)
        give_back(self.app.engine)
        return done

    def half_read(self) -> AbstractSet[str]:
        """Return the accounts of which something was read, and which never were to their end."""
        return self.app.store.runs.half_read()

    def sound_alarms(self, tried: AbstractSet[str]) -> int:
        """Write the alarms that are due; about collection, of the accounts that were tried alone."""
        undelivered.note_returns(self.app, self._returned)
        return self._sound_outdated() + alarms.sound_alarms(self.app, tried)

    def _sound_outdated(self) -> int:
        newer = keeping_up.newer(self.app)
        if newer is None:
            return 0
        if newer.saved_at not in self._known:
            self._known.add(newer.saved_at)
            self.told.outdated(newer)
        return alarms.sound_outdated(self.app, newer)

    def prepare_alerts(self) -> int:
        """Note who is to be told something today."""
        return alerts.prepare(self.app, self._looks)

    def prepare_reports(self) -> int:
        """Note which reports are due."""
        return alerts.prepare_reports(self.app)

    def renew_pages(self) -> int:
        """Write the static site again, when it is time to."""
        return 0 if self._pages is None else self._pages.renew()

    def tell_watchers(self) -> None:
        """Tell whoever watches from outside how things are, where the configuration says how."""
        if self._watched_over is not None:
            self._watched_over.turn()

    def purge(self) -> int:
        """End the personal data that is kept no more, once a day; not by an older configuration."""
        try:
            done = self._daily.purge(lambda _done, _total: give_sign())
        except Superseded:
            return 0
        if isinstance(done, PurgeAhead):
            self.told.ahead(done)
            return 0
        if done is None or done.is_nothing:
            return 0
        self.told.purged(done)
        return done.messages

    def take_decisions(self) -> None:
        """Take the decisions that others of this machine ask for, where the configuration says where."""
        path = self.app.site.settings.decisions.socket
        if path is not None:
            asked_decisions.listen(self.app, path)

    def deliver(self, may_alert: Callable[[], bool] = lambda: True) -> Delivery:
        """Hand over the mails that wait; alerts and reports only while they may be given."""
        return alerts.deliver(self.app, may_alert)


def rounds(app: Application, told: Told) -> Rounds:
    """Return a site's rounds."""
    # Before any thread: each would make its own connections, and the end of the rounds wake those of one alone.
    watch = app.collecting.watch
    accounts = [
        Watched(account.name, account.every_seconds, partial(watch, account)) for account in app.accounts
    ]
    work = SiteWork(app, told)
    return Rounds(accounts, work, app.time.is_stopping, told.heard, told.delivered)


@dataclass
class Daemon:
    """A site's rounds, begun anew with each configuration that can be used.

    Attributes:
        open: Reads the configuration and opens the site's store, until the end of the block.
        told: Who is told.
    """

    open: Callable[[], AbstractContextManager[Application]]
    told: Told
    _at_work: Application | None = field(default=None, init=False)

    def run(self) -> None:
        """Do the rounds until SIGTERM or SIGINT; at SIGHUP, read the configuration again.

        Raises:
            MailslaError: When the first configuration cannot be used.
        """
        run_shifts(self._shift, self._following)

    def _following(self) -> Shift | None:
        """Return the rounds of the configuration as it is now; None, and the former go on, when it cannot be used."""
        assert self._at_work is not None
        # The former configuration may have let the group read.
        keep_private()
        try:
            shift = self._shift()
        except MailslaError as error:
            self.told.refused(error)
            # The store may be what does not answer: the former rounds go on, and find out by themselves.
            with suppress(MailslaError):
                alarms.sound_refused(self._at_work, error)
            return None
        forget_tokens()
        return shift

    def _shift(self) -> Shift:
        with ExitStack() as opened:
            app = opened.enter_context(self.open())
            act = partial(then_give_back, app.engine)
            jobs = [Job(one.name, one.seconds, partial(act, one.act)) for one in rounds(app, self.told).all()]
            self.told.began(app)
            self._at_work = app
            return Shift(jobs, app.stop, app.interrupt, opened.pop_all().close)
