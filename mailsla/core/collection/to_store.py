"""What a collection adds to the store, and how far it has come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from mailsla.core.collection.on_server import Fetched, MailboxStatus
from mailsla.core.errors import Unforeseen
from mailsla.core.mail.copies import DRAFT_FIELD, DRAFT_FLAG
from mailsla.core.mail.header import Header
from mailsla.core.mail.identity import identity
from mailsla.core.mail.trace_information import Trace
from mailsla.core.office.authorship import trace_of
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.ties import ties

UNFORESEEN = "unforeseen "
"""Begins the reason of what was set aside by an error of our own; its class follows."""

FIRST_UID = 1
"""The least that a message may have (RFC 9051 §2.3.1.1)."""

MOST_CUTS = 2
"""After so many fetches that ended at one message, it is read last and alone."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a mailbox has been collected.

    Attributes:
        mailbox_id: The store's name for the mailbox.
        uid_validity: The UIDVALIDITY that the rest belongs to; 0 before the first collection.
        last_uid: Every message up to this UID, received since that day, is in the store.
        uid_next: The server's UIDNEXT when the last complete pass began.
        messages: The server's count of messages then.
        highest_modseq: The server's HIGHESTMODSEQ then; 0 without CONDSTORE.
        since: What was received before that day was left out; None when that was not noted.
        forms: The digest of the forms by which bodies were looked into.
        asked: The version of what was asked of its messages, `mailsla.core.mail.header.ASKED_VERSION`.
        cut_at: The message at which the last fetch ended before its end, and `cuts` how many times it has there.
    """

    mailbox_id: int
    uid_validity: int
    last_uid: int
    uid_next: int
    messages: int
    highest_modseq: int = 0
    since: date | None = None
    forms: str = ""
    cut_at: int = 0
    cuts: int = 0
    asked: int = 0

    @property
    def was_read_whole(self) -> bool:
        """Tell whether a pass over the mailbox has ended under this UIDVALIDITY."""
        return self.uid_next > 0

    @property
    def was_cut(self) -> bool:
        """Tell whether a fetch ended before its end, at a message that is still to be read."""
        return self.cut_at > self.last_uid

    @property
    def is_stuck(self) -> bool:
        """Tell whether fetches end time and again at the same message, which is still to be read."""
        return self.cuts >= MOST_CUTS and self.was_cut

    def is_unchanged(self, status: MailboxStatus, keywords: Collection[str] = ()) -> bool:
        """Tell, by its numbers alone, that nothing we keep has changed in the mailbox.

        Keywords change without any of them but HIGHESTMODSEQ: without CONDSTORE they are looked at every time.
        """
        if keywords and (not status.highest_modseq or status.highest_modseq != self.highest_modseq):
            return False
        return (
            status.uid_next > 0
            and status.uid_validity == self.uid_validity
            and status.uid_next == self.uid_next
            and status.messages == self.messages
        )

    def went_back(self, status: MailboxStatus) -> bool:
        """Tell whether a server gives again UIDs that it had given: restored from a backup, against RFC 9051 §2.3.1.1.

        Nothing tells it once new mail has brought UIDNEXT past what was read.
        """
        return 0 < status.uid_next <= self.last_uid


class ToStore(Protocol):
    """A message that goes to the store: a `NewMessage`, or what the store has made of it beforehand."""

    @property
    def uid(self) -> int:
        """Its UID."""


class NewMessage(NamedTuple):
    """A message ready to be stored. A tuple, as it may come from another process.

    `marks` are those of `DRAFT_MARKS` that this copy bears.
    """

    uid: int
    internal_at: datetime | None
    key: str
    header: Header
    ties: tuple[int, ...] = ()
    marks: tuple[str, ...] = ()
    trace: Trace | None = None


def new_message(
    uid: int, internal_at: datetime | None, header: Header, office: Office, *, is_draft: bool = False
) -> NewMessage:
    """Return a message ready to be stored: its identity, its ties, what its trace says, whether its flag says draft."""
    [message] = new_messages([(Fetched(uid, internal_at, b"", is_draft), header)], office)
    return message


def new_messages(read: Sequence[tuple[Fetched, Header]], office: Office) -> list[NewMessage]:
    """Return messages ready to be stored, with the headers that were read of them.

    Each step is done of all before the next: what a processor has just done it does again in two thirds of the time.
    """
    # Most mails come by one of a few ways: their traces are one value, which goes to another process once.
    known: dict[Trace | None, Trace | None] = {}
    traces = [known.setdefault(trace, trace) for trace in (trace_of(header, office) for _, header in read)]
    headers = [_lean(header) for _fetched, header in read]
    keys = [identity(header) for header in headers]
    tied = [ties(header, office) for header in headers]
    marks = [_marks(header, is_draft=fetched.is_draft) for fetched, header in read]
    found = [fetched for fetched, _header in read]
    return [
        NewMessage(item.uid, item.internal_at, key, header, names, marked, trace)
        for item, key, header, names, marked, trace in zip(
            found, keys, headers, tied, marks, traces, strict=True
        )
    ]


def _lean(header: Header) -> Header:
    """Return what is stored of a header: without the trace, and without addresses that no rule uses."""
    return header.without_trace(tuple([item for item in header.kept if _is_used(*item)]))


_WHERE_IT_WENT = frozenset({"delivered-to", "return-path", "x-original-to"})


def _is_used(name: str, value: str) -> bool:
    """Tell whether a kept field is of use once it is stored.

    Where a mail was delivered is looked at before an office is known; later only whether that is no address. A return
    path is a sign when there is none.
    """
    if name not in _WHERE_IT_WENT:
        return True
    return value.strip() == "<>" if name == "return-path" else "@" not in value


def _marks(header: Header, *, is_draft: bool) -> tuple[str, ...]:
    """Return what says that a copy was not sent; whatever field stands in what has a hop, it was."""
    flag = (DRAFT_FLAG,) if is_draft else ()
    is_marked = header.hop_at is None and header.has(DRAFT_FIELD)
    return (*flag, DRAFT_FIELD) if is_marked else flag


def unforeseen(error: Unforeseen) -> str:
    """Return the reason for which a message is set aside that nobody foresaw."""
    return f"{UNFORESEEN}{error.name}"


@dataclass(frozen=True, slots=True)
class SetAside:
    """A message that could not be read."""

    uid: int
    internal_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction adds to a mailbox.

    Attributes:
        uid_validity: What the UIDs belong to.
        last_uid: Up to which UID everything is there then; 0 to say nothing of that.
        messages: What was read.
        set_aside: What could not be.
        tied_by: Names the rules by which the messages' ties were made.
        arrived: Whether the messages came since the mailbox was last read whole.
        awaited: Whether the server was waited for long enough to derive them meanwhile.
    """

    uid_validity: int
    last_uid: int
    messages: tuple[ToStore, ...]
    set_aside: tuple[SetAside, ...]
    tied_by: str = ""
    arrived: bool = False
    awaited: bool = False
