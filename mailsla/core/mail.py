"""A message with where and when it was seen, and the instants that follow from that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from mailsla.core.message import Header

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Before this, an instant is a broken clock's, not a mail's."""

SKEW = timedelta(hours=1)
"""How far another machine's clock may run ahead of ours."""


class MailboxRole(StrEnum):
    """What a mailbox holds."""

    INBOX = "inbox"
    SENT = "sent"
    JUNK = "junk"
    TRASH = "trash"
    DRAFTS = "drafts"


ONE_COLLECTION = timedelta(hours=1)
"""Copies that were seen to go within that time may have gone together."""


class Place(NamedTuple):
    """One copy of a message, in one mailbox.

    Attributes:
        account: The account's name.
        mailbox: The IMAP mailbox's name.
        role: What that mailbox holds.
        internal_at: The server's INTERNALDATE, UTC; None in an archive that has none.
        hop_at: The topmost `Received:` of this copy, UTC; None without one.
        imported: True when the copy came from an archive, not from the server.
        present: False once the server no longer has it there.
        gone_at: When mailsla first saw that; None when it is there, or when nobody knows.
        first_seen_at: When mailsla first saw this copy; None when that does not matter.
        keywords: IMAP keywords on it, each with the instant mailsla first saw it.
    """

    account: str
    mailbox: str
    role: MailboxRole
    internal_at: datetime | None = None
    hop_at: datetime | None = None
    imported: bool = False
    present: bool = True
    gone_at: datetime | None = None
    first_seen_at: datetime | None = None
    keywords: tuple[tuple[str, datetime], ...] = ()


class Mail(NamedTuple):
    """One message as the store knows it.

    Attributes:
        key: Its identity, `mailsla.core.message.identity`.
        header: What its header says.
        first_seen_at: When mailsla first saw it, UTC.
        places: Every copy seen, in a fixed order.
    """

    key: str
    header: Header
    first_seen_at: datetime
    places: tuple[Place, ...] = ()

    @property
    def roles(self) -> frozenset[MailboxRole]:
        """Roles of the mailboxes it lies in now; of those it was last seen in, when it is gone everywhere.

        The bin does not count: a mail is thrown away as what it was before.
        """
        places = [place for place in self.places if place.role is not MailboxRole.TRASH] or self.places
        present = frozenset(place.role for place in places if place.present)
        return present or frozenset(place.role for place in _last(places))


def _last(places: Sequence[Place]) -> list[Place]:
    """Return the copies that went last: what was put among the spam stays spam when that is emptied."""
    last = max((place.gone_at for place in places if place.gone_at), default=EARLIEST)
    return [
        place
        for place in places
        if last - (place.gone_at or last) < ONE_COLLECTION
        and not any(_is_moved(place, other) for other in places)
    ]


def _is_moved(place: Place, other: Place) -> bool:
    """Tell whether a copy that is gone was moved to where another one was found, and went from later on."""
    came, went, found, lost = place.first_seen_at, place.gone_at, other.first_seen_at, other.gone_at
    if came is None or went is None or found is None or lost is None:
        return False
    return came < found and went - ONE_COLLECTION <= found and went < lost


class Basis(StrEnum):
    """What an instant rests on; shown wherever the instant decides something."""

    SERVER = "server"
    LAST_HOP = "last_hop"
    SENDER_CLOCK = "sender_clock"
    FIRST_SEEN = "first_seen"
    AFTER_REQUEST = "after_request"
    FILED = "filed"
    DECISION = "decision"


class Moment(NamedTuple):
    """An instant with what it rests on."""

    at: datetime
    basis: Basis


def received(mail: Mail) -> Moment:
    """Return when our server got the mail.

    The earlier of INTERNALDATE and of the topmost `Received:` over all copies, among those that are plausible:
    a migration can push INTERNALDATE later, and nothing is delivered before its last hop. The citizen's own
    `Date:` serves only when neither exists, and our first sight of the mail when even that is absurd.
    """
    server = _earliest((place.internal_at for place in mail.places), mail)
    hop = _earliest((place.hop_at for place in mail.places), mail)
    if hop is not None and (server is None or hop <= server):
        return Moment(hop, Basis.LAST_HOP)
    return _sender_clock(mail) if server is None else Moment(server, Basis.SERVER)


def sent(mail: Mail) -> Moment:
    """Return when the office sent the mail: its own `Date:` when plausible, else what the server says."""
    if mail.header.sent_at is not None and _plausible(mail.header.sent_at, mail):
        return Moment(mail.header.sent_at, Basis.SENDER_CLOCK)
    return stored(mail) or received(mail)


def stored(mail: Mail) -> Moment | None:
    """Return the earliest plausible INTERNALDATE of the mail's copies."""
    server = _earliest((place.internal_at for place in mail.places), mail)
    return None if server is None else Moment(server, Basis.SERVER)


def _earliest(stamps: Iterable[datetime | None], mail: Mail) -> datetime | None:
    """Return the earliest plausible instant."""
    return min((at for at in stamps if at is not None and _plausible(at, mail)), default=None)


def _sender_clock(mail: Mail) -> Moment:
    if mail.header.sent_at is not None and _plausible(mail.header.sent_at, mail):
        return Moment(mail.header.sent_at, Basis.SENDER_CLOCK)
    return Moment(mail.first_seen_at, Basis.FIRST_SEEN)


def _plausible(at: datetime, mail: Mail) -> bool:
    return EARLIEST <= at <= mail.first_seen_at + SKEW
