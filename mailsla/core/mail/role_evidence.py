"""What a mail's own header says of where it lay, in an archive: labels and marks that mail programs add.

Only an archive's own writer adds them: in mail that came by a server they would be the sender's words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntFlag

from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.encoded_words import decode_words
from mailsla.core.mail.header_reading import first_values
from mailsla.core.mail.mailbox_names import role_of_name

_FIELDS = (
    "received",
    "x-draft-info",
    "x-gmail-labels",
    "x-mozilla-draft-info",
    "x-mozilla-status",
    "x-mozilla-status2",
    "x-status",
    "x-uniform-type-identifier",
    "x-unsent",
)
_ADDED = re.compile(rb"X-(?:Draft-Info|Gmail-Labels|Mozilla-|Status|Uniform-Type|Unsent)", re.IGNORECASE)
_BY_WEIGHT = (
    MailboxRole.DRAFTS,
    MailboxRole.JUNK,
    MailboxRole.INBOX,
    MailboxRole.SENT,
    MailboxRole.TRASH,
)
"""Of several labels, the one that counts: a mail both sent and received was received."""


class _Status(IntFlag):
    """Thunderbird's X-Mozilla-Status (nsMsgMessageFlags)."""

    EXPUNGED = 0x0008
    QUEUED = 0x0800


class _Status2(IntFlag):
    """Thunderbird's X-Mozilla-Status2."""

    TEMPLATE = 0x0100_0000


def role_in_archive(header: bytes, folder: MailboxRole | None, flags: str = "") -> MailboxRole:
    """Return what a mail of an archive was, where it lay: unsent, spam, sent, thrown away or received.

    A mail that was thrown away stays what it was before, when something tells.

    Args:
        header: Its header's bytes.
        folder: What its folder holds, by its name; None when the name does not tell.
        flags: The flags of a Maildir file's name, such as `DS`.
    """
    found = first_values(header, _FIELDS) if _ADDED.search(header) else {}
    if "D" in flags or folder is MailboxRole.DRAFTS or (found and _is_unsent(found)):
        return MailboxRole.DRAFTS
    role = _of_labels(found.get("x-gmail-labels", "")) or folder or MailboxRole.INBOX
    if role is MailboxRole.INBOX and ("T" in flags or _is_thrown_away(found)):
        return MailboxRole.TRASH
    return role


def _is_unsent(found: Mapping[str, str]) -> bool:
    """Tell whether marks say that a mail was never sent; what has a hop was, whatever it still bears.

    Thunderbird's, Roundcube's (X-Draft-Info), Outlook's (X-Unsent: 1), Apple Mail's, and c-client's.
    """
    if "received" in found:
        return False
    return (
        "x-mozilla-draft-info" in found
        or "x-draft-info" in found
        or found.get("x-unsent", "").strip() == "1"
        or found.get("x-uniform-type-identifier", "").strip().lower() == "com.apple.mail-draft"
        or bool(_number(found, "x-mozilla-status") & _Status.QUEUED)
        or bool(_number(found, "x-mozilla-status2") & _Status2.TEMPLATE)
        or "T" in found.get("x-status", "")
    )


def _is_thrown_away(found: Mapping[str, str]) -> bool:
    """Tell whether a mail is marked as deleted by Thunderbird, or by c-client and Dovecot (X-Status)."""
    return bool(_number(found, "x-mozilla-status") & _Status.EXPUNGED) or "D" in found.get("x-status", "")


def _number(found: Mapping[str, str], name: str) -> int:
    try:
        return int(found.get(name, "")[:16], 16)
    except ValueError:
        return 0


def _of_labels(written: str) -> MailboxRole | None:
    """Return the role that Gmail's labels give, in the account's language (Google Takeout).

    >>> _of_labels("=?UTF-8?Q?Envoy=C3=A9s?=,Important")
    <MailboxRole.SENT: 'sent'>
    """
    names = (name.strip(' "') for name in decode_words(written).split(","))
    roles = {role_of_name(name) for name in names}
    return next((role for role in _BY_WEIGHT if role in roles), None)
