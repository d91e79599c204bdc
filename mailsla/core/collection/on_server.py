"""What the server says of a mailbox and of its messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from mailsla.core.mail.copies import MailboxRole


@dataclass(frozen=True, slots=True)
class MailboxStatus:
    """What the server says of a mailbox (RFC 9051 §6.3.11).

    `uid_next` is 0 when the server does not say, and `highest_modseq` without CONDSTORE (RFC 7162).
    """

    uid_validity: int
    uid_next: int
    messages: int
    highest_modseq: int = 0


@dataclass(frozen=True, slots=True)
class ListedMailbox:
    """A mailbox to collect, and what it holds; `status` when the server gave it with the list (RFC 5819)."""

    name: str
    role: MailboxRole
    status: MailboxStatus | None = None


@dataclass(frozen=True, slots=True)
class CountedMailbox:
    """A mailbox, what it holds, and how many mails; None when the server does not let it be opened."""

    name: str
    role: MailboxRole
    messages: int | None


class Fetched(NamedTuple):
    """One message as fetched: its header's bytes, never its body. A tuple, as it may go to another process.

    `is_draft` when it bears the flag `\\Draft`.
    """

    uid: int
    internal_at: datetime | None
    header: bytes
    is_draft: bool = False


class Answered(NamedTuple):
    """The end of the answer to one FETCH; `is_refused` when the server says NO, after what it could read."""

    is_refused: bool


@dataclass(frozen=True, slots=True)
class BodyStart:
    """The beginning of one body, read for a moment and never kept.

    Attributes:
        uid: Whose.
        content_fields: The header's `Content-Type` and `Content-Transfer-Encoding` lines.
        body: Its first bytes.
    """

    uid: int
    content_fields: bytes
    body: bytes
