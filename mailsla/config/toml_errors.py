"""What is wrong with a file that is no TOML, in plain sentences: Python's own are in English."""

from __future__ import annotations

import re

from mailsla.core.errors import Problem
from mailsla.language import gettext as _

_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


def toml_problem(name: str, said: str) -> Problem:
    """Return what to mend in a file, from what `tomllib` says of it, which ends with the place.

    >>> str(toml_problem("mailsla.toml", "Invalid value (at line 3, column 8)"))
    "mailsla.toml, ligne 3, caractère 8 : cette valeur n'en est pas une ; un texte se met entre guillemets."
    """
    place = _PLACE.search(said)
    if place is None:
        return Problem(name, _sentence(said))
    if place["line"] is None:
        return Problem(_("{file}, à la fin").format(file=name), _sentence(said))
    where = _("{file}, ligne {line}, caractère {column}").format(
        file=name, line=place["line"], column=place["column"]
    )
    return Problem(where, _sentence(said))


def _sentence(said: str) -> str:
    """Say what to do; the first words that `said` holds decide."""
    twice = _("cette clé ou cette section est écrite deux fois ; gardez-en une.")
    unclosed = _("un crochet, une accolade ou un guillemet ouvert n'est pas fermé.")
    backslash = _("doublez « \\ » dans ce texte, ou mettez-le entre apostrophes.")
    key = _("une clé commence par une lettre, un chiffre, « _ » ou « - ».")
    sentences = {
        "Expected '=' after a key": _(
            "il manque « = » entre la clé et sa valeur ; une clé s'écrit sans accent ni espace."
        ),
        "Expected newline": _(
            "il y a quelque chose de trop après cette valeur ou cette section ; un texte, ou un numéro qui commence "
            "par 0, se met entre guillemets."
        ),
        "Unescaped": backslash,
        "hex value": backslash,
        "Escaped": backslash,
        "date or datetime": _("cette date n'existe pas."),
        "Invalid value": _("cette valeur n'en est pas une ; un texte se met entre guillemets."),
        "key part": key,
        "Invalid statement": key,
        "character": _("ce caractère n'a pas sa place ici."),
        "twice": twice,
        "overwrite": twice,
        "redefine": twice,
        "immutable": twice,
        "Duplicate": twice,
        "Unclosed": unclosed,
        "Unterminated": unclosed,
        "Expected": unclosed,
    }
    found = (sentence for words, sentence in sentences.items() if words in said)
    return next(found, _("ce n'est pas du TOML valide."))
