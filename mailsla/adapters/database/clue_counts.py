"""How many mails show what `mailsla check` tells of: kept as they are derived (`kept_counts`).

The counts follow from the derived messages alone: what is derived again is taken off as it was, and counted as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, select

from mailsla.adapters.database.bulk import STREAMED, among
from mailsla.adapters.database.kept_counts import Counts
from mailsla.adapters.database.tables import DERIVED_CLUE, DERIVED_MESSAGE, MESSAGE
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


def clues_of(connection: Connection, numbers: Collection[int]) -> Counts:
    """Return what is counted of some messages, as they are derived now."""
    return clues_where(connection, among(DERIVED_MESSAGE.c.message_id, numbers, connection))


def clues_where(connection: Connection, which: ColumnElement[bool]) -> Counts:
    """Return what is counted of the derived messages of which a condition holds."""
    answered = DERIVED_MESSAGE.alias()
    message = DERIVED_MESSAGE.c
    query = (
        select(message.side, message.kind, message.evidence, answered.c.side.label("answered_side"))
        .add_columns(message.reason, MESSAGE.c.message_id)
        .join(MESSAGE, MESSAGE.c.id == message.message_id)
        .outerjoin(answered, answered.c.message_id == message.tied_to)
        .where(which)
    )
    found = connection.execute(query, execution_options=STREAMED)
    return clue_counts(
        Shown(side, kind, evidence, of, reason is not None and reason[0] == UNPROVEN, host_of(message_id))
        for side, kind, evidence, of, reason, message_id in found
    )


def counted(connection: Connection, what: Counted) -> int:
    """Return how many there are; not of Message-IDs."""
    query = select(DERIVED_CLUE.c.messages).where(DERIVED_CLUE.c.counted == what.value)
    return connection.execute(query.where(DERIVED_CLUE.c.host == "")).scalar_one_or_none() or 0


def hosts_of_ours(connection: Connection, at_least: int) -> list[tuple[str, int]]:
    """Return the hosts of which so many Message-IDs are on our mails, and none on others', the most first."""
    theirs, ours = DERIVED_CLUE.alias(), DERIVED_CLUE.c
    is_theirs = (
        select(theirs.c.host)
        .where(theirs.c.counted == Counted.THEIR_IDS.value, theirs.c.host == ours.host)
        .exists()
    )
    query = select(ours.host, ours.messages).where(ours.counted == Counted.OUR_IDS.value)
    found = connection.execute(query.where(ours.messages >= at_least, ~is_theirs))
    return sorted(((row.host, row.messages) for row in found), key=lambda item: (-item[1], item[0]))
