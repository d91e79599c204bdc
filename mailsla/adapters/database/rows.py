"""Rows to values and back: a value written and read again is equal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from mailsla.adapters.database.column_values import Kept, document_of, instant_of
from mailsla.core.clock.verdict import Announcement, Outcome
from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.office.sides import Reading
from mailsla.core.pairing.conversation import Link
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.recipient_matching import Doubt, DoubtCode
from mailsla.core.pairing.request import Assignment, Request, ServiceBasis, Step
from mailsla.core.pairing.rules import Part
from mailsla.core.rate.case import Case
from mailsla.core.rate.period import Period
from mailsla.core.rate.publication import Publication, Source


def _placed(*names: str) -> list[tuple[str, int]]:
    """Return some fields of a header with where they stand in it."""
    return [(name, Header._fields.index(name)) for name in names]


IDS = _placed("in_reply_to", "references")
PEOPLE = _placed("senders", "sender", "reply_to", "to", "cc", "bcc", "asked_by")

MESSAGE_COLUMNS = (
    "key",
    "message_id",
    "thread_index",
    "subject",
    "sent_at",
    "ids",
    "people",
    "kept",
    "first_seen_at",
)


def message_values(key: str, header: Header, seen_at: datetime, kept: Kept) -> tuple[Any, ...]:
    """Return the row of a message seen for the first time, in the order of `MESSAGE_COLUMNS`."""
    instant = kept.instant
    return (
        key,
        header.message_id,
        header.thread_index,
        header.subject,
        instant(header.sent_at),
        kept.document(_filled(IDS, header)),
        kept.document(people_of(header)),
        kept.document(header.kept),
        instant(seen_at),
    )


def people_of(header: Header) -> dict[str, Any]:
    """Return the addresses of a header, by field."""
    return _filled(PEOPLE, header)


def _filled(places: Iterable[tuple[str, int]], header: Header) -> dict[str, Any]:
    return {name: values for name, place in places if (values := header[place])}


STORED_MESSAGE = ("id", *MESSAGE_COLUMNS)
"""The columns of a message, as `mail_of` reads them."""

STORED_COPY = (
    "id",
    "message_id",
    "mailbox_id",
    "uid_validity",
    "uid",
    "internal_at",
    "hop_at",
    "imported",
    "first_seen_at",
    "gone_at",
)
"""The columns of a copy, as `copy_of` reads them."""

MAILBOX_OF_COPY = STORED_COPY.index("mailbox_id")


def numbers_of_copy(row: tuple[Any, ...]) -> tuple[int, int]:
    """Return the UIDVALIDITY and the UID of a copy."""
    return row[3], row[4]


def mail_of(row: tuple[Any, ...], copies: tuple[Copy, ...]) -> Mail:
    """Return the message that a row of `STORED_MESSAGE` holds; `hop_at` belongs to its copies."""
    _number, key, message_id, thread_index, subject, sent_at, ids, people, kept, first_seen_at = row
    lists: dict[str, Any] = {
        name: tuple(values) for document in (ids, people) for name, values in document_of(document).items()
    }
    header = Header(
        message_id=message_id,
        thread_index=thread_index,
        subject=subject,
        sent_at=instant_of(sent_at),
        kept=tuple([(name, value) for name, value in document_of(kept)]),
        **lists,
    )
    return Mail(key, header, instant(first_seen_at), copies)


def copy_of(
    row: tuple[Any, ...],
    account: str,
    mailbox: str,
    role: MailboxRole,
    keywords: tuple[tuple[str, datetime], ...] = (),
) -> Copy:
    """Return the copy that a row of `STORED_COPY` holds."""
    _number, _message, _mailbox, _validity, _uid, internal_at, hop_at, imported, first_seen_at, gone_at = row
    return Copy(
        account,
        mailbox,
        role,
        instant_of(internal_at),
        instant_of(hop_at),
        bool(imported),
        gone_at is None,
        instant_of(gone_at),
        instant(first_seen_at),
        keywords,
    )


def instant(kept: Any) -> datetime:
    """Return the instant of a column that always has one."""
    at = instant_of(kept)
    assert at is not None
    return at


DERIVED_MESSAGE_COLUMNS = (
    "key",
    "conversation",
    "evidence",
    "tied_to",
    "side",
    "kind",
    "reason",
    "at",
    "basis",
)


def derived_message_values(reading: Reading, link: Link, conversation: str, kept: Kept) -> tuple[Any, ...]:
    """Return the row that says what a message is and what ties it, in the order of `DERIVED_MESSAGE_COLUMNS`."""
    reason = reading.reason
    return (
        reading.key,
        conversation,
        link.evidence.value,
        link.to,
        reading.side.value,
        reading.kind.value,
        None if reason is None else kept.document([reason.code, reason.field, reason.value]),
        kept.instant(reading.moment.at),
        reading.moment.basis.value,
    )


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
    "announced_at",
    "answer_by",
    "first_response_at",
    "acknowledged_at",
    "excluded",
    "detail",
)


def request_values(request: Request, kept: Kept) -> tuple[Any, ...]:
    """Return the row of a derived request, in the order of `REQUEST_COLUMNS`."""
    announcement, assignments = request.announcement, request.assignments
    answer_by = announcement.answer_by if announcement else None
    return (
        request.key,
        request.conversation,
        request.follow_up,
        kept.instant(request.received.at),
        kept.instant(_at(request.answered)),
        request.service,
        request.category,
        request.imported,
        request.subject,
        kept.instant(assignments[-1].since if assignments else None),
        kept.instant(announcement.at if announcement else None),
        kept.day(answer_by),
        kept.instant(_at(request.first_response)),
        kept.instant(_at(request.acknowledged)),
        request.excluded,
        kept.document(
            {
                # A basis is text already: the document takes it as it is.
                "received_basis": request.received.basis,
                "answered_basis": _basis(request.answered),
                "answered_by": request.answered_by,
                "first_response_basis": _basis(request.first_response),
                "acknowledged_basis": _basis(request.acknowledged),
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
        received=Moment(row.received_at, Basis(detail["received_basis"])),
        citizens=tuple(detail["citizens"]),
        answered=_moment(row.answered_at, detail["answered_basis"]),
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
        announcement=announcement_of(row),
        first_response=_moment(row.first_response_at, detail["first_response_basis"]),
        acknowledged=_moment(row.acknowledged_at, detail["acknowledged_basis"]),
        excluded=row.excluded,
    )


def _moment(at: datetime | None, basis: str | None) -> Moment | None:
    return None if at is None or basis is None else Moment(at, Basis(basis))


def announcement_of(row: Any) -> Announcement | None:
    """Return the date that a holding reply announced, if any."""
    return None if row.announced_at is None else Announcement(row.announced_at, row.answer_by)


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
        announcement=announcement_of(row),
        first_response_at=row.first_response_at,
        acknowledged_at=row.acknowledged_at,
        excluded=row.excluded,
        subject=row.subject,
    )


def decision_row(decision: Decision) -> dict[str, Any]:
    """Return the row of a decision; the store numbers it."""
    return {
        "target": decision.target,
        "action": decision.action.value,
        "value": {
            "other": decision.other,
            "at": None if decision.at is None else decision.at.isoformat(),
            "text": decision.text,
            "undone": decision.undone,
        },
        "reason": decision.reason,
        "decided_by": decision.decided_by,
        "decided_at": decision.decided_at,
    }


def decision_of(row: Any) -> Decision:
    """Return the decision that a row holds."""
    value = row.value
    return Decision(
        number=row.id,
        target=row.target,
        action=Action(row.action),
        reason=row.reason,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        other=value["other"],
        at=None if value["at"] is None else datetime.fromisoformat(value["at"]),
        text=value["text"],
        undone=value["undone"],
    )


def publication_row(publication: Publication) -> dict[str, Any]:
    """Return the row of a publication."""
    return {
        "period": publication.period.name,
        "first": publication.period.first,
        "last": publication.period.last,
        "at": publication.at,
        "published_at": publication.published_at,
        "verdicts": {key: outcome.value for key, outcome in publication.verdicts.items()},
        "digests": {source.value: digest for source, digest in publication.digests.items()},
    }


def publication_of(row: Any) -> Publication:
    """Return the publication that a row holds."""
    return Publication(
        period=Period(row.period, row.first, row.last),
        at=row.at,
        published_at=row.published_at,
        verdicts={key: Outcome(outcome) for key, outcome in row.verdicts.items()},
        digests={Source(source): digest for source, digest in row.digests.items()},
    )


DOUBT_COLUMNS = ("reply", "sent_at", "candidates", "code")


def doubt_values(doubt: Doubt, kept: Kept) -> tuple[Any, ...]:
    """Return the row of a doubt, in the order of `DOUBT_COLUMNS`."""
    return (doubt.reply, kept.instant(doubt.sent_at), kept.document(doubt.candidates), doubt.code.value)


def doubt_of(row: Any) -> Doubt:
    """Return the doubt that a row holds."""
    return Doubt(row.reply, row.sent_at, tuple(row.candidates), DoubtCode(row.code))
