"""HTML and SVG as values: whatever text they hold is escaped, once, when they are written.

There is no other way to markup: a text never becomes an element, whoever wrote it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from html import escape

from mailsla.core.mail.printable import UNSEEN
from mailsla.presentation.typography import NARROW_NO_BREAK, NO_BREAK

VOID = frozenset({"meta", "link"})
"""Elements of ours that have no end tag (HTML, §13.1.2)."""

RAW = "style"
"""The element whose text is no HTML (HTML, §13.1.2): it holds a constant of ours, never a text that is read."""

DRAWN = frozenset({"rect", "line", "path"})
"""Elements of SVG that are closed where they begin, when they hold nothing."""


SPACES = dict.fromkeys(map(ord, (NO_BREAK, NARROW_NO_BREAK)))
"""Spaces that `str.isprintable` takes for what is not seen."""

SPECIAL = frozenset("&<>\"'")
"""Letters that HTML holds otherwise."""


@dataclass(frozen=True, slots=True)
class Element:
    """An element with what it holds.

    Attributes:
        name: Its name.
        attributes: Names and values.
        children: Elements and texts, in order.
    """

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[Element | str, ...] = ()

    def __str__(self) -> str:
        """Write it, everything that it holds escaped.

        >>> str(element("p", "1 < 2", class_="note"))
        '<p class="note">1 &lt; 2</p>'
        """
        said = "".join(f' {name}="{written(value)}"' for name, value in self.attributes)
        inside = "".join(written(child) if isinstance(child, str) else str(child) for child in self.children)
        if self.name == RAW:
            inside = "".join(map(str, self.children))
            assert "</" not in inside, "a style sheet is our own constant"
        if self.name in VOID:
            return f"<{self.name}{said}>"
        if self.name in DRAWN and not inside:
            return f"<{self.name}{said}/>"
        return f"<{self.name}{said}>{inside}</{self.name}>"


@dataclass(frozen=True, slots=True)
class Written(Element):
    """An element that is written already: what stands in many pages is written once.

    Attributes:
        html: The whole of it.
    """

    html: str = ""

    def __str__(self) -> str:
        return self.html


def once(of: Element) -> Written:
    """Write an element, for the many places where it stands."""
    return Written(of.name, html=str(of))


Node = Element | str


def element(name: str, /, *children: Node | None, **attributes: str | float | None) -> Element:
    """Return an element; `class_` is class, other underscores are hyphens; None is no child and no attribute."""
    named = tuple(
        [
            (
                key.removesuffix("_").replace("_", "-"),
                value if isinstance(value, str) else number(value),
            )
            for key, value in attributes.items()
            if value is not None
        ]
    )
    return Element(name, named, tuple([child for child in children if child is not None]))


def written(text: str) -> str:
    """Return a text as HTML holds it: nothing in it is markup, or turns the writing, or moves what is around it.

    >>> written("<b>a</b>\\u202e")
    '&lt;b&gt;a&lt;/b&gt; '
    """
    if not text.translate(SPACES).isprintable():
        text = "".join(" " if unicodedata.category(letter) in UNSEEN else letter for letter in text)
    return text if SPECIAL.isdisjoint(text) else escape(text)


def number(value: float) -> str:
    """Return a length or a place, with two decimals at most: the same on every machine.

    >>> number(12.0), number(1 / 3)
    ('12', '0.33')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")
