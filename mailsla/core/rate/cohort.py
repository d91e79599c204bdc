"""Cohorts: the requests that a figure is about, and what is counted of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, cached_property
from typing import TypeVar

from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.verdict import Standing
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.mail.instants import Basis
from mailsla.core.rate.assessed import Assessed
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import Case
from mailsla.core.rate.delays import Delay, DelayCurve, delay_curve
from mailsla.core.rate.period import Grain, Period, pieces
from mailsla.core.rate.population import Population, population
from mailsla.core.rate.standard import Standard

_Name = TypeVar("_Name", bound=Hashable)


_DATES: dict[Belonging, Callable[[Assessed], date]] = {
    Belonging.DUE: lambda item: item.verdict.due_on,
    Belonging.RECEIVED: lambda item: item.received_on,
}


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
        return sum(item.case.count for item in self.assessed)

    @property
    def calendar(self) -> WorkingCalendar:
        """The site's calendar."""
        return self.standard.clock.calendar

    @property
    def today(self) -> date:
        """The date of `now`, in the site's zone."""
        return self.calendar.local_date(self.now)

    def within(self, period: Period, by: Belonging) -> Cohort:
        """Return the requests of `period`: due in it, or received in it, in local days."""
        on = _DATES[by]
        first, last = period.first, period.last
        return self._of([item for item in self.assessed if first <= on(item) <= last])

    def varied(
        self,
        variant: Callable[[Assessed], Standing],
        period: Period,
        by: Belonging,
        is_answered: Callable[[Assessed], bool] = lambda item: item.is_answered,
    ) -> Population:
        """Count where the requests of `period` would stand, were one thing changed: its due dates too.

        Args:
            variant: Where each request would stand.
            period: Whose requests are counted.
            by: By which date they are its own.
            is_answered: Whether each would be answered.
        """
        first, last, by_receipt = period.first, period.last, by is Belonging.RECEIVED
        return population(
            (standing.outcome, is_answered(item), item.case.count)
            for item, standing in zip(self.assessed, map(variant, self.assessed), strict=True)
            if first <= (item.received_on if by_receipt else standing.due_on) <= last
        )

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
        return self._counted

    @cached_property
    def _counted(self) -> Cohort:
        # Every section of a report asks for those of all its requests.
        return self.held_to(self.standard.main)

    def held_to(self, commitment: Commitment, *, excluded: bool = False) -> Cohort:
        """Return those in the rate of one promise, or those that would be, had nobody left them out."""
        promised = cache(self.standard.commitment_of)
        return self._of(
            [
                item
                for item in self.assessed
                if counts_for(
                    commitment,
                    promised,
                    item.case,
                    count_follow_ups=self.count_follow_ups,
                    excluded=excluded,
                )
            ]
        )

    def excluded(self) -> Cohort:
        """Return those that would be in the rate, had no person's decision left them out."""
        return self.held_to(self.standard.main, excluded=True)

    def follow_ups(self, *, excluded: bool = False) -> Cohort:
        """Return the sequels of answered requests, of every category; or those of them that were left out."""
        return self._of(
            item for item in self if item.case.follow_up and (item.case.excluded is not None) is excluded
        )

    def unanswered(self) -> Cohort:
        """Return those without a reply, follow-ups and every category included; what a person excluded is not."""
        return self._of(
            item for item in self if item.verdict.answered_on is None and item.case.excluded is None
        )

    def by_service(self) -> dict[str | None, Cohort]:
        """Return the requests of each service; None for those that no service has."""
        return self._by(lambda item: item.case.service)

    def by_year(self, by: Belonging) -> dict[int, Cohort]:
        """Return the requests of each year: due in it, or received in it."""
        on = _DATES[by]
        return self._by(lambda item: on(item).year)

    def by_period(self, grain: Grain, within: Period, by: Belonging) -> dict[Period, Cohort]:
        """Return the requests of each week, month, quarter or year of a period, empty ones and the first included."""
        on, period_of = _DATES[by], cache(grain.period_of)
        found = self._by(lambda item: period_of(on(item)))
        nothing = self._of(())
        return {piece: found.get(piece, nothing) for piece in pieces(within, grain)}

    def population(self, excluded: int = 0) -> Population:
        """Count where they stand; `excluded` is how many a person left out beside them."""
        found = population((item.verdict.outcome, item.is_answered, item.case.count) for item in self)
        return replace(found, excluded=excluded)

    def kept(self) -> Population:
        """Count how many of the answered were in time, whether their request has fallen due or not."""
        kept = self._sum(item for item in self if item.verdict.in_time)
        return Population(met=kept, missed=len(self) - kept)

    def closures_changed(self) -> int:
        """Count the verdicts that the closures changed: missed or not."""
        return self._sum(item for item in self if item.is_changed_by_closures)

    def answered_otherwise(self, basis: Basis) -> int:
        """Count those whose answer no mail gave: a person decided it, or an agent filed it."""
        return self._sum(item for item in self if item.case.otherwise is basis and item.is_answered)

    def answered(self) -> int:
        """Count those that are answered by now, in time or late."""
        return self._sum(item for item in self if item.is_answered)

    def acknowledged(self) -> int:
        """Count those that the office said it had received, automatically or not."""
        now = self.now
        return self._sum(
            item
            for item in self
            if item.case.acknowledged_at is not None and item.case.acknowledged_at <= now
        )

    def reasons(self) -> tuple[tuple[str, int], ...]:
        """Return the reasons for which they were left out → how many, by reason."""
        counts: Counter[str] = Counter()
        for item in self:
            counts[item.case.excluded or ""] += item.case.count
        return tuple(sorted(counts.items()))

    def received(self) -> Counter[date]:
        """Return how many were received on each local date."""
        counts: Counter[date] = Counter()
        for item in self:
            counts[item.received_on] += item.case.count
        return counts

    def delays(self) -> DelayCurve:
        """Return their delay curve in working days, the unanswered as censored."""
        return _curve(
            (item.verdict.working_days, item.verdict.answered_on is not None, item.case.count)
            for item in self.assessed
        )

    def delays_since_assigned(self) -> DelayCurve:
        """Return how long the service that has each request took, from the day it got it."""
        cases = (item.case for item in self.assessed)
        return _curve(
            (*self._delay(case.assigned_at or case.received_at, case.answered_at), case.count)
            for case in cases
        )

    def first_responses(self) -> DelayCurve:
        """Return how long the first mail of the office took, whatever it said."""
        cases = (item.case for item in self.assessed)
        return _curve(
            (*self._delay(case.received_at, _first(case.first_response_at, case.answered_at)), case.count)
            for case in cases
        )

    def _delay(self, start: datetime, end: datetime | None) -> tuple[int, bool]:
        """Return the working days to an instant, or so far, and which: what lies after `now` is not known."""
        if end is None or end > self.now:
            return self.standard.clock.elapsed(start, self.now), False
        return self.standard.clock.elapsed(start, end), True

    @staticmethod
    def _sum(found: Iterable[Assessed]) -> int:
        return sum(item.case.count for item in found)

    def _of(self, found: Iterable[Assessed]) -> Cohort:
        return replace(self, assessed=tuple(found))

    def _by(self, name: Callable[[Assessed], _Name]) -> dict[_Name, Cohort]:
        groups: dict[_Name, list[Assessed]] = defaultdict(list)
        for item in self:
            groups[name(item)].append(item)
        return {named: self._of(items) for named, items in groups.items()}


def counts_for(
    commitment: Commitment,
    promised: Callable[[str], Commitment],
    case: Case,
    *,
    count_follow_ups: bool,
    excluded: bool = False,
) -> bool:
    """Tell whether a request is in the rate of a promise, wherever it stands; or would be, had nobody excluded it.

    Args:
        commitment: The promise.
        promised: Returns the promise that a category falls under (`Standard.commitment_of`).
        case: The request.
        count_follow_ups: Whether follow-ups are in the rate.
        excluded: Whether those that a person left out are asked for, instead of the others.
    """
    return (
        (case.excluded is not None) is excluded
        and (count_follow_ups or not case.follow_up)
        and promised(case.category) is commitment
    )


def _curve(found: Iterable[tuple[int, bool, int]]) -> DelayCurve:
    """Return the curve of delays: how long, whether an answer ended it, and of how many requests."""
    alike: Counter[tuple[int, bool]] = Counter()
    for days, is_answered, count in found:
        alike[days, is_answered] += count
    return delay_curve(
        Delay(days, answered=is_answered, count=count) for (days, is_answered), count in alike.items()
    )


def _first(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the first of two instants, of those that are known."""
    if one is None or other is None:
        return one or other
    return min(one, other)
