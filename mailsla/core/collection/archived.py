"""What archives give: mails, files that are no mail, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.mailbox_names import role_of_file_name


class NotMail(StrEnum):
    """Why a file beside mails is let pass.

    `NO_MAIL` has no header that makes a mail: a table, a page, an index. `EMPTY` holds nothing. `HIDDEN` has a
    name that begins with a dot. `UNDELIVERED` lies in the `tmp` of a Maildir. `LINK` is a link inside an archive.
    """

    NO_MAIL = "no-mail"
    EMPTY = "empty"
    HIDDEN = "hidden"
    UNDELIVERED = "undelivered"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class ArchivedMail:
    """One message of an archive.

    Attributes:
        path: The file it stands in; in a packed archive, the archive's path and the file's inside it.
        number: Its place in that file, from 1.
        header: Its header's bytes, the blank line excluded.
        body_start: The first bytes of its body.
        alone: True when the file holds nothing else.
        folder: The name of the folder it lay in, or of the file when that is a folder (mbox).
        role: What that folder held, or what the mail's own labels say.
        filed_at: The instant of the mbox's `From ` line, UTC; None without one.
    """

    path: str
    number: int
    header: bytes
    body_start: bytes
    alone: bool
    folder: str
    role: MailboxRole = MailboxRole.INBOX
    filed_at: datetime | None = None

    @property
    def name(self) -> str:
        """What names it: its file, and its place there when it is not alone."""
        return self.path if self.alone else f"{self.path}#{self.number}"

    @property
    def mailbox(self) -> str:
        """The name of the mailbox it is stored in: the folder's, with the role when the name does not tell it.

        All mails of one such mailbox have one role.
        """
        told = role_of_file_name(self.folder) or MailboxRole.INBOX
        return self.folder if told is self.role else f"{self.folder} ({self.role.value})"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that holds no mail."""

    path: str
    reason: NotMail


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read, or not to its end: what was read before stands.

    Attributes:
        path: Which.
        why: What happened, and what to do when something can be done, in the reader's language.
    """

    path: str
    why: str


Found = ArchivedMail | Skipped | Unread
