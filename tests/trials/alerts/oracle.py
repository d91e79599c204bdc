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
REFERENT, SECRETARY = "qualite@pref.example.fr", "sg@pref.example.fr"
LADDER = ((REFERENT, 5), (SECRETARY, 10))
"""Who is told of any request too, from how many working days late on."""

SEND_HOUR = 8


@dataclass
class Asked:
    """One citizen's request, as the office knows it at a moment: it changes as time goes by."""

    key: str
    received: datetime
    service: str | None
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


@dataclass(frozen=True)
class Absence:
    """Somebody is told in the stead of a service's head, from one day to another, both included."""

    service: str
    deputy: str
    first: date
    last: date


@dataclass
class Oracle:
    """What is known of days off, of reading, of who is who and of what people were told.

    Attributes:
        off: Holidays, and closures declared so far.
        heads: Who runs each service; None while nobody does.
        first_read: The local instant at which the account was first read whole.
        last_read: When it was last.
        absences: Who is away.
        recalls: By request and recipient (an empty one is everybody), until which day nobody is to be told of it.
        told: By recipient and request, what mails said that are known to have left, each with its day.
        summed_up: What was summed up to the referent.
    """

    off: set[date]
    heads: dict[str, str | None]
    first_read: datetime
    last_read: datetime
    absences: list[Absence] = field(default_factory=list)
    recalls: dict[tuple[str, str], date] = field(default_factory=dict)
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

    def told_of(self, service: str | None, today: date, late: int) -> set[str]:
        """Return who is told of a service's request that is so many working days late."""
        away = [
            item for item in self.absences if item.service == service and item.first <= today <= item.last
        ]
        head = None if service is None else self.heads[service]
        own = {item.deputy for item in away} or {head or REFERENT}
        return own | {name for name, days in LADDER if late >= days}

    def is_backlog(self, asked: Asked, now: datetime) -> bool:
        """Tell whether a request was overdue before anybody could be warned of it."""
        due = self.due(asked)
        is_late = self.working_days(due, now.date()) > 0
        was_late = asked.received < self.first_read and self.working_days(due, self.first_read.date()) > 0
        return is_late and (asked.imported or was_late)

    def owed(self, world: list[Asked], now: datetime) -> set[tuple[str, Said]]:
        """Return who is to be told what now."""
        return set(self._owed(world, now)) if self.is_hour(now) and not self.is_stale(now) else set()

    def _owed(self, world: list[Asked], now: datetime) -> Iterator[tuple[str, Said]]:
        today = now.date()
        for asked in world:
            if asked.answered or asked.excluded or asked.unseen or asked.imported or asked.received > now:
                continue
            due = self.due(asked)
            remaining = self.working_days(today, due)
            late = max(0, -remaining)
            level = -1 if late else next((days for days in BEFORE if remaining <= days), None)
            if level is None or asked.key in self.summed_up or (late and self.is_backlog(asked, now)):
                continue
            for recipient in self.told_of(asked.service, today, late):
                if not self._knows(recipient, asked.key, level, due, today):
                    yield recipient, Said(asked.key, level, due, remaining)

    def _knows(self, recipient: str, key: str, level: int, due: date, today: date) -> bool:
        monday = today - today.weekday() * A_DAY
        recalled = max(self.recalls.get((key, whose), date.min) for whose in (recipient, ""))
        if today < recalled:
            return True
        for on, said in self.told.get((recipient, key), ()):
            if on < recalled:
                continue
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
            and (asked.imported or asked.received < self.first_read)
            and self.is_backlog(asked, now)
        }
