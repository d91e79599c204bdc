"""Draws any page without pictures as a mail: HTML whose styles stand in its elements, and the same as plain text."""

from __future__ import annotations

from io import StringIO

import css_inline
from rich.console import Console

from mailsla.language import language
from mailsla.presentation.formats import terminal
from mailsla.presentation.formats.html_page import main
from mailsla.presentation.formats.html_style import STYLE
from mailsla.presentation.formats.markup import Element, element
from mailsla.presentation.pages.page import Page
from mailsla.presentation.typography import typeset

WIDTH = 100
"""Characters of a line of plain text: tables have room (RFC 5322 §2.1.1 allows 998, and asks for 78 or less)."""

OF_MAILS = """
main{padding:1rem .5rem}
.room{overflow:visible}
table{font-size:14px;line-height:1.3}
th,td{padding:.3rem .6rem .3rem 0}
tbody th,.list .cut{min-width:0}
.whole,.numbers td,.numbers th{white-space:normal}
"""
"""What mails have more: no table may be wider than the window, for few mail programs let it be moved."""


def html(page: Page) -> str:
    """Return a page as the HTML of a mail: no style sheet, which mail programs drop; the colours of the day."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("title", typeset(page.title)),
        Element("style", (), (STYLE + OF_MAILS,)),
    )
    written = element("html", head, element("body", main(page)), lang=language())
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, resolve_css_variables=True)
    return inliner.inline(f"<!DOCTYPE html>\n{written}\n")


def text(page: Page) -> str:
    """Return the same as plain text."""
    written = StringIO()
    console = Console(file=written, width=WIDTH, no_color=True, highlight=False, markup=False, emoji=False)
    terminal.show(page, console)
    return "".join(f"{line.rstrip()}\n" for line in written.getvalue().splitlines())
