"""What a page is made of: lines, points and tables as values, which every format draws in its own way.

Texts are ready to be read: in the reader's language, strangers' words made harmless by `words.safe`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from mailsla.presentation.pages.drawing import Drawing, Key


class Emphasis(StrEnum):
    """How a text stands out; a format chooses the colour or the weight."""

    PLAIN = "plain"
    STRONG = "strong"
    DIM = "dim"
    GOOD = "good"
    BAD = "bad"


class Alignment(StrEnum):
    """On which side of its column a text stands."""

    LEFT = "left"
    RIGHT = "right"


class Fit(StrEnum):
    """What becomes of a column's texts where room is short.

    `WRAP` runs over several lines, `WHOLE` stays on one line, `CUT` stays on one line and may lose its end.
    """

    WRAP = "wrap"
    WHOLE = "whole"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, or a short text, on its own.

    Attributes:
        text: All of it.
        emphasis: How it stands out.
        lead: Its beginning, where that is to stand out more than the rest: the question that it answers.
        keys: What a glance is to take from the rest, in the order in which the text has it.
        personal: Whether a stranger wrote it, or it says who one is: not everybody may read it.
    """

    text: str
    emphasis: Emphasis = Emphasis.PLAIN
    lead: str = ""
    keys: tuple[str, ...] = ()
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """Sentences in a list."""

    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A text of a table.

    Attributes:
        text: As people read it.
        value: The same for a machine: number, exact share, date, instant, or the whole key of a reference; None
            when the text says all, or when no number is given.
        emphasis: How it stands out.
    """

    text: str
    value: int | Fraction | date | datetime | str | None = None
    emphasis: Emphasis = Emphasis.PLAIN


@dataclass(frozen=True, slots=True)
class Bar:
    """A share to draw as a bar, from 0 to 1; `target` is where a mark may stand."""

    share: Fraction
    target: Fraction


NOTHING = Cell("")
"""An empty place in a table."""

Row = tuple[Cell | Bar, ...]

ROOM_FOR_MORE, ROOM_FOR_REASONS, ROOM_FOR_IDS = 120, 160, 200
"""From how many characters on a list also shows where its mails lie, what each rests on, and their Message-IDs."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        title: What it holds; may be empty.
        alignment: On which side its texts stand.
        fit: What becomes of them where room is short.
        width: How many characters they are to have; None when the rows decide. A `CUT` column without a width
            takes all the room that the others leave.
        room: How many characters wide what it is drawn on must be for it to be shown at all.
        personal: Whether strangers wrote what it holds, or it says who they are: not everybody may read it.
    """

    title: str
    alignment: Alignment = Alignment.LEFT
    fit: Fit = Fit.WRAP
    width: int | None = None
    room: int = 0
    personal: bool = False

    @property
    def takes_the_rest(self) -> bool:
        """Whether it takes all the room that the others leave."""
        return self.fit is Fit.CUT and self.width is None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns, each row as long as the columns are many.

    Attributes:
        columns: The columns.
        rows: The rows.
        leading: True for the figures that people look at first: they are given more room.
        named_above: True where no line has room for what names a row and the row: that stands above it then, without
            the title of its column.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    leading: bool = False
    named_above: bool = False

    def within(self, width: int) -> Table:
        """Return what is shown of it on so many characters: without the columns that need more room."""
        return self._with(lambda column: column.room <= width)

    def impersonal(self) -> Table:
        """Return what everybody may read of it."""
        return self._with(lambda column: not column.personal)

    def _with(self, is_shown: Callable[[Column], bool]) -> Table:
        shown = [number for number, column in enumerate(self.columns) if is_shown(column)]
        if len(shown) == len(self.columns):
            return self
        columns = tuple(self.columns[number] for number in shown)
        rows = tuple(tuple(row[number] for number in shown) for row in self.rows)
        return replace(self, columns=columns, rows=rows)


@dataclass(frozen=True, slots=True)
class Picture:
    """Figures drawn, with the same figures as a table for whoever does not see them.

    Attributes:
        title: What is shown.
        description: What there is to see, in a sentence or two.
        drawing: The figures, and what they are compared with.
        keys: What each shade means.
        told: What the table is called.
        table: The same figures.
    """

    title: str
    description: str
    drawing: Drawing
    keys: tuple[Key, ...]
    told: str
    table: Table


MANY_ROWS = 1_000
"""More rows than this are read as they are drawn."""


@dataclass(frozen=True, slots=True)
class Roll:
    """A table of so many rows that they are read as they are drawn, once, a line each.

    Attributes:
        columns: The columns: none wraps, each has a width but the one that takes the rest.
        rows: The rows, each as long as the columns are many; no cell is a bar.
        closing: Gives what stands below, once every row was read.
    """

    columns: tuple[Column, ...]
    rows: Iterable[tuple[Cell, ...]]
    closing: Callable[[], tuple[Line, ...]]


Block = Line | Points | Table | Roll | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page.

    Attributes:
        heading: May be empty.
        blocks: What it says.
        new_sheet: Whether it begins another sheet, on paper.
    """

    heading: str
    blocks: tuple[Block, ...] = ()
    new_sheet: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Everything one answer says, in the order in which it is read.

    Attributes:
        title: What the page is about; empty for an answer that needs no title.
        lines: What stands below the title.
        warnings: What a reader must know before any figure.
        sections: The parts.
        notes: What is said last.
    """

    title: str = ""
    lines: tuple[Line, ...] = ()
    warnings: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    notes: tuple[str, ...] = ()
