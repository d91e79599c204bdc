"""Back-fill from archives: the same facts as a collection, without any alert for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Protocol

from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.to_store import Batch, Cursor, NewMessage, new_message
from mailsla.core.errors import MessageError, Unforeseen, apart
from mailsla.core.mail.copies import MailboxRole
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


@dataclass
class Imported:
    """What an import did."""

    messages: int = 0
    new: int = 0
    unreadable: int = 0


class Archived(Protocol):
    """One message of an archive."""

    @property
    def header(self) -> bytes:
        """Its header's bytes."""

    @property
    def body_start(self) -> bytes:
        """The first bytes of its body."""


def import_mails(
    mails: Iterable[Archived],
    store: ImportStore,
    archive: str,
    *,
    now: Callable[[], datetime],
    office: Office = UNKNOWN_OFFICE,
    done: Callable[[int], None] = lambda _count: None,
) -> Imported:
    """Store the messages of one archive; importing it again adds nothing.

    Args:
        mails: The messages.
        store: Where they go.
        archive: The archive's name, shown as their mailbox.
        now: The clock.
        office: Knows the forms whose text says who asks.
        done: Called with the number of messages just stored.
    """
    result = Imported()
    mailbox = ListedMailbox(archive, MailboxRole.INBOX)
    for part in _parts(mails):
        messages = [message for mail in part if (message := _read(mail, office)) is not None]
        result.messages += len(part)
        result.unreadable += len(part) - len(messages)
        if messages:
            batch = Batch(1, 0, tuple(messages), (), ties_digest(office))
            cursor = store.mailboxes.cursor(ACCOUNT, mailbox)
            result.new += store.messages.add_imported(cursor, batch, now())
        done(len(part))
    return result


def _parts(mails: Iterable[Archived]) -> Iterator[list[Archived]]:
    remaining = iter(mails)
    while part := list(islice(remaining, BATCH)):
        yield part


def _read(mail: Archived, office: Office) -> NewMessage | None:
    """Return a message, or None when it cannot be read."""
    try:
        read = apart(
            lambda: new_message(0, None, read_with_body(mail.header, mail.body_start, office), office)
        )
    except MessageError:
        return None
    return None if isinstance(read, Unforeseen) else read
