"""Collection: what the mailboxes hold becomes facts, and the mailboxes never notice.

Each batch of messages and the cursor that covers it are one transaction: a crash anywhere repeats work and
loses nothing. A message that cannot be read is set aside with its reason; the batch goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
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
from mailsla.core.errors import MessageError, OversizedMessage, TransientError
from mailsla.core.header_fields import read_header
from mailsla.core.message import identity
from mailsla.language import gettext as _
from mailsla.usecases.collector import collector_paused

SLICE = 1_000
"""UIDs asked for at once: servers refuse command lines of 20,000 of them."""

BATCH_BYTES = 4 * 1024 * 1024
"""A batch is stored when its headers reach this, however few they are: memory does not grow with them."""


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

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        """Fetch headers of the opened mailbox as they come; what has vanished meanwhile is left out."""

    def with_keyword(self, keyword: str) -> Sequence[int]:
        """List the UIDs of the opened mailbox that bear an IMAP keyword."""

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

    def aside(self, cursor: Cursor, uid_validity: int) -> Collection[int]:
        """Return the UIDs that are set aside."""

    def to_read_again(self, cursor: Cursor) -> Collection[int]:
        """Return the UIDs that an older reader set aside."""

    def mark_gone(self, cursor: Cursor, uid_validity: int, uids: set[int], at: datetime) -> None:
        """Note that copies are no longer there, and every copy of any other UIDVALIDITY."""

    def set_keyword(
        self, cursor: Cursor, uid_validity: int, keyword: str, uids: Sequence[int], at: datetime
    ) -> None:
        """Note which copies of a mailbox bear a keyword now."""

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
    keywords: Collection[str] = (),
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
        session, store, now, office, keywords, since, progress, stopping, Tally() if tally is None else tally
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
    keywords: Collection[str]
    since: date | None
    progress: Progress
    stopping: Callable[[], bool]
    tally: Tally


def _collect_mailbox(round_: _Round, account: str, mailbox: ListedMailbox) -> bool:
    """Bring one mailbox up to date; return False when asked to stop half-way."""
    cursor = round_.store.cursor(account, mailbox)
    again = round_.store.to_read_again(cursor)
    unchanged = _is_unchanged(mailbox.status or round_.session.status(mailbox.name), cursor, round_.keywords)
    if unchanged and not again:
        return True
    status = round_.session.examine(mailbox.name)
    if again and status.uid_validity == cursor.uid_validity:
        _read_again(round_, cursor, sorted(again))
    if not _add_new(round_, mailbox.name, cursor, status):
        return False
    _reconcile(round_, cursor, status)
    for keyword in round_.keywords:
        bearing = round_.session.with_keyword(keyword)
        round_.store.set_keyword(cursor, status.uid_validity, keyword, bearing, round_.now())
    round_.store.finish_mailbox(cursor, status, round_.now())
    return True


def _read_again(round_: _Round, cursor: Cursor, uids: list[int]) -> None:
    """Try once more what an older reader set aside; the cursor stays where it is."""
    for part in _slices(uids):
        for batch in _batches(round_.session, part, cursor.uid_validity, round_.office):
            round_.store.add(cursor, replace(batch, last_uid=cursor.last_uid), round_.now())
            round_.tally.messages += len(batch.messages)


def _is_unchanged(status: MailboxStatus, cursor: Cursor, keywords: Collection[str]) -> bool:
    """Tell, by its numbers alone, that nothing we keep has changed in a mailbox.

    Keywords change without any of them but HIGHESTMODSEQ: without CONDSTORE they are looked at every time.
    """
    if keywords and (not status.highest_modseq or status.highest_modseq != cursor.highest_modseq):
        return False
    return (
        status.uid_next > 0
        and status.uid_validity == cursor.uid_validity
        and status.uid_next == cursor.uid_next
        and status.messages == cursor.messages
    )


def _add_new(round_: _Round, mailbox: str, cursor: Cursor, status: MailboxStatus) -> bool:
    """Store what is new in the opened mailbox; return False when asked to stop half-way."""
    same = status.uid_validity == cursor.uid_validity
    aside = round_.store.aside(cursor, status.uid_validity)
    found = round_.session.uids(above=cursor.last_uid if same else 0, since=round_.since)
    uids = [uid for uid in found if uid not in aside]
    done = 0
    for part in _slices(uids):
        if round_.stopping():
            return False
        with collector_paused():
            for batch in _batches(round_.session, part, status.uid_validity, round_.office):
                round_.store.add(cursor, batch, round_.now())
                round_.tally.messages += len(batch.messages)
                round_.tally.set_aside += len(batch.set_aside)
        done += len(part)
        round_.progress(mailbox, done, len(uids))
    return True


def _slices(uids: Sequence[int]) -> Iterator[list[int]]:
    remaining = iter(uids)
    while part := list(islice(remaining, SLICE)):
        yield part


def _batches(session: Session, uids: list[int], uid_validity: int, office: Office) -> Iterator[Batch]:
    """Yield the messages of a slice in batches of bounded size, each with the UID up to which all are covered.

    A header that announces more than can be read is set aside alone, and costs the connection: the next
    collection goes on without it.
    """
    missing = set(uids)
    held = _Held(uid_validity, office)
    try:
        for fetched in session.fetch(uids):
            if fetched.uid in missing:
                missing.remove(fetched.uid)
                held.take(fetched)
            if held.size >= BATCH_BYTES:
                yield held.release(uids, missing)
        for uid in sorted(missing):
            # Expunged meanwhile, or left out by the server: one more look at it alone decides.
            for fetched in session.fetch([uid]):
                held.take(fetched)
    except OversizedMessage as error:
        batch = held.release(uids, missing)
        aside = () if error.uid is None else (SetAside(error.uid, None, "oversized"),)
        yield replace(batch, set_aside=(*batch.set_aside, *aside))
        raise TransientError(
            _("un en-tête démesuré a été mis de côté ; la relève reprendra sans lui.")
        ) from error
    messages = _with_bodies(session, [*held.ready, *held.to_look_into], office)
    yield Batch(uid_validity, uids[-1], tuple(messages), tuple(held.set_aside))


class _Held:
    """What was fetched and is not stored yet; the few whose body must be looked into wait for the fetch to end."""

    def __init__(self, uid_validity: int, office: Office) -> None:
        self._uid_validity = uid_validity
        self._office = office
        self.ready: list[NewMessage] = []
        self.to_look_into: list[NewMessage] = []
        self.set_aside: list[SetAside] = []
        self.size = 0

    def take(self, fetched: Fetched) -> None:
        """Read one header and keep it."""
        read = _read(fetched)
        self.size += len(fetched.header)
        if isinstance(read, SetAside):
            self.set_aside.append(read)
        elif needs_body(read.header, self._office):
            self.to_look_into.append(read)
        else:
            self.ready.append(read)

    def release(self, uids: list[int], missing: Collection[int]) -> Batch:
        """Return what is ready, covered up to the first UID that is still missing or to be looked into."""
        waiting = {message.uid for message in self.to_look_into}
        first = next((uid for uid in uids if uid in missing or uid in waiting), None)
        last_uid = uids[-1] if first is None else first - 1
        batch = Batch(self._uid_validity, last_uid, tuple(self.ready), tuple(self.set_aside))
        self.ready, self.set_aside, self.size = [], [], 0
        return batch


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
