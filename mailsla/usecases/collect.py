"""Collection: what the mailboxes hold becomes facts, and the mailboxes never notice.

Each batch of messages and the cursor that covers it are one transaction: a crash anywhere repeats work and
loses nothing. A message that cannot be read is set aside with its reason; the batch goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Protocol

from mailsla.core.base_subject import base_subject
from mailsla.core.body_evidence import needs_body, with_body
from mailsla.core.collection import (
    Batch,
    BodyStart,
    Cursor,
    Fetched,
    ListedMailbox,
    MailboxStatus,
    NewMessage,
    SetAside,
)
from mailsla.core.correspondents import UNKNOWN_OFFICE, Office
from mailsla.core.errors import MessageError
from mailsla.core.header_fields import read_header
from mailsla.core.message import identity

SLICE = 500
"""Messages asked for at once: Dovecot refuses command lines of 20,000 UIDs."""


class Session(Protocol):
    """A logged-in connection that only reads."""

    def mailboxes(self) -> Sequence[ListedMailbox]:
        """List the mailboxes to collect."""

    def status(self, mailbox: str) -> MailboxStatus:
        """Ask for a mailbox's numbers without opening it."""

    def examine(self, mailbox: str) -> MailboxStatus:
        """Open a mailbox read-only."""

    def uids(self, *, above: int, since: date | None) -> Sequence[int]:
        """List the opened mailbox's UIDs above `above`, in order, those received before `since` left out."""

    def fetch(self, uids: Sequence[int]) -> Sequence[Fetched]:
        """Fetch headers of the opened mailbox; what has vanished meanwhile is left out."""

    def body_starts(self, uids: Sequence[int]) -> Sequence[BodyStart]:
        """Fetch the beginning of some bodies; what has vanished meanwhile is left out."""


class FactStore(Protocol):
    """Where facts are kept."""

    def cursor(self, account: str, mailbox: ListedMailbox) -> Cursor:
        """Return how far a mailbox has been collected, creating it when it is new."""

    def add(self, cursor: Cursor, batch: Batch, seen_at: datetime) -> None:
        """Add a batch and move the cursor, in one transaction."""

    def present(self, cursor: Cursor) -> set[tuple[int, int]]:
        """Return (UIDVALIDITY, UID) of what is believed to be in the mailbox."""

    def mark_gone(self, cursor: Cursor, uid_validity: int, uids: set[int], at: datetime) -> None:
        """Note that copies are no longer there, and every copy of any other UIDVALIDITY."""

    def finish_mailbox(self, cursor: Cursor, status: MailboxStatus, at: datetime) -> None:
        """Note that a pass over a mailbox ended."""


@dataclass
class Tally:
    """What a collection did."""

    mailboxes: int = 0
    messages: int = 0
    set_aside: int = 0
    gone: int = 0


Progress = Callable[[str, int, int], None]
"""Called with a mailbox's name, the messages done, and the messages to do."""


def collect(
    session: Session,
    store: FactStore,
    account: str,
    *,
    now: Callable[[], datetime],
    office: Office = UNKNOWN_OFFICE,
    since: date | None = None,
    progress: Progress = lambda _mailbox, _done, _total: None,
    stopping: Callable[[], bool] = lambda: False,
    tally: Tally | None = None,
) -> Tally:
    """Bring the store up to date with every mailbox of one account.

    Ends early, with everything stored so far kept, as soon as `stopping` says so. `tally`, when given, is kept
    up to date, so that what was done before a failure is known.

    Raises:
        TransientError: When the connection or the store fails; the next run goes on from the last batch.
        PermanentError: When the server or the store refuses.
    """
    round_ = _Round(
        session, store, now, office, since, progress, stopping, Tally() if tally is None else tally
    )
    for mailbox in session.mailboxes():
        if stopping() or not _collect_mailbox(round_, account, mailbox):
            break
        round_.tally.mailboxes += 1
    return round_.tally


@dataclass(frozen=True)
class _Round:
    """One collection of an account: what it works with, and what it has done."""

    session: Session
    store: FactStore
    now: Callable[[], datetime]
    office: Office
    since: date | None
    progress: Progress
    stopping: Callable[[], bool]
    tally: Tally


def _collect_mailbox(round_: _Round, account: str, mailbox: ListedMailbox) -> bool:
    """Bring one mailbox up to date; return False when asked to stop half-way."""
    cursor = round_.store.cursor(account, mailbox)
    if _is_unchanged(round_.session.status(mailbox.name), cursor):
        return True
    status = round_.session.examine(mailbox.name)
    if not _add_new(round_, mailbox.name, cursor, status):
        return False
    _reconcile(round_, cursor, status)
    round_.store.finish_mailbox(cursor, status, round_.now())
    return True


def _is_unchanged(status: MailboxStatus, cursor: Cursor) -> bool:
    return (
        status.uid_next > 0
        and status.uid_validity == cursor.uid_validity
        and status.uid_next == cursor.uid_next
        and status.messages == cursor.messages
    )


def _add_new(round_: _Round, mailbox: str, cursor: Cursor, status: MailboxStatus) -> bool:
    """Store what is new in the opened mailbox; return False when asked to stop half-way."""
    last_uid = cursor.last_uid if status.uid_validity == cursor.uid_validity else 0
    uids = round_.session.uids(above=last_uid, since=round_.since)
    done = 0
    for part in _slices(uids):
        if round_.stopping():
            return False
        batch = _batch(round_.session, part, status.uid_validity, round_.office)
        round_.store.add(cursor, batch, round_.now())
        done += len(part)
        round_.tally.messages += len(batch.messages)
        round_.tally.set_aside += len(batch.set_aside)
        round_.progress(mailbox, done, len(uids))
    return True


def _slices(uids: Sequence[int]) -> Iterator[list[int]]:
    remaining = iter(uids)
    while part := list(islice(remaining, SLICE)):
        yield part


def _batch(session: Session, uids: list[int], uid_validity: int, office: Office) -> Batch:
    fetched = {message.uid: message for message in session.fetch(uids)}
    for uid in uids:
        if uid not in fetched:
            # Expunged meanwhile, or left out by the server: one more look at it alone decides.
            fetched.update({message.uid: message for message in session.fetch([uid])})
    messages: list[NewMessage] = []
    aside: list[SetAside] = []
    for uid in uids:
        if uid in fetched:
            read = _read(fetched[uid])
            if isinstance(read, NewMessage):
                messages.append(read)
            else:
                aside.append(read)
    return Batch(uid_validity, uids[-1], tuple(_with_bodies(session, messages, office)), tuple(aside))


def _with_bodies(session: Session, messages: list[NewMessage], office: Office) -> list[NewMessage]:
    """Return the messages, with what the bodies say of the few whose header does not say enough."""
    wanted = [message.uid for message in messages if needs_body(message.header, office)]
    if not wanted:
        return messages
    starts = {start.uid: start for start in session.body_starts(wanted)}
    return [
        replace(
            message,
            header=with_body(
                message.header, starts[message.uid].content_fields, starts[message.uid].body, office
            ),
        )
        if message.uid in starts
        else message
        for message in messages
    ]


def _read(fetched: Fetched) -> NewMessage | SetAside:
    try:
        header = read_header(fetched.header)
    except MessageError as error:
        return SetAside(fetched.uid, fetched.internal_at, error.reason)
    key = identity(header, base_subject(header.subject))
    return NewMessage(fetched.uid, fetched.internal_at, key, header)


def _reconcile(round_: _Round, cursor: Cursor, status: MailboxStatus) -> None:
    """Note the copies that have vanished, only when the server's count says that some have."""
    known = round_.store.present(cursor)
    current = {uid for uid_validity, uid in known if uid_validity == status.uid_validity}
    if len(current) == len(known) == status.messages:
        return
    gone = current - set(round_.session.uids(above=0, since=round_.since))
    round_.tally.gone += len(gone)
    round_.store.mark_gone(cursor, status.uid_validity, gone, round_.now())
