"""Reports that come by themselves: that one is due is noted in the outbox; its figures are those of when it leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from mailsla.core.alerts.outgoing import DropReason, Letter, Outgoing, message_id
from mailsla.core.alerts.scheduled_reports import DueReport, ReportOrder, due_reports, reports_of
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.usecases.hand_over import Dropped, Postponed, Ready, Written

A_MINUTE = timedelta(minutes=1)


class Outbox(Protocol):
    """Where outgoing mails wait."""

    def recipients(self, purpose: str, day: date) -> Collection[str]:
        """Return who has a mail of a purpose for a day, sent or waiting."""

    def add(self, mail: Outgoing, at: datetime) -> bool:
        """Note that a mail is due; False when there is one for that day already that was not dropped."""


@dataclass(frozen=True)
class Schedule:
    """What decides which reports are due, besides the time.

    Attributes:
        orders: What was asked for.
        calendar: The site's working days.
        since: When the site's mail had been read whole for the first time; None when it never was.
    """

    orders: Sequence[ReportOrder]
    calendar: WorkingCalendar
    since: datetime | None

    def due(self, now: datetime) -> tuple[DueReport, ...]:
        """Return the reports that are due at `now`, whether they left already or not."""
        return due_reports(self.orders, self.calendar, now, self.since)

    def prepare(self, outbox: Outbox, domain: str, now: datetime) -> int:
        """Note which reports are due at `now`, each once; return how many. `domain` is that of the Message-IDs."""
        added = 0
        for item in self.due(now):
            to, purpose = item.reader.address, item.purpose
            if to not in outbox.recipients(purpose, item.day):
                mail = Outgoing(message_id(to, purpose, item.day, domain), to, purpose, item.day)
                added += outbox.add(mail, now)
        return added


@dataclass(frozen=True)
class ReportWriter:
    """Writes reports as they leave.

    Attributes:
        schedule: Which are due.
        compose: Counts a report, and puts it into words.
        may_report: Tells whether figures may be given now: no account is half read, and the rules are ours.
    """

    schedule: Schedule
    compose: Callable[[DueReport], Letter]
    may_report: Callable[[], bool]

    def write(self, mail: Outgoing, now: datetime) -> Written:
        """Return a report as it is at `now`; or that it does not leave, for a newer one does, or nobody asks for it."""
        calendar = self.schedule.calendar
        asked = (mail.purpose, mail.recipient)
        named = {
            (item.purpose, item.reader.address): item
            for item in reports_of(self.schedule.orders, calendar, calendar.local_date(now))
        }
        if asked not in named:
            return Dropped(DropReason.DAY_OVER)
        if named[asked] not in self.schedule.due(now) or not self.may_report():
            return Postponed(now + A_MINUTE)
        return Ready(self.compose(named[asked]))
