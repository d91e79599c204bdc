"""The mail by which whoever checks the figures learns what was asked for by mail: once a day, when there is news."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from mailsla.core.alerts.outgoing import ACTIONS, DropReason, Letter, Outgoing, message_id
from mailsla.core.alerts.terms import AlertRule
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.usecases.hand_over import Dropped, Postponed, Ready, Written

A_MINUTE = timedelta(minutes=1)


class Outbox(Protocol):
    """Where outgoing mails wait."""

    def add(self, mail: Outgoing, at: datetime) -> bool:
        """Note that a mail is due; False when there is one for that day already that was not dropped."""


@dataclass(frozen=True)
class ActionsMail:
    """Who is told, when, and what.

    Attributes:
        recipient: Whoever checks the figures.
        rule: From which hour mails may leave.
        calendar: The site's working days.
        domain: Of the Message-IDs.
        compose: Puts what is new into words; None when nothing is.
    """

    recipient: str
    rule: AlertRule
    calendar: WorkingCalendar
    domain: str
    compose: Callable[[], Letter | None]

    def prepare(self, outbox: Outbox, now: datetime) -> int:
        """Note that the mail is due, and return how many are; none on a closed day or before the hour."""
        if not self.rule.is_hour(self.calendar, now) or self.compose() is None:
            return 0
        on: date = self.calendar.local_date(now)
        name = message_id(self.recipient, ACTIONS, on, self.domain)
        return int(outbox.add(Outgoing(name, self.recipient, ACTIONS, on), now))

    def write(self, mail: Outgoing, now: datetime) -> Written:
        """Return the mail as it leaves, by what is known then; or that it is not to leave."""
        if mail.recipient != self.recipient or mail.day < self.calendar.local_date(now):
            return Dropped(DropReason.DAY_OVER)
        if not self.rule.is_hour(self.calendar, now):
            return Postponed(now + A_MINUTE)
        letter = self.compose()
        return Dropped(DropReason.NOTHING_LEFT) if letter is None else Ready(letter)
