"""Which mails of the office answer nothing by their subject: they say that a request came, or ask for an opinion."""

from __future__ import annotations

import re

from mailsla.core.mail.base_subject import base_subject, is_reply_subject
from mailsla.core.mail.spelling import without_accents

_MAIL = r"(?:courriel|courrier|demande|message|(?:e-?)?mail|mel|formulaire|saisine|sollicitation)"
_NUMBER = r"(?:n[°ºo]? ?\S{1,40} )?"
_BEGINNING = re.compile(
    r"accuse (?:de |d')?(?:bonne )?(?:reception|enregistrement)|(?:nous )?accusons (?:bonne )?reception|"
    r"confirmation (?:de |d')(?:la |l')?(?:bonne )?(?:reception|enregistrement)|"
    rf"(?:bonne )?reception de votre {_MAIL}|nous avons bien recu|nous avons recu votre {_MAIL}|"
    rf"votre {_MAIL} {_NUMBER}(?:nous )?(?:a (?:bien )?ete (?:recue?|enregistree?|prise? en compte)|est bien parvenue?)"
)
"""How an office says that it got something, in small letters without accents."""

_SURVEY = re.compile(
    r"(?:enquete|questionnaire) (?:de|sur (?:la|votre)) satisfaction|votre avis nous interesse"
)
"""How an office asks what one thought of its answer."""


def is_acknowledgement(subject: str) -> bool:
    """Tell whether a subject that nobody replied to says that something was received.

    A reply to a citizen who asks for such a receipt is an answer like any other.

    >>> is_acknowledgement("[Préfecture] Accusé de réception : Carte grise")
    True
    >>> is_acknowledgement("RE : Accusé de réception de mon dossier ?")
    False
    """
    return not is_reply_subject(subject) and speaks_of_receipt(subject)


def is_survey(subject: str) -> bool:
    """Tell whether a subject that nobody replied to asks how satisfied one was.

    >>> is_survey("Enquête de satisfaction"), is_survey("RE : Enquête de satisfaction")
    (True, False)
    """
    return not is_reply_subject(subject) and _SURVEY.match(without_accents(base_subject(subject))) is not None


def speaks_of_receipt(subject: str) -> bool:
    """Tell whether a subject, answered or not, is that of an acknowledgement."""
    return _BEGINNING.match(without_accents(base_subject(subject))) is not None
