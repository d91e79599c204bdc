"""The promises beside the main one: on the same clock, each with its own target, due dates, cohort and verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from mailsla.core.clock.announced_date_kept import verdict_by_announced_date
from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.origin import Origin, PresetName
from mailsla.core.clock.presets import EVERY_ONE
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import Case
from mailsla.core.rate.finality import Finality, Watched, finality
from mailsla.core.rate.period import Period
from mailsla.core.rate.population import Population, population
from mailsla.core.rate.standard import Judged, Standard


class KeptBy(StrEnum):
    """What keeps a promise: the answer, the first mail of the office, or the answer by the date it announced."""

    ANSWER = "answer"
    FIRST_MAIL = "first_mail"
    ANNOUNCED_DATE = "announced_date"


class Keeping(StrEnum):
    """Whether a promise is kept: of a definitive figure, or so far."""

    KEPT = "kept"
    NOT_KEPT = "not_kept"
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise beside the main one.

    Attributes:
        commitment: What is promised; its category is the promise's name.
        kept_by: What keeps it.
    """

    commitment: Commitment
    kept_by: KeptBy = KeptBy.ANSWER

    @property
    def name(self) -> str:
        """Its name, in the configuration and for lists."""
        return self.commitment.category

    def held(
        self, items: Iterable[Judged], standard: Standard, now: datetime, *, count_follow_ups: bool
    ) -> tuple[Judged, ...]:
        """Return the requests that the promise is about, each with its verdict by it, and `answered_at` what kept it.

        A category's promise is about its requests; the law's acknowledgement about all, the announced date about those
        that the office gave a date. What a person excluded is in none, and a sequel only where those count.

        Args:
            items: Requests and follow-ups received by `now`, judged by `standard`.
            standard: The clock and the promises of the categories.
            now: The instant the verdicts speak of.
            count_follow_ups: Whether follow-ups count.
        """
        counted = (
            item
            for item in items
            if item.case.excluded is None and (count_follow_ups or not item.case.follow_up)
        )
        if self.kept_by is KeptBy.ANSWER:
            return tuple(
                item for item in counted if standard.commitment_of(item.case.category) == self.commitment
            )
        cases = (item.case for item in counted)
        if self.kept_by is KeptBy.FIRST_MAIL:
            return tuple(self._alone(standard).judge(map(_first_mail, cases), now))
        return tuple(_by_announced_date(cases, standard, now))

    def line(
        self,
        held: Iterable[Judged],
        period: Period,
        by: Belonging,
        watched: Watched,
        standard: Standard,
        now: datetime,
    ) -> PromiseLine:
        """Return how the promise is kept in a period, of the requests it is about (`held`)."""
        local_date = standard.clock.calendar.local_date

        def on(item: Judged) -> date:
            return item.verdict.due_on if by is Belonging.DUE else local_date(item.case.received_at)

        found = [item for item in held if period.first <= on(item) <= period.last]
        counts = population(
            (item.verdict.outcome, item.verdict.answered_on is not None, item.case.count) for item in found
        )
        imported = any(item.case.imported for item in found)
        return PromiseLine(
            promise=self,
            population=counts,
            answered=sum(item.case.count for item in found if item.verdict.answered_on is not None),
            finality=finality(period, by, counts, watched, self._alone(standard), now, imported=imported),
        )

    def _alone(self, standard: Standard) -> Standard:
        """Return what every request is held against, were this the only promise."""
        return Standard(standard.clock, {self.name: self.commitment})


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """How a promise is kept in a period.

    Attributes:
        promise: The promise.
        population: Where the requests that it is about stand, by its own due dates.
        answered: How many have by now what it promises, in time or late.
        finality: Whether the figure is definitive, and what it lacks.
    """

    promise: Promise
    population: Population
    answered: int
    finality: Finality

    @property
    def unanswered(self) -> int:
        """How many have not."""
        return self.population.counted - self.answered

    @property
    def is_by_counts(self) -> bool:
        """Whether it is judged and said by counts, never a percentage: what is promised to every one."""
        return self.promise.commitment.is_for_every_one

    def keeping(self, minimum: int) -> Keeping | None:
        """Return whether it is kept; None of what is not covered, or of fewer than `minimum`.

        What is promised to every one is judged however few they are: one that is late breaks it.
        """
        needed = 1 if self.is_by_counts else max(1, minimum)
        share = self.population.attainment
        if share is None or self.population.fallen_due < needed or not self.finality.is_covered:
            return None
        is_met = share >= self.promise.commitment.target
        if self.finality.is_definitive:
            return Keeping.KEPT if is_met else Keeping.NOT_KEPT
        return Keeping.ABOVE if is_met else Keeping.BELOW


def announced_dates(main: Commitment) -> Promise:
    """Return the promise that every date which the office announces is kept; the main one's where none was."""
    origin = Origin(PresetName.ANNOUNCED_DATE, confirmed=True)
    name = PresetName.ANNOUNCED_DATE.value
    commitment = replace(main, category=name, target=EVERY_ONE, announced_date_counts=True, origin=origin)
    return Promise(commitment, KeptBy.ANNOUNCED_DATE)


def _first_mail(case: Case) -> Case:
    """Return a request as one that the first mail of the office answers, whatever it says.

    The law asks for a mail that says that the request came (CRPA L112-11). An automatic acknowledgement does, and so do
    a holding reply, a redirection and an answer, which nobody writes of what has not come: the first of them counts. An
    answer by decision or by filing is no mail, and counts not.
    """
    return replace(case, answered_at=case.first_response_at, announcements=(), otherwise=None, mailed_at=None)


def _by_announced_date(cases: Iterable[Case], standard: Standard, now: datetime) -> Iterator[Judged]:
    for case in cases:
        if not case.announcements:
            continue
        verdict = verdict_by_announced_date(
            standard.clock, case.received_at, case.answered_at, case.announcements, now
        )
        if verdict is not None:
            yield Judged(case, verdict)
