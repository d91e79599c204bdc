"""What a mailbox holds, by what the server says of it (RFC 6154), else by the names that clients give."""

from __future__ import annotations

from mailsla.adapters.imap.list_responses import Listed
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.mailbox_names import role_of_name

SPECIAL_USE = {
    b"\\sent": MailboxRole.SENT,
    b"\\junk": MailboxRole.JUNK,
    b"\\trash": MailboxRole.TRASH,
    b"\\drafts": MailboxRole.DRAFTS,
}
"""RFC 6154 attributes; Cyrus writes them in lower case."""

NEVER_READ = {b"\\noselect", b"\\nonexistent", b"\\all", b"\\flagged", b"\\important"}
"""What cannot be opened, and what shows again the mail of other mailboxes."""


def role_of(mailbox: Listed) -> MailboxRole:
    """Return the role of a listed mailbox; what nothing tells apart is read like the inbox."""
    for attribute, role in SPECIAL_USE.items():
        if attribute in mailbox.attributes:
            return role
    return role_of_name(mailbox.name.rpartition(mailbox.separator)[2]) or MailboxRole.INBOX
