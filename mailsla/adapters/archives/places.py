"""Where a file lies in an archive, and what that says of its mails: a folder's name, what it holds, flags."""

from __future__ import annotations

import re
from dataclasses import dataclass

from imapclient.imap_utf7 import decode as decode_utf7

from mailsla.core.collection.archived import NotMail
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.mailbox_names import role_of_file_name, role_of_name

DELIVERED = ("cur", "new")
"""The two folders of a Maildir that hold mails."""

_FLAGS = re.compile(r"[:;!]2,([A-Za-z]*)\Z")
_SINGLE = re.compile(r"\.emlx?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file lies.

    Attributes:
        shown: Its path, as people read it.
        names: The names of the folders above it that count, outermost first, then its own.
        passed_by: Why it is let pass without a look, or None.
    """

    shown: str
    names: tuple[str, ...]
    passed_by: NotMail | None = None

    @property
    def is_maildir(self) -> bool:
        """Whether it is a mail of a Maildir."""
        return len(self.names) > 1 and self.names[-2] in DELIVERED

    @property
    def is_one_mail(self) -> bool:
        """Whether its name says that it holds one mail: damaged, it is set aside, never let pass."""
        return self.is_maildir or _SINGLE.search(self.names[-1]) is not None

    @property
    def flags(self) -> str:
        """The flags of a Maildir file's name, such as `DS`; Windows writes a semicolon for the colon."""
        found = _FLAGS.search(self.names[-1]) if self.is_maildir else None
        return "" if found is None else found[1]

    def folder(self, *, alone: bool) -> str:
        """Return the name of the folder of its mails: the file's own for an mbox, else that of the folder it is in."""
        if not alone:
            return self.names[-1]
        above = self._above()
        return _readable(above[-1]).removeprefix(".") if above else self.names[-1]

    def role(self, *, alone: bool) -> MailboxRole | None:
        """Return what that folder holds, by its name or by that of the nearest folder above that tells; else None."""
        names = self._above() if alone else self.names
        roles = (_role(name) for name in reversed(names))
        return next((role for role in roles if role is not None), None)

    def _above(self) -> tuple[str, ...]:
        return self.names[:-2] if self.is_maildir else self.names[:-1]

    def inside(self, written: str) -> Place:
        """Return the place of a file inside this one, by the name that the archive gives it.

        Nothing is ever written under that name: an absolute one, or one with `..`, is only a name.
        """
        parts = [part for part in re.split(r"[/\\]+", written) if part not in {"", ".", ".."}] or [written]
        names = (*self.names, *parts)
        return Place(f"{self.shown}/{'/'.join(parts)}", names, passed_by(names))


def passed_by(names: tuple[str, ...]) -> NotMail | None:
    """Tell why a file of that name, below those folders, is no mail whatever it holds; None when it may be one."""
    if names[-1].startswith("."):
        return NotMail.HIDDEN
    return None


def _role(name: str) -> MailboxRole | None:
    """Return what a folder holds by its name; of a Maildir++ folder (`.Archives.Brouillons`), by its last level's."""
    readable = _readable(name)
    if not readable.startswith("."):
        return role_of_file_name(readable)
    roles = (role_of_name(level) for level in reversed(readable.split(".")))
    return next((role for role in roles if role is not None), None)


def _readable(name: str) -> str:
    """Return a folder's name decoded from the modified UTF-7 of IMAP (RFC 3501 §5.1.3), when it is written in it."""
    try:
        return str(decode_utf7(name.encode("ascii"))) if "&" in name else name
    except ValueError:
        return name
