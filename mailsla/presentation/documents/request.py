"""The answers of `mailsla requests` and `mailsla show`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from zoneinfo import ZoneInfo

from mailsla.core.clock.verdict import Verdict
from mailsla.core.clock.working_days import Day
from mailsla.core.pairing.decision import Decision
from mailsla.core.pairing.derivation import DerivedMessage
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.pairing.request import Grounds, Request
from mailsla.core.rate.case import case_of
from mailsla.core.rate.promises import Promise
from mailsla.core.rate.standard import Judged
from mailsla.presentation.documents.clock import days
from mailsla.presentation.documents.values import Document, instant


def judged(item: Judged, zone: ZoneInfo) -> Document:
    """One request with its verdict; neither its subject nor who wrote it."""
    case, verdict = item.case, item.verdict
    received_at = case.received_at.astimezone(zone)
    return {
        "request": case.key[:8],
        "key": case.key,
        "follow_up": case.follow_up,
        "service": case.service,
        "category": case.category,
        "excluded": case.excluded,
        "received_at": instant(received_at, zone),
        "received_on": received_at.date().isoformat(),
        "counted_from": verdict.received_on.isoformat(),
        "due_on": verdict.due_on.isoformat(),
        "answered_at": instant(case.answered_at, zone),
        "working_days": verdict.working_days,
        "verdict": verdict.outcome.value,
        "reminders": case.reminders,
    }


def requests_document(
    items: Iterable[tuple[Judged, Grounds]],
    doubts: Callable[[], Iterable[Doubt]],
    decided: Collection[str],
    zone: ZoneInfo,
    promise: Promise | None = None,
) -> Document:
    """The answer of `mailsla requests`, with what a person must look at; by one promise when it is given.

    Requests are read as they are written, each with what it rests on; doubts are asked for afterwards.
    """
    return {
        "schema": "mailsla.requests/2",
        "promise": None if promise is None else promise.name,
        "requests": (
            judged(item, zone) | {"decided": item.case.key in decided} | _rests_on(grounds)
            for item, grounds in items
        ),
        "doubts": (_doubt(doubt, zone) for asked in (doubts,) for doubt in asked()),
    }


def _doubt(doubt: Doubt, zone: ZoneInfo) -> Document:
    return {
        "message": doubt.mail,
        "sent_at": instant(doubt.at, zone),
        "reason": doubt.code.value,
        "candidates": list(doubt.candidates),
    }


def _rests_on(grounds: Grounds) -> Document:
    """What a request rests on."""
    return {
        "message_id": grounds.message_id,
        "mailboxes": [{"account": account, "mailbox": mailbox} for account, mailbox in grounds.mailboxes],
        "received_basis": grounds.received.value,
        "answered_basis": grounds.answered.value if grounds.answered else None,
        "answered_by": grounds.answered_by,
        "evidence": grounds.evidence,
    }


def request_document(
    request: Request,
    verdict: Verdict,
    decisions: Sequence[Decision],
    messages: Sequence[DerivedMessage],
    counted: Sequence[Day],
    zone: ZoneInfo,
) -> Document:
    """The answer of `mailsla show`."""
    case = case_of(request)
    steps = {step.key: step for step in request.steps}
    return {
        "schema": "mailsla.show/2",
        **judged(Judged(case, verdict), zone),
        "subject": request.subject,
        "received_basis": request.received.basis.value,
        "answered_basis": request.answered.basis.value if request.answered else None,
        "received_disputed": instant(request.received.disputed, zone),
        "answered_disputed": instant(request.answered.disputed if request.answered else None, zone),
        "services": [
            {
                "service": assignment.service,
                "since": instant(assignment.since, zone),
                "basis": assignment.basis.value,
            }
            for assignment in request.assignments
        ],
        "messages": [
            {
                "message": message.key,
                "message_id": message.message_id,
                "part": steps[message.key].part.value if message.key in steps else None,
                "at": instant(steps[message.key].moment.at if message.key in steps else message.at, zone),
                "basis": message.basis,
                "kind": message.kind,
                "evidence": message.evidence,
                "to": message.tied_to,
            }
            for message in messages
        ],
        "days": days(counted),
        "first_response_at": instant(case.first_response_at, zone),
        "acknowledged_at": instant(case.acknowledged_at, zone),
        "decisions": [decision(item, zone) for item in decisions],
    }


def decision(item: Decision, zone: ZoneInfo) -> Document:
    """One decision, in force or taken back."""
    return {
        "number": item.number,
        "action": item.action.value,
        "target": item.target,
        "reason": item.reason,
        "decided_by": item.decided_by,
        "decided_at": instant(item.decided_at, zone),
        "recorded_by": item.recorded.by if item.recorded else None,
        "recorded_at": instant(item.recorded.at if item.recorded else None, zone),
        "answered_at": instant(item.at, zone),
        "request": item.other,
        "value": item.text or None,
        "undoes": item.undone,
    }
