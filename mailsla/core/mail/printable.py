"""What a stranger wrote, shown: it may hold anything."""

from __future__ import annotations

import unicodedata

UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode's categories of what moves the cursor, turns the writing or breaks lines, and of what is no character."""


def printable(text: str, limit: int = 200) -> str:
    """Return a text fit for a terminal or a mail: no control character, bounded length.

    >>> printable("Demande\\nurgente", 10)
    'Demande u…'
    """
    shown = text[: limit + 1]
    if not shown.isprintable():
        shown = "".join(
            character if unicodedata.category(character) not in UNSEEN else " " for character in shown
        )
    return shown[: limit - 1] + "…" if len(shown) > limit else shown
