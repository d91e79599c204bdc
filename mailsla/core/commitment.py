"""The promise: how many days, compared how, for what share; and the verdict on one request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction

from mailsla.core.working_days import Day, WorkingCalendar


class Comparison(StrEnum):
    """How a delay is held against the promised number of days.

    `LESS_THAN` is « en moins de dix jours ouvrés » (due on the 9th), `AT_MOST` is « dans un délai de dix jours
    ouvrés » (due on the 10th).
    """

    LESS_THAN = "less_than"
    AT_MOST = "at_most"

    @property
    def other(self) -> Comparison:
        """The other way to read the same promise, printed beside the first on every report."""
        return Comparison.AT_MOST if self is Comparison.LESS_THAN else Comparison.LESS_THAN


class ClosedDayReceipt(StrEnum):
    """When mail that arrives on a closed day counts as received."""

    SAME_DAY = "same_day"
    NEXT_WORKING_DAY = "next_working_day"


@dataclass(frozen=True, slots=True)
class ReceiptRule:
    """From which day a received mail's clock runs.

    Attributes:
        cutoff: Local time from which mail counts as received the next day; None when there is none.
        closed_day: What a closed day does to the receipt.
    """

    cutoff: time | None = None
    closed_day: ClosedDayReceipt = ClosedDayReceipt.SAME_DAY


_AS_IT_COMES = ReceiptRule()


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the office promises for one category of requests.

    Attributes:
        category: `information`, `complaint`, or one the site names.
        days: The promised number of working days.
        comparison: How a delay is held against it.
        target: The share of requests that must meet it, exact.
    """

    category: str
    days: int
    comparison: Comparison
    target: Fraction

    @property
    def last_day(self) -> int:
        """The number of working days after receipt on which a reply is still in time."""
        return self.days - 1 if self.comparison is Comparison.LESS_THAN else self.days

    def compared(self, comparison: Comparison) -> Commitment:
        """Return the same promise read the other way."""
        return Commitment(self.category, self.days, comparison, self.target)


class Outcome(StrEnum):
    """Where a request stands."""

    MET = "met"
    MISSED = "missed"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one request fared against one commitment, at one instant.

    Attributes:
        outcome: Met, missed (late, or unanswered past the due date), or still waiting.
        received_on: Day 0, in the site's zone, after the receipt rule.
        due_on: The last date on which a reply is in time.
        answered_on: The local date of the reply; None without one.
        working_days: Days elapsed to the reply, or to `now` without one.
    """

    outcome: Outcome
    received_on: date
    due_on: date
    answered_on: date | None
    working_days: int


@dataclass(frozen=True, slots=True)
class Clock:
    """The calendar with the receipt rule: turns two instants into days."""

    calendar: WorkingCalendar
    receipt: ReceiptRule = ReceiptRule()

    def received_on(self, received_at: datetime) -> date:
        """Return day 0: the local date of receipt, moved by the cutoff, then by a closed day."""
        on = self.calendar.local_date(received_at)
        if self.receipt.cutoff is not None:
            local = received_at.astimezone(self.calendar.zone).time()
            if local >= self.receipt.cutoff:
                on += timedelta(days=1)
        if self.receipt.closed_day is ClosedDayReceipt.NEXT_WORKING_DAY:
            on = self.calendar.next_working_day(on)
        return on

    def due_on(self, received_at: datetime, commitment: Commitment) -> date:
        """Return the last date on which a reply is in time; it runs to 24:00 local.

        A promise of « less than 1 day » is due on day 0 itself.
        """
        received_on = self.received_on(received_at)
        if commitment.last_day < 1:
            return received_on
        return self.calendar.working_day(received_on, commitment.last_day)

    def elapsed(self, received_at: datetime, answered_at: datetime) -> int:
        """Count the working days from day 0 to the reply's local date; 0 when the reply comes before day 0.

        Raises:
            ValueError: When an instant is naive.
        """
        if self.receipt == _AS_IT_COMES:
            return max(0, self.calendar.count(answered_at) - self.calendar.count(received_at))
        answered_on = self.calendar.local_date(answered_at)
        return max(0, self.calendar.working_days_between(self.received_on(received_at), answered_on))

    def in_time(self, received_at: datetime, answered_at: datetime, commitment: Commitment) -> bool:
        """Tell whether a reply met the commitment: the verdict alone, for counting many."""
        return self.elapsed(received_at, answered_at) <= max(commitment.last_day, 0)

    def days(self, received_at: datetime, until: datetime) -> tuple[Day, ...]:
        """List the days after day 0, up to and including the local date of `until`."""
        return self.calendar.days_after(self.received_on(received_at), self.calendar.local_date(until))

    def verdict(
        self, received_at: datetime, answered_at: datetime | None, commitment: Commitment, now: datetime
    ) -> Verdict:
        """Return how a request stands at `now`.

        A reply after `now` does not exist yet. An unanswered request is missed as soon as a reply sent at `now`
        would be late, never before: on the Saturday after a Friday due date it still waits, because a reply
        that day counts as Friday's (DOMAIN: the clock, 3).
        """
        if answered_at is not None and answered_at > now:
            answered_at = None
        received_on = self.received_on(received_at)
        due_on = self.due_on(received_at, commitment)
        end_on = self.calendar.local_date(answered_at or now)
        elapsed = max(0, self.calendar.working_days_between(received_on, end_on))
        in_time = elapsed <= max(commitment.last_day, 0)
        if answered_at is not None:
            outcome = Outcome.MET if in_time else Outcome.MISSED
            return Verdict(outcome, received_on, due_on, end_on, elapsed)
        outcome = Outcome.WAITING if in_time else Outcome.MISSED
        return Verdict(outcome, received_on, due_on, None, elapsed)
