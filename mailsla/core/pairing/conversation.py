"""Conversations: messages tied together by evidence, never by a subject or a sender alone.

The partition depends on the set of messages only: not on their order of arrival, nor on how they were split
between polls. Evidence, strongest first (DOMAIN: who asked, who answered):

1. `In-Reply-To` names a known Message-ID. 2. `References`, from the last to the first. 3. Outlook's
`Thread-Index` root, with a shared correspondent. Evidence 4, recipient and subject, needs to know what is a
request: see `mailsla.core.pairing.recipient_matching`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from mailsla.core.mail.base_subject import base_subject
from mailsla.core.mail.header import Header
from mailsla.core.mail.message_ids import looks_unique


class Evidence(StrEnum):
    """What tied a message to another one."""

    NONE = "none"
    IN_REPLY_TO = "in-reply-to"
    REFERENCES = "references"
    THREAD_INDEX = "thread-index"
    RECIPIENT_AND_SUBJECT = "recipient-and-subject"
    DECISION = "decision"
    SAME_MAIL = "same-mail"
    UNSEEN_REPLY = "unseen-reply"


class Link(NamedTuple):
    """What ties one message to an earlier one.

    Attributes:
        evidence: `NONE` for a message that opens its conversation.
        to: Key of the message it is tied to. None with evidence means: by a message we never saw, which
            both name.
        unseen: For a citizen's mail, the ids of the office that it names and that no mail bears.
    """

    evidence: Evidence
    to: str | None = None
    unseen: tuple[str, ...] = ()


_UNTIED = Link(Evidence.NONE)


class Threaded(NamedTuple):
    """What threading needs of a message.

    Attributes:
        key: Its identity.
        header: Its header.
        ids: Every Message-ID that it bears: an Exchange rule's redirect has one of its own.
    """

    key: str
    header: Header
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Threads:
    """A partition of messages into conversations.

    Attributes:
        members: Keys of each conversation's messages, sorted; conversations sorted by their first key.
        links: For each message, by key, what ties it to another.
    """

    members: tuple[tuple[str, ...], ...]
    links: dict[str, Link]


Outside = Callable[[tuple[str, ...]], tuple[str, ...]]
"""Keeps, of some addresses, those that tell citizens apart: neither the office's nor a form's."""


def thread(messages: Sequence[Threaded], outside: Outside = lambda addresses: addresses) -> Threads:
    """Partition messages into conversations by evidence 1 to 3.

    An id that cannot be trusted to name one message ties only messages that also share a citizen's address:
    one that no message we have seen carries, one that several messages carry, one that is no real msg-id,
    such as `<yes>` (RFC 5322 §3.6.4 asks for `left@right`).
    """
    known = _Known(messages, outside)
    sets = _Sets(len(messages))
    links = {}
    for number, message in enumerate(messages):
        header = message.header
        if (
            header.in_reply_to
            or header.references
            or header.thread_index
            or header.message_id in known.shared
        ):
            _join(number, header, known, sets)
            links[message.key] = _link(message, known)
        else:
            links[message.key] = _UNTIED
    groups: dict[int, list[Threaded]] = defaultdict(list)
    for number, message in enumerate(messages):
        groups[sets.find(number)].append(message)
    for group in groups.values():
        if len(group) > 1:
            _name_silent_ties(group, links)
    members = (tuple(sorted([message.key for message in group])) for group in groups.values())
    return Threads(tuple(sorted(members)), links)


class _Sets:
    """Disjoint sets of numbers, with path halving: 0 to n − 1 are messages, the rest what they share."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))
        self._shared: dict[Hashable, int] = {}

    def find(self, number: int) -> int:
        """Return the number that names the set."""
        above = self._above
        while above[number] != number:
            above[number] = number = above[above[number]]
        return number

    def join(self, one: int, other: int) -> None:
        """Put two numbers in one set."""
        self._above[self.find(one)] = self.find(other)

    def join_through(self, one: int, shared: Hashable) -> None:
        """Put a number in the set of whatever else shares a name with it."""
        number = self._shared.get(shared)
        if number is None:
            number = self._shared[shared] = len(self._above)
            self._above.append(number)
        self.join(one, number)


class _Known:
    """Which messages carry which ids.

    Attributes:
        one: An id that names one message we know, and looks made to → that message's number.
        shared: Every other id that a message carries → the messages that do.
    """

    def __init__(self, messages: Sequence[Threaded], outside: Outside) -> None:
        self.messages = messages
        self.outside = outside
        self.one: dict[str, int] = {}
        self.shared: dict[str, list[int]] = {}
        for number, message in enumerate(messages):
            for name in message.ids:
                if name in self.shared:
                    self.shared[name].append(number)
                elif name in self.one:
                    self.shared[name] = [self.one.pop(name), number]
                elif looks_unique(name):
                    self.one[name] = number
                else:
                    self.shared[name] = [number]

    @cached_property
    def holders(self) -> dict[tuple[str, str], list[int]]:
        """(id, citizen) → three of the messages that carry a shared id and name the citizen, or all.

        Three say whether there is only one, beside the message that asks.
        """
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        for name, holders in self.shared.items():
            for number in holders:
                for address in set(self.outside(correspondents(self.messages[number].header))):
                    if len(found[name, address]) < 3:
                        found[name, address].append(number)
        return found

    @cached_property
    def repeated(self) -> frozenset[tuple[str, str]]:
        """(id, citizen) of the ids that say nothing, because one citizen wrote several messages with them.

        An id that names nothing, such as `<yes>`, does not make them one conversation; nor does any other, when
        their subjects differ.
        """
        subjects: dict[tuple[str, str], list[str]] = defaultdict(list)
        for name, holders in self.shared.items():
            for header in (self.messages[number].header for number in holders):
                for address in self.outside(header.senders):
                    subjects[name, address].append(base_subject(header.subject))
        return frozenset(
            (name, address)
            for (name, address), found in subjects.items()
            if len(found) > 1 and not (looks_unique(name) and len(set(found)) == 1)
        )


def _join(number: int, header: Header, known: _Known, sets: _Sets) -> None:
    """Join a message with those its ids name, and with those that share an id and a citizen with it."""
    own = header.message_id
    doubtful = [own] if own in known.shared else []
    for cited in cited_ids(header):
        named = known.one.get(cited)
        if named is None:
            doubtful.append(cited)
        else:
            sets.join(number, named)
    root = header.thread_index
    if not doubtful and root is None:
        return
    for address in known.outside(correspondents(header)):
        for shared in doubtful:
            if (shared, address) not in known.repeated:
                sets.join_through(number, ("id", shared, address))
        if root is not None:
            sets.join_through(number, ("thread-index", root, address))


def cited_ids(header: Header) -> tuple[str, ...]:
    """Return the ids that a message names, the strongest evidence first, without its own."""
    if not (header.in_reply_to or header.references):
        return ()
    ids = dict.fromkeys((*header.in_reply_to, *reversed(header.references)))
    ids.pop(header.message_id or "", None)
    return tuple(ids)


def correspondents(header: Header) -> tuple[str, ...]:
    """Return every address a message names, its author's included."""
    return header.senders + header.reply_to + header.recipients


def _link(message: Threaded, known: _Known) -> Link:
    header = message.header
    for cited in header.in_reply_to:
        held = _holder(message, cited, known)
        if held is not None:
            return Link(Evidence.IN_REPLY_TO, held)
    for cited in reversed(header.references):
        held = _holder(message, cited, known)
        if held is not None:
            return Link(Evidence.REFERENCES, held)
    return _UNTIED


def _holder(message: Threaded, cited: str, known: _Known) -> str | None:
    """Return the key of the one message that `cited` names for `message`, if it names one."""
    if cited == message.header.message_id:
        return None
    named = known.one.get(cited)
    if named is not None:
        return known.messages[named].key
    if cited not in known.shared:
        return None
    sharing = {
        number
        for address in known.outside(correspondents(message.header))
        for number in known.holders.get((cited, address), ())
        if known.messages[number].key != message.key
    }
    return known.messages[sharing.pop()].key if len(sharing) == 1 else None


def _name_silent_ties(group: Sequence[Threaded], links: dict[str, Link]) -> None:
    """Name the evidence of members that no seen message explains: an unseen one, or Thread-Index."""
    silent = [message for message in group if links[message.key].evidence is Evidence.NONE]
    if len(silent) < 2:
        return
    first = min(group, key=lambda message: (str(message.header.sent_at or ""), message.key))
    for message in silent:
        if message is not first:
            links[message.key] = _silent_tie(message.header)


def _silent_tie(header: Header) -> Link:
    if header.in_reply_to:
        return Link(Evidence.IN_REPLY_TO)
    if header.references:
        return Link(Evidence.REFERENCES)
    return Link(Evidence.THREAD_INDEX) if header.thread_index else Link(Evidence.NONE)
