"""Draws a workbook as an XLSX file: nothing in it is a formula or a link, and the same values give the same bytes.

Rows go to the disk as they are written, in temporary files of this user alone: memory holds none of them twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from fractions import Fraction
from io import BytesIO
from math import floor
from tempfile import TemporaryDirectory
from typing import Any, assert_never

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from mailsla.presentation.formats.html_style import LIGHT
from mailsla.presentation.formats.workbook_charts import draw
from mailsla.presentation.formats.workbook_text import harmless
from mailsla.presentation.pages.page import Emphasis, Line
from mailsla.presentation.pages.workbook import Field, Sheet, Value, Workbook

OPTIONS = {
    # `write_string` is the only way in for a text; whatever came another way would be a text too.
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "constant_memory": True,
}
A4 = 9
LINE = 15
"""Points that a line of text is high."""

MOST_ABOVE = 40
"""Rows below which a chart stands under the table; beside a longer one."""


class Look(StrEnum):
    """How a cell is shown."""

    TITLE = "title"
    TEXT = "text"
    COUNT = "count"
    AMOUNT = "amount"
    SHARE = "share"
    DAY = "day"
    INSTANT = "instant"


FORMATS: Mapping[str, dict[str, Any]] = {
    Look.TITLE: {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": LIGHT["panel"]},
    # "@" keeps a text a text when somebody edits its cell.
    Look.TEXT: {"num_format": "@", "indent": 1},
    # By number (ECMA-376 §18.8.30), as the reader's own spreadsheet writes them: 1 234, 13/11/2026, 13/11/2026 08:30.
    Look.COUNT: {"num_format": 3},
    Look.DAY: {"num_format": 14, "align": "left"},
    Look.INSTANT: {"num_format": 22, "align": "left"},
    Look.AMOUNT: {"num_format": "#,##0.0"},
    Look.SHARE: {"num_format": "0.0%"},
    Emphasis.PLAIN: {"num_format": "@", "text_wrap": True, "valign": "top"},
    Emphasis.STRONG: {"num_format": "@", "text_wrap": True, "valign": "top", "bold": True},
    Emphasis.DIM: {"num_format": "@", "text_wrap": True, "valign": "top", "font_color": LIGHT["dim"]},
    Emphasis.GOOD: {"num_format": "@", "text_wrap": True, "valign": "top", "font_color": LIGHT["good"]},
    Emphasis.BAD: {"num_format": "@", "text_wrap": True, "valign": "top", "font_color": LIGHT["bad"]},
}


def write(of: Workbook) -> bytes:
    """Return a workbook as an XLSX file.

    Raises:
        OSError: When the temporary files have no room.
    """
    written = BytesIO()
    with TemporaryDirectory(prefix="mailsla-") as room:
        book = xlsxwriter.Workbook(written, {**OPTIONS, "tmpdir": room})
        created = of.at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        book.set_properties({"title": harmless(of.title), "created": created})
        formats = {look: book.add_format(wanted) for look, wanted in FORMATS.items()}
        for sheet in of.sheets:
            _write_sheet(book, sheet, formats)
        try:
            book.close()
        except FileCreateError as error:
            raise error.args[0] from None
    return written.getvalue()


def _write_sheet(book: Any, of: Sheet, formats: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet(of.name)
    for number, field in enumerate(of.fields):
        sheet.set_column(number, number, field.width)
    for number, line in enumerate(of.lines):
        _write_line(sheet, number, line, of.fields, formats)
    titles = len(of.lines)
    if of.rows or not of.lines:
        sheet.set_row(titles, 2 * LINE)
        for number, field in enumerate(of.fields):
            sheet.write_string(titles, number, harmless(field.title), formats[Look.TITLE])
    for place, row in enumerate(of.rows, titles + 1):
        for number, value in enumerate(row):
            _write_value(sheet, place, number, value, formats)
    if not of.lines:
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(of.rows), len(of.fields) - 1)
        sheet.repeat_rows(0)
    if not of.charts:
        # A long text that runs out of its column is not to make everything small on paper.
        sheet.print_area(0, 0, titles + len(of.rows), len(of.fields) - 1)
    for chart in of.charts:
        below = titles + len(of.rows) + 2, 0
        top, left = below if len(of.rows) <= MOST_ABOVE else (1, len(of.fields) + 1)
        told = {"description": harmless(chart.description)}
        sheet.insert_chart(top, left, draw(book, of, chart), told)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)


def _write_line(
    sheet: Any, place: int, line: Line, fields: tuple[Field, ...], formats: Mapping[str, Any]
) -> None:
    """Write a sentence over all columns, as high as it needs: not every spreadsheet finds that out by itself."""
    text, look = harmless(line.text), formats[line.emphasis]
    room = sum(field.width for field in fields)
    sheet.set_row(place, LINE * (1 + len(text) * 10 // (room * 9)))
    if len(fields) > 1:
        sheet.merge_range(place, 0, place, len(fields) - 1, "", look)
    sheet.write_string(place, 0, text, look)


def _write_value(sheet: Any, row: int, column: int, value: Value, formats: Mapping[str, Any]) -> None:
    match value:
        case None | "":
            pass
        case str():
            sheet.write_string(row, column, harmless(value), formats[Look.TEXT])
        case Fraction():
            sheet.write_number(row, column, cut(value), formats[Look.SHARE])
        case int():
            sheet.write_number(row, column, value, formats[Look.COUNT])
        case float():
            sheet.write_number(row, column, value, formats[Look.AMOUNT])
        case datetime():
            sheet.write_datetime(row, column, value, formats[Look.INSTANT])
        case date():
            sheet.write_datetime(row, column, value, formats[Look.DAY])
        case _:
            assert_never(value)


def cut(share: Fraction) -> float:
    """Return a share as it is shown, cut rather than rounded: 79.96 % must never read as 80 %.

    >>> cut(Fraction(7_996, 10_000))
    0.799
    """
    return floor(share * 1000) / 1000
