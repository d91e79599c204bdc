"""Derived requests and doubts: values to rows, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from mailsla.adapters.database.column_values import ColumnValues
from mailsla.adapters.database.rows import Numbers
from mailsla.core.alerts.digests import Waiting
from mailsla.core.clock.announcement import Announcement
from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.pairing.answered_otherwise import answered_otherwise
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.request import Assignment, Grounds, Request, ServiceBasis, Step
from mailsla.core.pairing.rules import Part

REQUEST_COLUMNS = (
    "message_id",
    "conversation",
    "follow_up",
    "received_at",
    "answered_at",
    "answered_by",
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


def request_values(request: Request, numbers: Numbers, values: ColumnValues) -> tuple[Any, ...]:
    """Return the row of a derived request, in the order of `REQUEST_COLUMNS`."""
    assignments, answered_by = request.assignments, request.answered_by
    return (
        numbers[request.key],
        numbers[request.conversation],
        request.follow_up,
        values.instant(request.received.at),
        values.instant(_at(request.answered)),
        None if answered_by is None else numbers[answered_by],
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
        values.lean_document({name: said for name, said in _detail(request, numbers).items() if said}),
    )


def _detail(request: Request, numbers: Numbers) -> dict[str, Any]:
    """Return what only a look at one request needs; a basis is text already, and goes as it is."""
    return {
        "received_basis": request.received.basis,
        "answered_basis": _basis(request.answered),
        "first_response_basis": _basis(request.first_response),
        "acknowledged_basis": _basis(request.acknowledged),
        "mailed_basis": _basis(request.by_mail),
        "citizens": request.citizens,
        "assignments": [(item.service, item.since.isoformat(), item.basis) for item in request.assignments],
        "steps": [
            (numbers[step.key], step.part, step.moment.at.isoformat(), step.moment.basis)
            for step in request.steps
        ],
        "mailboxes": request.mailboxes,
    }


def _at(moment: Moment | None) -> datetime | None:
    return None if moment is None else moment.at


def _basis(moment: Moment | None) -> Basis | None:
    return None if moment is None else moment.basis


def numbers_in_request(row: Any) -> Iterator[int]:
    """Yield the numbers of the messages that a row names."""
    yield row.conversation
    if row.answered_by is not None:
        yield row.answered_by
    yield from (number for number, *_step in row.detail.get("steps", ()))


def request_of(row: Any, keys: Mapping[int, str]) -> Request:
    """Return the request that a row holds, whose messages have those keys."""
    detail = row.detail
    return Request(
        key=row.key,
        conversation=keys[row.conversation],
        follow_up=row.follow_up,
        received=Moment(row.received_at, Basis(detail["received_basis"]), row.received_disputed),
        citizens=tuple(detail.get("citizens", ())),
        answered=_moment(row.answered_at, detail.get("answered_basis"), row.answered_disputed),
        answered_by=None if row.answered_by is None else keys[row.answered_by],
        assignments=tuple(
            Assignment(service, datetime.fromisoformat(since), ServiceBasis(basis))
            for service, since, basis in detail.get("assignments", ())
        ),
        steps=tuple(
            Step(keys[number], Part(part), Moment(datetime.fromisoformat(at), Basis(basis)))
            for number, part, at, basis in detail.get("steps", ())
        ),
        category=row.category,
        imported=row.imported,
        mailboxes=_mailboxes(detail),
        subject=row.subject,
        announcements=announced(row.announcements),
        first_response=_moment(row.first_response_at, detail.get("first_response_basis")),
        acknowledged=_moment(row.acknowledged_at, detail.get("acknowledged_basis")),
        excluded=row.excluded,
        by_mail=_moment(row.mailed_at, detail.get("mailed_basis")),
    )


def _mailboxes(detail: Any) -> tuple[tuple[str, str], ...]:
    return tuple((account, mailbox) for account, mailbox in detail.get("mailboxes", ()))


def _moment(at: datetime | None, basis: str | None, disputed: datetime | None = None) -> Moment | None:
    return None if at is None or basis is None else Moment(at, Basis(basis), disputed)


def _announced(announcements: Sequence[Announcement], values: ColumnValues) -> str | None:
    if not announcements:
        return None
    return values.document([(item.at.isoformat(), item.answer_by.isoformat()) for item in announcements])


def announced(document: Any) -> tuple[Announcement, ...]:
    """Return the dates that holding replies announced, first to last, as a column of them says; most have none."""
    if not document:
        return ()
    return tuple(
        Announcement(datetime.fromisoformat(at), date.fromisoformat(answer_by)) for at, answer_by in document
    )


def waiting_of(row: Any) -> Waiting:
    """Return a request that nothing answered, as alerts look at it."""
    return Waiting(
        row.key, row.received_at, row.service, row.category, announced(row.announcements), row.imported
    )


def grounds_of(row: Any) -> Grounds:
    """Return what a request rests on."""
    detail = row.detail
    answered = detail.get("answered_basis")
    return Grounds(
        message_id=row.message_id,
        mailboxes=_mailboxes(detail),
        received=Basis(detail["received_basis"]),
        answered=None if answered is None else Basis(answered),
        answered_by=row.answered_by,
        evidence=row.evidence,
    )


DOUBT_COLUMNS = ("message_id", "sent_at", "candidates", "code")


def doubt_values(doubt: Doubt, numbers: Numbers, values: ColumnValues) -> tuple[Any, ...]:
    """Return the row of a doubt, in the order of `DOUBT_COLUMNS`."""
    candidates = values.lean_document([numbers[key] for key in doubt.candidates])
    return (numbers[doubt.mail], values.instant(doubt.at), candidates, doubt.code.value)


def doubt_of(row: Any, keys: Mapping[int, str]) -> Doubt:
    """Return the doubt that a row holds, whose messages have those keys."""
    candidates = tuple(keys[number] for number in row.candidates)
    return Doubt(row.key, row.sent_at, candidates, DoubtCode(row.code))
