"""A page as it is read where nothing is drawn, as in most mail programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mailsla.presentation.pages.page import NOTHING, Block, Cell, Page, Picture, Section, Table


def without_pictures(page: Page) -> Page:
    """Return a page with the figures of its pictures instead of them, and tables without bars."""
    sections = (replace(section, blocks=tuple(_told(section))) for section in page.sections)
    return replace(page, sections=tuple(sections))


def _told(section: Section) -> Iterator[Block]:
    for block in section.blocks:
        if isinstance(block, Picture):
            # What is described is what there would be to see.
            yield without_bars(block.table)
        elif isinstance(block, Table):
            yield without_bars(block)
        else:
            yield block


def without_bars(table: Table) -> Table:
    """Return a table without the columns that hold bars, or would: each stands beside the number that it shows.

    One whose rows say nothing in it would hold bars if there were enough requests for a rate.

    >>> from fractions import Fraction
    >>> from mailsla.presentation.pages.page import Bar, Column
    >>> bar = Bar(Fraction(1, 2), Fraction(4, 5))
    >>> shown = without_bars(Table((Column("Taux"), Column("")), ((Cell("50 %"), bar),)))
    >>> [column.title for column in shown.columns]
    ['Taux']
    """
    kept = [
        number
        for number in range(len(table.columns))
        if not table.rows
        or any(isinstance(row[number], Cell) and row[number] != NOTHING for row in table.rows)
    ]
    columns = tuple(table.columns[number] for number in kept)
    rows = tuple(tuple(row[number] for number in kept) for row in table.rows)
    return replace(table, columns=columns, rows=rows)
