"""A message with its copies: where it was seen, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from mailsla.core.mail.header import Header
from mailsla.core.mail.trace_information import Trace

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Before this, an instant is a broken clock's, not a mail's."""


DRAFT_FLAG = "\\Draft"
"""The system flag that says of a copy that it was not sent (RFC 9051 §2.3.2)."""

DRAFT_FIELD = "x-mozilla-draft-info"
"""The header field that Thunderbird puts into drafts and templates, and takes away before it sends."""

DRAFT_MARKS = (DRAFT_FLAG, DRAFT_FIELD)
"""What may say of a copy that it was not sent; two facts, as a copy may lose the flag and never the field."""


class MailboxRole(StrEnum):
    """What a mailbox holds."""

    INBOX = "inbox"
    SENT = "sent"
    JUNK = "junk"
    TRASH = "trash"
    DRAFTS = "drafts"


ONE_COLLECTION = timedelta(hours=1)
"""Copies that were seen to go within that time may have gone together."""


class Copy(NamedTuple):
    """One copy of a message, in one mailbox.

    Attributes:
        account: The account's name.
        mailbox: The IMAP mailbox's name.
        role: What that mailbox holds.
        internal_at: The server's INTERNALDATE, UTC; in an archive, the instant of the mbox's `From ` line, or None.
        hop_at: The topmost `Received:` of this copy, UTC; None without one.
        imported: True when the copy came from an archive, not from the server.
        present: False once the server no longer has it there.
        gone_at: When mailsla first saw that; None when it is there, or when nobody knows.
        first_seen_at: When mailsla first saw this copy; None when that does not matter.
        keywords: IMAP keywords on it, each with the instant mailsla first saw it.
        draft_since: When mailsla first saw that it says to be a draft, by its flag or by its header; None if never.
        draft_until: When mailsla first saw that it no longer does; None while it does.
        trace: What the servers on its way wrote; None when it was collected before that was asked for.
        arrived: Whether mailsla saw it come: its mailbox had been read whole before.
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
    draft_since: datetime | None = None
    draft_until: datetime | None = None
    trace: Trace | None = None
    arrived: bool = False

    @property
    def held_as(self) -> MailboxRole:
        """What it is where it lies: a draft where it says so, else what its mailbox holds."""
        is_draft = self.draft_since is not None and self.draft_until is None
        return MailboxRole.DRAFTS if is_draft else self.role


_ALONE = {role: frozenset({role}) for role in MailboxRole}


class Mail(NamedTuple):
    """One message as the store knows it.

    Attributes:
        key: Its identity, `mailsla.core.mail.identity.identity`.
        header: What its header says.
        first_seen_at: When mailsla first saw it, UTC.
        copies: Every copy seen, in a fixed order.
    """

    key: str
    header: Header
    first_seen_at: datetime
    copies: tuple[Copy, ...] = ()

    @property
    def roles(self) -> frozenset[MailboxRole]:
        """Roles of the mailboxes it lies in now; of those it was last seen in, when it is gone everywhere.

        The bin does not count: a mail is thrown away as what it was before. Nor do drafts of what was sent: it stays
        sent when its sent copy goes, and a draft of it is left.
        """
        if len(self.copies) == 1:
            return _ALONE[self.copies[0].held_as]
        kept = [copy for copy in self.copies if copy.role is not MailboxRole.TRASH] or self.copies
        copies = [copy for copy in kept if copy.held_as is not MailboxRole.DRAFTS] or kept
        present = frozenset(copy.held_as for copy in copies if copy.present)
        return present or frozenset(copy.held_as for copy in _last(copies))


def _last(copies: Sequence[Copy]) -> list[Copy]:
    """Return the copies that went last: what was put among the spam stays spam when that is emptied."""
    last = max((copy.gone_at for copy in copies if copy.gone_at), default=EARLIEST)
    return [
        copy
        for copy in copies
        if last - (copy.gone_at or last) < ONE_COLLECTION
        and not any(_is_moved(copy, other) for other in copies)
    ]


def _is_moved(copy: Copy, other: Copy) -> bool:
    """Tell whether a copy that is gone was moved to where another one was found, and went from later on."""
    came, went, found, lost = copy.first_seen_at, copy.gone_at, other.first_seen_at, other.gone_at
    if came is None or went is None or found is None or lost is None:
        return False
    return came < found and went - ONE_COLLECTION <= found and went < lost
