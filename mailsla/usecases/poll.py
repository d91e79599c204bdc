"""One collection of one account, from connection to record: its failure is a value, not the end of the others."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.errors import LoginRefused, PermanentError, TransientError
from mailsla.language import gettext as _
from mailsla.usecases.collect import Session, collect, refusal
from mailsla.usecases.fact_store import FactStore
from mailsla.usecases.mailbox_pass import Tally
from mailsla.usecases.terms import Terms

LEASE = timedelta(minutes=5)
"""How long an account stays with a worker that gives no more sign of life."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What one collection did.

    `reason` is one sentence when it failed, or when a mailbox was left out; `error` is what nobody foresaw, whose
    own text may quote mail.
    """

    account: str
    outcome: RunOutcome
    tally: Tally
    reason: str | None = None
    error: Exception | None = None


class Leases(Protocol):
    """Which worker has which account."""

    def claim(self, account: str, worker: str, now: datetime, until: datetime) -> bool:
        """Take an account for `worker` until an instant; False while another worker has it."""

    def release(self, account: str, worker: str) -> None:
        """Give an account back."""


class Runs(Protocol):
    """The record of the runs."""

    def start(self, account: str, at: datetime) -> int:
        """Record that a collection starts."""

    def finish(
        self,
        run: int,
        at: datetime,
        outcome: RunOutcome,
        *,
        reason: str | None,
        messages: int,
        set_aside: int,
    ) -> None:
        """Record how it ended."""


class RunStore(FactStore, Protocol):
    """Facts, with the record of the runs."""

    @property
    def leases(self) -> Leases:
        """Which worker has which account."""

    @property
    def runs(self) -> Runs:
        """The record of the runs."""


@dataclass
class _Lease:
    """A worker's claim on an account, renewed as a collection goes on."""

    account: str
    leases: Leases
    worker: str
    now: Callable[[], datetime]
    lost: bool = False

    def __post_init__(self) -> None:
        self._renewed_at = self.now()

    def is_lost(self) -> bool:
        """Renew the claim when it is time to, and tell whether another worker has the account by now."""
        now = self.now()
        if not self.lost and abs(now - self._renewed_at) >= LEASE / 10:
            self.lost = not self.leases.claim(self.account, self.worker, now, now + LEASE)
            self._renewed_at = now
        return self.lost


def poll(
    open_session: Callable[[], AbstractContextManager[Session]], store: RunStore, terms: Terms, worker: str
) -> Collected:
    """Collect an account and record the run; what goes wrong outside is told in the result.

    Raises:
        TransientError: When the store itself does not answer.
        PermanentError: When the store itself refuses.
    """
    account, now = terms.account, terms.now
    if not store.leases.claim(account, worker, now(), now() + LEASE):
        return Collected(account, RunOutcome.ELSEWHERE, Tally())
    lease = _Lease(account, store.leases, worker, now)
    run = store.runs.start(account, now())
    until_lost = replace(terms, stopping=lambda: terms.stopping() or lease.is_lost())
    result = _attempted(open_session, store, until_lost)
    if terms.stopping() or lease.lost:
        result = replace(result, outcome=RunOutcome.STOPPED, reason=None)
    tally = result.tally
    store.runs.finish(
        run, now(), result.outcome, reason=result.reason, messages=tally.messages, set_aside=tally.set_aside
    )
    store.leases.release(account, worker)
    return result


def _attempted(
    open_session: Callable[[], AbstractContextManager[Session]], store: FactStore, terms: Terms
) -> Collected:
    """Collect an account; whatever goes wrong becomes a result."""
    tally, unforeseen, reason = Tally(), None, None
    try:
        with open_session() as session:
            collect(session, store, terms, tally)
        outcome, reason = RunOutcome.OK, refusal(tally.refused) if tally.refused else None
    except TransientError as error:
        outcome, reason = RunOutcome.TRANSIENT, str(error)
    except LoginRefused as error:
        outcome, reason = RunOutcome.REFUSED, str(error)
    except PermanentError as error:
        outcome, reason = RunOutcome.PERMANENT, str(error)
    except Exception as error:  # noqa: BLE001 (no run is left without its end; whoever polled logs it)
        unforeseen, outcome = error, RunOutcome.TRANSIENT
        reason = _("erreur imprévue de mailsla ; « mailsla --debug poll » dit laquelle, et où.")
    return Collected(terms.account, outcome, tally, reason, unforeseen)
