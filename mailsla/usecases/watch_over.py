"""Tells whoever watches from outside how things are: as a file of figures, by a ping, by a command."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from mailsla.core.alerts.findings import Finding
from mailsla.core.alerts.health import AccountFigures, Health
from mailsla.core.alerts.vigil import Listener, Vigil
from mailsla.core.collection.outcome import RecordedRun, RunOutcome
from mailsla.core.collection.pacing import Attempt
from mailsla.core.errors import MailslaError

A_DAY = timedelta(days=1)


class Runs(Protocol):
    """What is remembered of collections."""

    def last(self) -> Sequence[RecordedRun]:
        """Return, for each account, its last ended run and its last successful one."""


class Attempts(Protocol):
    """Which logins failed."""

    def failed_logins(self, account: str) -> Sequence[Attempt]:
        """Return an account's latest logins that led to no whole collection."""


def account_figures(
    accounts: Sequence[str], runs: Runs, attempts: Attempts, now: datetime
) -> Iterator[AccountFigures]:
    """Yield how the collection of each account goes, by the runs and logins that are remembered."""
    last = runs.last()
    for account in accounts:
        own = [run for run in last if run.account == account]
        good = next((run for run in own if run.outcome is RunOutcome.OK), None)
        latest = max(own, key=lambda run: run.started_at, default=None)
        yield AccountFigures(
            account,
            collected_at=None if good is None else good.started_at,
            is_failing=latest is not None and latest.outcome.has_failed,
            is_partial=good is not None and good.reason is not None,
            refused=sum(item.refused and item.at > now - A_DAY for item in attempts.failed_logins(account)),
        )


Tell = Callable[[Sequence[Finding]], object]
"""Tells somebody what was found."""


def is_well(found: Sequence[Finding]) -> bool:
    """Tell whether nothing of what was found is to be mended."""
    return all(finding.health is not Health.FAILURE for finding in found)


@dataclass
class WatchedOver:
    """Looks again and again, and tells.

    Attributes:
        look: Finds how things are.
        now: The clock.
        write: Writes the file of figures; None when there is none.
        ping: Pings; None when nobody asks for it.
        run: Runs the command; None when there is none.
        failed: Told why somebody could not be told.
    """

    look: Callable[[], Sequence[Finding]]
    now: Callable[[], datetime]
    write: Tell | None = None
    ping: Tell | None = None
    run: Tell | None = None
    failed: Callable[[MailslaError], object] = lambda _error: None
    _vigil: Vigil = field(default_factory=Vigil, init=False)
    _pings: Listener = field(default_factory=lambda: Listener(repeats=True), init=False)
    _runs: Listener = field(default_factory=lambda: Listener(repeats=False), init=False)

    def turn(self) -> None:
        """Look once, and tell whoever is to be told; who cannot be told holds no other back."""
        found = self.look()
        well = is_well(found)
        if self.write is not None:
            self._told(self.write, found)
        if not self._vigil.is_worth_telling(self.now(), well=well):
            return
        for listener, tell in ((self._pings, self.ping), (self._runs, self.run)):
            if tell is not None and listener.is_due(self.now(), well=well):
                listener.note(self.now(), well=well, heard=self._told(tell, found))

    def _told(self, tell: Tell, found: Sequence[Finding]) -> bool:
        try:
            tell(found)
        except MailslaError as error:
            self.failed(error)
            return False
        return True
