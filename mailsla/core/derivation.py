"""From facts to requests: the same mails and rules give the same requests, in whatever order they came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailsla.core.conversation import Evidence, Forest, Link, Threaded, cited_ids, correspondents, thread
from mailsla.core.correspondents import Office
from mailsla.core.mail import Mail
from mailsla.core.reading import Reading, Side, read
from mailsla.core.recipient_matching import MOST_RECIPIENTS, Doubt, match
from mailsla.core.request import PairingRules, Request, requests_of


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


def derive(mails: Sequence[Mail], rules: PairingRules) -> Derivation:
    """Derive conversations and requests from `mails`.

    Mails that share no tie (`ties`) do not influence each other: deriving each group of tied mails alone gives
    the same result as deriving everything at once.
    """
    readings = {mail.key: read(mail, rules.office) for mail in mails}
    threads = thread([Threaded(mail.key, mail.header) for mail in mails], rules.office.outside)
    links = dict(threads.links)
    groups = {members[0]: members for members in threads.members}
    requests = {name: _requests(name, members, readings, links, rules) for name, members in groups.items()}
    orphans = [
        readings[key]
        for name, members in groups.items()
        if not requests[name]
        for key in members
        if readings[key].side is Side.OUTBOUND
    ]
    known = [request for found in requests.values() for request in found]
    matches = match(orphans, known, rules)
    for reply, request in matches.answers.items():
        links[reply] = Link(Evidence.RECIPIENT_AND_SUBJECT, request)
    united = _united(groups, matches.answers)
    for name, members in united.items():
        if groups.get(name) != members:
            requests[name] = _requests(name, members, readings, links, rules)
    ordered = sorted(
        (request for name in united for request in requests[name]),
        key=lambda request: (request.received.at, request.key),
    )
    return Derivation(united, links, readings, tuple(ordered), matches.doubts)


def ties(mail: Mail, office: Office) -> frozenset[str]:
    """Return the names through which `mail` can influence, or be influenced by, other mails.

    Two mails that share none, directly or through others, are derived apart: a new mail re-derives only those
    it is tied to, whatever the size of the store.
    """
    header = mail.header
    names = {f"id:{cited}" for cited in cited_ids(header)}
    if header.message_id:
        names.add(f"id:{header.message_id}")
    if header.thread_index:
        names.update(
            f"ti:{header.thread_index}:{address}" for address in office.outside(correspondents(header))
        )
    names.update(f"who:{address}" for address in _reachable(mail, office))
    return frozenset(names)


def _reachable(mail: Mail, office: Office) -> tuple[str, ...]:
    """Return the citizens through whom evidence 4 may tie this mail."""
    reading = read(mail, office)
    if reading.side is Side.CITIZEN:
        return tuple({*reading.citizens, *office.outside(mail.header.cc)})
    if reading.side is Side.OUTBOUND and len(reading.citizens) <= MOST_RECIPIENTS:
        return reading.citizens
    return ()


def _requests(
    name: str,
    members: Iterable[str],
    readings: dict[str, Reading],
    links: dict[str, Link],
    rules: PairingRules,
) -> tuple[Request, ...]:
    return requests_of(name, [readings[key] for key in members], links, rules)


def _united(groups: dict[str, tuple[str, ...]], answers: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the conversations after evidence 4, each named by its smallest key."""
    home = {key: name for name, members in groups.items() for key in members}
    forest = Forest()
    for reply, request in answers.items():
        forest.join(home[reply], home[request])
    united: dict[Hashable, list[str]] = defaultdict(list)
    for name, members in groups.items():
        united[forest.find(name)].extend(members)
    return {min(members): tuple(sorted(members)) for members in united.values()}
