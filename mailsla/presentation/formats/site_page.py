"""Draws a page of the site: the page itself, what leads to the others, and the rows of a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from mailsla.language import gettext as _
from mailsla.language import language
from mailsla.presentation.formats.html_page import main
from mailsla.presentation.formats.html_table import titles
from mailsla.presentation.formats.markup import Element, Written, element, once
from mailsla.presentation.formats.site_style import SCRIPT_FILE, STYLE_FILE
from mailsla.presentation.formats.svg_pictures import hatching
from mailsla.presentation.pages.page import Column, Page, Picture
from mailsla.presentation.static_site.places import leading
from mailsla.presentation.typography import typeset

POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"

Leading = tuple[str, str]
"""What something is called, and where it is on the site."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a list.

    Attributes:
        columns: Their columns.
        rows: The rows, drawn.
        others: The list's other pages.
    """

    columns: tuple[Column, ...]
    rows: Sequence[Written]
    others: Sequence[Leading] = ()


@dataclass(frozen=True)
class Around:
    """What stands around every page of a site.

    Attributes:
        parts: Its main pages.
        closing: What is said below all of them.
    """

    parts: tuple[Leading, ...]
    closing: str

    @cached_property
    def places(self) -> frozenset[str]:
        """Where those main pages are."""
        return frozenset(place for _name, place in self.parts)


def write(
    page: Page, place: str, around: Around, beside: Sequence[Leading] = (), rows: Rows | None = None
) -> str:
    """Return a page as an HTML file.

    Args:
        page: What it says.
        place: Where on the site it is.
        around: What leads to the rest of the site.
        beside: What it leads to beside that: the same of another time.
        rows: The rows of a list, which stand below it.
    """
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="robots", content="noindex"),
        element("title", typeset(page.title)),
        element("link", rel="stylesheet", href=leading(place, STYLE_FILE)),
        None if rows is None else element("script", src=leading(place, SCRIPT_FILE), defer=""),
    )
    drawn = main(
        page,
        below_title=_beside(beside, place),
        at_end=() if rows is None else _rows(rows, place),
        name="main",
    )
    body = element(
        "body",
        hatching() if _has_pictures(page) else None,
        element("a", _("Aller au contenu"), href="#main", class_="skip"),
        _parts(around.parts, place if place in around.places else f"{place.rpartition('/')[0]}/"),
        drawn,
        _closing(around.closing),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang=language())}\n"


def _has_pictures(page: Page) -> bool:
    return any(isinstance(block, Picture) for section in page.sections for block in section.blocks)


def _links(found: Iterable[Leading], place: str) -> Iterator[Element]:
    for name, target in found:
        current = "page" if target == place else None
        yield element("li", element("a", typeset(name), href=leading(place, target), aria_current=current))


@cache
def _parts(parts: tuple[Leading, ...], place: str) -> Written:
    """What leads to the main pages: drawn once for all the places from which they are reached alike."""
    nav = element("nav", element("ul", *_links(parts, place)), aria_label=_("Pages du site"))
    return once(element("header", nav, class_="top"))


@cache
def _closing(said: str) -> Written:
    return once(element("footer", element("p", typeset(said))))


def _beside(beside: Sequence[Leading], place: str) -> Iterator[Element]:
    if beside:
        yield element("ul", *_links(beside, place), class_="beside")


def _rows(of: Rows, place: str) -> Iterator[Element]:
    table = element(
        "table",
        element("thead", titles(of.columns)),
        element("tbody", *of.rows),
        class_="list rows",
        data_filter=_("Filtrer les lignes de cette page :"),
        data_shown=_("{n} lignes sur {all}"),
    )
    yield element("div", table, class_="room", tabindex="0", role="group", aria_label=_("Liste"))
    if of.others:
        yield element(
            "nav", element("ul", *_links(of.others, place)), aria_label=_("Pages de la liste"), class_="pager"
        )
