"""Draws a table of many rows, a line each: what draws any table measures and wraps every cell several times over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions
from rich.segment import Segment
from rich.style import Style

from mailsla.presentation.pages.page import (
    MANY_ROWS,
    Alignment,
    Cell,
    Column,
    Emphasis,
    Fit,
    Roll,
    Row,
    Table,
)
from mailsla.presentation.typography import typeset

GAP = "  "
"""What stands after each cell."""


def is_long(table: Table) -> bool:
    """Tell whether a table has many rows of texts that stay on one line each, and one column for the rest of it."""
    rests = sum(column.takes_the_rest for column in table.columns)
    if len(table.rows) <= MANY_ROWS or rests != 1 or any(column.fit is Fit.WRAP for column in table.columns):
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
    for first in range(0, len(table.rows), MANY_ROWS):
        yield Piece(table.columns, widths, table.rows[first : first + MANY_ROWS], styles)


def rolled(roll: Roll, room: int, styles: Mapping[Emphasis, str], heading: str) -> Iterator[Piece]:
    """Yield what is shown on so many characters of a table that is read as it is drawn, as `pieces` does.

    Its columns are as wide as they say: nobody has seen all the rows.
    """
    shown = [number for number, column in enumerate(roll.columns) if column.room <= room]
    columns = tuple(roll.columns[number] for number in shown)
    widths = tuple(column.width for column in columns)
    titles = tuple(Cell(column.title) for column in columns)
    yield Piece(columns, widths, (titles,), dict.fromkeys(Emphasis, heading))
    rows = iter(roll.rows)
    while some := tuple(islice(rows, MANY_ROWS)):
        yield Piece(columns, widths, tuple(tuple(row[number] for number in shown) for row in some), styles)


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

    def fits(self, room: int) -> bool:
        """Tell whether its lines are as long as that: cutting what needs no cut takes as long as drawing it."""
        return self._taken < room

    @property
    def _taken(self) -> int:
        return sum(width or 0 for width in self.widths) + len(GAP) * len(self.widths)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        rest = max(1, options.max_width - self._taken)
        widths = [rest if width is None else width for width in self.widths]
        styles = {
            emphasis: console.get_style(written) if written else None
            for emphasis, written in self.styles.items()
        }
        # What is drawn alike is one segment, over as many rows as it takes: the console works on each.
        for style, same in groupby(self._drawn(widths, styles), key=itemgetter(0)):
            yield Segment("".join([text for _style, text in same]), style)

    def _drawn(
        self, widths: list[int], styles: Mapping[Emphasis, Style | None]
    ) -> Iterator[tuple[Style | None, str]]:
        """Yield each cell as it is drawn, and the end of each row."""
        for row in self.rows:
            for cell, width, column in zip(row, widths, self.columns, strict=True):
                if isinstance(cell, Cell):
                    yield styles[cell.emphasis], _fitted(cell.text, width, column)
            yield None, "\n"


def _length(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


def _fitted(written: str, width: int, column: Column) -> str:
    """Return a text in so many places, its end cut off where they are too few, and what stands after it."""
    text = typeset(written)
    length = len(text) if text.isascii() else cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…" + GAP
    spaces = " " * (width - length)
    return (spaces + text if column.alignment is Alignment.RIGHT else text + spaces) + GAP
