"""Looks around in a mailbox that nothing is known of yet: its folders, and the headers of the last mails of each.

Read-only, as every reading: EXAMINE and headers alone. Bounded: however large the mailbox, a few thousand headers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from mailsla.core.collection.on_server import (
    Answered,
    CountedMailbox,
    Fetched,
    ListedMailbox,
    MailboxStatus,
)
from mailsla.core.errors import MailboxError, MessageError
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.header_reading import read_header
from mailsla.core.office.shared_mailbox import SharedMailbox, shared_mailbox
from mailsla.core.office.surroundings import SampledMail, Surroundings, surroundings

LAST_OF_EACH = 500
"""Mails of a mailbox that are looked at, the last ones."""

MOST_MAILBOXES = 20
MOST_MAILS = 4_000

LOOKED_AT = (MailboxRole.INBOX, MailboxRole.SENT)


class Session(Protocol):
    """A connection that only reads."""

    def mailboxes(self) -> Sequence[ListedMailbox]:
        """List the mailboxes, the inbox first."""

    def status(self, mailbox: str) -> MailboxStatus:
        """Ask for a mailbox's numbers."""

    def examine(self, mailbox: str) -> MailboxStatus:
        """Open a mailbox read-only."""

    def uids(self, first: int, last: int | None, *, since: date | None) -> Sequence[int]:
        """List the opened mailbox's UIDs from one on."""

    def fetch(self, slices: Iterable[Sequence[int]]) -> Iterator[Fetched | Answered]:
        """Fetch headers of the opened mailbox."""


@dataclass(frozen=True, slots=True)
class LookedAround:
    """What is there.

    Attributes:
        mailboxes: Every mailbox, with how many mails.
        shown: What the last mails show.
        shared: The office's own mailbox, where somebody else's is there too.
        shown_there: What the last mails of that one show.
    """

    mailboxes: tuple[CountedMailbox, ...]
    shown: Surroundings
    shared: SharedMailbox | None = None
    shown_there: Surroundings = field(default_factory=Surroundings)


def look_around(session: Session, address: str) -> LookedAround:
    """Return the mailboxes of the account of `address`, and what the last mails show of its office.

    Raises:
        MailslaError: When the connection breaks.
    """
    listed = session.mailboxes()
    counted = tuple(_counted(session, mailbox) for mailbox in listed)
    # What was sent tells most, and stands at the end of a long list.
    ordered = sorted(listed, key=lambda item: item.role is not MailboxRole.SENT)
    sample: list[SampledMail] = []
    for mailbox in [item for item in ordered if item.role in LOOKED_AT][:MOST_MAILBOXES]:
        room = min(LAST_OF_EACH, MOST_MAILS - len(sample))
        if room > 0:
            sample += _last_mails(session, mailbox, room)
    shared = shared_mailbox(address, sample, [(item.name, item.role) for item in listed])
    there = [] if shared is None else [mail for mail in sample if shared.holds(mail.mailbox)]
    return LookedAround(counted, surroundings(address, sample), shared, surroundings(address, there))


def _counted(session: Session, mailbox: ListedMailbox) -> CountedMailbox:
    try:
        status = mailbox.status or session.status(mailbox.name)
    except MailboxError:
        return CountedMailbox(mailbox.name, mailbox.role, None)
    return CountedMailbox(mailbox.name, mailbox.role, status.messages)


def _last_mails(session: Session, mailbox: ListedMailbox, most: int) -> Iterator[SampledMail]:
    """Yield the last mails of a mailbox; one that cannot be opened has none."""
    try:
        status = session.examine(mailbox.name)
        uids = _last_uids(session, status, most)
    except MailboxError:
        return
    for item in session.fetch([uids] if uids else []):
        if isinstance(item, Fetched):
            try:
                yield SampledMail(mailbox.role, read_header(item.header), mailbox.name)
            except MessageError:
                continue


def _last_uids(session: Session, status: MailboxStatus, most: int) -> Sequence[int]:
    """Return the last UIDs, without asking for all of a large mailbox where its numbers are close."""
    first = max(1, status.uid_next - 4 * most)
    uids = session.uids(first, None, since=None)
    if len(uids) < min(most, status.messages) and first > 1:
        uids = session.uids(1, None, since=None)
    return uids[-most:]
