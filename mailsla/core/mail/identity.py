"""The names of mails: what was delivered has one, wherever its copies lie."""

from __future__ import annotations

import hashlib

from mailsla.core.mail.base_subject import key_subject
from mailsla.core.mail.header import Header
from mailsla.core.mail.message_ids import looks_unique


def identity(header: Header) -> str:
    """Return the key of the mail that `header` opens: 32 hexadecimal digits.

    Copies of one mail in several mailboxes have one key. Two mails that share a bogus Message-ID such as `<yes>` have
    two, because From, Date and Subject are part of it; so are, where no id made for one mail tells them apart, the
    recipients, who asks and when our server got it. Which keys are one mail that was delivered twice, tagged or
    redirected on the way, is derived: see `mailsla.core.pairing.one_mail`.
    """
    named = header.message_id
    parts = [
        named or "",
        ",".join(sorted(header.senders)),
        header.sent_at.isoformat() if header.sent_at else "",
        key_subject(header.subject),
    ]
    if named is None:
        parts.append(",".join(sorted(header.recipients)))
    if header.reply_to:
        parts.append("reply-to:" + ",".join(sorted(header.reply_to)))
    if named is None or not looks_unique(named):
        if header.asked_by:
            parts.append("asked-by:" + ",".join(header.asked_by))
        if header.hop_at is not None:
            parts.append("hop:" + header.hop_at.isoformat())
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


REFERENCE_MARK = "m"
"""What a reference begins with: no digit of a key, so that what follows is never read as a number."""


def reference(key: str) -> str:
    """Return how people name a mail or a request: a letter, and the beginning of its key.

    Without the letter a spreadsheet takes some for numbers: 255831e5 becomes 2.56E+10.

    >>> reference("255831e5c0ffee00c0ffee00c0ffee00")
    'm255831e5'
    """
    return REFERENCE_MARK + key[:8]


def key_beginning(written: str) -> str:
    """Return with what the key begins that people name: by a reference, by the key itself, in any case.

    >>> key_beginning(" M255831E5 "), key_beginning("m-255831e5"), key_beginning("255831e5")
    ('255831e5', '255831e5', '255831e5')
    """
    return written.strip().lower().removeprefix(REFERENCE_MARK).removeprefix("-")
