"""Which mails of a citizen only say thank you: they open nothing."""

from __future__ import annotations

from mailsla.core.mail.base_subject import base_subject
from mailsla.core.mail.header import BODY_THANKS, Header
from mailsla.core.mail.thanks_words import says_thanks


def is_thanks(header: Header) -> bool:
    """Tell whether a mail says thank you and no more: its subject does, or its text did when it was collected."""
    return header.has(BODY_THANKS) or says_thanks(base_subject(header.subject))
