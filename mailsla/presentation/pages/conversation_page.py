"""The answer of `mailsla conversations`: what was tied to what, and by which evidence."""

from __future__ import annotations

from collections.abc import Sequence

from mailsla.core.pairing.derivation import Tied
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import terms, words
from mailsla.presentation.pages.page import Emphasis, Line, Page, Section


def conversations_page(found: Sequence[Sequence[Tied]]) -> Page:
    """Conversations one after the other, each mail with what ties it; how many there are last."""
    lines: list[Line] = []
    for number, tied in enumerate(found, 1):
        lines.append(Line(_("Échange {number}").format(number=number), Emphasis.STRONG))
        lines += [Line(_tied(item)) for item in tied]
    count = ngettext("{n} échange.", "{n} échanges.", len(found)).format(n=len(found))
    return Page(sections=(Section("", (*lines, Line(count, Emphasis.DIM))),))


def _tied(item: Tied) -> str:
    name = ", ".join(item.files) or item.message_id or _("(sans identifiant)")
    target = "" if item.to is None else f" {words.safe(item.to, 60)}"
    return f"  {words.safe(name, 60)}  {terms.evidence(item.evidence)}{target}"
