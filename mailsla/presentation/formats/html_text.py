"""Draws a text of a page as HTML: typeset, and what leads somewhere as a link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailsla.presentation.formats.markup import Element, Node, element
from mailsla.presentation.told import Link, parts_of, text_of
from mailsla.presentation.typography import typeset


def inline(text: str, first: int = 0, end: int | None = None) -> Iterator[Node]:
    """Yield a text, from one of its letters to before another; nothing of an empty one."""
    # Typeset as a whole: what stands before a colon may be in another part. No letter more, none less.
    shown, at = typeset(text), 0
    for part in parts_of(text):
        begins, at = at, at + len(text_of(part))
        if piece := shown[max(begins, first) : at if end is None else min(at, end)]:
            yield _link(piece, part) if isinstance(part, Link) else piece


def stressed(text: str, first: int, keys: Sequence[str]) -> Iterator[Node]:
    """Yield a text from one of its letters on, those of its parts that matter most standing out."""
    at = first
    for key in keys:
        begins = text.find(key, at)
        if begins >= 0:
            yield from inline(text, at, begins)
            at = begins + len(key)
            yield element("strong", *inline(text, begins, at))
    yield from inline(text, at)


def _link(shown: str, to: Link) -> Element:
    """What leads elsewhere on the site; what leads to a list of so many rows says so."""
    return element("a", shown, href=to.href, class_=None if to.count is None else "n")
