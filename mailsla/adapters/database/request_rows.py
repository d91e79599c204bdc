"""Derived requests and doubts: values to rows, and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from mailsla.adapters.database.column_values import ColumnValues
from mailsla.core.clock.announcement import Announcement
from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.pairing.answered_otherwise import answered_otherwise
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.request import Assignment, Grounds, Request, ServiceBasis, Step
from mailsla.core.pairing.rules import Part
from mailsla.core.rate.case import Case

REQUEST_COLUMNS = (
    "key",
    "conversation",
    "follow_up",
    "received_at",
    "answered_at",
    "service",
    "category",
    "imported",
    "subject",
    "assigned_at",
    "announcements",
    "first_response_at",
    "acknowledged_at",
    "excluded",
    "received_disputed",
    "answered_disputed",
    "otherwise",
    "mailed_at",
    "reminders",
    "detail",
)


def request_values(request: Request, values: ColumnValues) -> tuple[Any, ...]:
    """Return the row of a derived request, in the order of `REQUEST_COLUMNS`."""
    assignments = request.assignments
    return (
        request.key,
        request.conversation,
        request.follow_up,
        values.instant(request.received.at),
        values.instant(_at(request.answered)),
        request.service,
        request.category,
        request.imported,
        request.subject,
        values.instant(assignments[-1].since if assignments else None),
        _announced(request.announcements, values),
        values.instant(_at(request.first_response)),
        values.instant(_at(request.acknowledged)),
        request.excluded,
        values.instant(request.received.disputed),
        values.instant(request.answered.disputed if request.answered else None),
        answered_otherwise(request),
        values.instant(_at(request.by_mail)),
        request.reminders,
        values.document(
            {
                # A basis is text already: the document takes it as it is.
                "received_basis": request.received.basis,
                "answered_basis": _basis(request.answered),
                "answered_by": request.answered_by,
                "first_response_basis": _basis(request.first_response),
                "acknowledged_basis": _basis(request.acknowledged),
                "mailed_basis": _basis(request.by_mail),
                "citizens": request.citizens,
                "assignments": [(item.service, item.since.isoformat(), item.basis) for item in assignments],
                "steps": [
                    (step.key, step.part, step.moment.at.isoformat(), step.moment.basis)
                    for step in request.steps
                ],
                "mailboxes": request.mailboxes,
            }
        ),
    )


def _at(moment: Moment | None) -> datetime | None:
    return None if moment is None else moment.at


def _basis(moment: Moment | None) -> Basis | None:
    return None if moment is None else moment.basis


def request_of(row: Any) -> Request:
    """Return the request that a row holds."""
    detail = row.detail
    return Request(
        key=row.key,
        conversation=row.conversation,
        follow_up=row.follow_up,
        received=Moment(row.received_at, Basis(detail["received_basis"]), row.received_disputed),
        citizens=tuple(detail["citizens"]),
        answered=_moment(row.answered_at, detail["answered_basis"], row.answered_disputed),
        answered_by=detail["answered_by"],
        assignments=tuple(
            Assignment(service, datetime.fromisoformat(since), ServiceBasis(basis))
            for service, since, basis in detail["assignments"]
        ),
        steps=tuple(
            Step(key, Part(part), Moment(datetime.fromisoformat(at), Basis(basis)))
            for key, part, at, basis in detail["steps"]
        ),
        category=row.category,
        imported=row.imported,
        mailboxes=tuple((account, mailbox) for account, mailbox in detail["mailboxes"]),
        subject=row.subject,
        announcements=announcements_of(row),
        first_response=_moment(row.first_response_at, detail["first_response_basis"]),
        acknowledged=_moment(row.acknowledged_at, detail["acknowledged_basis"]),
        excluded=row.excluded,
        by_mail=_moment(row.mailed_at, detail["mailed_basis"]),
    )


def _moment(at: datetime | None, basis: str | None, disputed: datetime | None = None) -> Moment | None:
    return None if at is None or basis is None else Moment(at, Basis(basis), disputed)


def _announced(announcements: Sequence[Announcement], values: ColumnValues) -> str | None:
    if not announcements:
        return None
    return values.document([(item.at.isoformat(), item.answer_by.isoformat()) for item in announcements])


def announcements_of(row: Any) -> tuple[Announcement, ...]:
    """Return the dates that holding replies announced, first to last."""
    return tuple(
        Announcement(datetime.fromisoformat(at), date.fromisoformat(answer_by))
        for at, answer_by in row.announcements or ()
    )


def case_of(row: Any) -> Case:
    """Return the request as the figures count it."""
    return Case(
        key=row.key,
        received_at=row.received_at,
        answered_at=row.answered_at,
        service=row.service,
        assigned_at=row.assigned_at,
        category=row.category,
        follow_up=row.follow_up,
        imported=row.imported,
        announcements=announcements_of(row),
        first_response_at=row.first_response_at,
        acknowledged_at=row.acknowledged_at,
        excluded=row.excluded,
        subject=row.subject,
        received_disputed=row.received_disputed,
        answered_disputed=row.answered_disputed,
        otherwise=None if row.otherwise is None else Basis(row.otherwise),
        mailed_at=row.mailed_at,
        reminders=row.reminders,
    )


def grounds_of(row: Any) -> Grounds:
    """Return what a request rests on."""
    detail = row.detail
    answered = detail["answered_basis"]
    return Grounds(
        message_id=row.message_id,
        mailboxes=tuple((account, mailbox) for account, mailbox in detail["mailboxes"]),
        received=Basis(detail["received_basis"]),
        answered=None if answered is None else Basis(answered),
        answered_by=detail["answered_by"],
        evidence=row.evidence,
    )


DOUBT_COLUMNS = ("reply", "sent_at", "candidates", "code")


def doubt_values(doubt: Doubt, values: ColumnValues) -> tuple[Any, ...]:
    """Return the row of a doubt, in the order of `DOUBT_COLUMNS`."""
    return (doubt.mail, values.instant(doubt.at), values.document(doubt.candidates), doubt.code.value)


def doubt_of(row: Any) -> Doubt:
    """Return the doubt that a row holds."""
    return Doubt(row.reply, row.sent_at, tuple(row.candidates), DoubtCode(row.code))
