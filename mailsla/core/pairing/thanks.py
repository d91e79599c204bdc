"""Which mails of a citizen only say thank you: they open nothing."""

from __future__ import annotations

from mailsla.core.mail.base_subject import base_subject
from mailsla.core.mail.copies import Mail
from mailsla.core.mail.header import BODY_THANKS
from mailsla.core.mail.thanks_words import says_thanks
from mailsla.core.pairing.rules import PairingRules


def is_thanks(mail: Mail, rules: PairingRules) -> bool:
    """Tell whether a mail says thank you and no more: its subject does, or its text did when it was collected."""
    said = base_subject(mail.header.subject)
    if mail.header.has(BODY_THANKS) or says_thanks(said):
        return True
    return said.strip(" !.…,;:") in rules.thanks_subjects
