"""When a conversation is over for as long as it is kept: all its mails came long ago, and all its requests fell due."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from mailsla.core.clock.verdict import Outcome
from mailsla.core.rate.case import Case
from mailsla.core.rate.standard import Standard
from mailsla.core.retention.ended import NEW_DAYS


class Exchange(NamedTuple):
    """A conversation, as its end depends on it.

    Attributes:
        conversation: Its number.
        numbers: Those of all its messages.
        last_at: The instant of its last mail.
        seen_at: When the last of its mails was first seen.
        cases: Its requests and follow-ups.
    """

    conversation: int
    numbers: tuple[int, ...]
    last_at: datetime
    seen_at: datetime
    cases: tuple[Case, ...] = ()

    def has_ended(self, through: date, standard: Standard, now: datetime) -> bool:
        """Tell whether it is kept no more.

        Args:
            through: The last day whose data is kept no more, included.
            standard: By which its requests fall due.
            now: The present instant.
        """
        return (
            # A mail that is no request may be older than every year whose days off are known.
            self.last_at.astimezone(standard.clock.calendar.zone).date() <= through
            and self.seen_at <= now - timedelta(days=NEW_DAYS)
            and self.is_due(through, standard, now)
        )

    def is_forgettable(self, before: datetime) -> bool:
        """Tell whether it has no request, and all its mails came, and were seen, before an instant."""
        return not self.cases and self.last_at < before and self.seen_at < before

    def has_fallen_due(self, standard: Standard, now: datetime) -> bool:
        """Tell whether no reply sent now could still be in time for any of its requests."""
        standings = standard.standings(self.cases, now)
        return all(standing.outcome is not Outcome.NOT_DUE for standing in standings)

    def is_due(self, by: date, standard: Standard, now: datetime) -> bool:
        """Tell whether all its requests fall due by a day, included; so does one that has none."""
        return all(standing.due_on <= by for standing in standard.standings(self.cases, now))
