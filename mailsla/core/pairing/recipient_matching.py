"""Evidence 4: a reply without any reference, tied by its recipient and its subject; and what stays in doubt.

A mail of the office to the requester's own address, a reply by its subject, within 60 days, when only one
request fits. When several fit, or the subject differs, nothing is decided: a person looks (« à vérifier »).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice

from mailsla.core.mail.base_subject import base_subject, is_reply_subject
from mailsla.core.office.sides import Reading
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.open_at import ByReceipt, Stretch, by_receipt, is_open, keys_open
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
    orphans = [
        orphan
        for orphan in orphans
        if len(orphan.citizens) <= MOST_RECIPIENTS and kind_of_reply(orphan.mail, rules) not in NEVER_ANSWERS
    ]
    replies = [reply for reply in replies if len(reply.citizens) <= MOST_RECIPIENTS]
    if not (orphans or replies):
        return Matches({}, ())
    known = _Requests(requests, orphans, replies)
    answers: dict[str, str] = {}
    doubts: list[Doubt] = []
    for orphan in orphans:
        found = _judged(orphan, known, rules)
        if isinstance(found, Doubt):
            doubts.append(found)
        elif found is not None:
            answers[orphan.key] = found
    for reply in replies:
        doubts += _about_others(reply, known, rules)
    return Matches(answers, tuple(sorted(doubts, key=lambda doubt: (doubt.at, doubt.mail))))


class _Theirs:
    """The requests of one citizen."""

    def __init__(self, requests: list[Request]) -> None:
        self.requests = requests

    @cached_property
    def conversations(self) -> set[str]:
        """The conversations that they are of."""
        return {request.conversation for request in self.requests}

    @cached_property
    def all(self) -> ByReceipt:
        """Every one of them."""
        return ByReceipt(self.requests)

    @cached_property
    def by_subject(self) -> dict[str, ByReceipt]:
        """Those on each subject."""
        found: dict[str, list[Request]] = defaultdict(list)
        for request in self.requests:
            found[base_subject(request.subject)].append(request)
        return {subject: ByReceipt(requests) for subject, requests in found.items()}


class _Requests:
    """The requests of those whom some mails are written to, by citizen, and those that each reply is a step of."""

    def __init__(
        self, requests: Iterable[Request], orphans: Iterable[Reading], replies: Iterable[Reading]
    ) -> None:
        by_citizen: dict[str, list[Request]] = {
            citizen: [] for mail in (*orphans, *replies) for citizen in mail.citizens
        }
        self.by_step: dict[str, list[tuple[Request, Part]]] = {reply.key: [] for reply in replies}
        for request in requests:
            for citizen in request.citizens:
                if citizen in by_citizen:
                    by_citizen[citizen].append(request)
            for step in request.steps:
                if step.key in self.by_step:
                    self.by_step[step.key].append((request, step.part))
        self._by_citizen = {citizen: _Theirs(theirs) for citizen, theirs in by_citizen.items() if theirs}

    def has_others(self, mail: Reading, conversations: Collection[str]) -> bool:
        """Tell whether the citizens written to have requests in other conversations than some."""
        theirs = (self._by_citizen[citizen] for citizen in mail.citizens if citizen in self._by_citizen)
        return not all(known.conversations.issubset(conversations) for known in theirs)

    def reached(self, mail: Reading, since: datetime, until: datetime) -> list[Stretch]:
        """Return the requests of the citizens written to, received from one instant to another."""
        theirs = [self._by_citizen[citizen].all for citizen in mail.citizens if citizen in self._by_citizen]
        return _received(theirs, mail, since, until)

    def on_subject(self, mail: Reading, since: datetime, until: datetime) -> list[Stretch]:
        """Return those of them that are on the subject of the mail."""
        subject = base_subject(mail.mail.header.subject)
        theirs = [self._by_citizen[citizen] for citizen in mail.citizens if citizen in self._by_citizen]
        same = [known.by_subject[subject] for known in theirs if subject in known.by_subject]
        return _received(same, mail, since, until)


def _received(theirs: Iterable[ByReceipt], mail: Reading, since: datetime, until: datetime) -> list[Stretch]:
    """Return requests received from one instant to another, where there are any that a mail may be about."""
    since = max(since, mail.moment.at - LONGEST_DOUBT)
    found = [requests.between(since, until) for requests in theirs]
    return [stretch for stretch in found if stretch.first < stretch.after]


def _judged(orphan: Reading, known: _Requests, rules: PairingRules) -> str | Doubt | None:
    """Return the key of the request that an untied mail answers, a doubt, or None when it answers nothing."""
    at = sent_at_latest(orphan)
    near_since = at - rules.pairing_window
    is_reply = is_reply_subject(orphan.mail.header.subject)
    fitting = known.on_subject(orphan, near_since, at) if is_reply else []
    one = _the_one(orphan, fitting)
    if one is not None:
        return one.key
    if fitting:
        waiting, code = fitting, DoubtCode.SEVERAL_FIT
    elif near := known.reached(orphan, near_since, at):
        waiting, code = near, DoubtCode.OTHER_SUBJECT
    else:
        waiting, code = known.reached(orphan, orphan.moment.at - LONGEST_DOUBT, at), DoubtCode.TOO_LATE
    candidates = keys_open(waiting, at)
    return Doubt(orphan.key, at, candidates, code) if candidates else None


def _the_one(orphan: Reading, same: Sequence[Stretch]) -> Request | None:
    """Return the one request on its subject that a mail answers; None when there is none, or several fit.

    Within one conversation those still open hide those already answered; across conversations the mail may as
    well complete an earlier answer.
    """
    if len({name for stretch in same for name in stretch.conversations}) != 1:
        return None
    found = (request for stretch in same for request in islice(stretch.open_at(orphan.moment.at), 2))
    still_open = {request.key: request for request in found}
    if len(still_open) > 1:
        return None
    return next(iter(still_open.values()), max((stretch.last for stretch in same), key=by_receipt))


def _about_others(reply: Reading, known: _Requests, rules: PairingRules) -> list[Doubt]:
    """Return the doubts about a tied reply: what a machine may have written, and requests it answers beside.

    One mail may answer several citizens, or the same citizen's earlier mail on the same subject, while it names
    only one of them.
    """
    at = reply.moment.at
    own = known.by_step[reply.key]
    if any(part is Part.DOUBTFUL_REPLY for _request, part in own):
        candidates = tuple(request.key for request, _part in own if is_open(request, at))
        return [Doubt(reply.key, at, candidates, DoubtCode.MACHINE_MADE)] if candidates else []
    conversations = {request.conversation for request, _part in own}
    if not known.has_others(reply, conversations):
        return []
    stretches = known.on_subject(reply, at - rules.pairing_window, sent_at_latest(reply))
    elsewhere = {
        request.key: request
        for stretch in stretches
        if not conversations.issuperset(stretch.conversations)
        for request in stretch.open_at(at)
        if request.conversation not in conversations
    }
    beside = tuple(request.key for request in sorted(elsewhere.values(), key=by_receipt))
    return [Doubt(reply.key, at, beside, DoubtCode.ALSO_WRITTEN_TO)] if beside else []
