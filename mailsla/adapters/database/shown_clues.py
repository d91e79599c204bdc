"""What derived messages show of what `mailsla check` tells of; no database is needed, so another process counts it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from mailsla.adapters.database.rows import Counts
from mailsla.core.mail.kinds import MailKind
from mailsla.core.office.sides import UNPROVEN, Side
from mailsla.core.pairing.apart import Underived
from mailsla.core.pairing.conversation import Evidence
from mailsla.core.pairing.derivation import Derivation

_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


class Counted(StrEnum):
    """What is counted; of Message-IDs, by their host."""

    OUTBOUND = "outbound"
    """Mails of the office to someone outside."""
    ANSWERS_SEEN = "answers_seen"
    """Citizens' mails that answer one of those."""
    ANSWERS_UNSEEN = "answers_unseen"
    """Citizens' mails that answer one that no mailbox holds."""
    UNPROVEN = "unproven"
    """Mails that bear an address of ours, and are not believed to be ours."""
    OUR_IDS = "our_ids"
    THEIR_IDS = "their_ids"


class Shown(NamedTuple):
    """What a derived message shows of this.

    Attributes:
        side: Whom it is from and to.
        kind: What it is by its header.
        evidence: What ties it.
        answered_side: Of the mail that it is tied to; None when there is none.
        is_unproven: Whether that is why it was left aside.
        host: Of its Message-ID, as written; empty without one.
    """

    side: str
    kind: str
    evidence: str
    answered_side: str | None
    is_unproven: bool
    host: str


def clue_counts(messages: Iterable[Shown]) -> Counts:
    """Return what is counted of some derived messages: what, and the host of a Message-ID → how many."""
    counts: Counts = Counter()
    # Many show the same: each of those is looked at once.
    for shown, alike in Counter(messages).items():
        for found in _counted(shown):
            counts[found] += alike
    return counts


def _counted(shown: Shown) -> Iterator[tuple[str, str]]:
    is_outbound = shown.side == Side.OUTBOUND
    if is_outbound:
        yield Counted.OUTBOUND, ""
    if shown.evidence == Evidence.UNSEEN_REPLY:
        yield Counted.ANSWERS_UNSEEN, ""
    elif shown.side == Side.CITIZEN and shown.answered_side == Side.OUTBOUND:
        yield Counted.ANSWERS_SEEN, ""
    if shown.is_unproven and shown.side == Side.ASIDE and shown.kind == MailKind.PERSON:
        yield Counted.UNPROVEN, ""
    host = shown.host.lower()
    if shown.side not in {Side.INTERNAL, Side.SAME} and _HOST.fullmatch(host):
        yield Counted.OUR_IDS if is_outbound else Counted.THEIR_IDS, host


def host_of(message_id: str | None) -> str:
    """Return what stands after the @ of a Message-ID, or all of it without any; empty without a Message-ID."""
    return "" if message_id is None else message_id.rpartition("@")[2]


def shown_of(derivation: Derivation) -> Iterator[Shown]:
    """Yield what the messages of a derivation show."""
    readings = derivation.readings
    for key, reading in readings.items():
        link, reason = derivation.links[key], reading.reason
        answered = None if link.to is None else readings.get(link.to)
        yield Shown(
            reading.side,
            reading.kind,
            link.evidence,
            None if answered is None else answered.side,
            reason is not None and reason.code == UNPROVEN,
            host_of(reading.mail.header.message_id),
        )


def shown_of_underived(underived: Underived) -> Shown:
    """Return what a message that could not be derived shows: its Message-ID."""
    host = host_of(underived.mail.header.message_id)
    return Shown(Side.ASIDE, MailKind.UNDERIVED, Evidence.NONE, None, is_unproven=False, host=host)
