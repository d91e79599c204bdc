"""Which requests to list: those of a state, of a period, of a service."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailsla.core.clock.verdict import Outcome
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.rate.period import Period
from mailsla.core.rate.standard import Judged


class State(StrEnum):
    """Which requests to list."""

    MET = "met"
    MISSED = "missed"
    WAITING = "waiting"
    OVERDUE = "overdue"
    UNANSWERED = "unanswered"
    FOLLOW_UP = "follow-up"
    TO_CHECK = "to-check"
    EXCLUDED = "excluded"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which requests to list: those of a state, received in a period, that a service has; None for any.

    Those that a person left out are of the state `EXCLUDED` alone, and follow-ups are listed by the states that
    say so, or that are about what nothing answered. In no state in particular, first requests are.
    """

    state: State | None = None
    period: Period | None = None
    service: str | None = None

    def of(
        self, items: Sequence[Judged], doubtful: Collection[str], calendar: WorkingCalendar
    ) -> tuple[Judged, ...]:
        """Return those of `items` that are selected, in the same order.

        Args:
            items: Requests and follow-ups with their verdicts.
            doubtful: Keys of requests that a mail waiting for a person's look may answer.
            calendar: Gives the local date of a receipt.
        """
        return tuple(
            item
            for item in items
            if self.service in {None, item.case.service}
            and self._has_day(item.case.received_at, calendar)
            and _is_in(item, self.state, doubtful)
        )

    def has_mail(self, at: datetime, calendar: WorkingCalendar) -> bool:
        """Tell whether a mail to look at is among those selected, though it counts for no request."""
        return self.state is State.TO_CHECK and self.service is None and self._has_day(at, calendar)

    def _has_day(self, at: datetime, calendar: WorkingCalendar) -> bool:
        return self.period is None or calendar.local_date(at) in self.period


def _is_in(item: Judged, state: State | None, doubtful: Collection[str]) -> bool:
    case, outcome, unanswered = item.case, item.verdict.outcome, item.verdict.answered_on is None
    if case.excluded is not None:
        return state in {None, State.EXCLUDED}
    return {
        None: not case.follow_up,
        State.MET: not case.follow_up and outcome is Outcome.MET,
        State.MISSED: not case.follow_up and outcome is Outcome.MISSED,
        State.WAITING: not case.follow_up and outcome is Outcome.WAITING,
        State.OVERDUE: unanswered and outcome is Outcome.MISSED,
        State.UNANSWERED: unanswered,
        State.FOLLOW_UP: case.follow_up,
        State.TO_CHECK: case.key in doubtful,
        State.EXCLUDED: False,
        State.LEFT_OUT: False,
    }[state]
