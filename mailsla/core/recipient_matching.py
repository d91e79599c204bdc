"""Evidence 4: a reply without any reference, tied by its recipient and its subject; and what stays in doubt.

A mail of the office to the requester's own address, a reply by its subject, within 60 days, when only one
request fits. When several fit, or the subject differs, nothing is decided: a person looks (« à vérifier »).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailsla.core.base_subject import base_subject, is_reply_subject
from mailsla.core.pairing_rules import PairingRules
from mailsla.core.reading import Reading
from mailsla.core.request import Request

MOST_RECIPIENTS = 10
"""A mail to more outside addresses than this answers nobody in particular."""


class DoubtCode(StrEnum):
    """Why a possible reply was not tied."""

    SEVERAL_FIT = "several_fit"
    OTHER_SUBJECT = "other_subject"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A mail of the office that may answer requests, without enough evidence to say so.

    Attributes:
        reply: Key of that mail.
        sent_at: When it was sent.
        candidates: Keys of the requests it may answer, by receipt.
        code: Why nothing was decided.
    """

    reply: str
    sent_at: datetime
    candidates: tuple[str, ...]
    code: DoubtCode


@dataclass(frozen=True, slots=True)
class Matches:
    """What evidence 4 says.

    Attributes:
        answers: Key of a reply → key of the one request it answers.
        doubts: The possible replies left to a person.
    """

    answers: dict[str, str]
    doubts: tuple[Doubt, ...]


def match(orphans: Iterable[Reading], requests: Sequence[Request], rules: PairingRules) -> Matches:
    """Tie each untied mail of the office to the one request that it answers, or doubt.

    Each mail is judged alone, against requests as the stronger evidence left them: the result does not depend
    on the order of anything.

    Args:
        orphans: Mails of the office to the outside whose conversation holds no request.
        requests: The requests known by evidence 1 to 3.
        rules: The site's rules.
    """
    by_citizen: dict[str, list[Request]] = defaultdict(list)
    for request in requests:
        for citizen in request.citizens:
            by_citizen[citizen].append(request)
    answers: dict[str, str] = {}
    doubts: list[Doubt] = []
    for orphan in orphans:
        if len(orphan.citizens) > MOST_RECIPIENTS:
            continue
        reached = _reached(orphan, by_citizen, rules)
        fitting = _fitting(orphan, reached)
        if len(fitting) == 1:
            answers[orphan.key] = fitting[0].key
            continue
        waiting = [request for request in fitting or reached if _is_open(request, orphan.moment.at)]
        if waiting:
            code = DoubtCode.SEVERAL_FIT if fitting else DoubtCode.OTHER_SUBJECT
            keys = tuple(request.key for request in waiting)
            doubts.append(Doubt(orphan.key, orphan.moment.at, keys, code))
    return Matches(answers, tuple(sorted(doubts, key=lambda doubt: (doubt.sent_at, doubt.reply))))


def _reached(orphan: Reading, by_citizen: dict[str, list[Request]], rules: PairingRules) -> list[Request]:
    """Return the requests of the citizens written to, received in the 60 days before, by receipt."""
    found = {
        request.key: request
        for citizen in orphan.citizens
        for request in by_citizen.get(citizen, ())
        if request.received.at <= orphan.moment.at <= request.received.at + rules.pairing_window
    }
    return sorted(found.values(), key=lambda request: (request.received.at, request.key))


def _fitting(orphan: Reading, reached: list[Request]) -> list[Request]:
    """Return the requests whose subject this mail answers; those still open hide those already answered."""
    subject = orphan.mail.header.subject
    if not is_reply_subject(subject):
        return []
    same = [request for request in reached if base_subject(request.subject) == base_subject(subject)]
    return [request for request in same if _is_open(request, orphan.moment.at)] or same


def _is_open(request: Request, at: datetime) -> bool:
    return request.answered is None or request.answered.at > at
