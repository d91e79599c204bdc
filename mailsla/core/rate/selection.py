"""Which requests to list: those of a state, of a period, of a service; together, whatever a report counts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mailsla.core.clock.verdict import Outcome
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.mail.instants import Basis
from mailsla.core.pairing.doubts import DoubtCode
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.overdue import is_due_soon
from mailsla.core.rate.period import Period
from mailsla.core.rate.standard import Judged, Standard, Variant


class State(StrEnum):
    """Which requests to list."""

    MET = "met"
    MISSED = "missed"
    FALLEN_DUE = "fallen-due"
    NOT_DUE = "not-due"
    NOT_DUE_ANSWERED = "not-due-answered"
    NOT_DUE_WAITING = "not-due-waiting"
    DUE_SOON = "due-soon"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    HANDLED = "handled"
    HANDLED_IN_TIME = "handled-in-time"
    ACKNOWLEDGED = "acknowledged"
    REMINDED = "reminded"
    CLOSURE_CHANGED = "closure-changed"
    FOLLOW_UP = "follow-up"
    TO_CHECK = "to-check"
    ANSWERED_BY_DECISION = "answered-by-decision"
    ANSWERED_BY_FILING = "answered-by-filing"
    UNSEEN_REPLY = "unseen-reply"
    DISPUTED = "disputed"
    EXCLUDED = "excluded"
    SEALED = "sealed"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True)
class Look:
    """What requests are looked at with, besides their verdicts.

    Attributes:
        standard: What they were held against.
        now: The instant the verdicts speak of.
        doubts: Keys of the requests that depend on what a person must look at → why.
        closure_changed: Keys of the requests that closures kept from being missed, or made so.
        count_follow_ups: Whether follow-ups are in the rate.
    """

    standard: Standard
    now: datetime
    doubts: Mapping[str, Collection[DoubtCode]]
    closure_changed: Collection[str] = ()
    count_follow_ups: bool = False

    @property
    def calendar(self) -> WorkingCalendar:
        """The site's calendar."""
        return self.standard.clock.calendar


@dataclass(frozen=True, slots=True)
class Selection:
    """Which requests to list: those of a state, of a period, that a service has; None for any.

    Those that a person left out are of the states `EXCLUDED`, `TO_CHECK` and `SEALED` alone, and of no state in
    particular.
    Follow-ups are listed by the states that say so, or that are about what a person must do, or where they count.

    Attributes:
        period: When they are due, or received, or, of those `HANDLED`, answered.
        by: By which date requests are the period's.
        category: Only those under this promise.
        counted: Only those in the rate of that promise, or of the main one; of those excluded, what would be.
        unassigned: Only those that no service has.
        follow_ups: Only follow-ups.
        reason: Only those that a person left out for this reason.
        variant: What is changed of the rule that they are held against: their due dates, and their period, too.
    """

    state: State | None = None
    period: Period | None = None
    service: str | None = None
    by: Belonging = Belonging.DUE
    category: str | None = None
    counted: bool = False
    unassigned: bool = False
    follow_ups: bool = False
    reason: str | None = None
    variant: Variant | None = None

    def of(self, items: Sequence[Judged], look: Look) -> tuple[Judged, ...]:
        """Return those of `items` that are selected, in the same order."""
        is_in = _IS_IN[self.state]
        return tuple(
            item
            for item in items
            if self._is_about(item, look) and self._has(item, look.calendar) and is_in(item, look)
        )

    def has_mail(self, at: datetime, calendar: WorkingCalendar) -> bool:
        """Tell whether a mail to look at is among those selected, though it counts for no request."""
        is_any = self.service is None and not self.unassigned
        is_in = self.period is None or calendar.local_date(at) in self.period
        return self.state is State.TO_CHECK and is_any and is_in

    def _is_about(self, item: Judged, look: Look) -> bool:
        """Tell whether a request is one of those that are asked for, wherever it stands."""
        case = item.case
        if self.service not in {None, case.service} or (self.unassigned and case.service is not None):
            return False
        if self.reason not in {None, case.excluded}:
            return False
        if case.excluded is not None and self.state not in (THOSE_COUNTED if self.counted else THOSE_LISTED):
            return False
        promise, is_first = look.standard.commitment_of(case.category), not case.follow_up
        if self.follow_ups:
            is_kind = case.follow_up
        else:
            is_kind = is_first or look.count_follow_ups or (self.state in FOLLOW_UPS_TOO and not self.counted)
        if self.category is not None:
            return is_kind and promise.category == self.category
        return is_kind and (promise is look.standard.main or not self.counted)

    def _has(self, item: Judged, calendar: WorkingCalendar) -> bool:
        if self.period is None:
            return True
        on: date | None
        if self.state in {State.HANDLED, State.HANDLED_IN_TIME}:
            on = item.verdict.answered_on
        elif self.by is Belonging.DUE:
            on = item.verdict.due_on
        else:
            on = calendar.local_date(item.case.received_at)
        return on is not None and on in self.period


FOLLOW_UPS_TOO = frozenset(
    {
        *(State.DUE_SOON, State.OVERDUE, State.UNANSWERED, State.FOLLOW_UP),
        *(State.TO_CHECK, State.UNSEEN_REPLY, State.DISPUTED, State.EXCLUDED, State.SEALED),
    }
)
THOSE_LISTED = frozenset({None, State.TO_CHECK, State.EXCLUDED, State.SEALED})
THOSE_COUNTED = frozenset({State.EXCLUDED})
"""The states of what a person left out: of all that is listed, and of what is in a rate, or would be."""


def _is_answered(item: Judged) -> bool:
    return item.verdict.answered_on is not None


def _is(item: Judged, outcome: Outcome) -> bool:
    return item.verdict.outcome is outcome


def _is_soon(item: Judged, look: Look) -> bool:
    is_waiting = _is(item, Outcome.NOT_DUE) and not _is_answered(item)
    return is_waiting and is_due_soon(item.verdict.due_on, look.calendar.local_date(look.now), look.calendar)


def _is_acknowledged(item: Judged, look: Look) -> bool:
    at = item.case.acknowledged_at
    return at is not None and at <= look.now


def _has_doubt(item: Judged, look: Look, *codes: DoubtCode) -> bool:
    found = look.doubts.get(item.case.key, ())
    return any(code in found for code in codes)


_IS_IN: Mapping[State | None, Callable[[Judged, Look], bool]] = {
    None: lambda _item, _look: True,
    State.MET: lambda item, _look: _is(item, Outcome.MET),
    State.MISSED: lambda item, _look: _is(item, Outcome.MISSED),
    State.FALLEN_DUE: lambda item, _look: not _is(item, Outcome.NOT_DUE),
    State.NOT_DUE: lambda item, _look: _is(item, Outcome.NOT_DUE),
    State.NOT_DUE_ANSWERED: lambda item, _look: _is(item, Outcome.NOT_DUE) and _is_answered(item),
    State.NOT_DUE_WAITING: lambda item, _look: _is(item, Outcome.NOT_DUE) and not _is_answered(item),
    State.DUE_SOON: _is_soon,
    State.OVERDUE: lambda item, _look: _is(item, Outcome.MISSED) and not _is_answered(item),
    State.ANSWERED: lambda item, _look: _is_answered(item),
    State.UNANSWERED: lambda item, _look: not _is_answered(item),
    State.HANDLED: lambda item, _look: _is_answered(item),
    State.HANDLED_IN_TIME: lambda item, _look: _is_answered(item) and item.verdict.in_time,
    State.ACKNOWLEDGED: _is_acknowledged,
    State.REMINDED: lambda item, _look: item.case.reminders > 0,
    State.CLOSURE_CHANGED: lambda item, look: item.case.key in look.closure_changed,
    State.FOLLOW_UP: lambda item, _look: item.case.follow_up,
    State.TO_CHECK: lambda item, look: item.case.key in look.doubts,
    State.UNSEEN_REPLY: lambda item, look: (
        not _is_answered(item) and _has_doubt(item, look, DoubtCode.UNSEEN_REPLY)
    ),
    State.DISPUTED: lambda item, look: _has_doubt(
        item, look, DoubtCode.RECEIPT_DISPUTED, DoubtCode.DATE_DISPUTED
    ),
    State.ANSWERED_BY_DECISION: lambda item, _look: (
        _is_answered(item) and item.case.otherwise is Basis.DECISION
    ),
    State.ANSWERED_BY_FILING: lambda item, _look: _is_answered(item) and item.case.otherwise is Basis.FILED,
    State.EXCLUDED: lambda item, _look: item.case.excluded is not None,
    State.SEALED: lambda item, _look: item.case.sealed,
    State.LEFT_OUT: lambda _item, _look: False,
}
"""Which requests each state has, among those that are asked for."""
