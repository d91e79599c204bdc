"""Says, by the rules as people read them and in the plainest way, who is owed which notice at an instant.

It shares no code with mailsla: days are counted one by one, nothing is remembered but what it is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

A_DAY = timedelta(days=1)
PROMISED = 9
"""The reply is due on the ninth working day after receipt: in fewer than ten."""

BEFORE = (1, 3)
LADDER_DAYS = 5
"""From so many working days late on, the referent is told too."""

SEND_HOUR = 8


@dataclass
class Asked:
    """One citizen's request, as the office knows it at a moment: it changes as time goes by."""

    key: str
    received: datetime
    owner: str
    imported: bool = False
    answered: bool = False
    excluded: bool = False
    unseen: bool = False
    announced: date | None = None


@dataclass(frozen=True)
class Said:
    """What a mail said of a request; `level` is the working days of a warning, -1 for what is overdue."""

    key: str
    level: int
    due: date
    remaining: int


@dataclass
class Oracle:
    """What is known of days off, of reading and of what people were told.

    Attributes:
        off: Holidays, and closures declared so far.
        referent: Who has what nobody else has.
        first_read: The local instant at which the account was first read whole.
        last_read: When it was last.
        told: By recipient and request, what mails said that are known to have left, each with its day.
        summed_up: What was summed up to the referent.
    """

    off: set[date]
    referent: str
    first_read: datetime
    last_read: datetime
    told: dict[tuple[str, str], list[tuple[date, Said]]] = field(default_factory=dict)
    summed_up: set[str] = field(default_factory=set)

    def works(self, on: date) -> bool:
        """Tell whether a day is a working one."""
        return on.weekday() < 5 and on not in self.off

    def working_days(self, after: date, until: date) -> int:
        """Count the working days after one day, until another; below zero when it lies before."""
        if until < after:
            return -self.working_days(until, after)
        return sum(self.works(after + n * A_DAY) for n in range(1, (until - after).days + 1))

    def due(self, asked: Asked) -> date:
        """Return until when a request is to be answered."""
        on, left = asked.received.date(), PROMISED
        while left:
            on += A_DAY
            left -= self.works(on)
        # A date that was announced counts when it is a later one.
        return on if asked.announced is None else max(on, asked.announced)

    def is_hour(self, now: datetime) -> bool:
        """Tell whether mails may leave."""
        return self.works(now.date()) and now.hour >= SEND_HOUR

    def is_stale(self, now: datetime) -> bool:
        """Tell whether the account was not read for longer than one working day."""
        return self.working_days(self.last_read.date(), now.date()) > 1

    def is_backlog(self, asked: Asked, now: datetime) -> bool:
        """Tell whether a request was overdue before anybody could be warned of it."""
        due = self.due(asked)
        is_late = self.working_days(due, now.date()) > 0
        was_late = asked.received < self.first_read and self.working_days(due, self.first_read.date()) > 0
        return is_late and (asked.imported or was_late)

    def owed(self, world: list[Asked], recipient: str, now: datetime) -> set[Said]:
        """Return what somebody is to be told now."""
        return (
            set(self._owed(world, recipient, now)) if self.is_hour(now) and not self.is_stale(now) else set()
        )

    def _owed(self, world: list[Asked], recipient: str, now: datetime) -> Iterator[Said]:
        today = now.date()
        for asked in world:
            if asked.answered or asked.excluded or asked.unseen or asked.imported or asked.received > now:
                continue
            due = self.due(asked)
            remaining = self.working_days(today, due)
            late = self.working_days(due, today)
            is_late = late > 0
            is_theirs = (asked.owner or self.referent) == recipient
            is_told_above = recipient == self.referent and late >= LADDER_DAYS
            if not (is_theirs or is_told_above) or asked.key in self.summed_up:
                continue
            level = -1 if is_late else next((days for days in BEFORE if remaining <= days), None)
            if level is None or self.is_backlog(asked, now):
                continue
            if not self._knows(recipient, asked.key, level, due, today):
                yield Said(asked.key, level, due, remaining)

    def _knows(self, recipient: str, key: str, level: int, due: date, today: date) -> bool:
        monday = today - today.weekday() * A_DAY
        for on, said in self.told.get((recipient, key), ()):
            if level >= 0 and said.due == due and said.level <= level:
                return True
            # Overdue by the date as it is now, on the day of that mail, and said this week.
            was_late = said.level < 0 and (said.due == due or self.working_days(due, on) > 0)
            if level < 0 and on >= monday and was_late:
                return True
        return False

    def summary(self, world: list[Asked], now: datetime) -> set[str]:
        """Return what the referent is to be told once of what was late from the start."""
        if not self.is_hour(now) or self.is_stale(now):
            return set()
        return {
            asked.key
            for asked in world
            if not (asked.answered or asked.excluded)
            and asked.received <= now
            and asked.key not in self.summed_up
            and self.is_backlog(asked, now)
        }
