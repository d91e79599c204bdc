"""One spelling of what may be written two ways, before words are looked for; never of what names a mail."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import filterfalse


@lru_cache(maxsize=2_048)
def plain_spelling(text: str) -> str:
    """Return a text with composed accents (Unicode's NFC) and straight apostrophes, as this code writes its words.

    >>> plain_spelling("Re\\u0301ponse d\\u2019attente")
    "Réponse d'attente"
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


@lru_cache(maxsize=2_048)
def without_accents(text: str) -> str:
    """Return a text in plain spelling without any mark on its letters, for words that servers write both ways.

    >>> without_accents("ÉCHEC de l\u2019envoi"), without_accents("REPONSE")
    ("ECHEC de l'envoi", 'REPONSE')
    """
    plain = plain_spelling(text)
    if plain.isascii():
        return plain
    return "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFD", plain)))
