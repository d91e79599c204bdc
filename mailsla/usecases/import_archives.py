"""Back-fill from archives: the same facts as a collection, without any alert for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Protocol

from mailsla.core.collection.archived import ArchivedMail, Found, Skipped, Unread
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.to_store import Batch, Cursor, NewMessage, new_message, unforeseen
from mailsla.core.errors import MessageError, Unforeseen, apart
from mailsla.core.office.body_evidence import read_with_body
from mailsla.core.office.correspondents import UNKNOWN_OFFICE, Office
from mailsla.core.pairing.ties import ties_digest

BATCH = 1_000
ACCOUNT = "archives"


class Mailboxes(Protocol):
    """Where an archive stands for a mailbox."""

    def cursor(self, account: str, mailbox: ListedMailbox) -> Cursor:
        """Return the archive's own mailbox, creating it when it is new."""


class Messages(Protocol):
    """Where imported facts go."""

    def add_imported(self, cursor: Cursor, batch: Batch, seen_at: datetime) -> int:
        """Add messages of an archive, once each, and return how many were new there."""


class ImportStore(Protocol):
    """Facts, as an import adds to them."""

    @property
    def mailboxes(self) -> Mailboxes:
        """Where an archive stands for a mailbox."""

    @property
    def messages(self) -> Messages:
        """Where imported facts go."""


@dataclass(frozen=True, slots=True)
class SetAsideMail:
    """A mail of an archive that could not be read, and the code that says why."""

    path: str
    reason: str


@dataclass
class Imported:
    """What an import did: of the mails read, so many are new, so many set aside, and the others were known.

    Attributes:
        read: How many mails there were, the unreadable ones among them.
        new: How many were not known yet where they lie.
        set_aside: The mails that could not be read.
        skipped: The files that are no mail.
        unread: The files that could not be read, or not to their end.
    """

    read: int = 0
    new: int = 0
    set_aside: list[SetAsideMail] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)

    @property
    def known(self) -> int:
        """How many were known already, or stood there twice."""
        return self.read - self.new - len(self.set_aside)


def import_mails(
    found: Iterable[Found],
    store: ImportStore,
    *,
    now: Callable[[], datetime],
    office: Office = UNKNOWN_OFFICE,
    done: Callable[[int], None] = lambda _count: None,
) -> Imported:
    """Store the mails of archives; importing them again adds nothing.

    Args:
        found: What the archives hold.
        store: Where the mails go.
        now: The clock.
        office: Knows the forms whose text says who asks.
        done: Called with the number of mails read so far.
    """
    result = Imported()
    for part in _parts(_mails(found, result)):
        result.read += len(part)
        for mailbox, messages in _by_mailbox(part, office, result).items():
            batch = Batch(1, 0, tuple(messages), (), ties_digest(office))
            cursor = store.mailboxes.cursor(ACCOUNT, mailbox)
            result.new += store.messages.add_imported(cursor, batch, now())
        done(result.read)
    return result


def _mails(found: Iterable[Found], result: Imported) -> Iterator[ArchivedMail]:
    """Yield the mails alone, the rest noted."""
    for item in found:
        if isinstance(item, ArchivedMail):
            yield item
        elif isinstance(item, Skipped):
            result.skipped.append(item)
        else:
            result.unread.append(item)


def _parts(mails: Iterator[ArchivedMail]) -> Iterator[list[ArchivedMail]]:
    while part := list(islice(mails, BATCH)):
        yield part


def _by_mailbox(
    mails: Iterable[ArchivedMail], office: Office, result: Imported
) -> dict[ListedMailbox, list[NewMessage]]:
    """Return the messages of some mails by the mailbox that their folder stands for; the unreadable ones are noted."""
    found: dict[ListedMailbox, list[NewMessage]] = {}
    for mail in mails:
        read = _read(mail, office)
        if isinstance(read, SetAsideMail):
            result.set_aside.append(read)
        else:
            found.setdefault(ListedMailbox(mail.mailbox, mail.role), []).append(read)
    return found


def _read(mail: ArchivedMail, office: Office) -> NewMessage | SetAsideMail:
    try:
        read = apart(
            lambda: new_message(
                0, mail.filed_at, read_with_body(mail.header, mail.body_start, office), office
            )
        )
    except MessageError as error:
        return SetAsideMail(mail.name, error.reason)
    return SetAsideMail(mail.name, unforeseen(read)) if isinstance(read, Unforeseen) else read
