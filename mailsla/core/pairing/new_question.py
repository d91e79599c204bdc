"""Whether a citizen's mail in a known exchange asks something new: its subject says so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from mailsla.core.mail.base_subject import base_subject
from mailsla.core.mail.spelling import plain_spelling

_PRESSING = frozenset(
    (
        *(
            "relance",
            "relances",
            "rappel",
            "rappels",
            "urgent",
            "urgente",
            "urgence",
            "svp",
            "encore",
            "aucune",
        ),
        *(
            "toujours",
            "rien",
            "sans",
            "réponse",
            "réponses",
            "reponse",
            "retour",
            "nouvelle",
            "nouvelles",
            "attente",
        ),
        *(
            "attends",
            "dernier",
            "dernière",
            "derniere",
            "deuxième",
            "deuxieme",
            "seconde",
            "troisième",
            "troisieme",
        ),
    )
)
"""Words that press for an answer."""

_AROUND = frozenset(
    (
        *(
            "de",
            "du",
            "des",
            "d",
            "la",
            "le",
            "les",
            "l",
            "ma",
            "mon",
            "mes",
            "votre",
            "vos",
            "en",
            "à",
            "a",
            "au",
        ),
        *(
            "ce",
            "cette",
            "pas",
            "très",
            "tres",
            "plus",
            "depuis",
            "et",
            "je",
            "j",
            "suis",
            "ai",
            "pour",
            "part",
            "n",
        ),
        *(
            "no",
            "fois",
            "2e",
            "2ème",
            "2eme",
            "2nde",
            "3e",
            "3ème",
            "3eme",
            "jour",
            "jours",
            "s",
            "il",
            "vous",
        ),
        *(
            "plaît",
            "plait",
            "merci",
            "demande",
            "demandes",
            "dossier",
            "courriel",
            "courriels",
            "mail",
            "mails",
        ),
        *("message", "messages", "question", "reçu", "recu", "reçue", "eu", "re", "tr", "fwd"),
    )
)
"""Words that say nothing of their own beside them."""

_WORD = re.compile(r"\w+")


def is_new_subject(subject: str, known: Iterable[str], reminder_words: tuple[str, ...] = ()) -> bool:
    """Tell whether a subject asks about something else than those of an exchange.

    It neither contains any of them nor is contained in one, word by word. An empty subject, or one made only of words
    that press (« Toujours rien ! »), asks nothing new.

    Args:
        subject: Of the citizen's mail.
        known: Those of the exchange so far; with or without prefixes.
        reminder_words: What else presses, on this site.

    >>> is_new_subject("RELANCE : Toujours rien !", ["Carte grise"]), is_new_subject("Passeport", ["Carte grise"])
    (False, True)
    >>> is_new_subject("Carte grise, dossier 12", ["Carte grise"])
    False
    """
    said = _said(subject, reminder_words)
    others = [_said(other, reminder_words) for other in known]
    return bool(said) and not any(said in other or other in said for other in others)


@lru_cache(maxsize=2_048)
def _said(subject: str, reminder_words: tuple[str, ...]) -> str:
    """Return the words of a base subject, a space before and after each; none when they only press."""
    words = _WORD.findall(base_subject(subject))
    pressing = _PRESSING.union(*(_WORD.findall(plain_spelling(item).casefold()) for item in reminder_words))
    presses_only = not pressing.isdisjoint(words) and pressing.union(_AROUND).issuperset(words)
    return "" if presses_only or not words else f" {' '.join(words)} "
