"""What the daemon does again and again: one collection an account, the alarms, the alerts, their delivery."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from mailsla.core.alerts.readiness import may_announce
from mailsla.core.collection.outcome import RunOutcome
from mailsla.usecases.hand_over import Delivery
from mailsla.usecases.poll import Collected
from mailsla.usecases.watch import Heard

ALERT_SECONDS = 60
"""Between two looks at what is to be told."""

PURGE_SECONDS = 3_600
"""Between two looks at whether personal data is still to end today."""


@dataclass(frozen=True)
class Round:
    """Something to do at intervals."""

    name: str
    seconds: float
    act: Callable[[], object]


@dataclass(frozen=True)
class Watched:
    """An account whose turn comes at intervals.

    Attributes:
        account: Its name.
        seconds: Between two accounts.
        watch: Collects it and stays on the line until its next each.
    """

    account: str
    seconds: float
    watch: Callable[[Heard], object]


class Work(Protocol):
    """What is done in rounds, besides collecting."""

    def derive(self) -> object:
        """Bring requests up to date."""

    def half_read(self) -> AbstractSet[str]:
        """Return the accounts of which something was read, and which never were to their end."""

    def sound_alarms(self, tried: AbstractSet[str]) -> object:
        """Write the alarms that are due; about collection, of the accounts that were tried alone."""

    def prepare_alerts(self) -> object:
        """Note who is to be told something today."""

    def prepare_reports(self) -> object:
        """Note which reports are due."""

    def renew_pages(self) -> object:
        """Write the static site again, when it is time to."""

    def tell_watchers(self) -> object:
        """Tell whoever watches from outside how things are."""

    def purge(self) -> object:
        """End the personal data that is kept no more, once a day."""

    def take_decisions(self) -> object:
        """Take the decisions that others of this machine ask for, until everything is to end, where there are any."""

    def deliver(self, may_alert: Callable[[], bool]) -> Delivery:
        """Hand over the mails that wait; alerts and reports only while they may be given."""


@dataclass(frozen=True)
class Rounds:
    """The daemon's rounds.

    Attributes:
        accounts: What is collected.
        work: What is done besides.
        is_stopping: Tells whether everything is to end.
        heard: Told how each collection ended.
        delivered: Told of each delivery that did something.
    """

    accounts: Sequence[Watched]
    work: Work
    is_stopping: Callable[[], bool]
    heard: Heard
    delivered: Callable[[Delivery], object]
    _tried: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def all(self) -> list[Round]:
        """Return every round, each apart: what breaks one, or makes it last, holds no other back."""
        seconds = min(ALERT_SECONDS, *(each.seconds for each in self.accounts))
        acts = (
            ("alarms", self.sound_alarms),
            ("alerts", self.warn),
            ("reports", self.report),
            ("pages", self.renew),
            ("delivery", self.deliver),
            ("monitoring", self.work.tell_watchers),
            ("decisions", self.work.take_decisions),
        )
        return [
            *(
                Round(f"collect {each.account}", each.seconds, partial(each.watch, self._collected))
                for each in self.accounts
            ),
            *(Round(name, seconds, act) for name, act in acts),
            Round("purge", PURGE_SECONDS, self.purge),
        ]

    def _collected(self, result: Collected) -> None:
        """Derive at once whatever is new."""
        self.heard(result)
        if result.tally.messages or result.tally.gone or result.outcome is RunOutcome.OK:
            self.work.derive()
        with self._lock:
            self._tried.add(result.account)

    def sound_alarms(self) -> None:
        """Write the alarms that are due: of no account before it was tried, for the machine may have been off."""
        self.work.sound_alarms(self._tried_by_now())

    def warn(self) -> None:
        """Note who is to be told something, once it is known what was answered."""
        if self._may_announce() and not self.is_stopping():
            self.work.prepare_alerts()

    def report(self) -> None:
        """Note which reports are due, likewise."""
        if self._may_announce() and not self.is_stopping():
            self.work.prepare_reports()

    def renew(self) -> None:
        """Write the static site again, likewise: a half-read account would be shown without its replies."""
        if self._may_announce() and not self.is_stopping():
            self.work.renew_pages()

    def purge(self) -> None:
        """End personal data, likewise: an answer that is not read yet must be tied before its request is sealed."""
        if self._may_announce() and not self.is_stopping():
            self.work.purge()

    def _may_announce(self) -> bool:
        configured = {each.account for each in self.accounts}
        return may_announce(configured, self._tried_by_now(), self.work.half_read())

    def _tried_by_now(self) -> frozenset[str]:
        with self._lock:
            return frozenset(self._tried)

    def deliver(self) -> None:
        """Hand over the mails that wait."""
        delivery = self.work.deliver(self._may_announce)
        if delivery != Delivery():
            self.delivered(delivery)
