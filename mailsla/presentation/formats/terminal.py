"""Draws any page on a terminal: colours, widths, bars. What is said was decided in `presentation.pages`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from rich import bar, table
from rich.console import Console, RenderableType
from rich.text import Text

from mailsla.presentation.formats import long_table
from mailsla.presentation.formats.printed import Printed
from mailsla.presentation.pages.page import (
    Alignment,
    Bar,
    Block,
    Cell,
    Column,
    Emphasis,
    Fit,
    Line,
    Page,
    Picture,
    Points,
    Roll,
    Section,
    Table,
)

STYLES = {
    Emphasis.PLAIN: "",
    Emphasis.STRONG: "bold",
    Emphasis.DIM: "dim",
    Emphasis.GOOD: "green",
    Emphasis.BAD: "red",
}
HEADING, WARNING, NOTE = "bold", "bold yellow", "dim"
BAR_WIDTH, LEADING_BAR_WIDTH = 8, 24
NARROW_BAR_WIDTH = 14
"""Of a leading table of more than two figures side by side: the last one too is to be seen on a narrow terminal."""

FEW_COLUMNS = 3


def show(page: Page, console: Console) -> None:
    """Print a page, a blank line between its parts. Texts are printed as they are, never as markup."""
    parts = (_opening(page), *(_section(section, console.width) for section in page.sections), _notes(page))
    is_first = True
    for part in parts:
        # A part may be as long as it likes: nothing of it is held.
        for number, drawn in enumerate(part):
            if not number and not is_first:
                console.print()
            if isinstance(drawn, long_table.Piece):
                console.print(drawn, end="", crop=not drawn.fits(console.width))
            else:
                console.print(drawn)
            is_first = False


def _opening(page: Page) -> Iterable[RenderableType]:
    if page.title:
        yield Printed(page.title, style=HEADING)
    for line in page.lines:
        yield _text(line)
    for warning in page.warnings:
        yield Printed(warning, style=WARNING)


def _notes(page: Page) -> Iterable[RenderableType]:
    for note in page.notes:
        yield Printed(note, style=NOTE)


def _section(section: Section, width: int) -> Iterable[RenderableType]:
    if section.heading:
        yield Printed(section.heading, style=HEADING)
    for block in section.blocks:
        yield from _block(block.within(width) if isinstance(block, Table) else block, width)


def _block(block: Block, width: int) -> Iterable[RenderableType]:
    match block:
        case Line():
            yield _text(block)
        case Points():
            for sentence in block.sentences:
                yield Printed(f"- {sentence}")
        case Table() if long_table.is_long(block):
            yield from long_table.pieces(block, STYLES, "dim")
        case Table():
            yield _table(block)
        case Picture():
            yield Printed(block.description)
            yield Printed(block.told)
            yield _table(block.table)
        case Roll():
            yield from long_table.rolled(block, width, STYLES, "dim")
            yield from map(_text, block.closing())
        case _:
            assert_never(block)


def _text(said: Line | Cell) -> Text:
    return Printed(said.text, style=STYLES[said.emphasis])


def _table(of: Table) -> table.Table:
    """A table without lines, for narrow terminals."""
    drawn = table.Table(
        box=None,
        padding=(0, 3 if of.leading else 2, 0, 0),
        show_edge=False,
        header_style=HEADING if of.leading else "dim",
        expand=any(column.takes_the_rest for column in of.columns),
    )
    bar_width = BAR_WIDTH
    if of.leading:
        bar_width = LEADING_BAR_WIDTH if len(of.columns) <= FEW_COLUMNS else NARROW_BAR_WIDTH
    for number, column in enumerate(of.columns):
        _add_column(drawn, column, at_least=bar_width if of.leading and number else None)
    for row in of.rows:
        drawn.add_row(*(_cell(cell, bar_width) for cell in row))
    return drawn


def _add_column(drawn: table.Table, column: Column, at_least: int | None) -> None:
    drawn.add_column(
        Printed(column.title),
        justify="right" if column.alignment is Alignment.RIGHT else "left",
        no_wrap=column.fit is not Fit.WRAP,
        min_width=column.width or at_least,
        max_width=column.width if column.fit is Fit.CUT else None,
        ratio=1 if column.takes_the_rest else None,
    )


def _cell(cell: Cell | Bar, bar_width: int) -> RenderableType:
    match cell:
        case Cell():
            return _text(cell)
        case Bar():
            share = float(cell.share)
            return bar.Bar(1.0, 0.0, share, width=bar_width, color="cyan", bgcolor="bright_black")
        case _:
            assert_never(cell)
