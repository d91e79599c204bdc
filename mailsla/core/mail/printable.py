"""What a stranger wrote, shown: it may hold anything."""

from __future__ import annotations

import json
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


def quoted(text: str) -> str:
    """Return a text as a TOML string that reads back the same, and that shows nothing a terminal would obey.

    >>> print(quoted('Envoyés "2026"\\x7f'))
    "Envoyés \\"2026\\"\\u007f"

    Raises:
        ValueError: When it holds half of a surrogate pair, which no TOML file can.
    """
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError
    # JSON's strings are TOML basic strings, but for DEL (TOML 1.0, "String").
    return "".join(
        character if character.isprintable() else _escaped(character)
        for character in json.dumps(text, ensure_ascii=False)
    )


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
