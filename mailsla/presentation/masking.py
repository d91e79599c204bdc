"""What a citizen's subject, or a reason, shows in a mail: neither addresses nor the numbers of files and telephones."""

from __future__ import annotations

import re

from mailsla.presentation.words import safe

MOST_LETTERS = 60
MASK = "…"

_ADDRESS = re.compile(r"[^\s@<>«»\"',;:()]{1,64}@[^\s@<>«»\"',;:()]{1,255}")
_NUMBER = re.compile(r"\d(?:[ .,/_\-\u00a0\u00b7\u2009-\u2015\u202f]{0,3}\d){5,}")
"""Six digits or more, as people part them."""

LONGEST = 2_000
"""Of a longer subject nothing that follows is looked at: it would be cut."""


def masked(written: str, most: int = MOST_LETTERS) -> str:
    """Return a subject, or what somebody typed, made harmless, without addresses and long numbers, and cut.

    >>> masked("Dossier 18-2026-004512, rappelez le 06 12 34 56 78 ou ecrire@example.org")
    'Dossier …, rappelez le … ou …'
    """
    shown = " ".join(safe(written, LONGEST).split())
    shown = _NUMBER.sub(MASK, _ADDRESS.sub(MASK, shown))
    return safe(shown, most)
