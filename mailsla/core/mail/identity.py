"""Which two copies are one mail."""

from __future__ import annotations

import hashlib

from mailsla.core.mail.header import Header


def identity(header: Header, base_subject: str) -> str:
    """Return the key of the message that `header` opens: 32 hexadecimal digits.

    Two deliveries of one mail have one key whatever their `Received:` lines; two mails that share a bogus
    Message-ID such as `<yes>` have two, because From, Date and Subject are part of it. A mail without
    Message-ID still has a key, made of the rest and its recipients.

    Args:
        header: The decoded header.
        base_subject: Its subject without `Re:` and the like, so that a tag added by a relay changes nothing.
    """
    parts = [
        header.message_id or "",
        ",".join(sorted(header.senders)),
        header.sent_at.isoformat() if header.sent_at else "",
        base_subject,
    ]
    if header.message_id is None:
        parts.append(",".join(sorted(header.recipients)))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
