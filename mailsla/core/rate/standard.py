"""What requests are held against: the clock, and the promise of each category."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailsla.core.clock.commitment import Commitment, Comparison
from mailsla.core.clock.verdict import Clock, Standing, Verdict
from mailsla.core.clock.working_days import DayKind
from mailsla.core.rate.case import Case, once_for_alike


class Variant(StrEnum):
    """What is changed of a rule, to see what a figure owes to it.

    `OTHER_COMPARISON` reads every promise the other way (`less_than` or `at_most`); `WITHOUT_CLOSURES` forgets those
    that the office declares; `MAIL_ALONE` believes no answer but a mail.
    """

    OTHER_COMPARISON = "other-comparison"
    WITHOUT_CLOSURES = "without-closures"
    MAIL_ALONE = "mail-alone"


@dataclass(frozen=True, slots=True)
class Judged:
    """A request with its verdict."""

    case: Case
    verdict: Verdict


@dataclass(frozen=True)
class Standard:
    """What requests are held against: the clock, and the promise of each category.

    Attributes:
        clock: The calendar and its options.
        commitments: The promise of each category; the first one is for every category that has none.
    """

    clock: Clock
    commitments: Mapping[str, Commitment]

    @property
    def main(self) -> Commitment:
        """The promise that the report speaks of first."""
        return next(iter(self.commitments.values()))

    def commitment_of(self, category: str) -> Commitment:
        """Return the promise that requests of a category fall under."""
        return self.commitments.get(category) or self.main

    def read_as(self, comparison: Comparison) -> Standard:
        """Return the same promises, every one read with `comparison`."""
        return Standard(
            self.clock, {name: item.compared(comparison) for name, item in self.commitments.items()}
        )

    def varied(self, variant: Variant) -> Standard:
        """Return the same promises on the same clock, but for what a variant changes of them."""
        if variant is Variant.MAIL_ALONE:
            return self
        if variant is Variant.OTHER_COMPARISON:
            return self.read_as(self.main.comparison.other)
        opened = self.clock.calendar.without(DayKind.CLOSURE)
        return Standard(self.clock.on(opened), self.commitments)

    def judge(self, cases: Iterable[Case], now: datetime) -> list[Judged]:
        """Return each request received by `now` with its verdict at `now`."""
        verdict = once_for_alike(lambda case: self.verdict(case, now))
        return [Judged(case, verdict(case)) for case in cases if case.received_at <= now]

    def verdict(self, case: Case, now: datetime) -> Verdict:
        """Return the verdict on a request at `now`; it was received by then."""
        return self.clock.verdict(
            case.received_at, case.answered_at, self.commitment_of(case.category), now, case.announcements
        )

    def verdicts(self, cases: Iterable[Case], now: datetime) -> list[Verdict]:
        """Return the verdict on each request at `now`."""
        return [self.verdict(case, now) for case in cases]

    def standing(self, case: Case, now: datetime) -> Standing:
        """Return where a request stands at `now`, and when it is due: what `verdict` says of that, quicker."""
        return self.clock.standing(
            case.received_at, case.answered_at, self.commitment_of(case.category), now, case.announcements
        )

    def standings(self, cases: Iterable[Case], now: datetime) -> list[Standing]:
        """Return where each request stands at `now`, and when it is due."""
        return [self.standing(case, now) for case in cases]
