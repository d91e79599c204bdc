"""Draws any page as one file for a browser and for paper: no script, nothing fetched, its own style sheet."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import groupby
from typing import assert_never

from mailsla.language import language
from mailsla.presentation.formats.html_style import STYLE
from mailsla.presentation.formats.html_table import table
from mailsla.presentation.formats.html_text import inline, stressed
from mailsla.presentation.formats.markup import Element, Node, element
from mailsla.presentation.formats.svg_pictures import hatching, key, picture
from mailsla.presentation.pages.page import Block, Emphasis, Line, Page, Picture, Points, Roll, Section, Table
from mailsla.presentation.typography import typeset

POLICY = "default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def write(page: Page) -> str:
    """Return a page as an HTML file in the language in use: the same page always gives the same bytes."""
    return f"<!DOCTYPE html>\n{drawn(page)}\n"


def drawn(page: Page) -> Element:
    """Return a page as the element that is a whole HTML file."""
    return whole(page.title, STYLE, hatching(), main(page))


def whole(title: str, style: str, *body: Element) -> Element:
    """Return the element that is a whole HTML file: nothing is let in from elsewhere."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY.format(digest=digest)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", typeset(title)),
        Element("style", (), (style,)),
    )
    return element("html", head, element("body", *body), lang=language())


def main(
    page: Page,
    *,
    below_title: Iterable[Element] = (),
    at_end: Iterable[Element] = (),
    name: str | None = None,
) -> Element:
    """Return what a page says, its title first, with what else stands there; `name` is what links lead to it by."""
    return element(
        "main",
        element("h1", typeset(page.title)),
        *below_title,
        *_opening(page),
        *_sections(page.sections),
        *_notes(page.notes),
        *at_end,
        id=name,
    )


def _opening(page: Page) -> Iterator[Element]:
    for emphasis, lines in groupby(page.lines, key=lambda line: line.emphasis):
        said = tuple(map(_line, lines))
        if emphasis is Emphasis.STRONG:
            yield element("div", *said, class_="answers")
        else:
            yield from said
    if page.warnings:
        yield _points(page.warnings, "warnings")


def _line(of: Line) -> Element:
    """A sentence; with a lead, that stands apart, and what matters of the rest stands out instead of the whole."""
    if of.lead and of.text.startswith(of.lead):
        lead = element("span", *inline(of.text, end=len(of.lead)), class_="lead")
        return element("p", lead, *stressed(of.text, len(of.lead), of.keys))
    shade = None if of.emphasis is Emphasis.PLAIN else of.emphasis.value
    return element("p", *inline(of.text), class_=shade)


def _points(sentences: Iterable[str], shade: str | None = None) -> Element:
    return element("ul", *(element("li", *inline(said)) for said in sentences), class_=shade)


def _sections(sections: Iterable[Section]) -> Iterator[Element]:
    for number, section in enumerate(sections, 1):
        name = f"s{number}"
        heading = element("h2", *inline(section.heading), id=name) if section.heading else None
        blocks: list[Node] = []
        for place, block in enumerate(section.blocks):
            blocks += _block(block, f"{name}-{place}", name if section.heading else None)
        yield element("section", heading, *blocks, class_=" ".join(_shades(section)) or None)


def _shades(section: Section) -> Iterator[str]:
    """Yield what paper is told of a section: that it begins a sheet, that it is not to be parted."""
    if section.new_sheet:
        yield "new-sheet"
    if any(isinstance(block, Picture) for block in section.blocks):
        yield "unparted"


def _block(block: Block, name: str, heading: str | None) -> Iterator[Element]:
    match block:
        case Line():
            yield _line(block)
        case Points():
            yield _points(block.sentences)
        case Table():
            yield _room(table(block), heading)
        case Roll():
            yield _room(table(Table(block.columns, tuple(block.rows))), heading)
            yield from map(_line, block.closing())
        case Picture():
            yield from _picture(block, name)
        case _:
            assert_never(block)


def _picture(of: Picture, name: str) -> Iterator[Element]:
    yield element("p", *inline(of.description), class_="dim")
    yield element("div", _room(picture(of, name), f"{name}-title"), class_="figure")
    keys = (element("li", key(item.shade), typeset(item.text)) for item in of.keys)
    yield element("ul", *keys, class_="keys")
    told = f"{name}-told"
    summary = element("summary", typeset(of.told), id=told)
    yield element("details", summary, _room(table(of.table), told))


def _room(inside: Element, named_by: str | None) -> Element:
    """What may be wider than the page: it moves sideways in its own room, by the keyboard too."""
    return element(
        "div",
        inside,
        class_="room",
        tabindex="0" if named_by else None,
        role="group" if named_by else None,
        aria_labelledby=named_by,
    )


def _notes(notes: Iterable[str]) -> Iterator[Element]:
    said = tuple(element("p", *inline(note)) for note in notes)
    if said:
        yield element("div", *said, class_="notes")
