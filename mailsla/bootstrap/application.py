"""Puts the program together: the one place where settings, adapters and use cases meet."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as time_of_day
from functools import partial

from sqlalchemy import Engine

from mailsla.adapters.database import schema
from mailsla.adapters.database.engine import open_engine
from mailsla.adapters.database.store import store_on
from mailsla.adapters.imap.connecting import connect
from mailsla.adapters.imap.session import ImapSession
from mailsla.adapters.machine import garbage_collector, scheduling
from mailsla.adapters.machine.present import Now, clock_set_to, system_now
from mailsla.adapters.machine.second_process import SecondProcess
from mailsla.adapters.machine.workers import is_dead, this_worker
from mailsla.adapters.smtp import Mailer
from mailsla.bootstrap.access import credentials_fingerprint, imap_account, smtp_server
from mailsla.bootstrap.site_rules import Site
from mailsla.config import Account, Settings
from mailsla.core.alerts.digests import Digest
from mailsla.core.clock.verdict import Clock
from mailsla.core.collection.gap import Gap
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.collection.pacing import Pace, next_attempt
from mailsla.core.errors import LoginRefused, PermanentError, TransientError, UsageError
from mailsla.core.rate.period import Grain, Period, last_full_week, year_to_date
from mailsla.core.rate.report import Report
from mailsla.core.rate.standard import Judged
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.formats import alert_text
from mailsla.presentation.pages.alert_page import Shown, alarm_page, alert_page
from mailsla.usecases import alarm, notify, report
from mailsla.usecases.derive import derive_pending
from mailsla.usecases.mailbox_pass import Tally
from mailsla.usecases.poll import LEASE, Collected, poll
from mailsla.usecases.report import ReportRules
from mailsla.usecases.terms import Progress, Terms

NOW_VARIABLE = "MAILSLA_NOW"
"""When set to an instant, the clock shows it: for demonstrations and trials."""

ALERT_ROUND_SECONDS = 60
MAIN_MAILBOX = "INBOX"
LISTEN_SECONDS = 60
"""How long one IDLE lasts: far below the 29 minutes after which a server may hang up (RFC 2177)."""

HELD_SECONDS = 15
"""A connection that held so long and then broke is opened again at once: four logins a minute at the most."""

REOPEN_SECONDS = 4
"""At once is within so many seconds: a server that restarts is given a moment, and not by all at the same."""

LONG_HOLE = timedelta(hours=12)
"""Shorter stretches without a collection left nothing behind: the next one found everything."""


def present() -> Now:
    """Return the clock to go by: the system's, unless `MAILSLA_NOW` sets it to another instant.

    Raises:
        UsageError: When `MAILSLA_NOW` is no instant with a zone.
    """
    written = os.environ.get(NOW_VARIABLE)
    if not written:
        return system_now
    try:
        return clock_set_to(datetime.fromisoformat(written))
    except ValueError as error:
        raise UsageError(
            _("MAILSLA_NOW doit être un instant avec son fuseau, comme 2026-11-13T08:30+01:00.")
        ) from error


@dataclass
class Application:
    """A site with its store, ready to work."""

    site: Site
    engine: Engine
    now: Now
    stop: threading.Event = field(default_factory=threading.Event)
    worker: str = field(default_factory=this_worker)

    def __post_init__(self) -> None:
        smtp = self.site.settings.smtp
        seconds = smtp.timeout_seconds if smtp is not None else 30
        self.store = store_on(self.engine, hand_over=timedelta(seconds=2 * seconds))
        self._sessions: set[ImapSession] = set()
        self._paces: dict[str, Pace] = {}

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The configured accounts."""
        return self.site.settings.accounts

    def clock(self) -> Clock:
        """Return the site's clock over every year the store speaks of."""
        return self.site.clock(self._earliest(), self.now())

    def _earliest(self) -> datetime:
        """Return the first instant that matters: of the oldest request, or a year ago."""
        year_ago = self.now() - timedelta(days=366)
        return min(self.store.derivations.earliest_receipt() or year_ago, year_ago)

    def poll(self, account: Account, progress: Progress = lambda _mailbox, _done, _total: None) -> Collected:
        """Collect one account and record the run, unless it was tried in vain too often."""
        return self._held_back(account) or self._poll(account, lambda: self._session(account), progress)

    def _poll(
        self,
        account: Account,
        open_session: Callable[[], AbstractContextManager[ImapSession]],
        progress: Progress = lambda _mailbox, _done, _total: None,
    ) -> Collected:
        holder = self.store.leases.holder(account.name)
        if holder is not None and is_dead(holder):
            # Killed: nobody waits for the end of its lease.
            self.store.leases.release(account.name, holder)
        self.store.mailboxes.forget_accounts({known.name for known in self.accounts}, self.now())
        with SecondProcess() as second, garbage_collector.paused():
            terms = Terms(
                account=account.name,
                now=self.now,
                office=self.site.office,
                keywords=self.site.keywords,
                since=account.since,
                progress=progress,
                stopping=self.stop.is_set,
                spread=second.map,
            )
            return poll(open_session, self.store, terms, self.worker)

    def watch(self, account: Account, collected: Callable[[Collected], None]) -> None:
        """Collect one account, then stay on the line until its next collection is due.

        At each sign of change it is collected again, over the same connection: one login, one connection. A
        pause that failures or refusals impose is kept, and logins are few whatever the cause.
        """
        deadline = time.monotonic() + account.every_seconds
        while self._may_try(account, collected):
            pause = REOPEN_SECONDS * random.random()  # noqa: S311 (to spread attempts, nothing else)
            if not self._hold_the_line(account, deadline, collected):
                retry = self._pace(account).retry_in(self.now())
                if retry is None:
                    return
                pause = retry.total_seconds()
            if time.monotonic() + pause >= deadline or self.stop.wait(pause):
                return

    def _may_try(self, account: Account, collected: Callable[[Collected], None]) -> bool:
        """Tell whether an account may be logged in to now; when it is the store that forbids it, say so."""
        pace = self._pace(account)
        if not pace.may_try(self.now(), credentials_fingerprint(account) if pace.refusals else ""):
            return False
        held_back = self._held_back(account)
        if held_back is not None:
            collected(held_back)
        return held_back is None

    def _held_back(self, account: Account) -> Collected | None:
        """Return what to say of an account that nobody may try now; None when it may be."""
        free_at = next_attempt(self.store.attempts.failed_logins(account.name), self.now())
        if free_at is None:
            return None
        reason = _(
            "trop d'essais sans succès ; pour ne pas verrouiller le compte, pas de nouvel essai avant le {instant}."
        ).format(instant=words.instant(free_at + timedelta(seconds=59), self.site.zone))
        return Collected(account.name, RunOutcome.TRANSIENT, Tally(), reason)

    def _pace(self, account: Account) -> Pace:
        return self._paces.setdefault(account.name, Pace(timedelta(seconds=account.every_seconds)))

    def _hold_the_line(
        self, account: Account, deadline: float, collected: Callable[[Collected], None]
    ) -> bool:
        """Collect, then listen; tell whether the line broke and is worth opening again before `deadline`."""
        pace = self._pace(account)
        pace.started(self.now())
        with ExitStack() as line:
            sessions: list[ImapSession] = []

            def once() -> AbstractContextManager[ImapSession]:
                if not sessions:
                    sessions.append(line.enter_context(self._session(account)))
                return nullcontext(sessions[0])

            result = self._poll(account, once)
            self._note(pace, account, result)
            collected(result)
            if account.idle and result.outcome is RunOutcome.OK and sessions[0].can_idle:
                again = partial(self._poll, account, once)
                return self._listen(account, sessions[0], deadline, lambda: collected(again()))
            return False

    def _listen(
        self, account: Account, session: ImapSession, deadline: float, again: Callable[[], None]
    ) -> bool:
        """Wait for signs of change until `deadline`, or until the connection breaks.

        Returns:
            Whether it broke after it had held: one that breaks at once, again and again, waits for its turn.
        """
        since, broke = time.monotonic(), False
        while not self.stop.is_set() and (left := deadline - time.monotonic()) > 1:
            # The account stays this worker's own: another one would open a second connection.
            if not self.store.leases.claim(account.name, self.worker, self.now(), self.now() + LEASE):
                return False
            try:
                changed = session.wait_for_change(MAIN_MAILBOX, min(left, LISTEN_SECONDS))
            except (TransientError, PermanentError):
                broke = True
                break
            if changed and not self.stop.is_set():
                again()
        self.store.leases.release(account.name, self.worker)
        return broke and not self.stop.is_set() and time.monotonic() - since >= HELD_SECONDS

    def _note(self, pace: Pace, account: Account, result: Collected) -> None:
        """Set the account's pace by how a collection ended."""
        if result.outcome is RunOutcome.REFUSED:
            pace.refused(self.now(), credentials_fingerprint(account))
        elif result.outcome.has_failed:
            pace.failed(self.now(), random.random())  # noqa: S311 (to spread attempts, nothing else)
        elif result.outcome is RunOutcome.OK:
            pace.succeeded()

    @contextmanager
    def checking(self, account: Account) -> Iterator[ImapSession]:
        """Log in to an account without collecting it; a refusal counts among those of its collections.

        Raises:
            TransientError: When it was refused too often of late: it has not been tried. Else as `connect`.
            PermanentError: As `connect`.
        """
        held_back = self._held_back(account)
        if held_back is not None:
            raise TransientError(held_back.reason)
        try:
            with self._session(account) as session:
                yield session
        except LoginRefused:
            self.store.attempts.note_refused_check(account.name, self.now())
            raise

    @contextmanager
    def _session(self, account: Account) -> Iterator[ImapSession]:
        with connect(imap_account(account)) as session:
            self._sessions.add(session)
            try:
                yield session
            finally:
                self._sessions.discard(session)

    def interrupt(self) -> None:
        """Wake whoever waits for a mail server."""
        for session in list(self._sessions):
            session.interrupt()

    def derive(self) -> int:
        """Bring requests up to date; return how many messages were read for it."""
        with garbage_collector.paused():
            return derive_pending(self.store.derivations, self.site.pairing)

    def report(
        self, periods: Sequence[Period] = (), *, service: str | None = None, grain: Grain = Grain.MONTH
    ) -> Report:
        """Return the report of `periods`; by default the last full week beside the year to date."""
        now = self.now()
        today = now.astimezone(self.site.zone).date()
        wanted = periods or (last_full_week(today), year_to_date(today))
        return report.build(
            self.store,
            self._report_rules(wanted),
            periods=wanted,
            now=now,
            service=service,
            grain=grain,
            set_aside=len(self.store.set_aside.all()),
            gaps=self.gaps(),
        )

    def judged(self) -> list[Judged]:
        """Return every request and follow-up with its verdict now, by receipt."""
        return self.site.standard(self.clock()).judge(self.store.derivations.cases(), self.now())

    def publish(self, periods: Sequence[Period]) -> None:
        """Write down the figures of `periods` as they stand now."""
        for period in periods:
            report.publish(self.store, self._report_rules([period]), period, self.now())

    def _report_rules(self, periods: Sequence[Period]) -> ReportRules:
        """Return the rules, on a calendar that covers the store and `periods`."""
        noon = time_of_day(12, tzinfo=self.site.zone)
        begins = (datetime.combine(period.first, noon) for period in periods)
        # The clock covers the year after its last instant, for due dates: a period's own are in its year.
        ends = (datetime.combine(period.last, noon) - timedelta(days=366) for period in periods)
        return self.site.report_rules(self.site.clock(min(self._earliest(), *begins), max(self.now(), *ends)))

    def gaps(self) -> tuple[Gap, ...]:
        """Return the stretches over which an account was not collected: those that last, and the long past ones."""
        long = self._patience(LONG_HOLE)
        return tuple(gap for gap in self._gaps(long) if gap.until is None or gap.until - gap.since > long)

    def _gaps(self, silence: timedelta) -> tuple[Gap, ...]:
        return self.store.runs.gaps({account.name for account in self.accounts}, silence, self.now())

    def _patience(self, wanted: timedelta) -> timedelta:
        """Return how old a collection may be: as wanted, unless collections are hardly more often than that."""
        return max(wanted, *(timedelta(seconds=2 * account.every_seconds) for account in self.accounts))

    def sound_alarms(self) -> int:
        """Write the alarms about collection that are due to the outbox; return how many."""
        alerts = self.site.settings.alerts
        after = self._patience(timedelta(hours=alerts.collection_stopped_after_hours))
        refused = {run.account for run in self.store.runs.last() if run.outcome.needs_a_person}
        return alarm.sound(
            self.store.outbox,
            self._gaps(after),
            {account.name: account.name in refused for account in self.accounts},
            alarm.AlarmRule(alerts.operator, after, self._mail_domain),
            self._write_alarm,
            self.now(),
            self.now().astimezone(self.site.zone).date(),
        )

    def _write_alarm(self, gap: Gap) -> tuple[str, str]:
        # Of a success, what it left out; of anything else, why it was none.
        reasons = {(run.account, run.outcome == RunOutcome.OK): run.reason for run in self.store.runs.last()}
        reason = reasons.get((gap.account, gap.partial))
        page = alarm_page(gap, reason=reason, site=self.site.settings.site.name, zone=self.site.zone)
        return alert_text.write(page)

    @property
    def _mail_domain(self) -> str:
        smtp = self.site.settings.smtp
        return (smtp.sender if smtp is not None else "mailsla@localhost").rpartition("@")[2]

    def alert_setting(self) -> notify.AlertSetting:
        """Return everything that decides alerts."""
        return notify.AlertSetting(
            standard=self.site.standard(self.clock()),
            office=self.site.office,
            rule=self.site.alert_rule,
            domain=self._mail_domain,
        )

    def write_digest(self, digest: Digest) -> tuple[str, str]:
        """Return the subject and the text of an alert mail."""
        settings = self.site.settings
        page = alert_page(
            digest,
            site=settings.site.name,
            zone=self.site.zone,
            commitments=self.site.commitments,
            gaps=[gap for gap in self.gaps() if gap.until is None],
            shown=Shown(settings.alerts.show_subject, settings.alerts.show_sender),
        )
        return alert_text.write(page)

    def prepare_alerts(self) -> int:
        """Write the digests that are due to the outbox; return how many."""
        return notify.prepare(
            self.store.derivations, self.store.outbox, self.alert_setting(), self.write_digest, self.now()
        )

    def deliver_alerts(self) -> notify.Delivery:
        """Hand over the mails that wait."""
        smtp = self.site.settings.smtp
        if smtp is None:
            return notify.Delivery(0, 0)
        mailer = Mailer(smtp_server(smtp), self.now, self.site.zone)
        return notify.deliver(self.store.outbox, mailer, self.now, self.stop.is_set)


@contextmanager
def open_application(settings: Settings, now: Now | None = None) -> Iterator[Application]:
    """Open the site's store, at this version's schema, and close it at the end.

    Raises:
        PermanentError: When the store cannot be opened, or a newer version wrote it.
        TransientError: When the database does not answer.
    """
    engine = open_engine(settings.store.url)
    try:
        schema.upgrade(engine)
        yield Application(Site(settings), engine, now or present())
    finally:
        engine.dispose()


def run_daemon(app: Application, jobs: Callable[[], Sequence[scheduling.Job]]) -> None:
    """Run until SIGTERM or SIGINT."""
    scheduling.run_jobs(jobs(), app.stop, app.interrupt)
