"""One collection of one account, from connection to record: its failure is a value, not the end of the others."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.errors import LoginRefused, PermanentError, TransientError
from mailsla.core.office.correspondents import UNKNOWN_OFFICE, Office
from mailsla.language import gettext as _
from mailsla.usecases.collect import FactStore, Progress, Session, Tally, collect, refusal
from mailsla.usecases.fetching import Map

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


class RunStore(FactStore, Protocol):
    """Facts, with the record of the runs."""

    def claim(self, account: str, worker: str, now: datetime, until: datetime) -> bool:
        """Take an account for `worker` until an instant; False while another worker has it."""

    def release(self, account: str, worker: str) -> None:
        """Give an account back."""

    def start_run(self, account: str, at: datetime) -> int:
        """Record that a collection starts."""

    def finish_run(
        self, run: int, at: datetime, outcome: str, *, reason: str | None, messages: int, set_aside: int
    ) -> None:
        """Record how it ended."""


@dataclass
class _Lease:
    """A worker's claim on an account, renewed as a collection goes on."""

    account: str
    store: RunStore
    worker: str
    now: Callable[[], datetime]
    lost: bool = False

    def __post_init__(self) -> None:
        self._renewed_at = self.now()

    def is_lost(self) -> bool:
        """Renew the claim when it is time to, and tell whether another worker has the account by now."""
        now = self.now()
        if not self.lost and abs(now - self._renewed_at) >= LEASE / 10:
            self.lost = not self.store.claim(self.account, self.worker, now, now + LEASE)
            self._renewed_at = now
        return self.lost


def poll(
    account: str,
    open_session: Callable[[], AbstractContextManager[Session]],
    store: RunStore,
    *,
    worker: str,
    now: Callable[[], datetime],
    office: Office = UNKNOWN_OFFICE,
    keywords: Collection[str] = (),
    since: date | None = None,
    progress: Progress = lambda _mailbox, _done, _total: None,
    stopping: Callable[[], bool] = lambda: False,
    spread: Map = map,
) -> Collected:
    """Collect `account` and record the run; what goes wrong outside is told in the result.

    Raises:
        TransientError: When the store itself does not answer.
        PermanentError: When the store itself refuses.
    """
    if not store.claim(account, worker, now(), now() + LEASE):
        return Collected(account, RunOutcome.ELSEWHERE, Tally())

    lease = _Lease(account, store, worker, now)
    run = store.start_run(account, now())
    tally, unforeseen = Tally(), None
    try:
        with open_session() as session:
            collect(
                session,
                store,
                account,
                now=now,
                office=office,
                keywords=keywords,
                since=since,
                progress=progress,
                stopping=lambda: stopping() or lease.is_lost(),
                tally=tally,
                spread=spread,
            )
        outcome, reason = RunOutcome.OK, refusal(tally.refused) if tally.refused else None
    except TransientError as error:
        outcome, reason = RunOutcome.TRANSIENT, str(error)
    except LoginRefused as error:
        outcome, reason = RunOutcome.REFUSED, str(error)
    except PermanentError as error:
        outcome, reason = RunOutcome.PERMANENT, str(error)
    except Exception as error:  # no run is left without its end; whoever polled logs the traceback
        unforeseen, outcome = error, RunOutcome.TRANSIENT
        reason = _("erreur imprévue de mailsla ({reason}) ; « mailsla --debug poll » dit où.").format(
            reason=type(error).__name__
        )
    if stopping() or lease.lost:
        outcome, reason = RunOutcome.STOPPED, None
    store.finish_run(
        run, now(), outcome.value, reason=reason, messages=tally.messages, set_aside=tally.set_aside
    )
    store.release(account, worker)
    return Collected(account, outcome, tally, reason, unforeseen)
