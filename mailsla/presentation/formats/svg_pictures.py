"""Draws pictures as SVG inside a page: columns, steps, calendars; colours come from the page's style sheet."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import assert_never

from mailsla.presentation.formats.markup import Element, element
from mailsla.presentation.formats.svg_calendar import calendar
from mailsla.presentation.pages.drawing import Days, Drawing, Shade, Stack, Stacks, Steps
from mailsla.presentation.pages.page import Bar, Picture
from mailsla.presentation.typography import typeset

WIDTH, TOP, FLOOR = 640, 34, 170
"""Of columns: how wide they are together, and between which heights they stand."""

HEIGHT = FLOOR + 36
LETTER = 7.4
"""About how wide a letter of a picture is."""

SIDE = 8
"""What is left free at both ends of columns: a label may be wider than its column."""

RIM = 40
"""What stands left of steps: the promise's share."""


def hatching() -> Element:
    """The pattern of what is still to come, for every picture of a page."""
    return element("svg", element("defs", pattern()), class_="defs", aria_hidden="true")


def pattern() -> Element:
    """What is still to come, hatched."""
    line = element("line", x1=0, y1=0, x2=0, y2=6, class_="hatch")
    return element(
        "pattern",
        line,
        id="hatched",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )


def picture(of: Picture, name: str) -> Element:
    """Draw a picture; its title and its description are those of the page, under names that begin with `name`."""
    width, height, drawn = _drawn(of.drawing)
    is_calendar = isinstance(of.drawing, Days)
    return element(
        "svg",
        element("title", typeset(of.title), id=f"{name}-title"),
        element("desc", typeset(of.description), id=f"{name}-desc"),
        *drawn,
        viewBox=f"0 0 {width} {height}",
        class_="picture calendar" if is_calendar else "picture",
        role="img",
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-desc",
    )


def _drawn(drawing: Drawing) -> tuple[int, int, tuple[Element, ...]]:
    """Return how wide and high a drawing is, and its elements."""
    match drawing:
        case Stacks():
            return WIDTH, HEIGHT, tuple(_stacks(drawing))
        case Steps():
            return WIDTH, HEIGHT, tuple(_steps(drawing))
        case Days():
            return calendar(drawing)
        case _:
            assert_never(drawing)


def key(shade: Shade) -> Element:
    """A sample of a shade."""
    if shade is Shade.MARK:
        inside = element("line", x1=0, y1=8, x2=16, y2=8, class_="mark")
    else:
        inside = element("rect", x=1, y=1, width=14, height=14, class_=shade.value)
    return element("svg", inside, viewBox="0 0 16 16", class_="key", aria_hidden="true")


def bar(of: Bar) -> Element:
    """A share beside its figure in a table, with a mark at the target."""
    shade = Shade.MET if of.share >= of.target else Shade.MISSED
    mark = float(of.target) * 100
    return element(
        "svg",
        element("rect", x=0, y=1, width=100, height=8, class_="track"),
        element("rect", x=0, y=1, width=float(of.share) * 100, height=8, class_=shade.value),
        element("rect", x=max(mark - 1, 0), y=0, width=1, height=10, class_="tick"),
        viewBox="0 0 100 10",
        preserveAspectRatio="none",
        class_="bar",
        aria_hidden="true",
    )


def _text(said: str, x: float, y: float, shade: str | None = None) -> Element:
    return element("text", typeset(said), x=x, y=y, class_=shade)


def _stacks(of: Stacks) -> Iterator[Element]:
    room = (WIDTH - 2 * SIDE) / len(of.stacks)
    highest = max(stack.height for stack in of.stacks)
    unit = (FLOOR - TOP) / max(highest, 1)
    is_parted = any(len(stack.figure) * LETTER > room for stack in of.stacks)
    figures = [_lines(stack.figure) if is_parted else [stack.figure] for stack in of.stacks]
    widest = max(len(text) for lines in figures for text in lines)
    widest = max(widest, *(len(stack.label[0]) for stack in of.stacks))
    every = 1 + int(widest * LETTER / room)
    yield element("line", x1=0, y1=FLOOR, x2=WIDTH, y2=FLOOR, class_="axis")
    for number, (stack, figure) in enumerate(zip(of.stacks, figures, strict=True)):
        drawn = tuple(_stack(stack, of.target, SIDE + room * number, room, unit))
        # The last one is named, and those before it as there is room.
        if (len(of.stacks) - 1 - number) % every == 0:
            drawn = (*drawn, *_names(stack, figure, SIDE + room * (number + 0.5), unit))
        yield element("g", element("title", typeset(stack.hint)), *drawn)


def _lines(figure: str) -> list[str]:
    """A figure on two lines: how many, then of how many."""
    met, slash, due = figure.partition("/")
    return [met, slash + due] if slash else [figure]


def _names(stack: Stack, figure: list[str], middle: float, unit: float) -> Iterator[Element]:
    above = FLOOR - (stack.met + stack.missed + stack.not_due) * unit - 6
    for number, line in enumerate(reversed(figure)):
        yield _text(line, middle, above - 13 * number)
    for number, line in enumerate(stack.label):
        yield _text(line, middle, FLOOR + 16 + 14 * number, "low")


def _stack(stack: Stack, target: Fraction, left: float, room: float, unit: float) -> Iterator[Element]:
    """Draw a column, the year before as a thin one at its left, and a mark at the target's share of what fell due."""
    width = room * 0.58
    start = left + (room - width) / 2
    if stack.former is not None:
        thin = room * 0.14
        parts = zip((Shade.FORMER_MET, Shade.FORMER_MISSED), stack.former, strict=True)
        yield from _pile(parts, start - thin - room * 0.02, thin, unit)
    counts = (stack.met, stack.missed, stack.not_due)
    yield from _pile(zip((Shade.MET, Shade.MISSED, Shade.NOT_DUE), counts, strict=True), start, width, unit)
    due = stack.met + stack.missed
    if due:
        at = FLOOR - float(target * due) * unit
        beyond = room * 0.05
        place = {"x1": start - beyond, "x2": start + width + beyond, "y1": at, "y2": at}
        yield element("line", **place, class_="halo")
        yield element("line", **place, class_="mark")


def _pile(parts: Iterator[tuple[Shade, int]], left: float, width: float, unit: float) -> Iterator[Element]:
    top = float(FLOOR)
    for shade, count in parts:
        if count:
            top -= count * unit
            yield element("rect", x=left, y=top, width=width, height=count * unit, class_=shade.value)


def _steps(of: Steps) -> Iterator[Element]:
    """Draw shares that grow; what comes after the promise's last step is on top of what was reached by it."""
    room = (WIDTH - RIM) / len(of.steps)
    full = FLOOR - TOP
    reached = None if of.last is None or of.last >= len(of.steps) else of.steps[of.last].share
    for number, step in enumerate(of.steps):
        if step.share is not None:
            in_time = step.share if reached is None else min(reached, step.share)
            parts = ((Fraction(0), in_time, Shade.MET), (in_time, step.share, Shade.MISSED))
            drawn = (
                element(
                    "rect",
                    x=RIM + room * number + 3,
                    y=FLOOR - float(high) * full,
                    width=room - 6,
                    height=float(high - low) * full,
                    class_=shade.value,
                )
                for low, high, shade in parts
                if high > low
            )
            yield element("g", element("title", typeset(step.hint)), *drawn)
    yield from _promise(of, room, full)
    for number, step in enumerate(of.steps):
        middle = RIM + room * (number + 0.5)
        yield _text(step.label, middle, FLOOR + 16, "low")
        yield _text(step.figure, middle, FLOOR - float(step.share or 0) * full - 5, "small")


def _promise(of: Steps, room: float, full: float) -> Iterator[Element]:
    at = FLOOR - float(of.target) * full
    yield element("line", x1=RIM, y1=at, x2=WIDTH, y2=at, class_="dashed")
    yield _text(of.promise, RIM - 6, at + 4, "end")
    yield element("line", x1=RIM, y1=FLOOR, x2=WIDTH, y2=FLOOR, class_="axis")
    if of.last is not None and of.last < len(of.steps):
        x = RIM + room * (of.last + 1)
        yield element("line", x1=x, y1=TOP - 14, x2=x, y2=FLOOR + 6, class_="dashed")
