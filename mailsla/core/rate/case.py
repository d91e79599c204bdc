"""A request as the figures count it: the little that decides a verdict, without the mails behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from mailsla.core.clock.announcement import Announcement
from mailsla.core.mail.instants import Basis
from mailsla.core.pairing.answered_otherwise import answered_otherwise
from mailsla.core.pairing.request import Request

_Reading = TypeVar("_Reading")


@dataclass(frozen=True, slots=True)
class Case:
    """One request or follow-up; or one that stands for as many others as no figure can tell from it.

    Those are of the same days, service, category and the like: a verdict in days depends on local dates alone.

    Attributes:
        key: Identity of the message that opens it; empty of one that stands for others.
        received_at: When it was received.
        answered_at: When the clock stopped; None while it runs.
        service: The service that has it now; None when none has.
        assigned_at: Since when that service has it; None when none has.
        category: Which commitment it falls under.
        follow_up: True for the sequel of an answered request.
        imported: True when every copy came from an archive.
        announcements: The holding replies that announced a date, first to last.
        first_response_at: When the office first wrote back, whatever it said.
        acknowledged_at: When it first said "we got it".
        excluded: Why a person left it out of the figures; None when it counts.
        subject: Of the opening message.
        received_disputed: When it was received if another witness is believed; None when none says otherwise.
        answered_disputed: When it was answered, likewise.
        otherwise: What its answer rests on when no mail gave it (`FILED`, `DECISION`); None when one did, or none.
        mailed_at: Of such a request, when a mail answered it, had nothing been filed or decided; None when none did.
        reminders: How many times the citizen wrote again before any answer.
        count: How many requests it stands for.
        sealed: Whether its values are gone, and what was derived of it stands; never of one that stands for others.
    """

    key: str
    received_at: datetime
    answered_at: datetime | None
    service: str | None
    assigned_at: datetime | None
    category: str
    follow_up: bool
    imported: bool
    announcements: tuple[Announcement, ...]
    first_response_at: datetime | None
    acknowledged_at: datetime | None
    excluded: str | None
    subject: str
    received_disputed: datetime | None = None
    answered_disputed: datetime | None = None
    otherwise: Basis | None = None
    mailed_at: datetime | None = None
    reminders: int = 0
    count: int = 1
    sealed: bool = False

    @property
    def by_mail_alone(self) -> Case:
        """The same request, answered by mail or not at all."""
        return self if self.otherwise is None else replace(self, answered_at=self.mailed_at)


def case_of(request: Request) -> Case:
    """Return what the figures need to know of a request."""
    return Case(
        key=request.key,
        received_at=request.received.at,
        answered_at=request.answered.at if request.answered else None,
        service=request.service,
        assigned_at=request.assignments[-1].since if request.assignments else None,
        category=request.category,
        follow_up=request.follow_up,
        imported=request.imported,
        announcements=request.announcements,
        first_response_at=request.first_response.at if request.first_response else None,
        acknowledged_at=request.acknowledged.at if request.acknowledged else None,
        excluded=request.excluded,
        subject=request.subject,
        received_disputed=request.received.disputed,
        answered_disputed=request.answered.disputed if request.answered else None,
        otherwise=answered_otherwise(request),
        mailed_at=request.by_mail.at if request.by_mail else None,
        reminders=request.reminders,
    )


def once_for_alike(read: Callable[[Case], _Reading]) -> Callable[[Case], _Reading]:
    """Return what reads a request as `read` does, and once only those that stand for others of the same days.

    Args:
        read: What depends on no more of a request that stands for others than its category, when it was received, and
            when and by what it was answered.
    """
    known: dict[tuple[object, ...], _Reading] = {}

    def reading(case: Case) -> _Reading:
        if case.key:
            return read(case)
        days = (case.received_at, case.answered_at, case.category, case.otherwise, case.mailed_at)
        if days not in known:
            known[days] = read(case)
        return known[days]

    return reading
