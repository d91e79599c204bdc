"""A request as the figures count it: the little that decides a verdict, without the mails behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mailsla.core.commitment import Announcement, Clock, Commitment, Comparison, Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Case:
    """One request or follow-up.

    Attributes:
        key: Identity of the message that opens it.
        received_at: When it was received.
        answered_at: When the clock stopped; None while it runs.
        service: The service that has it now; None when none has.
        assigned_at: Since when that service has it; None when none has.
        category: Which commitment it falls under.
        follow_up: True for the sequel of an answered request.
        imported: True when every copy came from an archive.
        announcement: The last holding reply that announced a date.
        first_response_at: When the office first wrote back, whatever it said.
        acknowledged_at: When it first said "we got it".
        excluded: Why a person left it out of the figures; None when it counts.
        subject: Of the opening message.
    """

    key: str
    received_at: datetime
    answered_at: datetime | None
    service: str | None
    assigned_at: datetime | None
    category: str
    follow_up: bool
    imported: bool
    announcement: Announcement | None
    first_response_at: datetime | None
    acknowledged_at: datetime | None
    excluded: str | None
    subject: str


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
        verdict = self.clock.verdict
        return [
            Judged(
                case,
                verdict(
                    case.received_at,
                    case.answered_at,
                    self.commitment_of(case.category),
                    now,
                    case.announcement,
                ),
            )
            for case in cases
            if case.received_at <= now
        ]

    def outcomes(self, cases: Iterable[Case], now: datetime) -> list[Outcome]:
        """Return where each request stands at `now`: the same as `judge`, the outcome alone, and quicker."""
        outcome = self.clock.outcome
        return [
            outcome(
                case.received_at, case.answered_at, self.commitment_of(case.category), now, case.announcement
            )
            for case in cases
        ]
