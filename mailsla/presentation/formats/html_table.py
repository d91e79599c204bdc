"""Draws a table of a page as HTML: its first column names each row, lists become cards where room is short."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from mailsla.presentation.formats.html_text import inline
from mailsla.presentation.formats.markup import Element, element
from mailsla.presentation.formats.svg_pictures import bar
from mailsla.presentation.pages.page import Alignment, Bar, Cell, Column, Emphasis, Fit, Row, Table
from mailsla.presentation.typography import typeset


def table(of: Table) -> Element:
    """A table; one of numbers alone, after what names each row, says so once."""
    is_list = any(column.takes_the_rest for column in of.columns)
    is_numbers = not of.named_above and _is_numbers(of.columns)
    kinds = (("list", is_list), ("leading", of.leading), ("numbers", is_numbers))
    shades = (name for name, is_so in kinds if is_so)
    columns = (
        tuple(replace(column, alignment=Alignment.LEFT, fit=Fit.WRAP) for column in of.columns)
        if is_numbers
        else of.columns
    )
    head = element("thead", titles(columns[1:] if of.named_above else columns))
    rows = (row_of(row, columns, is_list=is_list) for row in of.rows)
    bodies = map(_below_its_name, rows) if of.named_above else (element("tbody", *rows),)
    return element("table", head, *bodies, class_=" ".join(shades) or None)


def _below_its_name(row: Element) -> Element:
    """Return a row as one of two, what names it alone in the first; one that nothing names stays alone."""
    first, *others = row.children
    assert isinstance(first, Element)
    if not first.children:
        return element("tbody", element("tr", *others))
    shade = " ".join(filter(None, (dict(first.attributes).get("class"), "above")))
    across = element("th", *first.children, scope="rowgroup", colspan=str(len(others)), class_=shade)
    return element("tbody", element("tr", across), element("tr", *others))


def titles(columns: tuple[Column, ...]) -> Element:
    """The row of a table's titles."""
    return element("tr", *map(_title, columns))


def _is_numbers(columns: tuple[Column, ...]) -> bool:
    return len(columns) > 1 and all(column.alignment is Alignment.RIGHT for column in columns[1:])


def _title(column: Column) -> Element:
    if not column.title:
        return element("td")
    shade = " ".join(_shades(column)) or None
    return element("th", typeset(column.title), scope="col", class_=shade)


def _shades(column: Column) -> Iterator[str]:
    if column.alignment is Alignment.RIGHT:
        yield "right"
    if column.fit is not Fit.WRAP:
        yield column.fit.value


def row_of(
    row: Row, columns: tuple[Column, ...], *, is_list: bool = True, is_sorted: bool = False
) -> Element:
    """A row, whose first cell names it; of a list, each cell says under which title it stands.

    Of one that a script may sort, it says days and instants in a form whose order is theirs.
    """
    first, *others = (
        _cell(cell, column, column.title if is_list else None, is_sorted=is_sorted)
        for cell, column in zip(row, columns, strict=True)
    )
    return element("tr", _naming(first), *others)


def _naming(first: Element) -> Element:
    """Return the cell that a row begins with as the one that names it; one that says nothing names nothing."""
    if not first.children:
        return first
    return Element("th", (*first.attributes, ("scope", "row")), first.children)


def _cell(cell: Cell | Bar, column: Column, title: str | None, *, is_sorted: bool) -> Element:
    if isinstance(cell, Bar):
        return element("td", bar(cell))
    shades = [*_shades(column), *([] if cell.emphasis is Emphasis.PLAIN else [cell.emphasis.value])]
    return element(
        "td",
        *inline(cell.text),
        class_=" ".join(shades) or None,
        data_title=None if title is None else typeset(title),
        data_value=cell.value.isoformat() if is_sorted and isinstance(cell.value, date) else None,
    )
