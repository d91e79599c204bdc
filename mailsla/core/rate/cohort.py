"""Cohorts: the requests that a figure is about, counted every way that the report prints."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.rate.assessed import Assessed
from mailsla.core.rate.delays import Delay, DelayCurve, delay_curve
from mailsla.core.rate.period import Grain, Period
from mailsla.core.rate.population import Population, population
from mailsla.core.rate.standard import Standard

_Name = TypeVar("_Name", bound=Hashable)


@dataclass(frozen=True)
class Cohort:
    """Some requests, each judged once, and what is counted of them.

    Attributes:
        assessed: The requests, by receipt.
        standard: What they were held against.
        now: The instant the verdicts speak of.
        count_follow_ups: Whether follow-ups are in the rate, or apart.
    """

    assessed: tuple[Assessed, ...]
    standard: Standard
    now: datetime
    count_follow_ups: bool = False

    def __iter__(self) -> Iterator[Assessed]:
        return iter(self.assessed)

    def __len__(self) -> int:
        return len(self.assessed)

    @property
    def calendar(self) -> WorkingCalendar:
        """The site's calendar."""
        return self.standard.clock.calendar

    @property
    def today(self) -> date:
        """The date of `now`, in the site's zone."""
        return self.calendar.local_date(self.now)

    def received_in(self, period: Period) -> Cohort:
        """Return the requests received in `period`, in local days."""
        first, last = period.first, period.last
        return self._of(item for item in self if first <= item.received_on <= last)

    def answered_in(self, period: Period) -> Cohort:
        """Return the requests answered in `period`, whenever they were received (« traitées »)."""
        first, last = period.first, period.last
        return self._of(
            item
            for item in self
            if item.verdict.answered_on is not None and first <= item.verdict.answered_on <= last
        )

    def counted(self) -> Cohort:
        """Return those in the rate: the main promise's, not excluded, a follow-up only if the site asks."""
        return self.held_to(self.standard.main)

    def held_to(self, commitment: Commitment) -> Cohort:
        """Return those in the rate of one promise."""
        held_to, follow_ups = self.standard.commitment_of, self.count_follow_ups
        return self._of(
            item
            for item in self
            if item.case.excluded is None
            and (follow_ups or not item.case.follow_up)
            and held_to(item.case.category) is commitment
        )

    def excluded(self) -> Cohort:
        """Return those of the main promise that a person's decision left out."""
        held_to, main = self.standard.commitment_of, self.standard.main
        return self._of(
            item for item in self if item.case.excluded is not None and held_to(item.case.category) is main
        )

    def follow_ups(self) -> Cohort:
        """Return the sequels of answered requests, of every category."""
        return self._of(item for item in self if item.case.follow_up and item.case.excluded is None)

    def unanswered(self) -> Cohort:
        """Return those without a reply, follow-ups and every category included; what a person excluded is not."""
        return self._of(
            item for item in self if item.verdict.answered_on is None and item.case.excluded is None
        )

    def by_service(self) -> dict[str | None, Cohort]:
        """Return the requests of each service; None for those that no service has."""
        return self._by(lambda item: item.case.service)

    def by_period(self, grain: Grain) -> dict[Period, Cohort]:
        """Return the requests of each week, month, quarter or year of receipt, the earliest first."""
        periods = {on: grain.period_of(on) for on in sorted({item.received_on for item in self})}
        found = self._by(lambda item: periods[item.received_on])
        return {period: found[period] for period in dict.fromkeys(periods.values())}

    def population(self) -> Population:
        """Count where they stand."""
        return population(item.verdict.outcome for item in self)

    def compared(self) -> Population:
        """Count where they would stand were the rule read the other way."""
        return population(item.compared for item in self)

    def without_closures(self) -> Population:
        """Count where they would stand had the office declared no closure."""
        return population(item.without_closures for item in self)

    def closures_changed(self) -> int:
        """Count the verdicts that the closures changed."""
        return sum(item.without_closures is not item.verdict.outcome for item in self)

    def acknowledged(self) -> int:
        """Count those that the office said it had received, automatically or not."""
        now = self.now
        return sum(
            item.case.acknowledged_at is not None and item.case.acknowledged_at <= now for item in self
        )

    def reasons(self) -> tuple[tuple[str, int], ...]:
        """Return the reasons for which they were left out → how many, by reason."""
        return tuple(sorted(Counter(item.case.excluded or "" for item in self).items()))

    def delays(self) -> DelayCurve:
        """Return their delay curve in working days, the unanswered as censored."""
        return delay_curve(
            Delay(item.verdict.working_days, item.verdict.answered_on is not None) for item in self
        )

    def delays_since_assigned(self) -> DelayCurve:
        """Return how long the service that has each request took, from the day it got it."""
        return delay_curve(
            self._delay(item.case.assigned_at or item.case.received_at, item.case.answered_at)
            for item in self
        )

    def first_responses(self) -> DelayCurve:
        """Return how long the first mail of the office took, whatever it said."""
        return delay_curve(
            self._delay(case.received_at, min(_known(case.first_response_at, case.answered_at), default=None))
            for case in (item.case for item in self)
        )

    def _delay(self, start: datetime, end: datetime | None) -> Delay:
        """Return the delay from an instant to another one, or so far: what lies after `now` is not known."""
        if end is None or end > self.now:
            return Delay(self.standard.clock.elapsed(start, self.now), answered=False)
        return Delay(self.standard.clock.elapsed(start, end), answered=True)

    def _of(self, found: Iterable[Assessed]) -> Cohort:
        return replace(self, assessed=tuple(found))

    def _by(self, name: Callable[[Assessed], _Name]) -> dict[_Name, Cohort]:
        groups: dict[_Name, list[Assessed]] = defaultdict(list)
        for item in self:
            groups[name(item)].append(item)
        return {named: self._of(items) for named, items in groups.items()}


def _known(*instants: datetime | None) -> Iterator[datetime]:
    return (instant for instant in instants if instant is not None)


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


def section(
    period: Period, everything: Cohort, *, services: Sequence[str], grain: Grain = Grain.MONTH
) -> Section:
    """Return the figures of the requests received in `period`."""
    received = everything.received_in(period)
    counted, excluded = received.counted(), received.excluded()
    return Section(
        period=period,
        population=replace(counted.population(), excluded=len(excluded)),
        compared=counted.compared(),
        without_closures=counted.without_closures(),
        closures_changed=counted.closures_changed(),
        handled=everything.answered_in(period).counted().population(),
        delays=counted.delays(),
        first_responses=counted.first_responses(),
        acknowledged=counted.acknowledged(),
        by_service=tuple(_service_lines(counted, services)),
        by_category=tuple(_category_lines(received)),
        by_period=tuple(
            PeriodLine(piece, found.population(), found.delays())
            for piece, found in counted.by_period(grain).items()
        ),
        exclusions=excluded.reasons(),
        follow_ups=received.follow_ups().population(),
    )


def _service_lines(counted: Cohort, services: Sequence[str]) -> Iterator[ServiceLine]:
    """Yield a line a service: as configured, then those that only requests name, then the unassigned."""
    found = counted.by_service()
    others = sorted(name for name in found if name is not None and name not in services)
    for name in (*services, *others, None):
        if name in found:
            mine = found[name]
            yield ServiceLine(name, mine.population(), mine.delays(), mine.delays_since_assigned())


def _category_lines(received: Cohort) -> Iterator[CategoryLine]:
    for commitment in received.standard.commitments.values():
        found = received.held_to(commitment)
        answered = sum(item.verdict.answered_on is not None for item in found)
        yield CategoryLine(commitment, found.population(), answered, found.delays())
