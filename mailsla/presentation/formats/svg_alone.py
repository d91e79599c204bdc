"""Pictures that stand alone, each with its own rules of style: some draw SVG and read none of the page around it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailsla.presentation.formats.html_style import DRAWN, LIGHT
from mailsla.presentation.formats.markup import Element, Node, element
from mailsla.presentation.formats.svg_pictures import pattern
from mailsla.presentation.pages.drawing import Shade
from mailsla.presentation.typography import typeset


def alone(node: Node, fonts: str) -> Node:
    """Return an element with every picture in it made to stand alone, its letters of some fonts.

    What unfolds is left out. A picture's title says what each part does: it is all that is told to whoever sees none.
    """
    if isinstance(node, str):
        return node
    if node.name == "svg":
        return _picture(node, fonts)
    shown = (child for child in node.children if isinstance(child, str) or child.name != "details")
    return Element(node.name, node.attributes, tuple(alone(child, fonts) for child in shown))


def _picture(node: Element, fonts: str) -> Element:
    parts = tuple(_within(node))
    used = {
        name for part in parts for key, names in part.attributes if key == "class" for name in names.split()
    }
    titles = [str(part.children[0]) for part in parts if part.name == "title"]
    opening = (
        element("title", typeset(" ; ".join(titles))) if titles else None,
        Element("style", (), (_rules(used, fonts),)),
        element("defs", pattern()) if Shade.NOT_DUE in used else None,
    )
    kept = (child for child in node.children if isinstance(child, str) or child.name != "title")
    return Element(node.name, node.attributes, (*filter(None, opening), *kept))


def _within(of: Element) -> Iterator[Element]:
    """Yield an element and all those in it."""
    yield of
    for child in of.children:
        if isinstance(child, Element):
            yield from _within(child)


def _rules(used: set[str], fonts: str) -> str:
    """Return the rules of style for some classes, in the colours of paper; a letter's rim would be drawn on it."""
    written = re.sub(r"var\(--([\w-]+)\)", lambda found: LIGHT[found[1]], DRAWN)
    rules = [
        *re.findall(r"[^{}]+\{[^{}]*\}", written),
        ".picture text{stroke:none;font-family:" + fonts + "}",
    ]
    return "".join(rule.strip() for rule in rules if used.issuperset(re.findall(r"\.([a-z][\w-]*)", rule)))
