"""What the figures of a report count, cohort by cohort: the same requests as the list of each, and the same words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mailsla.core.pairing.balance import MailClass
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.counted import (
    CountedDoubts,
    CountedLeftOut,
    CountedMails,
    CountedRequests,
    CountedTogether,
    Matter,
    named,
)
from mailsla.core.rate.period import Period
from mailsla.core.rate.population import Population
from mailsla.core.rate.promises import PromiseLine
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import Section
from mailsla.core.rate.selection import Selection, State
from mailsla.presentation import words
from mailsla.presentation.told import figure, joined, told
from mailsla.presentation.typography import NO_BREAK

FALLEN_DUE = (State.MET, State.FALLEN_DUE)
HANDLED = (State.HANDLED_IN_TIME, State.HANDLED)
"""The states of a share: of those counted, and of those they are among."""


@dataclass(frozen=True, slots=True)
class Counting:
    """Some requests, of which each figure counts those in one state.

    Attributes:
        among: The requests, whatever their state.
        promise: The promise that they are judged by, beside the main one.
    """

    among: Selection
    promise: str | None = None

    def but(self, **changes: Any) -> Counting:
        """Return the same, with something else selected."""
        return replace(self, among=replace(self.among, **changes))

    def number(self, count: int, state: State | None, **changes: Any) -> str:
        """Return a number as it is printed, with what it counts."""
        return figure(words.number(count), count, self.of(state, **changes))

    def of(self, state: State | None, **changes: Any) -> CountedRequests:
        """Return the list of those in a state."""
        return CountedRequests(replace(self.among, state=state, **changes), self.promise)

    def out_of(self, counts: Population, states: tuple[State, State] = FALLEN_DUE) -> str:
        """« 43 sur 54 »."""
        part, whole = counts.met, counts.fallen_due
        return words.out_of(part, whole, self.of(states[0]), self.of(states[1]))

    def rate(self, counts: Population, minimum: int, states: tuple[State, State] = FALLEN_DUE) -> str:
        """« 79,6 % (43 sur 54) », or the counts alone when they are too few for a percentage."""
        plain = words.rate(counts, minimum)
        if not counts.fallen_due:
            return plain
        fraction = self.out_of(counts, states)
        return told(plain.replace(fraction, "{fraction}"), fraction=fraction)


def counting(built: Report, period: Period, by: Belonging | None = None) -> Counting:
    """Return what the figures of a period count: the requests in the rate, of the report's service."""
    by = built.sections[0].by if by is None else by
    return Counting(Selection(period=named(period), by=by, service=built.service, counted=True))


def of_section(section: Section, built: Report) -> Counting:
    """Return what the figures of a section count."""
    return counting(built, section.period, section.by)


def of_promise(line: PromiseLine, section: Section, service: str | None) -> Counting:
    """Return what the figures of another promise count: all that it is about, in the section's period."""
    among = Selection(period=named(section.period), by=section.by, service=service)
    return Counting(among, line.promise.name)


def of_service(service: str | None, among: Counting) -> Counting:
    """Return what one service's share of some figures counts; None for those that no service has."""
    return among.but(service=service, unassigned=service is None)


def of_all(built: Report) -> Counting:
    """Return what counts beyond periods and promises: those overdue, those due soon."""
    return Counting(Selection(service=built.service))


def by_service(counts: Iterable[tuple[str | None, int]], among: Counting, state: State) -> str:
    """« Permis 3, à attribuer 1 »."""
    return joined(
        ", ",
        (
            told(
                "{name}{n}",
                name=joined("", (words.assignee(service), NO_BREAK)),
                n=of_service(service, among).number(count, state),
            )
            for service, count in counts
        ),
    )


def together(counts: Sequence[tuple[str | None, int]], among: Counting, state: State) -> str:
    """Return how many requests some services have together, with their list."""
    whole = sum(count for _service, count in counts)
    parts = tuple(of_service(service, among).of(state) for service, _count in counts)
    return figure(words.number(whole), whole, CountedTogether(parts))


def follow_ups(count: int, of: Counting) -> str:
    """Return how many sequels of answered requests there are, of every category, with their list."""
    of = of.but(counted=False, follow_ups=True)
    return figure(
        words.number(count), count, CountedTogether((of.of(State.FALLEN_DUE), of.of(State.NOT_DUE)))
    )


def left_out(count: int, kind: str, period: Period) -> str:
    """Return how many mails of a kind were no request in a period, with their list."""
    return figure(str(count), count, CountedLeftOut(named(period), kind))


def set_aside(count: int) -> str:
    """Return how many mails could not be read, or derived, with their list."""
    return figure(str(count), count, CountedMails(MailClass.SET_ASIDE))


def doubts(count: int, matter: Matter, service: str | None) -> str:
    """Return how much a person must look at, with its list."""
    return figure(str(count), count, CountedDoubts(matter, service))
