"""Draws any page without pictures as a mail: HTML whose styles stand in its elements, and the same as plain text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import StringIO

import css_inline
from rich.console import Console

from mailsla.language import gettext as _
from mailsla.language import language
from mailsla.presentation.formats import terminal
from mailsla.presentation.formats.html_page import main
from mailsla.presentation.formats.html_style import STYLE
from mailsla.presentation.formats.markup import Element, element
from mailsla.presentation.pages.page import Block, Cell, Column, Page, Points, Row, Table
from mailsla.presentation.typography import typeset

WIDTH = 100
"""Characters of a line of plain text: tables have room (RFC 5322 §2.1.1 allows 998, and asks for 78 or less)."""

MOST_COLUMNS = 4
"""A telephone has room for so many beside each other."""

OF_MAILS = """
main{padding:1rem .5rem}
.room{overflow:visible}
table{font-size:13px;line-height:1.3}
th,td{padding:.3rem .35rem .3rem 0}
.right{padding-right:.7rem}
tbody th{min-width:0}
.above{border-bottom:0;padding-bottom:0;font-weight:600}
thead th{font-size:12px;overflow-wrap:normal}
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
    written = element("html", head, element("body", main(_for_telephones(page))), lang=language())
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, resolve_css_variables=True)
    return inliner.inline(f"<!DOCTYPE html>\n{written}\n")


def _for_telephones(page: Page) -> Page:
    """Return a page whose lists stand row below row, and whose rows of many figures stand below their names."""
    sections = (replace(section, blocks=tuple(map(_block, section.blocks))) for section in page.sections)
    return replace(page, sections=tuple(sections))


def _block(block: Block) -> Block:
    if not isinstance(block, Table):
        return block
    if any(column.takes_the_rest for column in block.columns):
        return Points(tuple(" · ".join(_said(row, block.columns)) for row in block.rows))
    return replace(block, named_above=len(block.columns) > MOST_COLUMNS)


def _said(row: Row, columns: tuple[Column, ...]) -> Iterator[str]:
    """Yield what names a row, then each title with what stands below it."""
    for number, (cell, column) in enumerate(zip(row, columns, strict=True)):
        if isinstance(cell, Cell):
            yield _("{title} : {n}").format(title=column.title, n=cell.text) if number else cell.text


def text(page: Page) -> str:
    """Return the same as plain text."""
    written = StringIO()
    console = Console(file=written, width=WIDTH, no_color=True, highlight=False, markup=False, emoji=False)
    terminal.show(page, console)
    return "".join(f"{line.rstrip()}\n" for line in written.getvalue().splitlines())
