"""Draws days as a calendar, a column a week, Monday on top."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mailsla.presentation.formats.markup import Element, element
from mailsla.presentation.pages.drawing import DayCell, Days
from mailsla.presentation.typography import typeset

CELL, SIDE = 15, 13
"""From one day to the next, and how wide each is."""

RIM, HEAD = 34, 18
"""What stands left of the days, and above them."""

LEAST_WEEKS = 27
"""The width of so many weeks at least: a month is not blown up to fill a page."""


def calendar(of: Days) -> tuple[int, int, tuple[Element, ...]]:
    """Return how wide and high the drawing is, and its elements."""
    weeks = _week(of.days[-1].on, of) + 1
    width = RIM + max(weeks, LEAST_WEEKS) * CELL
    return width, HEAD + 7 * CELL, tuple(_drawn(of))


def _week(on: date, of: Days) -> int:
    first = of.days[0].on
    return ((on - first).days + first.weekday()) // 7


def _drawn(of: Days) -> Iterator[Element]:
    for number, name in enumerate(of.weekdays):
        if number % 2 == 0:
            yield element("text", name, x=0, y=HEAD + CELL * number + 10, class_="small low start")
    taken = -3
    for first, name in of.months:
        column = _week(first, of)
        # A month of which only the end is shown has no room for its name.
        if column - taken >= 3:
            yield element("text", name, x=RIM + CELL * column, y=HEAD - 6, class_="small low start")
            taken = column
    yield from _squares(of)
    yield from _figures(of)


def _squares(of: Days) -> Iterator[Element]:
    """Draw the days of each shade together, those of which nothing is said as one."""
    for shade in dict.fromkeys(cell.shade for cell in of.days):
        cells = [cell for cell in of.days if cell.shade is shade]
        plain = "".join(_square(cell, of) for cell in cells if not cell.hint)
        said = (
            element("path", element("title", typeset(cell.hint)), d=_square(cell, of))
            for cell in cells
            if cell.hint
        )
        yield element("g", element("path", d=plain) if plain else None, *said, class_=shade.value)


def _square(cell: DayCell, of: Days) -> str:
    x, y = _place(cell.on, of)
    return f"M{x} {y}h{SIDE}v{SIDE}h-{SIDE}z"


def _figures(of: Days) -> Iterator[Element]:
    for shade in dict.fromkeys(cell.shade for cell in of.days if cell.figure):
        texts = (_figure(cell, of) for cell in of.days if cell.figure and cell.shade is shade)
        yield element("g", *texts, class_=f"small on-{shade.value}")


def _figure(cell: DayCell, of: Days) -> Element:
    x, y = _place(cell.on, of)
    return element("text", cell.figure, x=x + SIDE / 2, y=y + 9.6)


def _place(on: date, of: Days) -> tuple[int, int]:
    return RIM + CELL * _week(on, of), HEAD + CELL * on.weekday()
