"""What a collection needs of the store, part by part."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from mailsla.core.collection.on_server import ListedMailbox, MailboxStatus
from mailsla.core.collection.to_store import Batch, Cursor
from mailsla.core.office.correspondents import Office


class Mailboxes(Protocol):
    """How far each mailbox has been collected."""

    def cursors(self, account: str, mailboxes: Sequence[ListedMailbox]) -> Sequence[Cursor]:
        """Return how far mailboxes have been collected, creating those that are new."""

    def begin(self, cursor: Cursor, uid_validity: int, last_uid: int, since: date) -> None:
        """Note how far a mailbox has been read under a UIDVALIDITY, what was received before a day left out."""

    def note_cut(self, cursor: Cursor, uid: int) -> None:
        """Note at which message a fetch ended before its end, and how many times it has there."""

    def finish(
        self, cursor: Cursor, status: MailboxStatus, at: datetime, forms: str, missed: int | None
    ) -> None:
        """Note that a pass over a mailbox ended, the forms that it knew, and how many mails came and went unseen."""

    def forget_others(self, account: str, listed: Collection[str], at: datetime) -> int:
        """Note that an account's mailboxes but the listed ones are gone; return how many copies that takes away."""


class Messages(Protocol):
    """What was collected."""

    def add(self, cursor: Cursor, batch: Batch, seen_at: datetime) -> Any:
        """Add a batch and move the cursor, in one transaction; up to UID 0, the cursor stays where it is.

        Return what was added, as `mailsla.usecases.terms.Terms.beside` takes it.
        """

    def nameless(self, cursor: Cursor, office: Office) -> Collection[int]:
        """Return the UIDs of forms' mails whose citizen is written in the body, and is not known."""

    def asked_too_little(self, cursor: Cursor, office: Office) -> Collection[int]:
        """Return the UIDs of what the office wrote, and an earlier version asked too little of."""


class Copies(Protocol):
    """Where messages are believed to be."""

    def present_count(self, cursor: Cursor) -> dict[int, int]:
        """Return how many messages are believed to be in the mailbox, by UIDVALIDITY."""

    def present(self, cursor: Cursor, uid_validity: int, *, above: int, most: int) -> Sequence[int]:
        """Return the UIDs above one that are believed to be in the mailbox, in order, at most so many."""

    def mark_gone(self, cursor: Cursor, uid_validity: int, uids: Collection[int], at: datetime) -> int:
        """Note that copies are no longer there, and return how many were believed to be."""

    def mark_renumbered(self, cursor: Cursor, uid_validity: int, at: datetime) -> int:
        """Note that every copy of any other UIDVALIDITY is no longer there, and return how many there were."""

    def seen(self, cursor: Cursor, uid_validity: int, *, first: int) -> Collection[int]:
        """Return the UIDs from one on that were seen in the mailbox, whether they are still there or not."""

    def bearing(self, cursor: Cursor, uid_validity: int, keyword: str) -> Collection[int]:
        """Return the UIDs in the mailbox that are believed to bear a keyword or a flag."""

    def set_keyword(
        self, cursor: Cursor, uid_validity: int, keyword: str, uids: Collection[int], at: datetime
    ) -> None:
        """Note which copies of a mailbox bear a keyword or a flag now."""

    def with_drafts(self, cursors: Iterable[Cursor]) -> Collection[int]:
        """Return the mailboxes, by number, that hold what bears the flag of a draft."""


class SetAsideMessages(Protocol):
    """What could not be read."""

    def uids(self, cursor: Cursor, uid_validity: int) -> Collection[int]:
        """Return the UIDs that are set aside."""

    def with_leftovers(self, cursors: Sequence[Cursor], at: datetime) -> Collection[int]:
        """Return the mailboxes, by number, that hold what was set aside and is to be read again by now."""

    def to_read_again(self, cursor: Cursor, at: datetime) -> Collection[int]:
        """Return the UIDs that were set aside and are to be read again; they wait for a day then."""


class FactStore(Protocol):
    """Where facts are kept."""

    @property
    def mailboxes(self) -> Mailboxes:
        """How far each mailbox has been collected."""

    @property
    def messages(self) -> Messages:
        """What was collected."""

    @property
    def copies(self) -> Copies:
        """Where messages are believed to be."""

    @property
    def set_aside(self) -> SetAsideMessages:
        """What could not be read."""
