"""Texts as a workbook holds them."""

from __future__ import annotations

import unicodedata

from mailsla.core.mail.printable import UNSEEN
from mailsla.presentation.typography import typeset

LONGEST = 32_767
"""Characters that a cell holds (Excel's specifications and limits)."""


def harmless(text: str) -> str:
    """Return a text as a cell holds it: typeset, without what XML cannot bear or what turns the writing.

    >>> harmless("a\\x00b\\uffff\\u202ec")
    'a b  c'
    """
    shown = typeset(text)[:LONGEST]
    if shown.isprintable():
        return shown
    return "".join(
        " " if unicodedata.category(character) in UNSEEN or character in "\ufffe\uffff" else character
        for character in shown
    )
