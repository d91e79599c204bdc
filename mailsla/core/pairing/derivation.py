"""From facts to requests: the same mails and rules give the same requests, in whatever order they came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from mailsla.core.mail.copies import Mail
from mailsla.core.office.correspondents import Office
from mailsla.core.office.sides import Reading, Side, counted, left_out, read
from mailsla.core.pairing.answered_otherwise import requests_with_mail_alone
from mailsla.core.pairing.balance import MailClass, classes_of
from mailsla.core.pairing.conversation import Evidence, Link, thread
from mailsla.core.pairing.decided_evidence import evidence_of
from mailsla.core.pairing.decision import Action, Decided, Decision, in_force
from mailsla.core.pairing.doubts import Doubt, doubts_of_conversations, in_order
from mailsla.core.pairing.fingerprint import fingerprint
from mailsla.core.pairing.forest import Forest
from mailsla.core.pairing.one_mail import OneMail, one_mails, redirects_forgotten, under_kept_keys
from mailsla.core.pairing.open_at import by_receipt, is_open
from mailsla.core.pairing.recipient_matching import Matches, match
from mailsla.core.pairing.request import Request
from mailsla.core.pairing.rules import RULES_VERSION, PairingRules
from mailsla.core.pairing.unproven import doubts_of_unproven
from mailsla.core.pairing.unseen import named_as_unseen, with_unseen


@dataclass(frozen=True, slots=True)
class Derivation:
    """What follows from some mails.

    Attributes:
        conversations: Name of each conversation (its smallest key) → keys of its messages, sorted.
        links: Key of each message → what ties it.
        readings: Key of each message → what it is for the office.
        requests: Every request and follow-up, by receipt.
        doubts: What is left to a person.
        classes: Key of each message → the class it is in.
    """

    conversations: dict[str, tuple[str, ...]]
    links: dict[str, Link]
    readings: dict[str, Reading]
    requests: tuple[Request, ...]
    doubts: tuple[Doubt, ...]
    classes: dict[str, MailClass] = field(default_factory=dict)


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
    mail_class: str = ""


@dataclass(frozen=True, slots=True)
class Tied:
    """One message of a conversation, and what ties it there, for people to read; it may stand in several files."""

    conversation: str
    message_id: str | None
    files: tuple[str, ...]
    evidence: str
    to: str | None
    at: datetime


class ListedMail(NamedTuple):
    """A mail as lists show it to a person: what it was taken for, and where it lies.

    Attributes:
        key: Its identity.
        at: When it was received, or sent.
        side: Who it comes from and goes to: a value of `Side`.
        kind: What kind of mail it is: a value of `MailKind`.
        reason: The rule's name, the header field that decided, the beginning of its value; empty for a letter.
        subject: As decoded.
        senders: Addresses of From.
        recipients: Addresses it was written to.
        mailboxes: Where it lies, or lay last, as (account, mailbox).
        conversation: The conversation that it belongs to.
        mail_class: The class it is in, a value of `MailClass`.
        message_id: Its Message-ID.
    """

    key: str
    at: datetime
    side: str
    kind: str
    reason: tuple[str, ...]
    subject: str
    senders: tuple[str, ...]
    recipients: tuple[str, ...]
    mailboxes: tuple[tuple[str, str], ...]
    conversation: str
    mail_class: str = ""
    message_id: str | None = None


DECIDE_NO_PAIRING = frozenset(
    {
        "Service.head",  # where alerts go; a head's own address is among the office's
    }
)
"""Fields that decide nothing of what is derived."""


def rules_digest(rules: PairingRules) -> str:
    """Return the name of the rules and of the code that applies them; equal rules have equal names."""
    return fingerprint((RULES_VERSION, rules), without=DECIDE_NO_PAIRING)


def derive(
    mails: Sequence[Mail],
    rules: PairingRules,
    decisions: Iterable[Decision] = (),
    forgotten: Collection[str] = (),
) -> Derivation:
    """Derive conversations and requests from `mails`, and from what people decided about them.

    Mails that share no tie (`mailsla.core.pairing.ties`) do not influence each other: deriving each group of tied mails
    alone gives the same result as deriving everything at once.

    Args:
        mails: What is derived.
        rules: The site's.
        decisions: What people decided about them.
        forgotten: Message-IDs of sealed mails that some of these name: an answer to one proves no mail that nobody
            saw, and a redirection of one is no other mail.
    """
    found = one_mails(mails, rules.office)
    decided = in_force(under_kept_keys(decisions, found))
    readings = {one.mail.key: _read(one.mail, rules.office, decided, forgotten) for one in found}
    threads = thread(evidence_of(found, decided), rules.office.outside)
    named = with_unseen(threads.links, found, readings, rules.office, forgotten)
    threaded = {members[0]: members for members in threads.members}
    first = _requests(threaded, readings, named, rules, decided)
    unsettled = _unsettled(readings, decided)
    matches = _matches(first, unsettled, rules)
    later = _later_links(matches, readings, decided)
    conversations, links = _united(threaded, later), {**named, **later}
    grown = {name: keys for name, keys in conversations.items() if threaded.get(name) != keys}
    final = {**first, **_requests(grown, readings, links, rules, decided)}
    requests = _by_receipt(conversations, final)
    links = {**links, **named_as_unseen(links, requests)}
    unproven = doubts_of_unproven(conversations, unsettled, links, requests, rules)
    doubts = in_order(
        _still_standing(matches.doubts, requests),
        (*doubts_of_conversations(requests, unsettled, links), *unproven),
    )
    whole = _with_others(Derivation(conversations, links, readings, requests, doubts), found)
    return replace(whole, classes=classes_of(whole.readings, requests, doubts))


def _read(mail: Mail, office: Office, decided: Decided, forgotten: Collection[str]) -> Reading:
    """Return what a mail is for the office, or what a person said that it is.

    Who ties one to a request says that the office wrote it. What redirects a sealed mail is that mail.
    """
    reading = read(mail, office, vouched=decided.last(mail.key, Action.JOIN) is not None)
    counts = decided.counts(mail.key)
    if counts is None and redirects_forgotten(mail, forgotten):
        return reading._replace(side=Side.SAME)
    if counts is None or counts == (reading.side is Side.CITIZEN):
        return reading
    return counted(mail, office) if counts else left_out(reading)


def _still_standing(doubts: Iterable[Doubt], requests: Iterable[Request]) -> Iterator[Doubt]:
    """Yield doubts with the requests that are still some, and were open then, once evidence 4 has united the rest."""
    known = {request.key: request for request in requests}
    for doubt in doubts:
        found = (known.get(key) for key in doubt.candidates)
        candidates = tuple(request.key for request in found if request and is_open(request, doubt.at))
        if candidates:
            yield replace(doubt, candidates=candidates)


def _with_others(derivation: Derivation, found: Iterable[OneMail]) -> Derivation:
    """Add what was delivered under other keys, to the conversation of the mail it is."""
    doubles = [(one.mail.key, other) for one in found for other in one.others]
    if not doubles:
        return derivation
    home = {key: name for name, keys in derivation.conversations.items() for key in keys}
    members = {name: list(keys) for name, keys in derivation.conversations.items()}
    for kept, other in doubles:
        members[home[kept]].append(other.key)
    same = {
        other.key: derivation.readings[kept]._replace(mail=other, side=Side.SAME) for kept, other in doubles
    }
    return replace(
        derivation,
        conversations={name: tuple(sorted(keys)) for name, keys in members.items()},
        links={
            **derivation.links,
            **{other.key: Link(Evidence.SAME_MAIL, kept) for kept, other in doubles},
        },
        readings={**derivation.readings, **same},
    )


def _requests(
    conversations: Mapping[str, Iterable[str]],
    readings: Mapping[str, Reading],
    links: Mapping[str, Link],
    rules: PairingRules,
    decided: Decided,
) -> dict[str, tuple[Request, ...]]:
    """Return the requests of each conversation, by its name."""
    return {
        name: requests_with_mail_alone(name, [readings[key] for key in keys], links, rules, decided)
        for name, keys in conversations.items()
    }


def _matches(
    requests: Mapping[str, Iterable[Request]], unsettled: Mapping[str, Reading], rules: PairingRules
) -> Matches:
    """Return what evidence 4 says of the office's mails that no person settled, tied to a request or not."""
    known = [request for found in requests.values() for request in found]
    steps = {step.key for request in known for step in request.steps}
    written = [reading for reading in unsettled.values() if reading.side is Side.OUTBOUND]
    orphans = [reading for reading in written if reading.key not in steps]
    replies = [reading for reading in written if reading.key in steps]
    return match(orphans, replies, known, rules)


def _unsettled(readings: Mapping[str, Reading], decided: Decided) -> Mapping[str, Reading]:
    """Return the readings that no person settled: all of them, while nobody decided anything."""
    if not decided.by_target:
        return readings
    return {key: reading for key, reading in readings.items() if not _is_settled(key, decided)}


def _is_settled(key: str, decided: Decided) -> bool:
    """Tell whether a person said what a possible reply answers, or that it answers nothing."""
    if key not in decided.by_target:
        return False
    settling = (Action.JOIN, Action.SPLIT, Action.DISMISS, Action.COUNT, Action.LEAVE_OUT)
    return any(decided.last(key, action) for action in settling)


def _later_links(matches: Matches, known: Collection[str], decided: Decided) -> dict[str, Link]:
    """Return what evidence 4 and people tie: a decision wins, and says nothing of mails that are not there.

    >>> joins = [("b", "c"), ("d", "?")]
    >>> at = datetime(2026, 11, 13)
    >>> decided = in_force(Decision(1, one, Action.JOIN, "", "", at, other) for one, other in joins)
    >>> links = _later_links(Matches({"a": "c", "b": "a"}, ()), {"a", "b", "c", "d"}, decided)
    >>> {reply: link.to for reply, link in links.items()}
    {'a': 'c', 'b': 'c'}
    """
    links = {reply: Link(Evidence.RECIPIENT_AND_SUBJECT, to) for reply, to in matches.answers.items()}
    for decision in decided.all:
        if decision.action is Action.JOIN and decision.target in known and decision.other in known:
            links[decision.target] = Link(Evidence.DECISION, decision.other)
    return links


def _united(threaded: Mapping[str, tuple[str, ...]], later: Mapping[str, Link]) -> dict[str, tuple[str, ...]]:
    """Return the conversations after the later links, each named by its smallest key.

    >>> _united({"b": ("b", "d"), "a": ("a",), "c": ("c",)}, {"d": Link(Evidence.DECISION, "a")})
    {'a': ('a', 'b', 'd'), 'c': ('c',)}
    """
    if not later:
        return dict(threaded)
    home = {key: name for name, keys in threaded.items() for key in keys}
    forest = Forest()
    for reply, link in later.items():
        if link.to is not None:
            forest.join(home[reply], home[link.to])
    united: dict[Hashable, list[str]] = defaultdict(list)
    for name, keys in threaded.items():
        united[forest.find(name)].extend(keys)
    return {min(keys): tuple(sorted(keys)) for keys in united.values()}


def _by_receipt(
    conversations: Iterable[str], requests: Mapping[str, Iterable[Request]]
) -> tuple[Request, ...]:
    """Return the requests of the conversations that are left, in an order that nothing else decides."""
    found = (request for name in conversations for request in requests[name])
    return tuple(sorted(found, key=by_receipt))
