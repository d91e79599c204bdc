"""Texts as a terminal prints them: never broken at a no-break space, which rich takes for any other space."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions
from rich.containers import Lines
from rich.measure import Measurement
from rich.text import Text

from mailsla.presentation.typography import NARROW_NO_BREAK, NO_BREAK, typeset

HELD = str.maketrans({NO_BREAK: "\ue000", NARROW_NO_BREAK: "\ue001"})
RELEASED = {stand_in: ord(space) for space, stand_in in ((NO_BREAK, 0xE000), (NARROW_NO_BREAK, 0xE001))}
"""What stands for a no-break space while lines are broken: of the same width, and no space."""


class Printed(Text):
    """A text, typeset in the language in use."""

    def __init__(self, text: str = "", *arguments: Any, **options: Any) -> None:
        super().__init__(typeset(text), *arguments, **options)

    def wrap(self, *arguments: Any, **options: Any) -> Lines:
        """Return the lines, with the spaces that are not to be broken in their places."""
        lines = _held(self).wrap(*arguments, **options)
        for line in lines:
            line.plain = line.plain.translate(RELEASED)
        return lines

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return _held(self).__rich_measure__(console, options)


def _held(text: Text) -> Text:
    held = Text(text.plain.translate(HELD), text.style, justify=text.justify, overflow=text.overflow)
    held.no_wrap, held.end, held.tab_size = text.no_wrap, text.end, text.tab_size
    held.spans = list(text.spans)
    return held


class Terminal(Console):
    """Where answers are printed: whatever is printed as a text is typeset; numbers and quotes are not coloured."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)

    def print(self, *objects: Any, end: str = "\n", **options: Any) -> None:
        """Print texts, typeset, and anything else as any console does."""
        super().print(
            *(_Whole(item, end) if isinstance(item, str | Text) else item for item in objects),
            end=end,
            **options,
        )


@dataclass(frozen=True)
class _Whole:
    """A text that is printed alone: a console makes plain texts of those that it prints side by side."""

    said: str | Text
    end: str

    def __rich_console__(self, _console: Console, _options: ConsoleOptions) -> Iterator[Text]:
        text = self.said if isinstance(self.said, Text) else Printed(self.said)
        text.end = self.end
        yield text
