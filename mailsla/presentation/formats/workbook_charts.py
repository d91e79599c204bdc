"""Draws some columns of a sheet as a chart of the spreadsheet's own, which follows its cells."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mailsla.presentation.formats.html_style import LIGHT
from mailsla.presentation.formats.workbook_text import harmless
from mailsla.presentation.pages.drawing import Shade
from mailsla.presentation.pages.workbook import Chart, Shape, Sheet

COLOURS: Mapping[Shade, str] = {
    Shade.MET: LIGHT["met"],
    Shade.MISSED: LIGHT["missed"],
    Shade.NOT_DUE: LIGHT["former2"],
}
KINDS: Mapping[Shape, dict[str, str]] = {
    Shape.STACKS: {"type": "column", "subtype": "stacked"},
    Shape.COLUMNS: {"type": "column"},
    Shape.BARS: {"type": "bar"},
}
WIDTH, HEIGHT, ROW = 900, 420, 26
"""Pixels of a chart; each bar has a row of its own, with its mark."""


def draw(book: Any, sheet: Sheet, of: Chart) -> Any:
    """Return a chart, to be inserted into its sheet."""
    chart = book.add_chart(KINDS[of.shape])
    for column, shade in of.figures:
        look = {"fill": {"color": COLOURS[shade]}, "border": {"none": True}, "gap": 60}
        chart.add_series({**_series(sheet, of, column), **look})
    grid = {"major_gridlines": {"visible": True, "line": {"color": LIGHT["rule"]}}}
    if of.shape is Shape.BARS:
        mark = {"fill": {"color": LIGHT["former2"]}, "border": {"none": True}}
        chart.add_series({**_series(sheet, of, of.mark), **mark})
        chart.set_y_axis({"reverse": True})
        # Names as long as they may be leave the bars their room.
        chart.set_plotarea({"layout": {"x": 0.3, "y": 0.1, "width": 0.65, "height": 0.78}})
        chart.set_x_axis({"min": 0, "max": 1, "num_format": "0%", "label_position": "high", **grid})
    else:
        chart.combine(_marks(book, sheet, of))
        whole = {"max": 1, "num_format": "0%"} if of.shape is Shape.COLUMNS else {}
        chart.set_y_axis({"min": 0, **whole, **grid})
    chart.set_title({"name": harmless(of.title), "name_font": {"size": 12}, "overlay": False})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": WIDTH, "height": max(HEIGHT, of.rows * ROW * 2)})
    return chart


def _marks(book: Any, sheet: Sheet, of: Chart) -> Any:
    """The mark on each column, as dashes: no line leads from one to the next."""
    line = book.add_chart({"type": "line"})
    dash = {"type": "long_dash", "size": 12, "fill": {"color": LIGHT["mark"]}, "border": {"none": True}}
    line.add_series({**_series(sheet, of, of.mark), "line": {"none": True}, "marker": dash})
    return line


def _series(sheet: Sheet, of: Chart, column: int) -> dict[str, object]:
    """The cells that are drawn, and what they hold: a viewer that does not count shows that."""
    first = len(sheet.lines) + 1 + of.first
    last = first + of.rows - 1
    rows = sheet.rows[of.first : of.first + of.rows]
    return {
        "name": harmless(sheet.fields[column].title),
        "categories": [sheet.name, first, of.names, last, of.names],
        "values": [sheet.name, first, column, last, column],
        "categories_data": [_held(row[of.names]) for row in rows],
        "values_data": [_held(row[column]) for row in rows],
    }


def _held(value: object) -> object:
    """A cell as a chart keeps it."""
    if isinstance(value, str):
        return harmless(value)
    return float(value) if isinstance(value, Fraction) else "" if value is None else value
