"""Which mails of the office only say that a request came: they answer nothing."""

from __future__ import annotations

from mailsla.core.mail.base_subject import base_subject, is_reply_subject

_BEGINNINGS = (
    "accusé de réception",
    "accuse de reception",
    "accusé de reception",
    "accusé réception",
    "nous avons bien reçu",
    "votre courriel a bien été reçu",
    "votre demande a bien été reçue",
    "votre message a bien été reçu",
)


def is_acknowledgement(subject: str) -> bool:
    """Tell whether a subject that nobody replied to says that something was received.

    A reply to a citizen who asks for such a receipt is an answer like any other.

    >>> is_acknowledgement("[Préfecture] Accusé de réception : Carte grise")
    True
    >>> is_acknowledgement("RE : Accusé de réception de mon dossier ?")
    False
    """
    return speaks_of_receipt(subject) and not is_reply_subject(subject)


def speaks_of_receipt(subject: str) -> bool:
    """Tell whether a subject, answered or not, is that of an acknowledgement."""
    return base_subject(subject).startswith(_BEGINNINGS)
