"""Reports that come by themselves: which are due, about what period, and to whom."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.rate.period import Grain, Period

REPORT = "report"
"""The kind of the mails that bring reports."""


class Reader(NamedTuple):
    """Who gets a report: one address; of a service alone, or of the whole office when it is None."""

    address: str
    service: str | None = None


@dataclass(frozen=True, slots=True)
class ReportOrder:
    """A report that comes by itself, of each period once it is over.

    Attributes:
        every: `WEEK`, `MONTH`, `QUARTER` or `YEAR`.
        at: Local time before which it does not leave.
        readers: Who gets it.
        is_short: Whether it is one page.
        attached: Names of the formats that are attached.
    """

    every: Grain
    at: time
    readers: tuple[Reader, ...]
    is_short: bool = False
    attached: tuple[str, ...] = ()


class DueReport(NamedTuple):
    """A report to send.

    Attributes:
        order: What asks for it.
        reader: Who gets it.
        period: What it is about: the last one that is over.
        day: The first working day after it.
    """

    order: ReportOrder
    reader: Reader
    period: Period
    day: date

    @property
    def purpose(self) -> str:
        """What its mail is for: with its reader's address and its day, this names the mail, which leaves once."""
        service = self.reader.service
        of = "" if service is None else f" {hashlib.sha256(service.encode()).hexdigest()[:16]}"
        return f"{REPORT} {self.order.every.value} {self.period.name}{of}"


def reports_of(orders: Iterable[ReportOrder], calendar: WorkingCalendar, today: date) -> Iterator[DueReport]:
    """Yield the reports of the periods that are the last to be over on a day, each reader's once."""
    known: set[tuple[str, str]] = set()
    for order in orders:
        present = order.every.period_of(today)
        over = order.every.period_of(present.first - timedelta(days=1))
        day = calendar.next_working_day(present.first)
        for reader in order.readers:
            found = DueReport(order, reader, over, day)
            if (reader.address, found.purpose) not in known:
                known.add((reader.address, found.purpose))
                yield found


def due_reports(
    orders: Iterable[ReportOrder], calendar: WorkingCalendar, now: datetime, since: datetime | None
) -> tuple[DueReport, ...]:
    """Return the reports that are due at `now`, whether they left already or not.

    A report is due from the first working day after its period, at its hour, until the next period is over: later it
    would say what a newer one says. It leaves on working days alone, from its hour on. None is due that was so before
    anything was collected: a first installation sends none about a time it knows nothing of.

    Args:
        orders: What was asked for.
        calendar: The site's.
        now: The present instant.
        since: When the site's mail had been read whole for the first time; None when it never was.
    """
    local = now.astimezone(calendar.zone)
    if since is None or not calendar.is_working(local.date()):
        return ()
    return tuple(
        found
        for found in reports_of(orders, calendar, local.date())
        if local.time() >= found.order.at
        and since <= datetime.combine(found.day, found.order.at, calendar.zone) <= local
    )
