"""By what alerts are given: levels, the hour, who is who, the clock and the promises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from mailsla.core.alerts.recipients import Because, Contacts, Ladder, because, recipients
from mailsla.core.clock.verdict import Outcome
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.collection.gap import AccountRead
from mailsla.core.rate.standard import Standard

OVERDUE = "overdue"
BACKLOG = "backlog"
"""The level of what was overdue before anybody could have been warned: told once, to the referent alone."""


@dataclass(frozen=True, slots=True)
class AlertRule:
    """When alerts are given.

    Attributes:
        working_days_before: Working days before the due date at which a head is warned.
        send_at: Local time before which nothing is sent.
        overdue_within: A request overdue by more working days than this is only spoken of once a week.
        ladder: Who is told of what no service has, and of what grows late.
        contacts: Who is told of each service's.
    """

    working_days_before: tuple[int, ...] = (3, 1)
    send_at: time = time(8, 0)
    overdue_within: int = 20
    ladder: Ladder = field(default_factory=Ladder)
    contacts: Mapping[str, Contacts] = field(default_factory=dict)

    @property
    def referent(self) -> str | None:
        """Who answers for the figures; None when the site names nobody."""
        return self.ladder.referent

    def recipients(self, service: str | None, day: date, late: int) -> tuple[str, ...]:
        """Return who is told on a day of a service's request that is so many working days late."""
        found = Contacts() if service is None else self.contacts.get(service, Contacts())
        return recipients(found, self.ladder, day, late)

    def because(self, service: str | None, day: date, recipient: str) -> Because:
        """Return why one of the recipients of a service's request is told of it."""
        found = Contacts() if service is None else self.contacts.get(service, Contacts())
        return because(found, self.ladder, day, recipient)

    def without_head(self, day: date) -> tuple[str, ...]:
        """Return the services that have nobody who is told on a day."""
        return tuple(name for name, of in self.contacts.items() if not of.on(day))

    def untold(self, day: date) -> frozenset[str | None]:
        """Return the services of whose requests nobody is told before they are late; None for those that none has."""
        return frozenset(name for name in (None, *self.contacts) if not self.recipients(name, day, 0))

    def level(self, outcome: Outcome, remaining: int) -> str | None:
        """Return the most urgent level that a request which nothing answered is at; None when it is at none."""
        if outcome is Outcome.MISSED:
            return OVERDUE
        days = next((days for days in sorted(self.working_days_before) if remaining <= days), None)
        return None if days is None else f"before-{days}"

    def is_hour(self, calendar: WorkingCalendar, now: datetime) -> bool:
        """Tell whether mails may leave: on a working day, from `send_at` on."""
        local = now.astimezone(calendar.zone)
        return calendar.is_working(calendar.local_date(now)) and local.time() >= self.send_at


def days_at_least(level: str) -> int:
    """Return how many working days are left at most once a level is reached: its place, the most urgent being least.

    >>> days_at_least("before-3"), days_at_least(OVERDUE)
    (3, -1)
    """
    return -1 if level == OVERDUE else int(level.removeprefix("before-"))


@dataclass(frozen=True)
class AlertTerms:
    """Everything that decides alerts, besides the requests, what was told and the time.

    Attributes:
        standard: The site's clock and promises.
        rule: When alerts are given.
        read: Of each account that is collected and was read whole once, when it first and last was.
    """

    standard: Standard
    rule: AlertRule
    read: Mapping[str, AccountRead]

    @property
    def calendar(self) -> WorkingCalendar:
        """The site's working days."""
        return self.standard.clock.calendar

    def is_blind(self, now: datetime) -> bool:
        """Tell whether no account at all was read for longer than one working day."""
        return self.is_stale(((account, "") for account in self.read), now)

    def is_stale(self, mailboxes: Iterable[tuple[str, str]], now: datetime) -> bool:
        """Tell whether no account in which a mail lies was read for longer than one working day.

        An answer may have left since. Accounts that are collected no longer, and archives, are read by nobody.
        """
        lasts = [self.read[account].last for account, _mailbox in mailboxes if account in self.read]
        if not lasts:
            return True
        days = self.calendar.working_days_between
        return days(self.calendar.local_date(max(lasts)), self.calendar.local_date(now)) > 1
