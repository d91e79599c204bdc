"""Which requests to list: those of a state, of a period, of a service."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailsla.core.clock.verdict import Outcome
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.mail.instants import Basis
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.period import Period
from mailsla.core.rate.standard import Judged, Standard


class State(StrEnum):
    """Which requests to list."""

    MET = "met"
    MISSED = "missed"
    NOT_DUE = "not-due"
    NOT_DUE_ANSWERED = "not-due-answered"
    NOT_DUE_WAITING = "not-due-waiting"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    FOLLOW_UP = "follow-up"
    TO_CHECK = "to-check"
    ANSWERED_BY_DECISION = "answered-by-decision"
    ANSWERED_BY_FILING = "answered-by-filing"
    EXCLUDED = "excluded"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which requests to list: those of a state, of a period, that a service has; None for any.

    Those that a person left out are of the state `EXCLUDED` alone, and follow-ups are listed by the states that
    say so, or that are about what nothing answered, or where they count. In no state in particular, first requests are.

    Attributes:
        by: By which date requests are the period's.
        category: Only those under this promise.
        counted: Only those in the rate of that promise, or of the main one.
    """

    state: State | None = None
    period: Period | None = None
    service: str | None = None
    by: Belonging = Belonging.DUE
    category: str | None = None
    counted: bool = False

    def of(
        self,
        items: Sequence[Judged],
        doubtful: Collection[str],
        standard: Standard,
        *,
        count_follow_ups: bool = False,
    ) -> tuple[Judged, ...]:
        """Return those of `items` that are selected, in the same order.

        Args:
            items: Requests and follow-ups with their verdicts.
            doubtful: Keys of requests that a mail waiting for a person's look may answer.
            standard: What they are held against.
            count_follow_ups: Whether follow-ups are in the rate.
        """
        calendar = standard.clock.calendar
        return tuple(
            item
            for item in items
            if self.service in {None, item.case.service}
            and self.category in {None, standard.commitment_of(item.case.category).category}
            and (not self.counted or self._is_counted(item, standard, count_follow_ups=count_follow_ups))
            and self._has(item, calendar)
            and _is_in(item, self.state, doubtful, count_follow_ups=count_follow_ups)
        )

    def _has(self, item: Judged, calendar: WorkingCalendar) -> bool:
        if self.period is None:
            return True
        if self.by is Belonging.DUE:
            return item.verdict.due_on in self.period
        return calendar.local_date(item.case.received_at) in self.period

    def _is_counted(self, item: Judged, standard: Standard, *, count_follow_ups: bool) -> bool:
        """Tell whether a request is in the rate of its category's promise, the main one unless told."""
        case = item.case
        is_first = count_follow_ups or not case.follow_up
        is_held = self.category is not None or standard.commitment_of(case.category) is standard.main
        return is_first and is_held and case.excluded is None

    def has_mail(self, at: datetime, calendar: WorkingCalendar) -> bool:
        """Tell whether a mail to look at is among those selected, though it counts for no request."""
        return self.state is State.TO_CHECK and self.service is None and self._has_day(at, calendar)

    def _has_day(self, at: datetime, calendar: WorkingCalendar) -> bool:
        return self.period is None or calendar.local_date(at) in self.period


def _is_in(item: Judged, state: State | None, doubtful: Collection[str], *, count_follow_ups: bool) -> bool:
    case, outcome, is_answered = item.case, item.verdict.outcome, item.verdict.answered_on is not None
    if case.excluded is not None:
        return state in {None, State.EXCLUDED}
    is_first = count_follow_ups or not case.follow_up
    is_not_due = outcome is Outcome.NOT_DUE
    return {
        None: is_first,
        State.MET: is_first and outcome is Outcome.MET,
        State.MISSED: is_first and outcome is Outcome.MISSED,
        State.NOT_DUE: is_first and is_not_due,
        State.NOT_DUE_ANSWERED: is_first and is_not_due and is_answered,
        State.NOT_DUE_WAITING: is_first and is_not_due and not is_answered,
        State.OVERDUE: not is_answered and outcome is Outcome.MISSED,
        State.ANSWERED: is_first and is_answered,
        State.UNANSWERED: not is_answered,
        State.FOLLOW_UP: case.follow_up,
        State.TO_CHECK: case.key in doubtful,
        State.ANSWERED_BY_DECISION: is_first and is_answered and case.otherwise is Basis.DECISION,
        State.ANSWERED_BY_FILING: is_first and is_answered and case.otherwise is Basis.FILED,
        State.EXCLUDED: False,
        State.LEFT_OUT: False,
    }[state]
