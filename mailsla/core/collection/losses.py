"""What may have come and gone between two whole reads of an account: UIDs given out of which no read found the mail.

A stretch without collection hides something only where a mailbox has other UIDs than those that were given since, or
another UIDVALIDITY (RFC 9051 §2.3.1.1; DOMAIN: the rate, definitive).
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from mailsla.core.collection.on_server import MailboxStatus
from mailsla.core.collection.to_store import Cursor
from mailsla.core.mail.copies import MailboxRole

PASSING = frozenset({MailboxRole.DRAFTS, MailboxRole.JUNK, MailboxRole.TRASH})
"""Mailboxes that lose mail as they should: what was never sent, or thrown away; neither is a request nor a reply."""


def given_since(cursor: Cursor, status: MailboxStatus, role: MailboxRole) -> range | None:
    """Return the UIDs that a mailbox gave since the last pass over it began; None when nothing tells which.

    A mailbox that was never read to its end loses nothing that was known of it.
    """
    if role in PASSING or not cursor.was_read_whole:
        return range(0)
    if status.uid_validity != cursor.uid_validity or cursor.went_back(status) or not status.uid_next:
        return None
    return range(cursor.uid_next, max(cursor.uid_next, status.uid_next))


def missing(given: range | None, seen: Set[int]) -> int | None:
    """Return how many of the UIDs given were never seen; None when nothing tells which were given.

    >>> missing(range(100, 104), {100, 102, 107})
    2
    """
    return None if given is None else len(given) - sum(uid in given for uid in seen)


@dataclass(frozen=True, slots=True)
class Missed:
    """How many mails of a mailbox came and went unseen; None when nothing tells how many."""

    role: MailboxRole
    count: int | None


def lost(missed: Iterable[Missed], elsewhere: int) -> int | None:
    """Return how many mails of an account came and went unseen between two whole reads of it; None when nothing tells.

    Args:
        missed: Of each mailbox.
        elsewhere: How many mails were first seen meanwhile in mailboxes that miss none, and that people alone fill: a
            mail that was moved there before it was read is one of them. They account for received mail alone.

    >>> lost([Missed(MailboxRole.INBOX, 3), Missed(MailboxRole.SENT, 0)], elsewhere=2)
    1
    """
    received = sent = 0
    for mailbox in missed:
        if mailbox.count is None:
            return None
        if mailbox.role is MailboxRole.SENT:
            sent += mailbox.count
        else:
            received += mailbox.count
    return max(0, received - elsewhere) + sent
