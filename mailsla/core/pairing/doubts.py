"""What a person must look at (« à vérifier »): it changes no verdict meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from mailsla.core.office.sides import FORM_IN_JUNK, UNDECLARED_FORM, Reading, Side, weak_sign
from mailsla.core.pairing.conversation import Evidence, Link
from mailsla.core.pairing.new_question import Subjects
from mailsla.core.pairing.open_at import NEVER, ByReceipt, is_open, keys_open
from mailsla.core.pairing.request import Request
from mailsla.core.pairing.rules import ANSWERS, FIRST_RESPONSES, TOO_QUICK, Part


class DoubtCode(StrEnum):
    """Why a person must look.

    At a mail of the office that may answer: `SEVERAL_FIT`, `OTHER_SUBJECT`, `TOO_LATE` and `ALSO_WRITTEN_TO`, nothing
    says which request; `MACHINE_MADE`, nor who wrote it; `ANSWERED_BESIDE`, it names another request of the same
    citizen; `OTHER_RECIPIENT`, it names a request and is written to somebody else; `RETURNED`, it came back;
    `UNSEEN_REPLY`, only the citizen's answer to it was seen, which is the mail to look at.
    `UNAUTHENTICATED`, nothing shows that the office wrote it.

    At a request: `NEW_SUBJECT_BEFORE_REPLY`, it may be a reminder; `OTHER_SENDER`, it answers, under its subject,
    what was answered to another address, which may be the same citizen's; `SEEMS_AUTOMATIC`, a machine may have
    written it; `UNDECLARED_FORM`, an address of ours did, as forms do, and the site does not say that it is one's.

    At the instants of a request, when its verdict depends on which witness is believed: `RECEIPT_DISPUTED`, of its
    receipt; `DATE_DISPUTED`, of its reply.

    At a mail that counts for nothing: `FORM_IN_JUNK`, a declared form may have sent it, and it lies in Junk.
    """

    SEVERAL_FIT = "several_fit"
    OTHER_SUBJECT = "other_subject"
    TOO_LATE = "too_late"
    ALSO_WRITTEN_TO = "also_written_to"
    MACHINE_MADE = "machine_made"
    ANSWERED_BESIDE = "answered_beside"
    OTHER_RECIPIENT = "other_recipient"
    RETURNED = "returned"
    UNSEEN_REPLY = "unseen_reply"
    UNAUTHENTICATED = "unauthenticated"
    NEW_SUBJECT_BEFORE_REPLY = "new_subject_before_reply"
    OTHER_SENDER = "other_sender"
    SEEMS_AUTOMATIC = "seems_automatic"
    UNDECLARED_FORM = "undeclared_form"
    FORM_IN_JUNK = "form_in_junk"
    RECEIPT_DISPUTED = "receipt_disputed"
    DATE_DISPUTED = "date_disputed"

    @property
    def is_about_a_reply(self) -> bool:
        """Whether the mail to look at may be a reply; else it is a request that may be none."""
        return self not in {
            DoubtCode.NEW_SUBJECT_BEFORE_REPLY,
            DoubtCode.OTHER_SENDER,
            DoubtCode.SEEMS_AUTOMATIC,
            DoubtCode.UNDECLARED_FORM,
            DoubtCode.FORM_IN_JUNK,
            DoubtCode.RECEIPT_DISPUTED,
            DoubtCode.DATE_DISPUTED,
        }


@dataclass(frozen=True, slots=True)
class Doubt:
    """A mail that a person must look at, and the requests that depend on it.

    Attributes:
        mail: Key of that mail.
        at: When it was sent, or received.
        candidates: Keys of the requests it may answer, or of the one it opens, by receipt; none when it counts for
            nothing.
        code: Why nothing was decided.
    """

    mail: str
    at: datetime
    candidates: tuple[str, ...]
    code: DoubtCode


def doubts_of_conversations(
    requests: Sequence[Request], readings: Mapping[str, Reading], links: Mapping[str, Link]
) -> Iterator[Doubt]:
    """Yield what is to be looked at in conversations as they are known in the end, of mails that nobody settled.

    Args:
        requests: Those of some whole conversations, by receipt.
        readings: Their mails, by key, without those that a person settled.
        links: What ties each mail.
    """
    by_conversation: dict[str, list[Request]] = defaultdict(list)
    for request in requests:
        by_conversation[request.conversation].append(request)
    for beside in by_conversation.values():
        for request in beside:
            yield from _of_request(request, readings, links)
            if len(request.steps) > 1:
                yield from _of_replies(request, readings)
                yield from _unseen(request, readings)
        if len(beside) > 1:
            yield from _beside(beside, readings)
            yield from _from_elsewhere(beside, readings, links)
    yield from _to_others(requests, readings, links)
    for reading in readings.values():
        if reading.reason is not None and reading.reason.code == FORM_IN_JUNK:
            yield Doubt(reading.key, reading.moment.at, (), DoubtCode.FORM_IN_JUNK)


def _of_request(
    request: Request, readings: Mapping[str, Reading], links: Mapping[str, Link]
) -> Iterator[Doubt]:
    opening = readings.get(request.key)
    if opening is None:
        return
    sign = weak_sign(opening)
    code = DoubtCode.UNDECLARED_FORM if sign and sign.code == UNDECLARED_FORM else DoubtCode.SEEMS_AUTOMATIC
    if sign is not None or _is_too_quick(opening, readings.get(links[opening.key].to or "")):
        yield Doubt(request.key, request.received.at, (request.key,), code)


def _is_too_quick(opening: Reading, answered: Reading | None) -> bool:
    """Tell whether what opens a request answers a mail of the office sooner than anybody writes."""
    if answered is None or answered.side is not Side.OUTBOUND:
        return False
    return timedelta() <= opening.moment.at - answered.moment.at <= TOO_QUICK


def _unseen(request: Request, readings: Mapping[str, Reading]) -> Iterator[Doubt]:
    """Yield the first mail that proves a mail of ours which nobody has seen, while it may have been the first reply."""
    for step in request.steps:
        if step.part is Part.AFTER_UNSEEN and step.key in readings and is_open(request, step.moment.at):
            yield Doubt(step.key, step.moment.at, (request.key,), DoubtCode.UNSEEN_REPLY)
            return


def _of_replies(request: Request, readings: Mapping[str, Reading]) -> Iterator[Doubt]:
    """Yield the replies that came back, until another one answered."""
    for step in request.steps:
        if step.part is Part.RETURNED_REPLY and request.answered is None and step.key in readings:
            yield Doubt(step.key, step.moment.at, (request.key,), DoubtCode.RETURNED)


def _beside(requests: Sequence[Request], readings: Mapping[str, Reading]) -> Iterator[Doubt]:
    """Yield the requests opened beside one of the same citizen, and the replies that left another one open."""
    yield from _opened_beside(requests, readings)
    by_citizen = _by_citizen(requests)
    having: dict[str, set[str]] = defaultdict(set)
    for request in requests:
        for step in request.steps:
            having[step.key].add(request.key)
    for request in requests:
        theirs = [by_citizen[citizen] for citizen in request.citizens]
        for step in request.steps:
            if step.part not in ANSWERS or step.key not in readings:
                continue
            at = step.moment.at
            asked_before = [known.between(requests[0].received.at, at) for known in theirs]
            left_open = keys_open(asked_before, at, having[step.key])
            if left_open:
                yield Doubt(step.key, at, left_open, DoubtCode.ANSWERED_BESIDE)


def _opened_beside(requests: Sequence[Request], readings: Mapping[str, Reading]) -> Iterator[Doubt]:
    """Yield the requests that were opened while an earlier one of the same citizen was open."""
    open_until: dict[str, datetime] = {}
    for request in requests:
        at = request.received.at
        is_beside = any(open_until.get(citizen, at) > at for citizen in request.citizens)
        if is_beside and not request.follow_up and request.key in readings:
            yield Doubt(request.key, at, (request.key,), DoubtCode.NEW_SUBJECT_BEFORE_REPLY)
        until = request.answered.at if request.answered else NEVER
        for citizen in request.citizens:
            open_until[citizen] = max(until, open_until.get(citizen, until))


def _from_elsewhere(
    requests: Sequence[Request], readings: Mapping[str, Reading], links: Mapping[str, Link]
) -> Iterator[Doubt]:
    """Yield the requests that answer what was answered to somebody else, and ask nothing else by their subject."""
    of_step: dict[str, Request] = {}
    for request in requests:
        named = of_step.get(links[request.key].to or "")
        is_apart = named is not None and set(named.citizens).isdisjoint(request.citizens)
        if named is not None and is_apart and not request.follow_up and request.key in readings:
            subjects = Subjects()
            subjects.add(named.subject)
            if not subjects.is_new(request.subject):
                yield Doubt(request.key, request.received.at, (request.key,), DoubtCode.OTHER_SENDER)
        for step in request.steps:
            if step.part in FIRST_RESPONSES:
                of_step.setdefault(step.key, request)


def _by_citizen(requests: Iterable[Request]) -> dict[str, ByReceipt]:
    found: dict[str, list[Request]] = defaultdict(list)
    for request in requests:
        for citizen in request.citizens:
            found[citizen].append(request)
    return {citizen: ByReceipt(theirs) for citizen, theirs in found.items()}


def _to_others(
    requests: Sequence[Request], readings: Mapping[str, Reading], links: Mapping[str, Link]
) -> Iterator[Doubt]:
    """Yield the mails of the office that name a request, and were written to nobody who asked it."""
    written = [reading for reading in readings.values() if _may_have_answered(reading)]
    if not written:
        return
    by_step: dict[str, list[Request]] = defaultdict(list)
    answering: set[str] = set()
    for request in requests:
        for step in request.steps:
            by_step[step.key].append(request)
            if step.part is not Part.FORWARD:
                answering.add(step.key)
    for reading in written:
        link = links[reading.key]
        if link.to is None or link.evidence is Evidence.DECISION or reading.key in answering:
            continue
        at = reading.moment.at
        named = tuple(request.key for request in by_step.get(link.to, ()) if is_open(request, at))
        if named:
            yield Doubt(reading.key, at, named, DoubtCode.OTHER_RECIPIENT)


def _may_have_answered(reading: Reading) -> bool:
    """Tell whether the office wrote a mail to somebody outside, or hid to whom."""
    return reading.side is Side.OUTBOUND or (
        reading.side is Side.INTERNAL and not reading.mail.header.recipients
    )


def in_order(by_evidence_4: Iterable[Doubt], others: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """Return doubts by time, one for each mail and reason.

    Evidence 4 says nothing more of a mail that names the request it was to answer.
    """
    others = tuple(others)
    named = {doubt.mail for doubt in others if doubt.code is DoubtCode.OTHER_RECIPIENT}
    kept = (*others, *(doubt for doubt in by_evidence_4 if doubt.mail not in named))
    merged: dict[tuple[str, DoubtCode], Doubt] = {}
    for doubt in kept:
        first = merged.setdefault((doubt.mail, doubt.code), doubt)
        if first is not doubt:
            candidates = dict.fromkeys((*first.candidates, *doubt.candidates))
            merged[doubt.mail, doubt.code] = replace(first, candidates=tuple(candidates))
    return tuple(sorted(merged.values(), key=lambda doubt: (doubt.at, doubt.mail, doubt.code)))
