"""One pass over one mailbox: what is new, what was left out or set aside, which keywords, what has vanished."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

from mailsla.core.collection.losses import given_since, missing
from mailsla.core.collection.on_server import ListedMailbox, MailboxStatus
from mailsla.core.collection.to_store import FIRST_UID, Batch, Cursor, SetAside
from mailsla.core.errors import FetchCut, MailboxError, TransientError
from mailsla.core.mail.copies import DRAFT_FLAG, MailboxRole
from mailsla.core.mail.header import ASKED_VERSION
from mailsla.core.pairing.ties import forms_digest
from mailsla.usecases.fact_store import FactStore
from mailsla.usecases.fetching import read_batches
from mailsla.usecases.new_uids import NewUids, UidSource
from mailsla.usecases.pieces import HeaderSource
from mailsla.usecases.terms import Terms


class OpenSession(HeaderSource, UidSource, Protocol):
    """A connection that opens mailboxes read-only, one at a time."""

    def status(self, mailbox: str) -> MailboxStatus:
        """Ask for a mailbox's numbers without opening it."""

    def examine(self, mailbox: str) -> MailboxStatus:
        """Open a mailbox read-only."""

    def examine_and_list(self, mailbox: str, *, since: date | None) -> tuple[MailboxStatus, Sequence[int]]:
        """Open a mailbox read-only, and list its UIDs in the same round trip, as `uids` does."""

    def with_keyword(self, keyword: str) -> Sequence[int]:
        """List the UIDs of the opened mailbox that bear an IMAP keyword."""

    def drafts(self) -> Sequence[int]:
        """List the UIDs of the opened mailbox that bear the flag `\\Draft`."""


@dataclass
class Tally:
    """What a collection did; `refused` names the mailboxes that could not be opened."""

    mailboxes: int = 0
    messages: int = 0
    set_aside: int = 0
    gone: int = 0
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class MailboxPass:
    """A pass over a mailbox.

    Attributes:
        session: The connection.
        store: Where facts go.
        terms: What the collection goes by.
        tally: What it did so far.
        mailbox: The mailbox.
        cursor: How far it had been collected when the pass began.
        opened: Its numbers when it was just opened to see whether it may be read.
    """

    session: OpenSession
    store: FactStore
    terms: Terms
    tally: Tally
    mailbox: ListedMailbox
    cursor: Cursor
    opened: MailboxStatus | None = None

    def run(self, *, has_leftovers: bool, has_drafts: bool) -> bool:
        """Bring the mailbox up to date; return False when asked to stop half-way.

        Args:
            has_leftovers: Whether it holds what was set aside and is to be read again by now.
            has_drafts: Whether it holds drafts, which are sent where they lie by losing their flag.

        Raises:
            MailboxError: When the server does not open it.
            FetchCut: When a fetch ends before its end.
        """
        forms = forms_digest(self.terms.office)
        again = has_leftovers or has_drafts or self.cursor.forms != forms or self._reaches_further()
        again = again or self._asks_more
        status = self.mailbox.status or self.session.status(self.mailbox.name)
        if not again and self.cursor.is_unchanged(status, self.terms.keywords):
            return True
        # Even when it is said to be empty: only this tells that it may be read.
        status, listed = self._open(status)
        if not status.uid_validity:
            # Without it nothing tells these UIDs from others (RFC 9051 §2.3.1.1).
            raise MailboxError(self.mailbox.name)
        if status.uid_validity == self.cursor.uid_validity:
            self._read_apart(status, self._leftovers(forms, has_leftovers=has_leftovers))
        through = self._add_new(status, listed)
        if through is None:
            return False
        self._reconcile(status, through)
        self._look_for_flags(status)
        # Keywords that nobody looked for may be declared later: their number is then not known.
        seen = status if self.terms.keywords else replace(status, highest_modseq=0)
        self.store.mailboxes.finish(self.cursor, seen, self.terms.now(), forms, self._missed(status))
        return True

    def _missed(self, status: MailboxStatus) -> int | None:
        """Return how many mails came and went unseen since the last pass; None when nothing tells."""
        given = given_since(self.cursor, status, self.mailbox.role)
        if not given:
            return missing(given, set())
        seen = set(self.store.copies.seen(self.cursor, status.uid_validity, first=given.start))
        if self.terms.since is not None and missing(given, seen):
            # What is older than what is read, and was moved here, is not lost.
            seen.update(self.session.uids(given.start, given.stop - 1, since=None))
        return missing(given, seen)

    def _reaches_further(self) -> bool:
        """Tell whether older messages are wanted than were read: the day was moved back, or was never noted."""
        return self.cursor.since is None or self.terms.first_day < self.cursor.since

    @property
    def _asks_more(self) -> bool:
        """Tell whether an earlier version asked for less of what was read."""
        return self.cursor.asked < ASKED_VERSION

    def _leftovers(self, forms: str, *, has_leftovers: bool) -> set[int]:
        """Return the UIDs that an earlier pass could not read, or not wholly."""
        uids: set[int] = set()
        if has_leftovers:
            uids.update(self.store.set_aside.to_read_again(self.cursor, self.terms.now()))
        if self.cursor.forms != forms:
            uids.update(self.store.messages.nameless(self.cursor, self.terms.office))
        if self._asks_more:
            uids.update(self.store.messages.asked_too_little(self.cursor, self.terms.office))
        return uids

    def _look_for_flags(self, status: MailboxStatus) -> None:
        if not status.messages:
            return
        bearing = {keyword: self.session.with_keyword(keyword) for keyword in self.terms.keywords}
        if self.cursor.uid_validity:
            # Those of new messages came with them; older ones gain or lose it without a new UID.
            bearing[DRAFT_FLAG] = self.session.drafts()
        copies, validity = self.store.copies, status.uid_validity
        for name, uids in bearing.items():
            before = set(copies.bearing(self.cursor, validity, name))
            lost = before.difference(uids)
            # What has vanished meanwhile bore it to its end: a draft that is saved anew was not sent.
            there = self.session.uids(min(lost), max(lost), since=None) if lost else ()
            now = lost.difference(there).union(uids)
            if now != before:
                copies.set_keyword(self.cursor, validity, name, now, self.terms.now())

    def _open(self, said: MailboxStatus) -> tuple[MailboxStatus, Sequence[int] | None]:
        """Open the mailbox; list its UIDs at once when all are wanted, and are few enough for one answer."""
        if self.opened is not None and not self.opened.messages:
            return self.opened, None
        is_first = not (self.cursor.uid_validity or self.cursor.was_cut)
        if not (is_first and 0 < said.messages <= self.terms.limits.window):
            return self.session.examine(self.mailbox.name), None
        try:
            return self.session.examine_and_list(self.mailbox.name, since=self.terms.since)
        except MailboxError:
            raise
        except TransientError as error:
            # As it is noted, nothing is asked ahead of this mailbox from then on.
            raise FetchCut(str(error), FIRST_UID) from error

    def _add_new(self, status: MailboxStatus, listed: Sequence[int] | None) -> int | None:
        """Store what is new in the opened mailbox; return up to which UID all is, None when asked to stop half-way."""
        anew = self._is_read_anew(status)
        through = 0 if anew else self.cursor.last_uid
        if anew or self.cursor.since != self.terms.first_day:
            # Even when nothing is there yet: what comes next is numbered from one.
            self.store.mailboxes.begin(self.cursor, status.uid_validity, through, self.terms.first_day)
        aside = set() if anew else set(self.store.set_aside.uids(self.cursor, status.uid_validity))
        suspect = None if anew or not self.cursor.is_stuck else self.cursor.cut_at
        left_out = aside if suspect is None else {*aside, suspect}
        new = NewUids(self.session, self.terms, through + 1, status.messages, left_out, listed)
        done = 0
        validity, terms = status.uid_validity, self._fetching_terms
        for batch in read_batches(self.session, new, validity, terms, lambda: new.expected):
            through = batch.last_uid
            covered = through if suspect is None else min(through, suspect - 1)
            arrived = not anew and self.cursor.was_read_whole
            added = self._store(replace(batch, last_uid=covered, arrived=arrived))
            count = len(batch.messages) + len(batch.set_aside)
            done += count
            self.terms.progress(self.mailbox.name, done, max(new.expected, done))
            if self.terms.stopping():
                return None
            if count >= self.terms.limits.least_stored and self.mailbox.role is not MailboxRole.SENT:
                # What the office sent is derived with what it answers, which comes after it.
                self.terms.beside(added, awaited=batch.awaited)
        if suspect is not None:
            through = max(through, suspect)
            self._read_suspect(status, suspect, through)
        return through

    @property
    def _fetching_terms(self) -> Terms:
        """What new mail is fetched by: after a cut, as nobody knows why, nothing is asked ahead up to its end."""
        limits = replace(self.terms.limits, ahead=self.terms.limits.ahead and not self.cursor.was_cut)
        return replace(self.terms, limits=limits)

    def _is_read_anew(self, status: MailboxStatus) -> bool:
        """Tell whether the opened mailbox is read from its first message on; what is known is not added twice."""
        other = status.uid_validity != self.cursor.uid_validity or self.cursor.went_back(status)
        # A store of an earlier version did not note the day: it is taken for what it is now.
        return other or (self.cursor.since is not None and self._reaches_further())

    def _read_suspect(self, status: MailboxStatus, suspect: int, through: int) -> None:
        """Read alone, all others being read, the message at which fetches end; at the third time it is set aside."""
        read = Batch(status.uid_validity, through, (), ())
        try:
            self._read_apart(status, [suspect])
        except TransientError:
            self._store(replace(read, set_aside=(SetAside(suspect, None, "unfetchable"),)))
            raise
        self._store(read)

    def _read_apart(self, status: MailboxStatus, uids: Collection[int]) -> set[int]:
        """Read some UIDs of the opened mailbox and return those that came; the cursor stays where it is."""
        came: set[int] = set()
        for batch in read_batches(self.session, [sorted(uids)], status.uid_validity, self.terms):
            self._store(replace(batch, last_uid=0))
            came.update(message.uid for message in batch.messages)
            came.update(item.uid for item in batch.set_aside)
        return came

    def _store(self, batch: Batch) -> Any:
        self.tally.messages += len(batch.messages)
        self.tally.set_aside += len(batch.set_aside)
        return self.store.messages.add(self.cursor, batch, self.terms.now())

    def _reconcile(self, status: MailboxStatus, through: int) -> None:
        """Note the copies that have vanished, and read what was left out, only when the server's count differs."""
        copies, validity = self.store.copies, status.uid_validity
        known = copies.present_count(self.cursor)
        if known.keys() - {validity}:
            self.tally.gone += copies.mark_renumbered(self.cursor, validity, self.terms.now())
        if known.get(validity, 0) == status.messages:
            return
        above, more = 0, True
        left_out: set[int] = set()
        while more:
            believed = copies.present(self.cursor, validity, above=above, most=self.terms.limits.window)
            more = len(believed) == self.terms.limits.window
            there = self.session.uids(above + 1, believed[-1] if more else None, since=self.terms.since)
            left_out.update(uid for uid in there if uid <= through)
            left_out.difference_update(believed)
            gone = self._vanished(believed, there)
            if gone:
                self.tally.gone += copies.mark_gone(self.cursor, validity, gone, self.terms.now())
            above = believed[-1] if more else above
        self._read_left_out(status, left_out)

    def _vanished(self, believed: Sequence[int], there: Collection[int]) -> list[int]:
        """Return the UIDs believed to be there that are not, nor among what is older than what is read."""
        missing = sorted(set(believed).difference(there))
        if missing and self.terms.since is not None:
            return sorted(set(missing).difference(self.session.uids(missing[0], missing[-1], since=None)))
        return missing

    def _read_left_out(self, status: MailboxStatus, uids: Collection[int]) -> None:
        """Read what the server lists and had not given; what it still does not give is set aside."""
        if uids:
            omitted = sorted(set(uids) - self._read_apart(status, uids))
            aside = tuple(SetAside(uid, None, "omitted") for uid in omitted)
            self._store(Batch(status.uid_validity, 0, (), aside))
