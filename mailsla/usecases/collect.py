"""Collection: what the mailboxes hold becomes facts, and the mailboxes never notice.

Each batch of messages and the cursor that covers it are one transaction: a crash anywhere repeats work and
loses nothing. A message that cannot be read is set aside with its reason; the batch goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from mailsla.core.collection.on_server import ListedMailbox, MailboxStatus
from mailsla.core.collection.to_store import Batch, Cursor, SetAside
from mailsla.core.errors import FetchCut, MailboxError, TransientError
from mailsla.core.office.correspondents import UNKNOWN_OFFICE, Office
from mailsla.core.pairing.ties import forms_digest
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.usecases.fetching import HeaderSource, Map, read_batches

WINDOW = 20_000
"""UIDs whose list is asked for at once: a server's answer is one line, and imaplib reads none of a million bytes."""

WIDEST = 4 * WINDOW
"""The same where messages are few between UIDs: as many as a line can hold."""

MOST_CUTS = 2
"""After so many fetches that ended at one message, it is read last and alone."""

MOST_NAMED = 5
"""Mailboxes named in one sentence."""


class Session(HeaderSource, Protocol):
    """A logged-in connection that only reads."""

    def mailboxes(self) -> Sequence[ListedMailbox]:
        """List the mailboxes to collect."""

    @property
    def unlisted(self) -> Sequence[str]:
        """The mailboxes asked for by name that the server does not list."""

    def status(self, mailbox: str) -> MailboxStatus:
        """Ask for a mailbox's numbers without opening it."""

    def examine(self, mailbox: str) -> MailboxStatus:
        """Open a mailbox read-only."""

    def uids(self, first: int, last: int | None, *, since: date | None) -> Sequence[int]:
        """List the opened mailbox's UIDs from one to another, or to the end, those received before `since` left out."""

    def highest_uid(self) -> int:
        """Return the highest UID of the opened mailbox; 0 when it is empty."""

    def with_keyword(self, keyword: str) -> Sequence[int]:
        """List the UIDs of the opened mailbox that bear an IMAP keyword."""


class FactStore(Protocol):
    """Where facts are kept."""

    def cursors(self, account: str, mailboxes: Sequence[ListedMailbox]) -> Sequence[Cursor]:
        """Return how far mailboxes have been collected, creating those that are new."""

    def with_leftovers(self, cursors: Sequence[Cursor], at: datetime) -> Collection[int]:
        """Return the mailboxes, by number, that hold what was set aside and is to be read again by now."""

    def add(self, cursor: Cursor, batch: Batch, seen_at: datetime) -> None:
        """Add a batch and move the cursor, in one transaction; up to UID 0, the cursor stays where it is."""

    def present_count(self, cursor: Cursor) -> dict[int, int]:
        """Return how many messages are believed to be in the mailbox, by UIDVALIDITY."""

    def present(self, cursor: Cursor, uid_validity: int, *, above: int, most: int) -> Sequence[int]:
        """Return the UIDs above one that are believed to be in the mailbox, in order, at most so many."""

    def aside(self, cursor: Cursor, uid_validity: int) -> Collection[int]:
        """Return the UIDs that are set aside."""

    def to_read_again(self, cursor: Cursor, at: datetime) -> Collection[int]:
        """Return the UIDs that were set aside and are to be read again; they wait for a day then."""

    def nameless(self, cursor: Cursor, office: Office) -> Collection[int]:
        """Return the UIDs of forms' mails whose citizen is written in the body, and is not known."""

    def begin(self, cursor: Cursor, uid_validity: int, last_uid: int, since: date) -> None:
        """Note how far a mailbox has been read under a UIDVALIDITY, what was received before a day left out."""

    def note_cut(self, cursor: Cursor, uid: int) -> None:
        """Note at which message a fetch ended before its end, and how many times it has there."""

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

    def finish_mailbox(self, cursor: Cursor, status: MailboxStatus, at: datetime, forms: str) -> None:
        """Note that a pass over a mailbox ended, and the forms that it knew."""


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
    if not listed and not session.unlisted:
        raise TransientError(_("le serveur ne montre aucun dossier à relever."))
    tally.refused += session.unlisted
    cursors = store.cursors(account, listed)
    leftovers = store.with_leftovers(cursors, now())
    # What breaks the connection time and again comes last: the rest is read before.
    turns = sorted(zip(listed, cursors, strict=True), key=lambda turn: _is_stuck(turn[1]))
    for mailbox, cursor in turns:
        has_leftovers = cursor.mailbox_id in leftovers
        if stopping() or not _collect_if_open(round_, mailbox, cursor, has_leftovers=has_leftovers):
            return tally
    if tally.refused and not tally.mailboxes:
        raise TransientError(refusal(tally.refused))
    # Last: what a renamed mailbox held has been found under its new name by then.
    tally.gone += store.forget_others(account, {mailbox.name for mailbox in listed}, now())
    return tally


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


def _collect_if_open(round_: _Round, mailbox: ListedMailbox, cursor: Cursor, *, has_leftovers: bool) -> bool:
    """Bring one mailbox up to date unless it is refused; return False when asked to stop half-way."""
    try:
        whole = _collect_mailbox(round_, mailbox, cursor, has_leftovers=has_leftovers)
    except MailboxError:
        # What it holds is not known any more: it is said, and what is stored of it stays as it is.
        round_.tally.refused.append(mailbox.name)
        return True
    except FetchCut as error:
        round_.store.note_cut(cursor, error.uid)
        raise
    round_.tally.mailboxes += whole
    return whole


def _collect_mailbox(round_: _Round, mailbox: ListedMailbox, cursor: Cursor, *, has_leftovers: bool) -> bool:
    """Bring one mailbox up to date; return False when asked to stop half-way."""
    forms = forms_digest(round_.office)
    again = has_leftovers or cursor.forms != forms or _reaches_further(round_, cursor)
    status = mailbox.status or round_.session.status(mailbox.name)
    if not again and _is_unchanged(status, cursor, round_.keywords):
        return True
    status = round_.session.examine(mailbox.name)
    if not status.uid_validity:
        # Without it nothing tells these UIDs from others (RFC 9051 §2.3.1.1).
        raise MailboxError(mailbox.name)
    if status.uid_validity == cursor.uid_validity:
        uids = {*round_.store.to_read_again(cursor, round_.now())} if has_leftovers else set()
        uids.update(round_.store.nameless(cursor, round_.office) if cursor.forms != forms else ())
        _read_apart(round_, cursor, status, uids)
    through = _add_new(round_, mailbox.name, cursor, status)
    if through is None:
        return False
    _reconcile(round_, cursor, status, through)
    for keyword in round_.keywords:
        bearing = round_.session.with_keyword(keyword)
        round_.store.set_keyword(cursor, status.uid_validity, keyword, bearing, round_.now())
    # Keywords that nobody looked for may be declared later: their number is then not known.
    seen = status if round_.keywords else replace(status, highest_modseq=0)
    round_.store.finish_mailbox(cursor, seen, round_.now(), forms)
    return True


def _reaches_further(round_: _Round, cursor: Cursor) -> bool:
    """Tell whether older messages are wanted than were read: the day was moved back, or was never noted."""
    return cursor.since is None or _first_day(round_) < cursor.since


def _first_day(round_: _Round) -> date:
    return round_.since or date.min


def _is_stuck(cursor: Cursor) -> bool:
    """Tell whether fetches end time and again at the same message, which is still to be read."""
    return cursor.cuts >= MOST_CUTS and cursor.cut_at > cursor.last_uid


def _read_apart(round_: _Round, cursor: Cursor, status: MailboxStatus, uids: Collection[int]) -> set[int]:
    """Read some UIDs of the opened mailbox and return those that came; the cursor stays where it is."""
    came: set[int] = set()
    wanted = sorted(uids)
    for batch in read_batches(round_.session, wanted, status.uid_validity, round_.office, round_.spread):
        _store(round_, cursor, replace(batch, last_uid=0))
        came.update(message.uid for message in batch.messages)
        came.update(item.uid for item in batch.set_aside)
    return came


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


def _add_new(round_: _Round, mailbox: str, cursor: Cursor, status: MailboxStatus) -> int | None:
    """Store what is new in the opened mailbox; return up to which UID all is, None when asked to stop half-way."""
    anew = _is_read_anew(round_, cursor, status)
    through = 0 if anew else cursor.last_uid
    if anew or cursor.since != _first_day(round_):
        # Even when nothing is there yet: what comes next is numbered from one.
        round_.store.begin(cursor, status.uid_validity, through, _first_day(round_))
    aside = set() if anew else set(round_.store.aside(cursor, status.uid_validity))
    suspect = None if anew or not _is_stuck(cursor) else cursor.cut_at
    apart = aside if suspect is None else {*aside, suspect}
    new = _NewUids(round_, through + 1, status, apart)
    done = 0
    for batch in read_batches(round_.session, new, status.uid_validity, round_.office, round_.spread):
        through = batch.last_uid
        covered = through if suspect is None else min(through, suspect - 1)
        _store(round_, cursor, replace(batch, last_uid=covered))
        done += len(batch.messages) + len(batch.set_aside)
        round_.progress(mailbox, done, max(new.expected, done))
        if round_.stopping():
            return None
    if suspect is not None:
        through = max(through, suspect)
        _read_suspect(round_, cursor, status, suspect, through)
    return through


def _read_suspect(round_: _Round, cursor: Cursor, status: MailboxStatus, suspect: int, through: int) -> None:
    """Read alone, all others being read, the message at which fetches end; at the third time it is set aside."""
    read = Batch(status.uid_validity, through, (), ())
    try:
        _read_apart(round_, cursor, status, [suspect])
    except TransientError:
        _store(round_, cursor, replace(read, set_aside=(SetAside(suspect, None, "unfetchable"),)))
        raise
    _store(round_, cursor, read)


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
        for found, is_last in self._windows():
            uids = [uid for uid in found if uid not in self._aside]
            count += len(uids)
            if is_last:
                self.expected = count
            yield from uids

    def _windows(self) -> Iterator[tuple[Sequence[int], bool]]:
        """Yield the UIDs found in stretches, wider where few are; the last one is open: UIDNEXT may be wrong."""
        session, since = self._round.session, self._round.since
        first, width = self._first, WINDOW
        end = session.highest_uid() if self._status.messages > WINDOW else 0
        while first + width <= end:
            found = session.uids(first, first + width - 1, since=since)
            yield found, False
            first += width
            width = WIDEST if len(found) < WINDOW // 4 else WINDOW
        yield session.uids(first, None, since=since), True


def _went_back(status: MailboxStatus, cursor: Cursor) -> bool:
    """Tell whether a server gives again UIDs that it had given: restored from a backup, against RFC 9051 §2.3.1.1.

    Nothing tells it once new mail has brought UIDNEXT past what was read.
    """
    return 0 < status.uid_next <= cursor.last_uid


def _store(round_: _Round, cursor: Cursor, batch: Batch) -> None:
    round_.store.add(cursor, batch, round_.now())
    round_.tally.messages += len(batch.messages)
    round_.tally.set_aside += len(batch.set_aside)


def _reconcile(round_: _Round, cursor: Cursor, status: MailboxStatus, through: int) -> None:
    """Note the copies that have vanished, and read what was left out, only when the server's count differs."""
    known = round_.store.present_count(cursor)
    if known.keys() - {status.uid_validity}:
        round_.tally.gone += round_.store.mark_renumbered(cursor, status.uid_validity, round_.now())
    if known.get(status.uid_validity, 0) == status.messages:
        return
    above, more = 0, True
    left_out: set[int] = set()
    while more:
        believed = round_.store.present(cursor, status.uid_validity, above=above, most=WINDOW)
        more = len(believed) == WINDOW
        there = round_.session.uids(above + 1, believed[-1] if more else None, since=round_.since)
        left_out.update(uid for uid in there if uid <= through)
        left_out.difference_update(believed)
        gone = _vanished(round_, believed, there)
        if gone:
            round_.tally.gone += round_.store.mark_gone(cursor, status.uid_validity, gone, round_.now())
        above = believed[-1] if more else above
    _read_left_out(round_, cursor, status, left_out)


def _vanished(round_: _Round, believed: Sequence[int], there: Collection[int]) -> list[int]:
    """Return the UIDs believed to be there that are not, nor among what is older than what is read."""
    missing = sorted(set(believed).difference(there))
    if missing and round_.since is not None:
        return sorted(set(missing).difference(round_.session.uids(missing[0], missing[-1], since=None)))
    return missing


def _read_left_out(round_: _Round, cursor: Cursor, status: MailboxStatus, uids: Collection[int]) -> None:
    """Read what the server lists and had not given; what it still does not give is set aside."""
    if uids:
        omitted = sorted(set(uids) - _read_apart(round_, cursor, status, uids))
        aside = tuple(SetAside(uid, None, "omitted") for uid in omitted)
        _store(round_, cursor, Batch(status.uid_validity, 0, (), aside))
