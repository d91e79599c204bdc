"""What requests are held against: the clock, and the promise of each category."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mailsla.core.clock.commitment import Commitment, Comparison
from mailsla.core.clock.verdict import Clock, Standing, Verdict
from mailsla.core.rate.case import Case


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

    def judge(self, cases: Iterable[Case], now: datetime) -> list[Judged]:
        """Return each request received by `now` with its verdict at `now`."""
        known = [case for case in cases if case.received_at <= now]
        return [Judged(case, verdict) for case, verdict in zip(known, self.verdicts(known, now), strict=True)]

    def verdicts(self, cases: Iterable[Case], now: datetime) -> list[Verdict]:
        """Return the verdict on each request at `now`; each was received by then."""
        verdict = self.clock.verdict
        return [
            verdict(
                case.received_at, case.answered_at, self.commitment_of(case.category), now, case.announcements
            )
            for case in cases
        ]

    def standings(self, cases: Iterable[Case], now: datetime) -> list[Standing]:
        """Return where each request stands at `now`, and when it is due: what `verdicts` say of that, quicker."""
        standing = self.clock.standing
        return [
            standing(
                case.received_at, case.answered_at, self.commitment_of(case.category), now, case.announcements
            )
            for case in cases
        ]
