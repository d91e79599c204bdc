"""What a mailbox holds, by what the server says of it (RFC 6154), else by the names that clients give."""

from __future__ import annotations

from mailsla.adapters.imap.list_responses import Listed
from mailsla.core.mail.copies import MailboxRole

SPECIAL_USE = {
    b"\\sent": MailboxRole.SENT,
    b"\\junk": MailboxRole.JUNK,
    b"\\trash": MailboxRole.TRASH,
    b"\\drafts": MailboxRole.DRAFTS,
}
"""RFC 6154 attributes; Cyrus writes them in lower case."""

NEVER_READ = {b"\\noselect", b"\\nonexistent", b"\\all", b"\\flagged", b"\\important"}
"""What cannot be opened, and what shows again the mail of other mailboxes."""

USUAL_NAMES = {
    MailboxRole.SENT: (
        "sent",
        "sent items",
        "sent messages",
        "envoyés",
        "messages envoyés",
        "éléments envoyés",
        "objets envoyés",
        "courrier envoyé",
    ),
    MailboxRole.JUNK: ("junk", "junk e-mail", "spam", "courrier indésirable", "indésirables", "pourriel"),
    MailboxRole.TRASH: ("trash", "deleted items", "corbeille", "éléments supprimés"),
    MailboxRole.DRAFTS: ("drafts", "brouillons"),
}
"""Names that Outlook, Thunderbird and Roundcube give, for servers without SPECIAL-USE."""


def role_of(mailbox: Listed) -> MailboxRole:
    """Return the role of a listed mailbox; what nothing tells apart is read like the inbox."""
    for attribute, role in SPECIAL_USE.items():
        if attribute in mailbox.attributes:
            return role
    last = mailbox.name.rpartition(mailbox.separator)[2].casefold()
    return next((role for role, names in USUAL_NAMES.items() if last in names), MailboxRole.INBOX)
