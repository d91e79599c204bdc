"""The report: how the office stands against its promise, with everything needed to recount it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from mailsla.core.commitment import Clock, Commitment, Outcome, Verdict
from mailsla.core.delays import Delay, DelayCurve, delay_curve
from mailsla.core.period import Period
from mailsla.core.recipient_matching import Doubt
from mailsla.core.request import Request


@dataclass(frozen=True, slots=True)
class Population:
    """How many requests of a cohort stand where.

    Attributes:
        met: Answered in time.
        missed: Answered late, or unanswered past the due date.
        waiting: Not answered, not yet due.
        excluded: Left out by a person's decision.
    """

    met: int = 0
    missed: int = 0
    waiting: int = 0
    excluded: int = 0

    @property
    def settled(self) -> int:
        """Those whose outcome is known: the denominator of the attainment."""
        return self.met + self.missed

    @property
    def counted(self) -> int:
        """Those that count, settled or waiting."""
        return self.settled + self.waiting

    @property
    def attainment(self) -> Fraction | None:
        """The share met among the settled, exact; None when nothing is settled."""
        return Fraction(self.met, self.settled) if self.settled else None

    @property
    def low(self) -> Fraction | None:
        """What the attainment ends at if every waiting request is missed."""
        return Fraction(self.met, self.counted) if self.counted else None

    @property
    def high(self) -> Fraction | None:
        """What the attainment ends at if every waiting request is met."""
        return Fraction(self.met + self.waiting, self.counted) if self.counted else None

    @property
    def provisional(self) -> bool:
        """Tell whether the figure can still change as requests fall due."""
        return self.waiting > 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A request with its verdict."""

    request: Request
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service's share of a cohort; `service` is None for requests that no service has."""

    service: str | None
    population: Population
    delays: DelayCurve


@dataclass(frozen=True, slots=True)
class Section:
    """One cohort: the requests received in a period.

    Attributes:
        period: When they were received, in local days.
        population: Where they stand.
        compared: Where they would stand were the rule read the other way (`less_than` or `at_most`).
        delays: How long they took.
        by_service: The same, service by service, in the configuration's order, the unassigned last.
        follow_ups: Sequels received in the period, reported apart.
    """

    period: Period
    population: Population
    compared: Population
    delays: DelayCurve
    by_service: tuple[ServiceLine, ...]
    follow_ups: Population


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time over which an account was not collected; `until` is None while it lasts."""

    account: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the report says, before any wording.

    Attributes:
        site: The office's name.
        at: The instant the report speaks of.
        today: Its date, in the site's zone.
        commitment: The promise.
        minimum: Below this many settled requests no percentage is given, only the counts.
        sections: The cohorts, the one people look at first being first.
        overdue: Unanswered requests past their due date, the oldest first.
        soon: Unanswered requests due within three working days, the most urgent first.
        doubts: Possible replies that a person must look at.
        not_requests: How many messages were no request, by kind.
        set_aside: How many messages could not be read.
        gaps: Where collection was interrupted.
    """

    site: str
    at: datetime
    today: date
    commitment: Commitment
    minimum: int
    sections: tuple[Section, ...]
    overdue: tuple[Judged, ...]
    soon: tuple[Judged, ...]
    doubts: tuple[Doubt, ...] = ()
    not_requests: tuple[tuple[str, int], ...] = ()
    set_aside: int = 0
    gaps: tuple[Gap, ...] = ()


SOON = 3
"""A request is due soon when this many working days, or fewer, are left."""


def judge(requests: Iterable[Request], clock: Clock, commitment: Commitment, now: datetime) -> list[Judged]:
    """Return each request received by `now` with its verdict at `now`."""
    return [
        Judged(request, clock.verdict(request.received.at, answered_at(request), commitment, now))
        for request in requests
        if request.received.at <= now
    ]


def answered_at(request: Request) -> datetime | None:
    """Return when the clock stopped."""
    return None if request.answered is None else request.answered.at


def section(
    period: Period,
    requests: Sequence[Request],
    *,
    clock: Clock,
    commitment: Commitment,
    services: Sequence[str],
    now: datetime,
) -> Section:
    """Return the cohort of `requests` received in `period`."""
    judged = judge(requests, clock, commitment, now)
    other = judge(requests, clock, commitment.compared(commitment.comparison.other), now)
    # A cutoff moves the start of the clock, never the cohort: a mail belongs to the day it came.
    within = [clock.calendar.local_date(item.request.received.at) in period for item in judged]
    cohort = [item for item, inside in zip(judged, within, strict=True) if inside]
    compared = [item for item, inside in zip(other, within, strict=True) if inside]
    counted = [item for item in cohort if not item.request.follow_up]
    names: list[str | None] = [*services, *_unlisted(counted, services)]
    return Section(
        period=period,
        population=population(counted),
        compared=population(item for item in compared if not item.request.follow_up),
        delays=delays(counted),
        by_service=tuple(
            ServiceLine(name, population(found), delays(found))
            for name in names
            if (found := [item for item in counted if item.request.service == name])
        ),
        follow_ups=population(item for item in cohort if item.request.follow_up),
    )


def _unlisted(judged: Sequence[Judged], services: Sequence[str]) -> list[str | None]:
    """Return the services that requests name and the configuration does not, None last."""
    found = {item.request.service for item in judged} - set(services)
    named: list[str | None] = [*sorted(name for name in found if name is not None)]
    return [*named, None]


def population(judged: Iterable[Judged]) -> Population:
    """Count where requests stand."""
    counts = Counter(item.verdict.outcome for item in judged)
    return Population(met=counts[Outcome.MET], missed=counts[Outcome.MISSED], waiting=counts[Outcome.WAITING])


def delays(judged: Iterable[Judged]) -> DelayCurve:
    """Return the delay curve of requests, the unanswered as censored."""
    return delay_curve(
        Delay(item.verdict.working_days, item.verdict.answered_on is not None) for item in judged
    )


def unanswered(
    requests: Iterable[Request], clock: Clock, commitment: Commitment, now: datetime
) -> tuple[tuple[Judged, ...], tuple[Judged, ...]]:
    """Return the unanswered requests that are overdue, and those due within `SOON` working days.

    Follow-ups are watched too.
    """
    today = clock.calendar.local_date(now)
    waiting = [item for item in judge(requests, clock, commitment, now) if item.verdict.answered_on is None]
    ordered = sorted(waiting, key=lambda item: (item.verdict.due_on, item.request.received.at))
    overdue = tuple(item for item in ordered if item.verdict.outcome is Outcome.MISSED)
    soon = tuple(
        item
        for item in ordered
        if item.verdict.outcome is Outcome.WAITING
        and clock.calendar.working_days_between(today, item.verdict.due_on) <= SOON
    )
    return overdue, soon
