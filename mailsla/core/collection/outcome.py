"""How a run of collection ended, and what that says of the account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RunOutcome(StrEnum):
    """How a run ended.

    `RUNNING` has no known end yet. `TRANSIENT` may succeed next time, `PERMANENT` needs a person, `REFUSED` too, and
    the login was what was refused; `STOPPED` was asked to end, `ELSEWHERE` is being done by another worker and is not
    recorded. `REFUSED_CHECK` is a refused login that only checked: no collection, so that it leaves no hole.
    """

    RUNNING = "running"
    OK = "ok"
    STOPPED = "stopped"
    TRANSIENT = "transient"
    PERMANENT = "permanent"
    REFUSED = "refused"
    ELSEWHERE = "elsewhere"
    REFUSED_CHECK = "refused check"

    @property
    def has_failed(self) -> bool:
        """Tell whether a collection went wrong."""
        return self in {RunOutcome.TRANSIENT, RunOutcome.PERMANENT, RunOutcome.REFUSED}

    @property
    def needs_a_person(self) -> bool:
        """Tell whether it failed in a way that lasts until somebody acts."""
        return self in {RunOutcome.PERMANENT, RunOutcome.REFUSED}

    @property
    def is_known(self) -> bool:
        """Tell whether it says that an account was, or could not be, read: one that was asked to end says neither."""
        return self is RunOutcome.OK or self.has_failed

    @property
    def was_in_vain(self) -> bool:
        """Tell whether its login led to no whole collection: one without a known end is taken for that."""
        return self.has_failed or self in {RunOutcome.RUNNING, RunOutcome.REFUSED_CHECK}

    @property
    def was_refused(self) -> bool:
        """Tell whether the login itself was refused."""
        return self in {RunOutcome.REFUSED, RunOutcome.REFUSED_CHECK}


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """One run of collection, as recorded, or a span of runs alike.

    Attributes:
        account: The account's name.
        started_at: When it began; of a span, when the last one did.
        finished_at: When it ended; None when that is not known.
        outcome: How.
        reason: Of a success, what it left out; of anything else, why it was none; in one sentence.
        messages: How many were new, in all.
        set_aside: How many could not be read, in all.
    """

    account: str
    started_at: datetime
    finished_at: datetime | None
    outcome: RunOutcome
    reason: str | None
    messages: int
    set_aside: int
