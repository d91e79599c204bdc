"""The verdict on one request: what the clock says between two instants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

from mailsla.core.clock.announcement import Announcement, moved_due_date
from mailsla.core.clock.commitment import Commitment, Comparison, Unit
from mailsla.core.clock.opening_hours import OpeningHours
from mailsla.core.clock.receipt import ClosedDayReceipt, ReceiptRule
from mailsla.core.clock.working_days import Day, WorkingCalendar

ALIKE = 4_096
"""Verdicts by dates that are kept at once: those of requests that are looked at one after the other."""


class Outcome(StrEnum):
    """Where a request stands: met or missed once it has fallen due, and not before."""

    MET = "met"
    MISSED = "missed"
    NOT_DUE = "not_due"


class Standing(NamedTuple):
    """Where a request stands, and the date of its cohort."""

    outcome: Outcome
    due_on: date


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one request fared against one commitment, at one instant.

    Attributes:
        outcome: Met, or missed (answered late, or not at all), once no reply sent now could be in time; not due before,
            answered or not.
        received_on: Day 0, in the site's zone, after the receipt rule.
        due_on: The last date on which a reply is in time.
        due_at: The last instant in time, for a promise in hours; None for days, which run to 24:00 local.
        answered_on: The local date of the reply; None without one.
        working_days: Working days elapsed to the reply, or to `now` without one, whatever the unit.
        elapsed: The same in the promise's unit: days, or whole minutes of opening.
        announced: True when the due date is one that a holding reply announced.
        in_time: Whether the reply was in time; without one, whether a reply at `now` would be.
    """

    outcome: Outcome
    received_on: date
    due_on: date
    answered_on: date | None
    working_days: int
    elapsed: int
    due_at: datetime | None = None
    announced: bool = False
    in_time: bool = True


@dataclass(frozen=True)
class Clock:
    """The calendar with the receipt rule and the hours of opening: turns two instants into a verdict."""

    calendar: WorkingCalendar
    receipt: ReceiptRule = field(default_factory=ReceiptRule)
    opening: OpeningHours = field(default_factory=OpeningHours)

    def on(self, calendar: WorkingCalendar) -> Clock:
        """Return the same rules on another calendar."""
        return replace(self, calendar=calendar)

    def with_receipt(self, cutoff: time | None = None, closed_day: ClosedDayReceipt | None = None) -> Clock:
        """Return the same clock with another cutoff or another rule for closed days; None leaves either as it is."""
        rule = self.receipt
        return replace(self, receipt=ReceiptRule(cutoff or rule.cutoff, closed_day or rule.closed_day))

    def received_on(self, received_at: datetime) -> date:
        """Return day 0: the local date of receipt, moved by the receipt rule."""
        return self.receipt.day_zero(received_at, self.calendar)

    def due_on(self, received_at: datetime, commitment: Commitment) -> date:
        """Return the last date on which a reply is in time; a number of days runs to 24:00 local.

        A promise of « less than 1 day » is due on day 0 itself.
        """
        if commitment.unit is Unit.OPENING_HOURS:
            return self.calendar.local_date(self.due_at(received_at, commitment))
        return self._last_on(self.received_on(received_at), commitment.last_day, commitment.unit)

    def _last_on(self, received_on: date, last_day: int, unit: Unit) -> date:
        """Return the last date in time for a promise in days, of requests of a day 0."""
        if unit is Unit.CALENDAR_DAYS:
            return received_on + timedelta(days=last_day)
        return self.calendar.working_day(received_on, last_day) if last_day else received_on

    def due_at(self, received_at: datetime, commitment: Commitment) -> datetime:
        """Return the instant at which the promised hours of opening have passed since receipt.

        « At most » includes that instant, « less than » does not.
        """
        return self.opening.after(received_at, 60 * commitment.amount, self.calendar)

    def elapsed(self, received_at: datetime, answered_at: datetime) -> int:
        """Count the working days from day 0 to the reply's local date; 0 when the reply comes before day 0.

        Raises:
            ValueError: When an instant is naive.
            UsageError: When one lies outside the calendar's years.
        """
        if self._moves_receipt:
            answered_on = self.calendar.local_date(answered_at)
            return max(0, self.calendar.working_days_between(self.received_on(received_at), answered_on))
        # Two look-ups in a table: every report needs one of these for each request.
        if received_at.tzinfo is None or answered_at.tzinfo is None:
            raise ValueError("an instant needs a zone")
        totals, step, begin = self._table
        received = int(received_at.timestamp()) // step - begin
        answered = int(answered_at.timestamp()) // step - begin
        if received < 0 or answered < 0:
            raise self.calendar.outside(received_at, answered_at)
        try:
            days = totals[answered] - totals[received]
        except IndexError:
            raise self.calendar.outside(received_at, answered_at) from None
        return days if days > 0 else 0

    def in_time(self, received_at: datetime, answered_at: datetime, commitment: Commitment) -> bool:
        """Tell whether a reply met a commitment in working days: the verdict alone, for counting many."""
        days, amount = self.elapsed(received_at, answered_at), commitment.amount
        return days < amount or (days == amount and commitment.comparison is Comparison.AT_MOST)

    @cached_property
    def _moves_receipt(self) -> bool:
        return self.receipt != ReceiptRule()

    @cached_property
    def _table(self) -> tuple[list[int], int, int]:
        slots = self.calendar.slots
        return slots.totals, slots.step, slots.begin

    def days(self, received_at: datetime, until: datetime, unit: Unit = Unit.WORKING_DAYS) -> tuple[Day, ...]:
        """List the days after day 0, up to and including `until`'s local date; each says whether it counts."""
        listed = self.calendar.days_after(self.received_on(received_at), self.calendar.local_date(until))
        if unit is Unit.CALENDAR_DAYS:
            return tuple(replace(day, counted=True) for day in listed)
        return listed

    def standing(
        self,
        received_at: datetime,
        answered_at: datetime | None,
        commitment: Commitment,
        now: datetime,
        announcements: Sequence[Announcement] = (),
    ) -> Standing:
        """Return where a request stands at `now`, and when it is due: what `verdict` says of that, quicker."""
        if announcements or commitment.unit is not Unit.WORKING_DAYS:
            found = self.verdict(received_at, answered_at, commitment, now, announcements)
            return Standing(found.outcome, found.due_on)
        due_on = self._last_on(self.received_on(received_at), commitment.last_day, commitment.unit)
        if self.in_time(received_at, now, commitment):
            return Standing(Outcome.NOT_DUE, due_on)
        is_answered = answered_at is not None and answered_at <= now
        is_met = is_answered and self.in_time(received_at, answered_at or now, commitment)
        return Standing(Outcome.MET if is_met else Outcome.MISSED, due_on)

    def verdict(
        self,
        received_at: datetime,
        answered_at: datetime | None,
        commitment: Commitment,
        now: datetime,
        announcements: Sequence[Announcement] = (),
    ) -> Verdict:
        """Return how a request stands at `now`.

        A reply after `now` does not exist yet. A request has fallen due as soon as a reply sent at `now` would be late,
        never before, answered or not (DOMAIN: the rate): on the Saturday after a Friday due date it is not due yet,
        because a reply that day counts as Friday's (DOMAIN: the clock, 3).

        Args:
            received_at: When the request was received.
            answered_at: When the reply was sent; None without one.
            commitment: The promise.
            now: The instant the verdict speaks of.
            announcements: The holding replies that announced a date, first to last.
        """
        if answered_at is not None and answered_at > now:
            answered_at = None
        stands = self._in_hours if commitment.unit is Unit.OPENING_HOURS else self._in_days
        found = stands(received_at, answered_at, commitment, now)
        moved_to = self._moved_to(received_at, found.due_on, commitment, announcements, now)
        if moved_to is None:
            return found
        in_time = self.is_by(moved_to, answered_at or now)
        return replace(
            found,
            outcome=_outcome(answered_at, in_time=in_time, not_due=self.is_by(moved_to, now)),
            due_on=moved_to,
            due_at=None,
            announced=True,
            in_time=in_time,
        )

    def _in_days(
        self, received_at: datetime, answered_at: datetime | None, commitment: Commitment, now: datetime
    ) -> Verdict:
        """Return the verdict of a promise in days, which runs from date to date."""
        received_on = self.received_on(received_at)
        answered_on = None if answered_at is None else self.calendar.local_date(answered_at)
        return self._by_dates(received_on, answered_on, now, commitment.last_day, commitment.unit)

    @cached_property
    def _by_dates(self) -> Callable[[date, date | None, datetime, int, Unit], Verdict]:
        """What gives the verdict of a promise in days by its dates: once for the requests of the same ones."""
        return lru_cache(ALIKE)(self._of_dates)

    def _of_dates(
        self, received_on: date, answered_on: date | None, now: datetime, last_day: int, unit: Unit
    ) -> Verdict:
        now_on, between = self.calendar.local_date(now), self.calendar.working_days_between
        end_on = answered_on or now_on
        working_days = max(0, between(received_on, end_on))
        elapsed, by_now = working_days, between(received_on, now_on)
        if unit is Unit.CALENDAR_DAYS:
            elapsed, by_now = max(0, (end_on - received_on).days), (now_on - received_on).days
        in_time = elapsed <= last_day
        return Verdict(
            outcome=_outcome(answered_on, in_time=in_time, not_due=by_now <= last_day),
            received_on=received_on,
            due_on=self._last_on(received_on, last_day, unit),
            answered_on=answered_on,
            working_days=working_days,
            elapsed=elapsed,
            in_time=in_time,
        )

    def _in_hours(
        self, received_at: datetime, answered_at: datetime | None, commitment: Commitment, now: datetime
    ) -> Verdict:
        """Return the verdict of a promise in hours of opening, which runs from instant to instant."""
        end = answered_at or now
        due_at = self.due_at(received_at, commitment)
        in_time = _is_within(due_at, end, commitment)
        return Verdict(
            outcome=_outcome(answered_at, in_time=in_time, not_due=_is_within(due_at, now, commitment)),
            received_on=self.received_on(received_at),
            due_on=self.calendar.local_date(due_at),
            due_at=due_at,
            answered_on=None if answered_at is None else self.calendar.local_date(answered_at),
            working_days=self.elapsed(received_at, end),
            elapsed=self.opening.minutes_between(received_at, end, self.calendar),
            in_time=in_time,
        )

    def _moved_to(
        self,
        received_at: datetime,
        due_on: date,
        commitment: Commitment,
        announcements: Sequence[Announcement],
        now: datetime,
    ) -> date | None:
        """Return the date to which holding replies moved a due date; None when it stands."""
        if not announcements or not commitment.announced_date_counts:
            return None
        return moved_due_date(
            [item for item in announcements if item.at <= now],
            self.calendar.local_date(received_at),
            due_on,
            lambda at: self._is_met(received_at, at, commitment),
            self.is_by,
        )

    def is_by(self, due_on: date, at: datetime) -> bool:
        """Tell whether an instant is in time for a date: on closed days that follow it counts as that day's."""
        return self.calendar.working_days_between(due_on, self.calendar.local_date(at)) <= 0

    def _is_met(self, received_at: datetime, at: datetime, commitment: Commitment) -> bool:
        """Tell whether a reply at an instant is in time, whatever was announced."""
        if commitment.unit is Unit.OPENING_HOURS:
            return _is_within(self.due_at(received_at, commitment), at, commitment)
        return self._in_days(received_at, None, commitment, at).in_time


def _outcome(answered: date | None, *, in_time: bool, not_due: bool) -> Outcome:
    if not_due:
        return Outcome.NOT_DUE
    return Outcome.MET if in_time and answered else Outcome.MISSED


def _is_within(due_at: datetime, at: datetime, commitment: Commitment) -> bool:
    """Tell whether an instant is in time for a promise in hours: « at most » includes the last, « less than » not."""
    return at < due_at if commitment.comparison is Comparison.LESS_THAN else at <= due_at
