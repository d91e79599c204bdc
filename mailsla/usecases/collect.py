"""Collection: what the mailboxes hold becomes facts, and the mailboxes never notice.

Each batch of messages and the cursor that covers it are one transaction: a crash anywhere repeats work and
loses nothing. A message that cannot be read is set aside with its reason; the batch goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from mailsla.core.collection.on_server import ListedMailbox, MailboxStatus
from mailsla.core.collection.to_store import FIRST_UID, Cursor
from mailsla.core.errors import FetchCut, MailboxError, TransientError
from mailsla.core.mail.copies import MailboxRole
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.usecases.fact_store import FactStore
from mailsla.usecases.mailbox_pass import MailboxPass, OpenSession, Tally
from mailsla.usecases.terms import Terms

MOST_NAMED = 5
"""Mailboxes named in one sentence."""

LONGEST_NAMED = 200
"""Characters of a name in it: a server may make names of any length."""


class Session(OpenSession, Protocol):
    """A logged-in connection that only reads."""

    def mailboxes(self) -> Sequence[ListedMailbox]:
        """List the mailboxes to collect."""

    def examine_all(self, mailboxes: Sequence[str]) -> Sequence[MailboxStatus | None]:
        """Open mailboxes read-only, one after the other, in few round trips; None for one that the server refuses."""

    @property
    def unlisted(self) -> Sequence[str]:
        """The mailboxes asked for by name that the server does not list."""


def collect(session: Session, store: FactStore, terms: Terms, tally: Tally | None = None) -> Tally:
    """Bring the store up to date with every mailbox of one account that can be opened.

    Ends early, with everything stored so far kept, as soon as `terms.stopping` says so. `tally`, when given, is
    kept up to date, so that what was done before a failure is known.

    Raises:
        TransientError: When the connection or the store fails; the next run goes on from the last batch.
        PermanentError: When the server or the store refuses.
    """
    tally = Tally() if tally is None else tally
    listed = session.mailboxes()
    if not listed and not session.unlisted:
        raise TransientError(_("le serveur ne montre aucun dossier à relever."))
    tally.refused += session.unlisted
    cursors = store.mailboxes.cursors(terms.account, listed)
    leftovers = store.set_aside.with_leftovers(cursors, terms.now())
    turns = sorted(zip(listed, cursors, strict=True), key=_turn)
    # What was thrown away is not sent from the bin.
    with_drafts = store.copies.with_drafts(
        cursor for mailbox, cursor in turns if mailbox.role is not MailboxRole.TRASH
    )
    opened = _opened_at_once(session, store, turns)
    for mailbox, cursor in turns:
        if mailbox.name in opened and opened[mailbox.name] is None:
            tally.refused.append(mailbox.name)
            continue
        one = MailboxPass(session, store, terms, tally, mailbox, cursor, opened.get(mailbox.name))
        has_leftovers, has_drafts = (cursor.mailbox_id in found for found in (leftovers, with_drafts))
        if terms.stopping() or not _go_over(one, has_leftovers=has_leftovers, has_drafts=has_drafts):
            return tally
    early = [mailbox for mailbox, cursor in turns if _is_read_early(mailbox, cursor)]
    if not _read_again(session, store, terms, tally, early):
        return tally
    if tally.refused and not tally.mailboxes:
        raise TransientError(refusal(tally.refused))
    # Last: what a renamed mailbox held has been found under its new name by then.
    names = {mailbox.name for mailbox in listed}
    tally.gone += store.mailboxes.forget_others(terms.account, names, terms.now())
    return tally


def _opened_at_once(
    session: Session, store: FactStore, known: Sequence[tuple[ListedMailbox, Cursor]]
) -> dict[str, MailboxStatus | None]:
    """Open the mailboxes that were never read and are said to be empty; None for one that the server refuses.

    Nothing else is asked of them: an office has many. After a cut, as nobody knows why, each is opened by itself.
    """
    empty = {
        mailbox.name: cursor
        for mailbox, cursor in known
        if not (cursor.uid_validity or cursor.was_cut)
        and mailbox.status is not None
        and not mailbox.status.messages
    }
    try:
        return dict(zip(empty, session.examine_all([*empty]), strict=True))
    except TransientError:
        for cursor in empty.values():
            store.mailboxes.note_cut(cursor, FIRST_UID)
        raise


def _turn(known: tuple[ListedMailbox, Cursor]) -> tuple[bool, bool]:
    """Return what decides when a mailbox is read.

    What breaks the connection time and again comes last: the rest is read before.
    """
    mailbox, cursor = known
    return cursor.is_stuck, not _is_read_early(mailbox, cursor)


def _is_read_early(mailbox: ListedMailbox, cursor: Cursor) -> bool:
    """Tell whether a mailbox is read before the others: what the office sent, as long as it was never read whole.

    Each letter then meets the answers to it.
    """
    return mailbox.role is MailboxRole.SENT and not cursor.was_read_whole


def _read_again(
    session: Session, store: FactStore, terms: Terms, tally: Tally, early: Sequence[ListedMailbox]
) -> bool:
    """Go once more over what was read early; return False when asked to stop half-way.

    The rest may have taken an hour: who answered meanwhile would be said not to have.
    """
    again = [replace(mailbox, status=None) for mailbox in early if mailbox.name not in tally.refused]
    for mailbox, cursor in zip(again, store.mailboxes.cursors(terms.account, again), strict=True):
        # It is counted once, now.
        tally.mailboxes -= 1
        one = MailboxPass(session, store, terms, tally, mailbox, cursor)
        if terms.stopping() or not _go_over(one, has_leftovers=False, has_drafts=False):
            return False
    return True


def _go_over(one: MailboxPass, *, has_leftovers: bool, has_drafts: bool) -> bool:
    """Bring one mailbox up to date unless it is refused; return False when asked to stop half-way."""
    try:
        whole = one.run(has_leftovers=has_leftovers, has_drafts=has_drafts)
    except MailboxError:
        # What it holds is not known any more: it is said, and what is stored of it stays as it is.
        one.tally.refused.append(one.mailbox.name)
        return True
    except FetchCut as error:
        one.store.mailboxes.note_cut(one.cursor, error.uid)
        raise
    one.tally.mailboxes += whole
    return whole


def refusal(mailboxes: Sequence[str]) -> str:
    """Say which mailboxes could not be opened, the first few by name, and what to do."""
    named = [
        "".join(letter if letter.isprintable() else "?" for letter in name[:LONGEST_NAMED])
        for name in mailboxes[: MOST_NAMED + 1]
    ]
    return ngettext(
        "dossier refusé par le serveur : {mailboxes} ; donnez le droit de le lire, ou écartez-le avec « ignore ».",
        "dossiers refusés par le serveur : {mailboxes} ; donnez le droit de les lire, ou écartez-les avec « ignore ».",
        len(named),
    ).format(mailboxes=", ".join([*named[:MOST_NAMED], *(["…"] if len(named) > MOST_NAMED else [])]))
