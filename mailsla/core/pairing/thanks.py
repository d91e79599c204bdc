"""Which mails of a citizen only say thank you: they open nothing."""

from __future__ import annotations

from mailsla.core.mail.base_subject import base_subject
from mailsla.core.mail.copies import Mail
from mailsla.core.mail.spelling import plain_spelling
from mailsla.core.pairing.rules import PairingRules


def is_thanks(mail: Mail, rules: PairingRules) -> bool:
    """Tell whether a subject says thank you and no more; its punctuation does not matter."""
    return base_subject(plain_spelling(mail.header.subject)).strip(" !.…,;:") in rules.thanks_subjects
