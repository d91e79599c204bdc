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
    parts = [
        header.message_id or "",
        ",".join(sorted(header.senders)),
        header.sent_at.isoformat() if header.sent_at else "",
        key_subject(header.subject),
    ]
    if header.message_id is None:
        parts.append(",".join(sorted(header.recipients)))
    if header.reply_to:
        parts.append("reply-to:" + ",".join(sorted(header.reply_to)))
    if header.message_id is None or not looks_unique(header.message_id):
        if header.asked_by:
            parts.append("asked-by:" + ",".join(header.asked_by))
        if header.hop_at is not None:
            parts.append("hop:" + header.hop_at.isoformat())
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
