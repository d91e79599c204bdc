"""Draws a table of many rows, a line each: what draws any table measures and wraps every cell several times over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions
from rich.segment import Segment

from mailsla.presentation.pages.page import Alignment, Cell, Column, Emphasis, Fit, Row, Table
from mailsla.presentation.typography import typeset

MANY = 1_000
"""More rows than this are long; so many are printed at once."""

GAP = "  "
"""What stands after each cell."""


def is_long(table: Table) -> bool:
    """Tell whether a table has many rows of texts that stay on one line each, and one column for the rest of it."""
    rests = sum(column.takes_the_rest for column in table.columns)
    if len(table.rows) <= MANY or rests != 1 or any(column.fit is Fit.WRAP for column in table.columns):
        return False
    return all(isinstance(cell, Cell) for row in table.rows for cell in row)


def pieces(table: Table, styles: Mapping[Emphasis, str], heading: str) -> Iterator[Piece]:
    """Yield a long table in pieces, to be printed one after the other; its titles are the first.

    Args:
        table: What to draw.
        styles: How each emphasis is drawn.
        heading: How titles are.
    """
    widths = tuple(
        _width(column, [row[number] for row in table.rows]) for number, column in enumerate(table.columns)
    )
    titles = tuple(Cell(column.title) for column in table.columns)
    yield Piece(table.columns, widths, (titles,), dict.fromkeys(Emphasis, heading))
    for first in range(0, len(table.rows), MANY):
        yield Piece(table.columns, widths, table.rows[first : first + MANY], styles)


def _width(column: Column, cells: list[object]) -> int | None:
    """Return how wide a column is; None when it takes the rest."""
    if column.fit is Fit.CUT:
        return column.width
    longest = max(_length(cell.text) for cell in cells if isinstance(cell, Cell))
    return max(column.width or 0, cell_len(column.title), longest)


@dataclass(frozen=True)
class Piece:
    """Some rows of a table, drawn under each other."""

    columns: tuple[Column, ...]
    widths: tuple[int | None, ...]
    rows: tuple[Row, ...]
    styles: Mapping[Emphasis, str]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        taken = sum(width or 0 for width in self.widths) + len(GAP) * len(self.widths)
        rest = max(1, options.max_width - taken)
        widths = [rest if width is None else width for width in self.widths]
        styles = {emphasis: console.get_style(written) for emphasis, written in self.styles.items()}
        for row in self.rows:
            cells = [cell for cell in row if isinstance(cell, Cell)]
            texts = map(_fitted, cells, widths, self.columns)
            for emphasis, same in groupby(zip(cells, texts, strict=True), key=lambda item: item[0].emphasis):
                yield Segment("".join(text for _cell, text in same), styles[emphasis])
            yield Segment.line()


def _length(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


def _fitted(cell: Cell, width: int, column: Column) -> str:
    """Return a cell in so many places, its end cut off where they are too few, and what stands after it."""
    text = typeset(cell.text)
    length = _length(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…" + GAP
    spaces = " " * (width - length)
    return (spaces + text if column.alignment is Alignment.RIGHT else text + spaces) + GAP
