"""Collection: what the mailboxes hold becomes facts, and the mailboxes never notice.

Each batch of messages and the cursor that covers it are one transaction: a crash anywhere repeats work and
loses nothing. A message that cannot be read is set aside with its reason; the batch goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from mailsla.core.collection import Batch, Cursor, ListedMailbox, MailboxStatus
from mailsla.core.correspondents import UNKNOWN_OFFICE, Office
from mailsla.core.errors import MailboxError, TransientError
from mailsla.language import ngettext
from mailsla.usecases.collector import collector_paused
from mailsla.usecases.fetching import HeaderSource, Map, read_batches

WINDOW = 20_000
"""UIDs whose list is asked for at once: a server's answer is one line, and imaplib reads none of a million bytes."""

MOST_NAMED = 5
"""Mailboxes named in one sentence."""


class Session(HeaderSource, Protocol):
    """A logged-in connection that only reads."""

    def mailboxes(self) -> Sequence[ListedMailbox]:
        """List the mailboxes to collect."""

    def status(self, mailbox: str) -> MailboxStatus:
        """Ask for a mailbox's numbers without opening it."""

    def examine(self, mailbox: str) -> MailboxStatus:
        """Open a mailbox read-only."""

    def uids(self, first: int, last: int | None, *, since: date | None) -> Sequence[int]:
        """List the opened mailbox's UIDs from one to another, or to the end, those received before `since` left out."""

    def with_keyword(self, keyword: str) -> Sequence[int]:
        """List the UIDs of the opened mailbox that bear an IMAP keyword."""


class FactStore(Protocol):
    """Where facts are kept."""

    def cursors(self, account: str, mailboxes: Sequence[ListedMailbox]) -> Sequence[Cursor]:
        """Return how far mailboxes have been collected, creating those that are new."""

    def outdated(self, cursors: Sequence[Cursor]) -> Collection[int]:
        """Return the mailboxes, by number, that hold what an older reader set aside."""

    def add(self, cursor: Cursor, batch: Batch, seen_at: datetime) -> None:
        """Add a batch and move the cursor, in one transaction."""

    def present_count(self, cursor: Cursor) -> dict[int, int]:
        """Return how many messages are believed to be in the mailbox, by UIDVALIDITY."""

    def present(self, cursor: Cursor, uid_validity: int, *, above: int, most: int) -> Sequence[int]:
        """Return the UIDs above one that are believed to be in the mailbox, in order, at most so many."""

    def aside(self, cursor: Cursor, uid_validity: int) -> Collection[int]:
        """Return the UIDs that are set aside."""

    def to_read_again(self, cursor: Cursor) -> Collection[int]:
        """Return the UIDs that an older reader set aside."""

    def begin(self, cursor: Cursor, uid_validity: int, last_uid: int, since: date) -> None:
        """Note how far a mailbox has been read under a UIDVALIDITY, what was received before a day left out."""

    def mark_gone(self, cursor: Cursor, uid_validity: int, uids: Collection[int], at: datetime) -> int:
        """Note that copies are no longer there, and return how many were believed to be."""

    def mark_renumbered(self, cursor: Cursor, uid_validity: int, at: datetime) -> int:
        """Note that every copy of any other UIDVALIDITY is no longer there, and return how many there were."""

    def forget_others(self, account: str, listed: Collection[str], at: datetime) -> int:
        """Note that an account's mailboxes but the listed ones are gone; return how many copies that takes away."""

    def set_keyword(
        self, cursor: Cursor, uid_validity: int, keyword: str, uids: Sequence[int], at: datetime
    ) -> None:
        """Note which copies of a mailbox bear a keyword now."""

    def finish_mailbox(self, cursor: Cursor, status: MailboxStatus, at: datetime) -> None:
        """Note that a pass over a mailbox ended."""


@dataclass
class Tally:
    """What a collection did; `refused` names the mailboxes that could not be opened."""

    mailboxes: int = 0
    messages: int = 0
    set_aside: int = 0
    gone: int = 0
    refused: list[str] = field(default_factory=list)


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
    spread: Map = map,
) -> Tally:
    """Bring the store up to date with every mailbox of one account that can be opened.

    Ends early, with everything stored so far kept, as soon as `stopping` says so. `tally`, when given, is kept
    up to date, so that what was done before a failure is known. `spread` reads the headers.

    Raises:
        TransientError: When the connection or the store fails; the next run goes on from the last batch.
        PermanentError: When the server or the store refuses.
    """
    tally = Tally() if tally is None else tally
    round_ = _Round(session, store, now, office, keywords, since, progress, stopping, tally, spread)
    listed = session.mailboxes()
    cursors = store.cursors(account, listed)
    outdated = store.outdated(cursors)
    for mailbox, cursor in zip(listed, cursors, strict=True):
        again = store.to_read_again(cursor) if cursor.mailbox_id in outdated else ()
        if stopping() or not _collect_if_open(round_, mailbox, cursor, again):
            return round_.tally
    if round_.tally.refused and not round_.tally.mailboxes:
        raise TransientError(refusal(round_.tally.refused))
    if listed:
        # Last: what a renamed mailbox held has been found under its new name by then.
        round_.tally.gone += store.forget_others(account, {mailbox.name for mailbox in listed}, now())
    return round_.tally


def refusal(mailboxes: Sequence[str]) -> str:
    """Say which mailboxes could not be opened, the first few by name, and what to do."""
    named = ["".join(letter if letter.isprintable() else "?" for letter in name) for name in mailboxes]
    return ngettext(
        "dossier refusé par le serveur : {mailboxes} ; donnez le droit de le lire, ou écartez-le avec « ignore ».",
        "dossiers refusés par le serveur : {mailboxes} ; donnez le droit de les lire, ou écartez-les avec « ignore ».",
        len(named),
    ).format(mailboxes=", ".join([*named[:MOST_NAMED], *(["…"] if len(named) > MOST_NAMED else [])]))


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
    spread: Map


def _collect_if_open(round_: _Round, mailbox: ListedMailbox, cursor: Cursor, again: Collection[int]) -> bool:
    """Bring one mailbox up to date unless it is refused; return False when asked to stop half-way."""
    try:
        whole = _collect_mailbox(round_, mailbox, cursor, again)
    except MailboxError:
        # What it holds is not known any more: it is said, and what is stored of it stays as it is.
        round_.tally.refused.append(mailbox.name)
        return True
    round_.tally.mailboxes += whole
    return whole


def _collect_mailbox(round_: _Round, mailbox: ListedMailbox, cursor: Cursor, again: Collection[int]) -> bool:
    """Bring one mailbox up to date, and read `again` some UIDs; return False when asked to stop half-way."""
    status = mailbox.status or round_.session.status(mailbox.name)
    if _is_unchanged(status, cursor, round_.keywords) and not (again or _reaches_further(round_, cursor)):
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
    # Keywords that nobody looked for may be declared later: their number is then not known.
    seen = status if round_.keywords else replace(status, highest_modseq=0)
    round_.store.finish_mailbox(cursor, seen, round_.now())
    return True


def _reaches_further(round_: _Round, cursor: Cursor) -> bool:
    """Tell whether older messages are wanted than were read: the day was moved back, or was never noted."""
    return cursor.since is None or _first_day(round_) < cursor.since


def _first_day(round_: _Round) -> date:
    return round_.since or date.min


def _read_again(round_: _Round, cursor: Cursor, uids: list[int]) -> None:
    """Try once more what an older reader set aside; the cursor stays where it is."""
    for batch in read_batches(round_.session, uids, cursor.uid_validity, round_.office, round_.spread):
        _store(round_, cursor, replace(batch, last_uid=cursor.last_uid))


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
    read = 0 if _is_read_anew(round_, cursor, status) else cursor.last_uid
    if not read or cursor.since != _first_day(round_):
        # Even when nothing is there yet: what comes next is numbered from one.
        round_.store.begin(cursor, status.uid_validity, read, _first_day(round_))
    aside = round_.store.aside(cursor, status.uid_validity) if read else ()
    new = _NewUids(round_, read + 1, status, aside)
    done = 0
    with collector_paused():
        for batch in read_batches(round_.session, new, status.uid_validity, round_.office, round_.spread):
            _store(round_, cursor, batch)
            done += len(batch.messages) + len(batch.set_aside)
            round_.progress(mailbox, done, max(new.expected, done))
            if round_.stopping():
                return False
    return True


def _is_read_anew(round_: _Round, cursor: Cursor, status: MailboxStatus) -> bool:
    """Tell whether the opened mailbox is read from its first message on; what is known is not added twice."""
    other = status.uid_validity != cursor.uid_validity or _went_back(status, cursor)
    # A store of an earlier version did not note the day: it is taken for what it is now.
    return other or (cursor.since is not None and _reaches_further(round_, cursor))


class _NewUids:
    """The UIDs of an opened mailbox from one on, looked for as they are needed, some thousands at a time.

    Attributes:
        expected: How many there should be; the mailbox's count until its end has been looked at.
    """

    def __init__(self, round_: _Round, first: int, status: MailboxStatus, aside: Collection[int]) -> None:
        self._round, self._first, self._status, self._aside = round_, first, status, aside
        self.expected = status.messages

    def __iter__(self) -> Iterator[int]:
        count = 0
        for first, last in _windows(self._first, self._status):
            found = self._round.session.uids(first, last, since=self._round.since)
            uids = [uid for uid in found if uid not in self._aside]
            count += len(uids)
            if last is None:
                self.expected = count
            yield from uids


def _went_back(status: MailboxStatus, cursor: Cursor) -> bool:
    """Tell whether a server gives again UIDs that it had given: restored from a backup, against RFC 9051 §2.3.1.1.

    Nothing tells it once new mail has brought UIDNEXT past what was read.
    """
    return 0 < status.uid_next <= cursor.last_uid


def _store(round_: _Round, cursor: Cursor, batch: Batch) -> None:
    round_.store.add(cursor, batch, round_.now())
    round_.tally.messages += len(batch.messages)
    round_.tally.set_aside += len(batch.set_aside)


def _windows(first: int, status: MailboxStatus) -> Iterator[tuple[int, int | None]]:
    """Yield stretches of UIDs from `first` on; the last one is open, since a server may say a wrong UIDNEXT."""
    if status.messages > WINDOW:
        while first + WINDOW < status.uid_next:
            yield first, first + WINDOW - 1
            first += WINDOW
    yield first, None


def _reconcile(round_: _Round, cursor: Cursor, status: MailboxStatus) -> None:
    """Note the copies that have vanished, only when the server's count says that some have."""
    known = round_.store.present_count(cursor)
    if known.keys() - {status.uid_validity}:
        round_.tally.gone += round_.store.mark_renumbered(cursor, status.uid_validity, round_.now())
    if known.get(status.uid_validity, 0) == status.messages:
        return
    above = 0
    while believed := round_.store.present(cursor, status.uid_validity, above=above, most=WINDOW):
        there = set(round_.session.uids(believed[0], believed[-1], since=None))
        gone = [uid for uid in believed if uid not in there]
        if gone:
            round_.tally.gone += round_.store.mark_gone(cursor, status.uid_validity, gone, round_.now())
        above = believed[-1]
