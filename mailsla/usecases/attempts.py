"""Logins that were in vain, as the store remembers them: none is made too often, by whichever process."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.collection.pacing import Attempt, next_attempt
from mailsla.usecases.mailbox_pass import Tally
from mailsla.usecases.poll import Collected


class Attempts(Protocol):
    """What the store remembers of logins."""

    def failed_logins(self, account: str) -> Iterable[Attempt]:
        """Return an account's latest logins in vain, whoever made them."""


@dataclass(frozen=True)
class Restraint:
    """Keeps one account from being logged in to too often.

    Attributes:
        account: Its name.
        attempts: Where its logins are remembered.
        say: Says from when it may be tried again.
    """

    account: str
    attempts: Attempts
    say: Callable[[datetime], str]

    def held_back(self, now: datetime) -> Collected | None:
        """Return what to say of the account when nobody may try it now; None when it may be tried."""
        free_at = next_attempt(self.attempts.failed_logins(self.account), now)
        if free_at is None:
            return None
        return Collected(self.account, RunOutcome.TRANSIENT, Tally(), self.say(free_at))
