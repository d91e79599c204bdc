"""When two names are one mailbox."""

from __future__ import annotations

import unicodedata


def compared(name: str) -> str:
    """Return a mailbox's name as names are compared: accents written either way, INBOX in any case (RFC 9051 §5.1)."""
    return "INBOX" if name.upper() == "INBOX" else unicodedata.normalize("NFC", name)
