"""What people were told of requests: whoever knows enough is not told again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from mailsla.core.alerts.terms import BACKLOG, OVERDUE, days_at_least
from mailsla.core.clock.working_days import WorkingCalendar


class Told(NamedTuple):
    """Somebody was told of a request.

    Attributes:
        request: Its key.
        recipient: Who was.
        level: At which level.
        due_on: The due date that was said; None when it was not noted.
        on: The local day of the mail.
    """

    request: str
    recipient: str
    level: str
    due_on: date | None
    on: date


class Memory:
    """What was told of some requests."""

    def __init__(self, told: Iterable[Told] = ()) -> None:
        self._by_request: dict[str, list[Told]] = defaultdict(list)
        for item in told:
            self._by_request[item.request].append(item)

    def is_backlog(self, request: str) -> bool:
        """Tell whether somebody was told that a request was overdue before anybody could be warned."""
        return any(item.level == BACKLOG for item in self._by_request.get(request, ()))

    def has_backlog(self, request: str, recipient: str) -> bool:
        """Tell whether that person was."""
        return any(
            item.level == BACKLOG and item.recipient == recipient
            for item in self._by_request.get(request, ())
        )

    def knows(
        self, request: str, recipient: str, level: str, due_on: date, calendar: WorkingCalendar, week: date
    ) -> bool:
        """Tell whether somebody knows enough of a request that is at a level.

        They do when they were told at that level, or at a more urgent one, of that due date: of one that moved they
        are told anew, and a new recipient knows nothing. Of what is overdue they know enough when it was overdue by
        this due date too, and are reminded every week.

        Args:
            request: Its key.
            recipient: Who would be told.
            level: Its level today.
            due_on: Its due date, as it is today.
            calendar: The site's working days.
            week: The Monday of this week.
        """
        days = days_at_least(level)
        return any(
            item.recipient == recipient
            and item.level != BACKLOG
            and days_at_least(item.level) <= days
            and (
                item.due_on == due_on
                or (
                    (level == OVERDUE or item.due_on is None)
                    and calendar.working_days_between(item.on, due_on) <= days
                )
            )
            and (level != OVERDUE or item.on >= week)
            for item in self._by_request.get(request, ())
        )
