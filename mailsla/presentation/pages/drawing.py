"""What a picture draws, as values: columns, steps and calendars with their labels ready to be read.

A format chooses sizes and colours; which figure is drawn, beside which mark, and what stands under it is said here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction


class Shade(StrEnum):
    """What a coloured part of a picture means; a format chooses how it looks, never by colour alone."""

    MET = "met"
    MISSED = "missed"
    NOT_DUE = "not-due"
    FORMER_MET = "former-met"
    FORMER_MISSED = "former-missed"
    MARK = "mark"
    CLOSED = "closed"
    EMPTY = "empty"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Key:
    """What a shade means, in words."""

    shade: Shade
    text: str


@dataclass(frozen=True, slots=True)
class Stack:
    """One column of counts on top of each other.

    Attributes:
        label: What stands below it; a second line for what is still going on.
        figure: What stands above it.
        met: Its lowest part.
        missed: The part above it.
        not_due: The highest part.
        former: The first two of the year before; None where they are not known.
        hint: The whole in words.
    """

    label: tuple[str, ...]
    figure: str
    met: int
    missed: int
    not_due: int
    former: tuple[int, int] | None
    hint: str

    @property
    def height(self) -> int:
        """The highest that it reaches, the year before included."""
        return max(self.met + self.missed + self.not_due, sum(self.former or ()))


@dataclass(frozen=True, slots=True)
class Stacks:
    """Columns side by side; `target` is the share of each that has fallen due where its mark stands."""

    stacks: tuple[Stack, ...]
    target: Fraction


@dataclass(frozen=True, slots=True)
class Step:
    """A share that has been reached; None where it is not known."""

    label: str
    figure: str
    share: Fraction | None
    hint: str


@dataclass(frozen=True, slots=True)
class Steps:
    """Shares that only grow, step by step.

    Attributes:
        steps: Each share, from 0 to 1.
        target: The share that a mark stands at.
        last: The number of the step up to which the promise runs; None where it runs to none of them.
        promise: What is written at the mark.
    """

    steps: tuple[Step, ...]
    target: Fraction
    last: int | None
    promise: str


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day of a calendar; `figure` stands in it, and may be empty."""

    on: date
    shade: Shade
    figure: str
    hint: str


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days in a row, a column a week.

    Attributes:
        days: Each day, by date, none left out.
        weekdays: What the lines are called, from Monday on.
        months: The first day of each month that has one among them, and what it is called.
    """

    days: tuple[DayCell, ...]
    weekdays: tuple[str, ...]
    months: tuple[tuple[date, str], ...]


Drawing = Stacks | Steps | Days
