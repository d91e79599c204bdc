"""From facts to requests: the same mails and rules give the same requests, in whatever order they came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailsla.core.mail.base_subject import base_subject
from mailsla.core.mail.copies import Mail
from mailsla.core.office.sides import Reading, Side, read
from mailsla.core.pairing.conversation import Evidence, Forest, Link, Threaded, thread
from mailsla.core.pairing.decision import Action, Decided, Decision, in_force
from mailsla.core.pairing.recipient_matching import Doubt, match
from mailsla.core.pairing.request import Request
from mailsla.core.pairing.request_life import requests_of
from mailsla.core.pairing.rules import PairingRules


@dataclass(frozen=True, slots=True)
class Derivation:
    """What follows from some mails.

    Attributes:
        conversations: Name of each conversation (its smallest key) → keys of its messages, sorted.
        links: Key of each message → what ties it.
        readings: Key of each message → what it is for the office.
        requests: Every request and follow-up, by receipt.
        doubts: Possible replies left to a person.
    """

    conversations: dict[str, tuple[str, ...]]
    links: dict[str, Link]
    readings: dict[str, Reading]
    requests: tuple[Request, ...]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class DerivedMessage:
    """What was derived of one message, as values for people to read."""

    key: str
    message_id: str | None
    subject: str
    conversation: str
    evidence: str
    tied_to: str | None
    side: str
    kind: str
    reason: tuple[str, ...]
    at: datetime
    basis: str


@dataclass(frozen=True, slots=True)
class Tied:
    """One message of a conversation, and what ties it there, for people to read; it may stand in several files."""

    conversation: str
    message_id: str | None
    files: tuple[str, ...]
    evidence: str
    to: str | None
    at: datetime


def derive(mails: Sequence[Mail], rules: PairingRules, decisions: Iterable[Decision] = ()) -> Derivation:
    """Derive conversations and requests from `mails`, and from what people decided about them.

    Mails that share no tie (`mailsla.core.pairing.ties`) do not influence each other: deriving each group of tied mails
    alone gives the same result as deriving everything at once.
    """
    decided = in_force(decisions)
    readings = {mail.key: read(mail, rules.office) for mail in mails}
    subjects = {
        mail.key: base_subject(mail.header.subject)
        for mail in mails
        if any(decision.action is Action.JOIN for decision in decided.naming(mail.key))
    }
    cut = {
        mail.header.message_id
        for mail in mails
        if mail.header.message_id and decided.last(mail.key, Action.SPLIT)
    }
    threads = thread([_threaded(mail, decided, subjects, cut) for mail in mails], rules.office.outside)
    links = dict(threads.links)
    groups = {members[0]: members for members in threads.members}

    def requests_in(name: str, members: Iterable[str]) -> tuple[Request, ...]:
        return requests_of(name, [readings[key] for key in members], links, rules, decided)

    requests = {name: requests_in(name, members) for name, members in groups.items()}
    known = [request for found in requests.values() for request in found]
    steps = {step.key for request in known for step in request.steps}
    unsettled = [
        reading
        for reading in readings.values()
        if reading.side is Side.OUTBOUND and not _is_settled(reading.key, decided)
    ]
    matches = match(
        [reading for reading in unsettled if reading.key not in steps],
        [reading for reading in unsettled if reading.key in steps],
        known,
        rules,
    )
    tied = dict.fromkeys(matches.answers, Evidence.RECIPIENT_AND_SUBJECT)
    targets = dict(matches.answers)
    for decision in decided.all:
        if decision.action is Action.JOIN and decision.target in readings and decision.other in readings:
            tied[decision.target], targets[decision.target] = Evidence.DECISION, decision.other
    for reply, request in targets.items():
        links[reply] = Link(tied[reply], request)
    united = _united(groups, targets)
    for name, members in united.items():
        if groups.get(name) != members:
            requests[name] = requests_in(name, members)
    ordered = sorted(
        (request for name in united for request in requests[name]),
        key=lambda request: (request.received.at, request.key),
    )
    return Derivation(united, links, readings, tuple(ordered), matches.doubts)


def _threaded(mail: Mail, decided: Decided, subjects: Mapping[str, str], cut: Collection[str]) -> Threaded:
    """Return what threading may see of a mail.

    No evidence at all when a person cut it from its conversation, or tied it to a request on another subject;
    nothing older than a mail that was cut, for those that answer that mail.
    """
    header = mail.header
    if decided.last(mail.key, Action.SPLIT) is not None or _is_moved(mail, decided, subjects):
        return Threaded(mail.key, header._replace(in_reply_to=(), references=(), thread_index=None))
    kept = next((index for index, cited in enumerate(header.references) if cited in cut), None)
    if kept is not None:
        return Threaded(mail.key, header._replace(references=header.references[kept:], thread_index=None))
    return Threaded(mail.key, header)


def _is_moved(mail: Mail, decided: Decided, subjects: Mapping[str, str]) -> bool:
    """Tell whether a person tied a mail to a request that its own evidence speaks against.

    On the same subject it answers both: the one it names and the one it was tied to.
    """
    joined = decided.last(mail.key, Action.JOIN)
    return joined is not None and subjects.get(joined.other or "") != base_subject(mail.header.subject)


def _is_settled(key: str, decided: Decided) -> bool:
    """Tell whether a person said what a possible reply answers, or that it answers nothing."""
    return any(decided.last(key, action) for action in (Action.JOIN, Action.SPLIT, Action.DISMISS))


def _united(groups: dict[str, tuple[str, ...]], answers: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the conversations after evidence 4, each named by its smallest key."""
    home = {key: name for name, members in groups.items() for key in members}
    forest = Forest()
    for reply, request in answers.items():
        forest.join(home[reply], home[request])
    united: dict[Hashable, list[str]] = defaultdict(list)
    for name, members in groups.items():
        united[forest.find(name)].extend(members)
    return {min(members): tuple(sorted(members)) for members in united.values()}
