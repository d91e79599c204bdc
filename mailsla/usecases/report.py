"""The report: reads requests, decides with the core, writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from mailsla.core import report
from mailsla.core.commitment import Clock, Commitment
from mailsla.core.period import Period
from mailsla.core.recipient_matching import Doubt
from mailsla.core.report import Gap, Report
from mailsla.core.request import Request


class ReportSource(Protocol):
    """What a report reads."""

    def requests(self, received_from: datetime | None = None) -> Sequence[Request]:
        """Return the requests and follow-ups received from an instant on."""

    def doubts(self) -> Sequence[Doubt]:
        """Return the possible replies that a person must look at."""

    def not_requests(self, since: datetime, until: datetime) -> Sequence[tuple[str, int]]:
        """Count the messages that were no request, by kind."""


def build(
    source: ReportSource,
    *,
    site: str,
    clock: Clock,
    commitment: Commitment,
    services: Sequence[str],
    minimum: int,
    periods: Sequence[Period],
    now: datetime,
    service: str | None = None,
    set_aside: int = 0,
    gaps: Sequence[Gap] = (),
) -> Report:
    """Return the report of `periods` at `now`.

    Args:
        source: Where requests are read.
        site: The office's name.
        clock: The site's clock.
        commitment: The promise.
        services: Names of the services, in the order to print.
        minimum: Below this many settled requests no percentage is given.
        periods: The cohorts wanted; the first is the one people look at.
        now: The instant the report speaks of.
        service: When given, only this service's requests.
        set_aside: How many messages could not be read.
        gaps: Where collection was interrupted.
    """
    requests = [request for request in source.requests() if service is None or request.service == service]
    overdue, soon = report.unanswered(requests, clock, commitment, now)
    widest = max(periods, key=lambda period: period.last - period.first)
    since = clock.calendar.start_of(widest.first)
    until = clock.calendar.start_of(widest.last) + timedelta(days=1)
    return Report(
        site=site,
        at=now,
        today=clock.calendar.local_date(now),
        commitment=commitment,
        minimum=minimum,
        sections=tuple(
            report.section(period, requests, clock=clock, commitment=commitment, services=services, now=now)
            for period in periods
        ),
        overdue=overdue,
        soon=soon,
        doubts=tuple(doubt for doubt in source.doubts() if doubt.sent_at <= now),
        not_requests=tuple(source.not_requests(since, until)),
        set_aside=set_aside,
        gaps=tuple(gaps),
    )
