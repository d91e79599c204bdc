"""Rows to values and back: a value written and read again is equal."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mailsla.core.case import Case
from mailsla.core.commitment import Announcement, Outcome
from mailsla.core.conversation import Link
from mailsla.core.decision import Action, Decision
from mailsla.core.mail import Basis, MailboxRole, Moment, Place
from mailsla.core.message import Header
from mailsla.core.pairing_rules import Part
from mailsla.core.period import Period
from mailsla.core.publication import Publication, Source
from mailsla.core.reading import Reading
from mailsla.core.recipient_matching import Doubt, DoubtCode
from mailsla.core.request import Assignment, Request, ServiceBasis, Step

PEOPLE = ("senders", "sender", "reply_to", "to", "cc", "bcc", "asked_by")


def message_row(key: str, header: Header, seen_at: datetime) -> dict[str, Any]:
    """Return the row of a message seen for the first time."""
    return {
        "key": key,
        "message_id": header.message_id,
        "thread_index": header.thread_index,
        "subject": header.subject,
        "sent_at": header.sent_at,
        "ids": _filled({"in_reply_to": header.in_reply_to, "references": header.references}),
        "people": _filled({name: getattr(header, name) for name in PEOPLE}),
        "kept": [list(pair) for pair in header.kept],
        "first_seen_at": seen_at,
        "pending": True,
    }


def _filled(lists: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {name: list(values) for name, values in lists.items() if values}


def header_of(row: Any) -> Header:
    """Return the header that a message row holds; `hop_at` belongs to its copies."""
    people: dict[str, Any] = {name: tuple(row.people.get(name, ())) for name in PEOPLE}
    return Header(
        message_id=row.message_id,
        in_reply_to=tuple(row.ids.get("in_reply_to", ())),
        references=tuple(row.ids.get("references", ())),
        thread_index=row.thread_index,
        subject=row.subject,
        sent_at=row.sent_at,
        kept=tuple((name, value) for name, value in row.kept),
        **people,
    )


def place_of(row: Any, keywords: tuple[tuple[str, datetime], ...] = ()) -> Place:
    """Return the copy that a row of location, mailbox and account holds."""
    return Place(
        account=row.account_name,
        mailbox=row.mailbox_name,
        role=MailboxRole(row.role),
        internal_at=row.internal_at,
        hop_at=row.hop_at,
        imported=row.imported,
        present=row.gone_at is None,
        gone_at=row.gone_at,
        first_seen_at=row.first_seen_at,
        keywords=keywords,
    )


def tie_name(tie: str) -> int:
    """Return the 63-bit digest under which a tie is stored: addresses do not stand in the index."""
    return int.from_bytes(hashlib.blake2b(tie.encode(), digest_size=8).digest()) >> 1


def derived_message_row(reading: Reading, link: Link, conversation: str) -> dict[str, Any]:
    """Return the row that says what a message is and what ties it."""
    reason = reading.reason
    return {
        "key": reading.key,
        "conversation": conversation,
        "evidence": link.evidence.value,
        "tied_to": link.to,
        "side": reading.side.value,
        "kind": reading.kind.value,
        "reason": None if reason is None else [reason.code, reason.field, reason.value],
        "at": reading.moment.at,
        "basis": reading.moment.basis.value,
    }


def request_row(request: Request) -> dict[str, Any]:
    """Return the row of a derived request."""
    return {
        "key": request.key,
        "conversation": request.conversation,
        "follow_up": request.follow_up,
        "received_at": request.received.at,
        "answered_at": request.answered.at if request.answered else None,
        "service": request.service,
        "category": request.category,
        "imported": request.imported,
        "subject": request.subject,
        "assigned_at": request.case.assigned_at,
        "announced_at": request.announcement.at if request.announcement else None,
        "answer_by": request.announcement.answer_by if request.announcement else None,
        "first_response_at": request.first_response.at if request.first_response else None,
        "acknowledged_at": request.acknowledged.at if request.acknowledged else None,
        "excluded": request.excluded,
        "detail": {
            "received_basis": request.received.basis.value,
            "answered_basis": request.answered.basis.value if request.answered else None,
            "answered_by": request.answered_by,
            "first_response_basis": request.first_response.basis.value if request.first_response else None,
            "acknowledged_basis": request.acknowledged.basis.value if request.acknowledged else None,
            "citizens": list(request.citizens),
            "assignments": [
                [item.service, item.since.isoformat(), item.basis.value] for item in request.assignments
            ],
            "steps": [
                [step.key, step.part.value, step.moment.at.isoformat(), step.moment.basis.value]
                for step in request.steps
            ],
            "mailboxes": [list(pair) for pair in request.mailboxes],
        },
    }


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


def doubt_row(doubt: Doubt) -> dict[str, Any]:
    """Return the row of a doubt."""
    return {
        "reply": doubt.reply,
        "sent_at": doubt.sent_at,
        "candidates": list(doubt.candidates),
        "code": doubt.code.value,
    }


def doubt_of(row: Any) -> Doubt:
    """Return the doubt that a row holds."""
    return Doubt(row.reply, row.sent_at, tuple(row.candidates), DoubtCode(row.code))
