"""Evidence 4: a reply without any reference, tied by its recipient and its subject; and what stays in doubt.

A mail of the office to the requester's own address, a reply by its subject, within 60 days, when only one
request fits. When several fit, or the subject differs, nothing is decided: a person looks (« à vérifier »).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from mailsla.core.mail.base_subject import base_subject, is_reply_subject
from mailsla.core.office.sides import Reading
from mailsla.core.pairing.doubts import Doubt, DoubtCode, is_open
from mailsla.core.pairing.request import Request
from mailsla.core.pairing.request_life import kind_of_reply, sent_at_latest
from mailsla.core.pairing.rules import PairingRules, Part

MOST_RECIPIENTS = 10
"""A mail to more outside addresses than this answers nobody in particular."""


@dataclass(frozen=True, slots=True)
class Matches:
    """What evidence 4 says.

    Attributes:
        answers: Key of a reply → key of the one request it answers.
        doubts: The possible replies left to a person.
    """

    answers: dict[str, str]
    doubts: tuple[Doubt, ...]


NEVER_ANSWERS = frozenset({Part.ACKNOWLEDGEMENT, Part.SURVEY})
"""Kinds of reply that answer no request, tied or not."""

LONGEST_DOUBT = timedelta(days=365)
"""A reply to a request older than this is not even a doubt."""


def match(
    orphans: Iterable[Reading],
    replies: Iterable[Reading],
    requests: Sequence[Request],
    rules: PairingRules,
) -> Matches:
    """Tie each untied mail of the office to the one request that it answers, or doubt.

    Each mail is judged alone, against requests as the stronger evidence left them: the result does not depend
    on the order of anything.

    Args:
        orphans: Mails of the office to the outside that stronger evidence ties to no request.
        replies: Those it does tie; they may answer other requests too.
        requests: The requests known by evidence 1 to 3.
        rules: The site's rules.
    """
    known = _Requests(requests)
    answers: dict[str, str] = {}
    doubts: list[Doubt] = []
    for orphan in orphans:
        if len(orphan.citizens) <= MOST_RECIPIENTS and kind_of_reply(orphan.mail, rules) not in NEVER_ANSWERS:
            found = _judged(orphan, known, rules)
            if isinstance(found, Doubt):
                doubts.append(found)
            elif found is not None:
                answers[orphan.key] = found
    for reply in replies:
        if len(reply.citizens) <= MOST_RECIPIENTS:
            doubts += _about_others(reply, known, rules)
    return Matches(answers, tuple(sorted(doubts, key=lambda doubt: (doubt.at, doubt.mail))))


class _Requests:
    """The requests by citizen, and those that each mail is a step of."""

    def __init__(self, requests: Sequence[Request]) -> None:
        self.by_citizen: dict[str, list[Request]] = defaultdict(list)
        self.by_step: dict[str, list[Request]] = defaultdict(list)
        for request in requests:
            for citizen in request.citizens:
                self.by_citizen[citizen].append(request)
            for step in request.steps:
                self.by_step[step.key].append(request)

    def reached(self, mail: Reading) -> list[Request]:
        """Return the requests of the citizens written to, received before, by receipt."""
        found = {
            request.key: request
            for citizen in mail.citizens
            for request in self.by_citizen.get(citizen, ())
            if request.received.at <= sent_at_latest(mail)
            and mail.moment.at <= request.received.at + LONGEST_DOUBT
        }
        return sorted(found.values(), key=lambda request: (request.received.at, request.key))


def _judged(orphan: Reading, known: _Requests, rules: PairingRules) -> str | Doubt | None:
    """Return the key of the request that an untied mail answers, a doubt, or None when it answers nothing."""
    reached = known.reached(orphan)
    at = sent_at_latest(orphan)
    near = [request for request in reached if at <= request.received.at + rules.pairing_window]
    fitting = _fitting(orphan, near)
    if len(fitting) == 1:
        return fitting[0].key
    if fitting:
        waiting, code = fitting, DoubtCode.SEVERAL_FIT
    elif near:
        waiting, code = near, DoubtCode.OTHER_SUBJECT
    else:
        waiting, code = reached, DoubtCode.TOO_LATE
    candidates = tuple(request.key for request in waiting if is_open(request, at))
    return Doubt(orphan.key, at, candidates, code) if candidates else None


def _fitting(orphan: Reading, near: list[Request]) -> list[Request]:
    """Return the requests whose subject this mail answers.

    Within one conversation those still open hide those already answered; across conversations the mail may as
    well complete an earlier answer.
    """
    subject = orphan.mail.header.subject
    if not is_reply_subject(subject):
        return []
    same = [request for request in near if base_subject(request.subject) == base_subject(subject)]
    if len({request.conversation for request in same}) > 1:
        return same
    return [request for request in same if is_open(request, orphan.moment.at)] or same[-1:]


def _about_others(reply: Reading, known: _Requests, rules: PairingRules) -> list[Doubt]:
    """Return the doubts about a tied reply: what a machine may have written, and requests it answers beside.

    One mail may answer several citizens, or the same citizen's earlier mail on the same subject, while it names
    only one of them.
    """
    at = reply.moment.at
    own = known.by_step.get(reply.key, [])
    if any(
        step.key == reply.key and step.part is Part.DOUBTFUL_REPLY
        for request in own
        for step in request.steps
    ):
        candidates = tuple(request.key for request in own if is_open(request, at))
        return [Doubt(reply.key, at, candidates, DoubtCode.MACHINE_MADE)] if candidates else []
    conversations = {request.conversation for request in own}
    subject = base_subject(reply.mail.header.subject)
    beside = tuple(
        request.key
        for request in known.reached(reply)
        if request.conversation not in conversations
        and is_open(request, at)
        and at <= request.received.at + rules.pairing_window
        and base_subject(request.subject) == subject
    )
    return [Doubt(reply.key, at, beside, DoubtCode.ALSO_WRITTEN_TO)] if beside else []
