"""The report: how the office stands against its promise, with everything needed to recount it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.verdict import Outcome
from mailsla.core.clock.worked_example import Example
from mailsla.core.collection.gap import Gap
from mailsla.core.pairing.recipient_matching import Doubt
from mailsla.core.rate.cohort import Assessment, Section
from mailsla.core.rate.outlook import Outlook, outlook
from mailsla.core.rate.population import population
from mailsla.core.rate.publication import Revision
from mailsla.core.rate.standard import Judged, Standard


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the report says, before any wording.

    Attributes:
        site: The office's name.
        at: The instant the report speaks of.
        today: Its date, in the site's zone.
        standard: The clock and the promises.
        example: The rule on a real date of the site's own calendar.
        minimum: Below this many settled requests no percentage is given, only the counts.
        sections: The cohorts, the one people look at first being first.
        outlook: What the year still allows.
        overdue: Unanswered requests past their due date, the oldest first.
        soon: Unanswered requests due within three working days, the most urgent first.
        doubts: Possible replies that a person must look at.
        decided: Keys of requests about which a person decided something.
        revisions: Published figures that would be others today.
        not_requests: How many messages were no request, by kind.
        set_aside: How many messages could not be read.
        gaps: Where collection was interrupted.
    """

    site: str
    at: datetime
    today: date
    standard: Standard
    example: Example
    minimum: int
    sections: tuple[Section, ...]
    outlook: Outlook
    overdue: tuple[Judged, ...]
    soon: tuple[Judged, ...]
    doubts: tuple[Doubt, ...] = ()
    decided: frozenset[str] = frozenset()
    revisions: tuple[Revision, ...] = ()
    not_requests: tuple[tuple[str, int], ...] = ()
    set_aside: int = 0
    gaps: tuple[Gap, ...] = ()

    @property
    def commitment(self) -> Commitment:
        """The main promise."""
        return self.standard.main


SOON = 3
"""A request is due soon when this many working days, or fewer, are left."""


def unanswered(assessment: Assessment) -> tuple[tuple[Judged, ...], tuple[Judged, ...]]:
    """Return the unanswered requests that are overdue, and those due within `SOON` working days.

    Follow-ups and every category are watched too; what a person excluded is not.
    """
    today = assessment.calendar.local_date(assessment.now)
    waiting = [
        item for item in assessment.judged if item.verdict.answered_on is None and item.case.excluded is None
    ]
    ordered = sorted(waiting, key=lambda item: (item.verdict.due_on, item.case.received_at))
    overdue = tuple(item for item in ordered if item.verdict.outcome is Outcome.MISSED)
    soon = tuple(
        item
        for item in ordered
        if item.verdict.outcome is Outcome.WAITING
        and assessment.calendar.working_days_between(today, item.verdict.due_on) <= SOON
    )
    return overdue, soon


def year_outlook(assessment: Assessment) -> Outlook:
    """Return what the year of `assessment` still allows."""
    today = assessment.calendar.local_date(assessment.now)
    counted = [
        (on, item.verdict.outcome)
        for on, item in zip(assessment.received_on, assessment.judged, strict=True)
        if assessment.is_counted(item.case)
    ]
    this_year = population(outcome for on, outcome in counted if on.year == today.year)
    return outlook(
        met=this_year.met,
        missed=this_year.missed,
        waiting=this_year.waiting,
        target=assessment.standard.main.target,
        received_on=[on for on, _outcome in counted],
        today=today,
        calendar=assessment.calendar,
    )
