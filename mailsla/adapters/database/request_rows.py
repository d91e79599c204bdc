"""Derived requests and doubts: values to rows, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from mailsla.adapters.database.column_values import ColumnValues
from mailsla.adapters.database.request_details import (
    assignments_of,
    bases_of,
    citizens_of,
    detail_of,
    mailboxes_of,
    numbers_in,
    steps_of,
)
from mailsla.adapters.database.rows import Numbers
from mailsla.core.alerts.digests import Waiting
from mailsla.core.clock.announcement import Announcement
from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.pairing.answered_otherwise import answered_otherwise
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.request import Grounds, Request

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
        values.lean_document(detail_of(request, numbers)),
    )


def _at(moment: Moment | None) -> datetime | None:
    return None if moment is None else moment.at


def numbers_in_request(row: Any) -> Iterator[int]:
    """Yield the numbers of the messages that a row names."""
    yield row.conversation
    if row.answered_by is not None:
        yield row.answered_by
    yield from numbers_in(row.detail)


def request_of(row: Any, keys: Mapping[int, str]) -> Request:
    """Return the request that a row holds, whose messages have those keys."""
    bases, detail = bases_of(row.detail), row.detail
    received = Moment(row.received_at, _known(bases.received), row.received_disputed)
    answered = _moment(row.answered_at, bases.answered, row.answered_disputed)
    first_response = _moment(row.first_response_at, bases.first_response)
    acknowledged = _moment(row.acknowledged_at, bases.acknowledged)
    by_mail = _moment(row.mailed_at, bases.by_mail)
    return Request(
        key=row.key,
        conversation=keys[row.conversation],
        follow_up=row.follow_up,
        received=received,
        citizens=citizens_of(detail),
        answered=answered,
        answered_by=None if row.answered_by is None else keys[row.answered_by],
        assignments=assignments_of(row),
        steps=steps_of(detail, (received, answered, first_response, acknowledged, by_mail), keys),
        category=row.category,
        imported=row.imported,
        mailboxes=mailboxes_of(detail),
        subject=row.subject,
        announcements=announced(row.announcements),
        first_response=first_response,
        acknowledged=acknowledged,
        excluded=row.excluded,
        by_mail=by_mail,
    )


def _known(basis: Basis | None) -> Basis:
    assert basis is not None
    return basis


def _moment(at: datetime | None, basis: Basis | None, disputed: datetime | None = None) -> Moment | None:
    return None if at is None or basis is None else Moment(at, basis, disputed)


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
    bases = bases_of(row.detail)
    return Grounds(
        message_id=row.message_id,
        mailboxes=mailboxes_of(row.detail),
        received=_known(bases.received),
        answered=bases.answered,
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
