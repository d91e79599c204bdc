"""Cohorts: the requests that a figure is about, counted every way that the report prints."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.verdict import Outcome
from mailsla.core.clock.working_days import DayKind, WorkingCalendar
from mailsla.core.rate.case import Case
from mailsla.core.rate.delays import Delay, DelayCurve, delay_curve
from mailsla.core.rate.period import Grain, Period
from mailsla.core.rate.population import Population, population
from mailsla.core.rate.standard import Judged, Standard

_Item = TypeVar("_Item")


_Name = TypeVar("_Name")


class Denominator(StrEnum):
    """Which requests a period's rate is about."""

    RECEIVED = "received"
    HANDLED = "handled"


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service's share of a cohort; `service` is None for requests that no service has.

    `since_assigned` counts from the day the service got the request, which an inside forward makes later than
    its receipt: the office's delay, and that service's own part of it.
    """

    service: str | None
    population: Population
    delays: DelayCurve
    since_assigned: DelayCurve


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """One category's share of a cohort, held against its own promise.

    Attributes:
        commitment: The promise.
        population: Where its requests stand.
        answered: How many were answered at all, in time or late.
        delays: How long they took.
    """

    commitment: Commitment
    population: Population
    answered: int
    delays: DelayCurve


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """One week, month, quarter or year of a cohort."""

    period: Period
    population: Population
    delays: DelayCurve


@dataclass(frozen=True, slots=True)
class Section:
    """One cohort: the requests received in a period, of the main promise's category.

    Attributes:
        period: When they were received, in local days.
        population: Where they stand.
        compared: Where they would stand were the rule read the other way (`less_than` or `at_most`).
        without_closures: Where they would stand had the office declared no closure.
        closures_changed: How many verdicts the closures changed.
        handled: The requests *answered* in the period, whenever they were received.
        delays: How long they took.
        first_responses: How long the first mail of the office took, whatever it said (« accusé », « attente »).
        acknowledged: How many were acknowledged, automatically or not.
        by_service: The same, service by service, in the configuration's order, the unassigned last.
        by_category: Every category with its own promise; one line when there is only one.
        by_period: The same, period by period.
        exclusions: Reasons for which requests were left out → how many.
        follow_ups: Sequels received in the period, reported apart.
    """

    period: Period
    population: Population
    compared: Population
    without_closures: Population
    closures_changed: int
    handled: Population
    delays: DelayCurve
    first_responses: DelayCurve
    acknowledged: int
    by_service: tuple[ServiceLine, ...]
    by_category: tuple[CategoryLine, ...]
    by_period: tuple[PeriodLine, ...]
    exclusions: tuple[tuple[str, int], ...]
    follow_ups: Population


@dataclass(frozen=True)
class Assessment:
    """Every request with its verdict, under the site's rule and under the variants that the report names.

    Attributes:
        now: The instant the verdicts speak of.
        standard: The rule.
        count_follow_ups: Whether follow-ups are in the rate, or apart.
        judged: Every request received by then.
        received_on: Its local date of receipt. A cutoff moves the start of the clock, never the cohort: a mail
            belongs to the day it came.
        compared: Its outcome were the rule read the other way.
        without_closures: Its outcome without the closures the site declares.
    """

    now: datetime
    standard: Standard
    count_follow_ups: bool
    judged: tuple[Judged, ...]
    received_on: tuple[date, ...]
    compared: tuple[Outcome, ...]
    without_closures: tuple[Outcome, ...]

    @property
    def calendar(self) -> WorkingCalendar:
        """The site's calendar."""
        return self.standard.clock.calendar

    def is_main(self, case: Case) -> bool:
        """Tell whether a request falls under the main promise."""
        return self.standard.commitment_of(case.category) is self.standard.main

    def is_counted(self, case: Case) -> bool:
        """Tell whether a request is in the rate: main promise, not excluded, a follow-up only if the site asks."""
        return case.excluded is None and (self.count_follow_ups or not case.follow_up) and self.is_main(case)


def assess(
    cases: Iterable[Case], standard: Standard, now: datetime, *, count_follow_ups: bool = False
) -> Assessment:
    """Judge every request once, for every part of the report to count."""
    known = [case for case in cases if case.received_at <= now]
    clock = standard.clock
    judged = standard.judge(known, now)
    outcomes = tuple(item.verdict.outcome for item in judged)
    closed = any(day.kind is DayKind.CLOSURE for day in clock.calendar.special_days)
    opened = Standard(clock.on(clock.calendar.without(DayKind.CLOSURE)), standard.commitments)
    return Assessment(
        now=now,
        standard=standard,
        count_follow_ups=count_follow_ups,
        judged=tuple(judged),
        received_on=tuple(clock.calendar.local_date(case.received_at) for case in known),
        compared=tuple(standard.read_as(standard.main.comparison.other).outcomes(known, now)),
        without_closures=tuple(opened.outcomes(known, now)) if closed else outcomes,
    )


def section(
    period: Period, assessment: Assessment, *, services: Sequence[str], grain: Grain = Grain.MONTH
) -> Section:
    """Return the cohort of the requests received in `period`."""
    inside = [index for index, on in enumerate(assessment.received_on) if on in period]
    cohort = [index for index in inside if assessment.is_counted(assessment.judged[index].case)]
    counted = [assessment.judged[index] for index in cohort]
    names: list[str | None] = [*services, *_unlisted(counted, services)]
    by_name = _grouped(counted, lambda item: item.case.service)
    pieces = _grouped(cohort, lambda index: grain.period_of(assessment.received_on[index]))
    excluded = [
        item.case
        for item in (assessment.judged[index] for index in inside)
        if item.case.excluded is not None and assessment.is_main(item.case)
    ]
    return Section(
        period=period,
        population=population((item.verdict.outcome for item in counted), excluded=len(excluded)),
        compared=population(assessment.compared[index] for index in cohort),
        without_closures=population(assessment.without_closures[index] for index in cohort),
        closures_changed=sum(
            assessment.without_closures[index] is not assessment.judged[index].verdict.outcome
            for index in cohort
        ),
        handled=_handled(period, assessment),
        delays=delays(counted),
        first_responses=_first_responses(counted, assessment),
        acknowledged=sum(
            item.case.acknowledged_at is not None and item.case.acknowledged_at <= assessment.now
            for item in counted
        ),
        by_service=tuple(
            ServiceLine(name, _population(found), delays(found), _since_assigned(found, assessment))
            for name in names
            if (found := by_name.get(name))
        ),
        by_category=_by_category([assessment.judged[index] for index in inside], assessment),
        by_period=tuple(
            PeriodLine(piece, _population(found), delays(found))
            for piece, indexes in sorted(pieces.items(), key=lambda item: item[0].first)
            if (found := [assessment.judged[index] for index in indexes])
        ),
        exclusions=tuple(sorted(Counter(case.excluded or "" for case in excluded).items())),
        follow_ups=_population(
            item
            for item in (assessment.judged[index] for index in inside)
            if item.case.follow_up and item.case.excluded is None
        ),
    )


def _by_category(items: Sequence[Judged], assessment: Assessment) -> tuple[CategoryLine, ...]:
    lines = []
    for category, commitment in assessment.standard.commitments.items():
        found = [
            item
            for item in items
            if item.case.excluded is None
            and (assessment.count_follow_ups or not item.case.follow_up)
            and assessment.standard.commitment_of(item.case.category).category == category
        ]
        answered = sum(item.verdict.answered_on is not None for item in found)
        lines.append(CategoryLine(commitment, _population(found), answered, delays(found)))
    return tuple(lines)


def _since_assigned(counted: Iterable[Judged], assessment: Assessment) -> DelayCurve:
    """Return how long the service that has each request took, from the day it got it."""
    clock, now = assessment.standard.clock, assessment.now
    return delay_curve(
        Delay(
            clock.elapsed(item.case.assigned_at or item.case.received_at, _end(item, now)),
            item.verdict.answered_on is not None,
        )
        for item in counted
    )


def _end(item: Judged, now: datetime) -> datetime:
    answered_at = item.case.answered_at
    return now if answered_at is None or answered_at > now else answered_at


def _first_responses(counted: Iterable[Judged], assessment: Assessment) -> DelayCurve:
    clock, now = assessment.standard.clock, assessment.now
    found = []
    for item in counted:
        at = min((at for at in (item.case.first_response_at, item.case.answered_at) if at), default=None)
        known = at is not None and at <= now
        found.append(Delay(clock.elapsed(item.case.received_at, at if known and at else now), known))
    return delay_curve(found)


def _handled(period: Period, assessment: Assessment) -> Population:
    """Count the requests answered in `period`, whenever they were received (« traitées »)."""
    return _population(
        item
        for item in assessment.judged
        if item.verdict.answered_on is not None
        and item.verdict.answered_on in period
        and assessment.is_counted(item.case)
    )


def _grouped(items: Iterable[_Item], name: Callable[[_Item], _Name]) -> dict[_Name, list[_Item]]:
    groups: dict[_Name, list[_Item]] = defaultdict(list)
    for item in items:
        groups[name(item)].append(item)
    return groups


def _unlisted(judged: Sequence[Judged], services: Sequence[str]) -> list[str | None]:
    """Return the services that requests name and the configuration does not, None last."""
    found = {item.case.service for item in judged} - set(services)
    named: list[str | None] = [*sorted(name for name in found if name is not None)]
    return [*named, None]


def _population(judged: Iterable[Judged]) -> Population:
    return population(item.verdict.outcome for item in judged)


def delays(judged: Iterable[Judged]) -> DelayCurve:
    """Return the delay curve of requests in working days, the unanswered as censored."""
    return delay_curve(
        Delay(item.verdict.working_days, item.verdict.answered_on is not None) for item in judged
    )
