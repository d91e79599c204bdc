"""Draws what a browser shows as a tagged PDF (PDF/UA-1, ISO 14289-1) for paper, laid out by WeasyPrint."""

from __future__ import annotations

from typing import Any

import pydyf
from weasyprint import HTML
from weasyprint.urls import URLFetcher

from mailsla.presentation.formats.html_page import drawn
from mailsla.presentation.formats.markup import Element
from mailsla.presentation.formats.svg_alone import alone
from mailsla.presentation.pages.page import Page

FONTS = '"Liberation Sans",Arial,"DejaVu Sans",sans-serif'
"""What letters are made of: the first of these that the machine has."""

STYLE = """
body{font-family:FONTS}
@page{@bottom-right{content:counter(page) " / " counter(pages);font:7.5pt FONTS;color:#53606c}}
.defs{display:none}
td{overflow-wrap:anywhere}
html{font-size:9pt}
.picture{max-height:46mm}
.keys{display:block}
.keys li{display:inline-block;margin-right:10pt}
.key{display:inline-block;vertical-align:-1.5pt;margin-right:3pt}
""".replace("FONTS", FONTS)
"""What paper has more than a page that a browser prints."""


def write(page: Page) -> bytes:
    """Return a page as a PDF in the language in use."""
    return laid_out(drawn(page))


def laid_out(html: Element, style: str = STYLE) -> bytes:
    """Return a whole HTML file as a PDF: the same bytes of the same one, with the same fonts.

    Args:
        html: The file, as `html_page` draws a page.
        style: What paper has more.
    """
    source = f"<!DOCTYPE html>\n{_for_paper(html, style)}\n"
    whole = HTML(string=source, url_fetcher=URLFetcher(allowed_protocols=()))
    written = whole.write_pdf(pdf_variant="pdf/ua-1", finisher=_undecorated)
    assert isinstance(written, bytes)
    return written


def _for_paper(html: Element, style: str) -> Element:
    """Return a page with pictures that stand alone, and with the style of paper after its own."""
    head, *others = html.children
    assert isinstance(head, Element)
    styled = Element(head.name, head.attributes, (*head.children, Element("style", (), (style,))))
    return Element(html.name, html.attributes, (styled, *(alone(node, FONTS) for node in others)))


def _undecorated(_document: object, pdf: Any) -> None:
    """Say of what is drawn beside a text that says the same that it is no figure (PDF/UA-1, 7.3: those have a text)."""
    for item in pdf.objects:
        if isinstance(item, pydyf.Dictionary) and item.get("S") == "/Figure" and "Alt" not in item:
            item["S"] = "/NonStruct"
            item.pop("A", None)
