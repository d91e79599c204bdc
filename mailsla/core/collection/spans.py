"""Runs of collection kept as spans: one that went as the run before it, soon after, only makes that last longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.collection.pacing import REMEMBERED

LONGEST_PAUSE = timedelta(minutes=61)
"""Between two successes of one span: no silence that anybody is told of is shorter than an hour, give or take."""


@dataclass(frozen=True, slots=True)
class EndedRun:
    """A run whose end is known, or the last one of a span.

    Attributes:
        started_at: When it began.
        outcome: How it ended.
        reason: Of a success, what it left out; of anything else, why it was none.
        lost: Of one that read its account whole, how many mails came and went unseen before it; None when nobody
            can tell.
    """

    started_at: datetime
    outcome: RunOutcome
    reason: str | None
    lost: int | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether it read its account, and left no mailbox out."""
        return self.outcome is RunOutcome.OK and self.reason is None

    def goes_on_from(self, before: EndedRun) -> bool:
        """Tell whether nothing changed since the run before it: what is asked of both is answered by one span.

        Failures are counted one by one over a while (`mailsla.core.collection.pacing.next_attempt`): only those
        further apart than that go on from each other.

        >>> from datetime import UTC
        >>> noon = datetime(2026, 11, 13, 12, tzinfo=UTC)
        >>> good = EndedRun(noon, RunOutcome.OK, None, lost=0)
        >>> EndedRun(noon + timedelta(minutes=5), RunOutcome.OK, None, lost=0).goes_on_from(good)
        True
        >>> EndedRun(noon + timedelta(minutes=5), RunOutcome.OK, None, lost=3).goes_on_from(good)
        False
        """
        if (self.outcome, self.reason) != (before.outcome, before.reason) or not self.outcome.is_known:
            return False
        pause = self.started_at - before.started_at
        if self.outcome.has_failed:
            return pause >= REMEMBERED
        return timedelta(0) <= pause <= LONGEST_PAUSE and (self.lost == 0 or not self.is_whole)
