"""One cohort counted every way that the report prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from mailsla.core.clock.commitment import Commitment
from mailsla.core.mail.instants import Basis
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.cohort import Cohort
from mailsla.core.rate.delays import DelayCurve
from mailsla.core.rate.finality import Finality, Watched, finality, is_covered
from mailsla.core.rate.period import Grain, Period, period_before, year_before
from mailsla.core.rate.population import Population
from mailsla.core.rate.promises import Promise, PromiseLine
from mailsla.core.rate.standard import Judged

ONE_YEAR = timedelta(days=365)
"""From the first day of a leap year to its last: a report reads so far back."""


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
    """One week, month, quarter or year of a cohort.

    Attributes:
        period: The whole one.
        cut: The part of it that is counted.
        population: Where its requests stand.
        delays: How long they took.
        finality: Whether the figure of that part is definitive.
        former: Where those of the same part of the year before stood; None when it was not collected.
    """

    period: Period
    cut: Period
    population: Population
    delays: DelayCurve
    finality: Finality
    former: Population | None


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a period: of a year, both are one; None of what was not collected.

    Attributes:
        before: The one just before it.
        year_before: The same one of the year before.
    """

    before: PeriodLine | None = None
    year_before: PeriodLine | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One cohort: the requests due in a period, or received in it, of the main promise's category.

    Attributes:
        period: When they were due or received, in local days.
        by: Which of the two.
        finality: Whether the figure is definitive, and what it lacks.
        population: Where they stand.
        beside: Where the period's requests stand by the other date.
        compared: Where they would stand were the rule read the other way (`less_than` or `at_most`).
        without_closures: Where they would stand had the office declared no closure.
        closures_changed: How many verdicts the closures changed.
        by_decision: How many a person decided to be answered otherwise than by mail.
        by_filing: How many an agent filed as answered.
        by_mail: Where they would stand were those answers none.
        handled: The requests *answered* in the period, whenever they were received.
        delays: How long they took.
        first_responses: How long the first mail of the office took, whatever it said (« accusé », « attente »).
        acknowledged: How many were acknowledged, automatically or not.
        by_service: The same, service by service, in the configuration's order, the unassigned last.
        by_category: Every category with its own promise; one line when there is only one.
        by_period: The same, period by period.
        exclusions: Reasons for which requests were left out → how many.
        follow_ups: Sequels of the period, reported apart.
        promises: How each promise beside the main one is kept.
    """

    period: Period
    by: Belonging
    finality: Finality
    population: Population
    beside: Population
    compared: Population
    without_closures: Population
    closures_changed: int
    by_decision: int
    by_filing: int
    by_mail: Population
    handled: Population
    delays: DelayCurve
    first_responses: DelayCurve
    acknowledged: int
    by_service: tuple[ServiceLine, ...]
    by_category: tuple[CategoryLine, ...]
    by_period: tuple[PeriodLine, ...]
    exclusions: tuple[tuple[str, int], ...]
    follow_ups: Population
    promises: tuple[PromiseLine, ...] = ()

    @property
    def line(self) -> PeriodLine:
        """Its period as one line among others."""
        return PeriodLine(self.period, self.period, self.population, self.delays, self.finality, None)


def section(
    period: Period,
    everything: Cohort,
    watched: Watched,
    *,
    services: Sequence[str],
    grain: Grain = Grain.MONTH,
    by: Belonging = Belonging.DUE,
    promises: Sequence[tuple[Promise, Sequence[Judged]]] = (),
) -> Section:
    """Return the figures of the requests due in `period`, or received in it.

    Args:
        period: Whose requests are counted.
        everything: All requests, judged.
        watched: How collection went.
        services: Names of the services, in the order to print.
        grain: Into what the period is cut.
        by: By which date requests are its own.
        promises: Each promise beside the main one, with the requests that it is about, judged by it.
    """
    of_period, all_counted = everything.within(period, by), everything.counted()
    counted, excluded = of_period.counted(), of_period.excluded()
    population = counted.population(len(excluded))
    return Section(
        period=period,
        by=by,
        finality=_finality(counted, period, by, watched),
        population=population,
        beside=_population(everything, period, by.other),
        compared=all_counted.varied(lambda item: item.compared, period, by),
        without_closures=all_counted.varied(lambda item: item.without_closures, period, by),
        closures_changed=counted.closures_changed(),
        by_decision=counted.answered_otherwise(Basis.DECISION),
        by_filing=counted.answered_otherwise(Basis.FILED),
        by_mail=all_counted.varied(lambda item: item.by_mail, period, by, lambda item: item.is_mailed),
        handled=all_counted.answered_in(period).kept(),
        delays=counted.delays(),
        first_responses=counted.first_responses(),
        acknowledged=counted.acknowledged(),
        by_service=tuple(_service_lines(counted, excluded, services)),
        by_category=tuple(_category_lines(of_period)),
        by_period=tuple(period_lines(everything, period, grain, by, watched)),
        exclusions=excluded.reasons(),
        follow_ups=of_period.follow_ups().population(len(of_period.follow_ups(excluded=True))),
        promises=tuple(
            promise.line(held, period, by, watched, everything.standard, everything.now)
            for promise, held in promises
        ),
    )


def _finality(cohort: Cohort, period: Period, by: Belonging, watched: Watched) -> Finality:
    imported = any(item.case.imported for item in cohort)
    return finality(period, by, cohort.population(), watched, cohort.standard, cohort.now, imported=imported)


def _population(everything: Cohort, period: Period, by: Belonging) -> Population:
    """Count where the requests of a period stand, with those that a person left out."""
    of_period = everything.within(period, by)
    return of_period.counted().population(len(of_period.excluded()))


def period_lines(
    everything: Cohort, period: Period, grain: Grain, by: Belonging, watched: Watched
) -> Iterator[PeriodLine]:
    """Yield a line for each day, week, month, quarter or year of a period, beside the same of the year before."""
    of_period = everything.within(period, by)
    left_out = of_period.excluded().by_period(grain, period, by)
    for piece, found in of_period.counted().by_period(grain, period, by).items():
        cut = piece.within(period)
        same = year_before(cut)
        is_known = is_covered(same, watched, everything.calendar)
        yield PeriodLine(
            period=piece,
            cut=cut,
            population=found.population(len(left_out[piece])),
            delays=found.delays(),
            finality=_finality(found, cut, by, watched),
            former=_population(everything, same, by) if is_known else None,
        )


def beside(period: Period, everything: Cohort, by: Belonging, watched: Watched) -> Beside:
    """Return what stands beside a period, counted as it is; beside more than a year stands nothing."""
    if period.last - period.first > ONE_YEAR:
        return Beside()

    def line(of: Period) -> PeriodLine | None:
        if not is_covered(of, watched, everything.calendar):
            return None
        counts, found = _population(everything, of, by), everything.within(of, by).counted()
        return PeriodLine(of, of, counts, found.delays(), _finality(found, of, by, watched), None)

    return Beside(line(period_before(period)), line(year_before(period)))


def _service_lines(counted: Cohort, excluded: Cohort, services: Sequence[str]) -> Iterator[ServiceLine]:
    """Yield a line a service: as configured, then those that only requests name, then the unassigned."""
    found, left_out = counted.by_service(), excluded.by_service()
    others = sorted(name for name in found if name is not None and name not in services)
    for name in (*services, *others, None):
        if name in found:
            mine = found[name]
            beside = len(left_out.get(name, ()))
            yield ServiceLine(name, mine.population(beside), mine.delays(), mine.delays_since_assigned())


def _category_lines(of_period: Cohort) -> Iterator[CategoryLine]:
    for commitment in of_period.standard.commitments.values():
        found = of_period.held_to(commitment)
        beside = len(of_period.held_to(commitment, excluded=True))
        yield CategoryLine(commitment, found.population(beside), found.answered(), found.delays())
