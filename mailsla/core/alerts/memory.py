"""What people were told of requests: whoever knows enough is not told again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from mailsla.core.alerts.terms import BACKLOG, OVERDUE, days_at_least
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.mail.addresses import plain


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


class Recall(NamedTuple):
    """Somebody asked not to be told of a request before a day, and to be told again from that day on.

    Attributes:
        request: Its key.
        recipient: Who did; a tag in the address changes nothing. Empty when that was decided for everybody.
        on: That day.
    """

    request: str
    recipient: str
    on: date


class Memory:
    """What was told of some requests, and what people asked to be told again."""

    def __init__(self, told: Iterable[Told] = (), recalls: Iterable[Recall] = ()) -> None:
        self._by_request: dict[str, list[Told]] = defaultdict(list)
        for item in told:
            self._by_request[item.request].append(item)
        self._recalled_on: dict[tuple[str, str], date] = {}
        for recall in sorted(recalls, key=lambda item: item.on):
            self._recalled_on[recall.request, plain(recall.recipient)] = recall.on

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
        self, request: str, recipient: str, level: str, due_on: date, calendar: WorkingCalendar, today: date
    ) -> bool:
        """Tell whether somebody knows enough of a request that is at a level.

        They do when they were told at that level, or at a more urgent one, of that due date: of one that moved they
        are told anew, and a new recipient knows nothing. Of what is overdue they know enough when it was overdue by
        this due date too, and are reminded every week. Whoever asked to be told again on a day knows enough until then,
        and nothing from then on.

        Args:
            request: Its key.
            recipient: Who would be told.
            level: Its level today.
            due_on: Its due date, as it is today.
            calendar: The site's working days.
            today: The local day.
        """
        recalled_on = max(
            self._recalled_on.get((request, whose), date.min) for whose in (plain(recipient), "")
        )
        if today < recalled_on:
            return True
        days, monday = days_at_least(level), today - timedelta(days=today.weekday())
        since = max(recalled_on, monday if level == OVERDUE else date.min)
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
            and item.on >= since
            for item in self._by_request.get(request, ())
        )
