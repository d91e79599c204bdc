"""French typography: which spaces are not to be broken. Sentences are written in the source with plain ones."""

from __future__ import annotations

import re

from mailsla.language import language

NO_BREAK = "\u00a0"
NARROW_NO_BREAK = "\u202f"

_TOGETHER = re.compile(r" (?:(?=[:;?!%»](?!\w))|(?<=« ))")


def typeset(text: str) -> str:
    """Return a text as it is printed in the language in use: in French, no break before `: ; ? ! % »` nor after `«`.

    >>> typeset("« 80 % », dit-il : vrai ?").count(NO_BREAK)
    5
    """
    if " " not in text or language() != "fr":
        return text
    return _TOGETHER.sub(NO_BREAK, text)
