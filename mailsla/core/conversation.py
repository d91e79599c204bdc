"""Conversations: messages tied together by evidence, never by a subject or a sender alone.

The partition depends on the set of messages only: not on their order of arrival, nor on how they were split
between polls. Evidence, strongest first (DOMAIN: who asked, who answered):

1. `In-Reply-To` names a known Message-ID. 2. `References`, from the last to the first. 3. Outlook's
`Thread-Index` root, with a shared correspondent. Evidence 4, recipient and subject, needs to know what is a
request: see `mailsla.core.recipient_matching`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailsla.core.message import Header


class Evidence(StrEnum):
    """What tied a message to another one."""

    NONE = "none"
    IN_REPLY_TO = "in-reply-to"
    REFERENCES = "references"
    THREAD_INDEX = "thread-index"
    RECIPIENT_AND_SUBJECT = "recipient-and-subject"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Link:
    """What ties one message to an earlier one.

    Attributes:
        evidence: `NONE` for a message that opens its conversation.
        to: Key of the message it is tied to. None with evidence means: by a message we never saw, which
            both name.
    """

    evidence: Evidence
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Threaded:
    """The two things that threading needs of a message."""

    key: str
    header: Header


@dataclass(frozen=True, slots=True)
class Threads:
    """A partition of messages into conversations.

    Attributes:
        members: Keys of each conversation's messages, sorted; conversations sorted by their first key.
        links: For each message, by key, what ties it to another.
    """

    members: tuple[tuple[str, ...], ...]
    links: dict[str, Link]


class Forest:
    """Disjoint sets, with path halving; the sets do not depend on the order of the joins."""

    def __init__(self) -> None:
        self._above: dict[Hashable, Hashable] = {}

    def find(self, node: Hashable) -> Hashable:
        """Return the name of the set that `node` is in, alone until it is joined."""
        above = self._above
        root = above.setdefault(node, node)
        while root != node:
            node, root = root, above[root]
            above[node] = root = above.setdefault(root, root)
        return root

    def join(self, one: Hashable, other: Hashable) -> None:
        """Put two nodes, and all they were joined with, in one set."""
        self._above[self.find(one)] = self.find(other)


Outside = Callable[[tuple[str, ...]], tuple[str, ...]]
"""Keeps, of some addresses, those that tell citizens apart: neither the office's nor a form's."""


def thread(messages: Sequence[Threaded], outside: Outside = lambda addresses: addresses) -> Threads:
    """Partition messages into conversations by evidence 1 to 3.

    An id that cannot be trusted to name one message ties only messages that also share a citizen's address:
    one that no message we have seen carries, one that several messages carry, one that is no real msg-id,
    such as `<yes>` (RFC 5322 §3.6.4 asks for `left@right`).
    """
    holders = _holders(messages)
    forest = Forest()
    links: dict[str, Link] = {}
    for message in messages:
        forest.find(message.key)
        for node in _nodes(message, holders, outside):
            forest.join(message.key, node)
        links[message.key] = _link(message, holders, outside)
    groups: dict[Hashable, list[str]] = defaultdict(list)
    for message in messages:
        groups[forest.find(message.key)].append(message.key)
    _name_silent_ties(groups.values(), links, messages)
    return Threads(tuple(sorted(tuple(sorted(group)) for group in groups.values())), links)


def cited_ids(header: Header) -> tuple[str, ...]:
    """Return the ids that a message names, the strongest evidence first, without its own."""
    ids = dict.fromkeys((*header.in_reply_to, *reversed(header.references)))
    ids.pop(header.message_id or "", None)
    return tuple(ids)


def correspondents(header: Header) -> tuple[str, ...]:
    """Return every address a message names, its author's included."""
    return header.senders + header.reply_to + header.recipients


def _holders(messages: Sequence[Threaded]) -> dict[str, list[Threaded]]:
    holders: dict[str, list[Threaded]] = defaultdict(list)
    for message in messages:
        if message.header.message_id:
            holders[message.header.message_id].append(message)
    return holders


def _names_one(message_id: str, holders: dict[str, list[Threaded]]) -> bool:
    """Tell whether an id names exactly one message we know, and looks made to."""
    return looks_unique(message_id) and len(holders.get(message_id, ())) == 1


def looks_unique(message_id: str) -> bool:
    """Tell whether an id looks made to name one message: `left@right` with some substance."""
    left, at, right = message_id.partition("@")
    return bool(at and right) and len(left) >= 4


def _nodes(message: Threaded, holders: dict[str, list[Threaded]], outside: Outside) -> Iterator[Hashable]:
    """Yield the nodes that a message is joined with: an id, or an id together with a citizen's address."""
    own = message.header.message_id
    doubtful = [cited for cited in cited_ids(message.header) if not _names_one(cited, holders)]
    for cited in cited_ids(message.header):
        if _names_one(cited, holders):
            yield holders[cited][0].key
    if own and not _names_one(own, holders):
        doubtful.append(own)
    root = message.header.thread_index
    if not doubtful and root is None:
        return
    for address in outside(correspondents(message.header)):
        for shared in doubtful:
            yield ("id", shared, address)
        if root is not None:
            yield ("thread-index", root, address)


def _link(message: Threaded, holders: dict[str, list[Threaded]], outside: Outside) -> Link:
    header = message.header
    for evidence, ids in (
        (Evidence.IN_REPLY_TO, header.in_reply_to),
        (Evidence.REFERENCES, tuple(reversed(header.references))),
    ):
        for cited in ids:
            held = _holder(message, cited, holders, outside)
            if held is not None:
                return Link(evidence, held.key)
    return Link(Evidence.NONE)


def _holder(
    message: Threaded, cited: str, holders: dict[str, list[Threaded]], outside: Outside
) -> Threaded | None:
    """Return the one message that `cited` names for `message`, if it names one."""
    if cited == message.header.message_id:
        return None
    if _names_one(cited, holders):
        return holders[cited][0]
    ours = set(outside(correspondents(message.header)))
    sharing = [
        held
        for held in holders.get(cited, ())
        if held.key != message.key and ours & set(outside(correspondents(held.header)))
    ]
    return sharing[0] if len(sharing) == 1 else None


def _name_silent_ties(
    groups: Iterable[list[str]], links: dict[str, Link], messages: Sequence[Threaded]
) -> None:
    """Name the evidence of members that no seen message explains: an unseen one, or Thread-Index."""
    by_key = {message.key: message for message in messages}
    for group in groups:
        if len(group) < 2:
            continue
        first = min(group, key=lambda key: (str(by_key[key].header.sent_at or ""), key))
        for key in group:
            if links[key].evidence is Evidence.NONE and key != first:
                links[key] = _silent_tie(by_key[key].header)


def _silent_tie(header: Header) -> Link:
    if header.in_reply_to:
        return Link(Evidence.IN_REPLY_TO)
    if header.references:
        return Link(Evidence.REFERENCES)
    return Link(Evidence.THREAD_INDEX) if header.thread_index else Link(Evidence.NONE)
