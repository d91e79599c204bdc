"""What a decision makes of the rate: the year's with it, and the same were that one decision taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mailsla.core.rate.case import Case
from mailsla.core.rate.population import Population
from mailsla.core.rate.report_rules import ReportRules


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The requests around one decision, and what they would be were it taken back, all others standing.

    Attributes:
        number: The decision's.
        before: The requests and follow-ups as they are.
        after: As they would be.
    """

    number: int
    before: tuple[Case, ...]
    after: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """One year's rate of the main promise; `without` is the same were one decision taken back."""

    year: int
    with_it: Population
    without: Population


def yearly(cases: Iterable[Case], rules: ReportRules, now: datetime) -> dict[int, Population]:
    """Return where the requests of the main promise stand at `now`, by the year they belong to."""
    counted = rules.cohort(cases, now).counted()
    return {year: found.population() for year, found in counted.by_year(rules.by).items()}


def effects(
    taken_back: TakenBack, standing: Mapping[int, Population], rules: ReportRules, now: datetime
) -> tuple[Effect, ...]:
    """Return the years whose rate one decision changes, in order; none when no verdict depends on it.

    Args:
        taken_back: The requests around it, both ways; no other request depends on it.
        standing: Where all requests stand, by year.
        rules: What decides.
        now: The instant the verdicts speak of.
    """
    before, after = (yearly(cases, rules, now) for cases in (taken_back.before, taken_back.after))
    found = []
    for year in sorted(before.keys() | after.keys()):
        with_it = standing.get(year, NOBODY)
        less, more = before.get(year, NOBODY), after.get(year, NOBODY)
        if (less.met, less.missed) != (more.met, more.missed):
            without = Population(
                with_it.met - less.met + more.met, with_it.missed - less.missed + more.missed
            )
            found.append(Effect(year, Population(with_it.met, with_it.missed), without))
    return tuple(found)


NOBODY = Population()
