"""What a workbook is made of: sheets with rows of real numbers, dates and texts, and charts of some of their columns.

Texts are ready to be read, as on pages; numbers and dates are left for the spreadsheet to write in its reader's way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from mailsla.presentation.pages.drawing import Shade
from mailsla.presentation.pages.page import Line

Value = str | int | float | Fraction | date | datetime | None
"""What a cell holds: a text, a count, an amount, a share from 0 to 1, a day, a local time without zone; or nothing."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a sheet: its title, and how many characters wide it is."""

    title: str
    width: int = 14


class Shape(StrEnum):
    """How a chart draws its columns of figures.

    `STACKS` are counts on top of each other, `COLUMNS` are shares side by side, `BARS` are shares beside long names.
    """

    STACKS = "stacks"
    COLUMNS = "columns"
    BARS = "bars"


@dataclass(frozen=True, slots=True)
class Chart:
    """Some columns of a sheet, drawn.

    Attributes:
        title: What is shown.
        description: What there is to see, for whoever does not see it.
        shape: How it is drawn.
        names: The column whose values stand along the axis.
        figures: The columns that are drawn, each in its shade.
        mark: The column of what they are compared with.
        first: The first row that is drawn, from 0.
        rows: How many rows are drawn.
    """

    title: str
    description: str
    shape: Shape
    names: int
    figures: tuple[tuple[int, Shade], ...]
    mark: int
    first: int
    rows: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet.

    Attributes:
        name: On its tab: 31 characters at most, and none of `[]:*?/\\`.
        fields: The columns.
        rows: Each as long as the columns are many.
        lines: What is said above the columns; a sheet without any is a list to sort and filter.
        charts: What is drawn beside.
    """

    name: str
    fields: tuple[Field, ...] = ()
    rows: tuple[tuple[Value, ...], ...] = ()
    lines: tuple[Line, ...] = ()
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True, slots=True)
class Workbook:
    """Sheets in their order.

    Attributes:
        title: What they are about.
        at: The instant they speak of.
        sheets: At least one.
    """

    title: str
    at: datetime
    sheets: tuple[Sheet, ...]
