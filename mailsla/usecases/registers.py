"""The registers: every decision with what it makes of the rate, every publication with what it would be today."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailsla.core.pairing.decision import Decision, taken_back
from mailsla.core.pairing.rules import PairingRules
from mailsla.core.rate.case import Case
from mailsla.core.rate.effect import Effect, TakenBack, effects, yearly
from mailsla.core.rate.period import Period
from mailsla.core.rate.publication import Publication, Revision
from mailsla.core.rate.publishing import recounted
from mailsla.core.rate.reading import Reading, all_requests
from mailsla.core.rate.report_rules import ReportRules
from mailsla.usecases.report import ReportStore, published


@dataclass(frozen=True, slots=True)
class RegisteredDecision:
    """One line of the register of decisions.

    Attributes:
        decision: The decision.
        undone_by: The number of the decision that took it back; None while it is in force.
        effects: The years whose rate of the main promise it changes today; none of what is no longer in force.
    """

    decision: Decision
    undone_by: int | None
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class RegisteredPublication:
    """One line of the register of publications.

    Attributes:
        published: The figure, as it was frozen.
        revision: What it would be today, and why; None when every verdict is the same.
        followed_by: The number of the next publication of the same period; None for the last.
    """

    published: Publication
    revision: Revision | None
    followed_by: int | None


class Derivations(Protocol):
    """What follows from the facts, and what would."""

    def counted(self, wanted: Reading) -> Sequence[Case]:
        """Return what must be read of the requests: alone, or each with those that no figure tells from it."""

    def taken_back(self, rules: PairingRules, numbers: Collection[int]) -> Iterable[TakenBack]:
        """Yield, for some decisions, the requests around each and what they would be without it."""


class Decisions(Protocol):
    """What people decided."""

    def taken(self, target: str | None = None) -> Sequence[Decision]:
        """Return every decision, by number."""


def registered_decisions(
    decisions: Decisions,
    derivations: Derivations,
    rules: ReportRules,
    now: datetime,
    period: Period | None = None,
) -> tuple[RegisteredDecision, ...]:
    """Return every decision, or those taken in a period, by number.

    Args:
        decisions: What people decided.
        derivations: What follows from the facts.
        rules: What decides the rate.
        now: The instant the rates speak of.
        period: Local days.
    """
    taken = decisions.taken()
    undone = taken_back(taken)
    wanted = [item for item in taken if period is None or _is_in(period, item.decided_at, rules)]
    standing = [item.number for item in wanted if item.number not in undone]
    today = rules.standard.clock.calendar.local_date(now)
    by_year = yearly(derivations.counted(all_requests(rules, today)), rules, now) if standing else {}
    changes = {
        found.number: effects(found, by_year, rules, now)
        for found in derivations.taken_back(rules.pairing, standing)
    }
    return tuple(
        RegisteredDecision(item, undone.get(item.number), changes.get(item.number, ())) for item in wanted
    )


def registered_publications(
    store: ReportStore, rules: ReportRules, period: Period | None = None
) -> tuple[RegisteredPublication, ...]:
    """Return everything published, or what was of periods within one, by number."""
    followed: dict[tuple[object, ...], int] = {}
    found = []
    revisions = [(now.publication, recounted(now, rules)) for now in published(store, rules)]
    for item, revision in sorted(revisions, key=lambda now: now[0].number, reverse=True):
        same = (item.period, item.by)
        if period is None or (period.first <= item.period.first and item.period.last <= period.last):
            found.append(RegisteredPublication(item, revision, followed.get(same)))
        followed[same] = item.number
    return tuple(reversed(found))


def _is_in(period: Period, at: datetime, rules: ReportRules) -> bool:
    return period.first <= rules.standard.clock.calendar.local_date(at) <= period.last
