"""Texts that know what the numbers in them count: anywhere but on a site, texts like any other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # `clock` needs words, and neither reports nor pairing.
    from mailsla.core.rate.counted import Counted


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is printed.

    Attributes:
        text: As people read it.
        count: The number.
        of: The list that has exactly so many rows.
    """

    text: str
    count: int
    of: Counted


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to another page of the same site.

    Attributes:
        text: As people read it.
        href: Where it leads.
        count: How many rows the list there has; None where it leads to no list.
    """

    text: str
    href: str
    count: int | None = None


class Named(StrEnum):
    """What a text may name that has a page of its own on a site."""

    REQUEST = "request"
    SERVICE = "service"
    PERIOD = "period"


@dataclass(frozen=True, slots=True)
class Mention:
    """A text that names something.

    Attributes:
        text: As people read it.
        what: What it names.
        name: Its whole name: a request's key, a service, a period's name.
    """

    text: str
    what: Named
    name: str


Part = str | Figure | Link | Mention


class Told(str):
    """A text made of parts, some of which count something, or lead somewhere.

    Attributes:
        parts: Its parts: their texts, one after the other, are the text.
    """

    __slots__ = ("parts",)
    parts: tuple[Part, ...]

    def __new__(cls, parts: Iterable[Part]) -> Told:
        # A table of thousands of rows makes several a row.
        kept = tuple([part for part in parts if part])
        made = super().__new__(cls, "".join([part if isinstance(part, str) else part.text for part in kept]))
        made.parts = kept
        return made


def text_of(part: Part) -> str:
    """Return a part as people read it."""
    return part if isinstance(part, str) else part.text


def parts_of(text: str) -> tuple[Part, ...]:
    """Return the parts of a text: itself, of one that has none."""
    return text.parts if isinstance(text, Told) else (text,)


def figure(text: str, count: int, of: Counted) -> str:
    """Return a number as it is printed, with what it counts; there is no list of nothing."""
    return Told([Figure(text, count, of)]) if count else text


def mention(text: str, what: Named, name: str) -> str:
    """Return what something is called, which a site leads to the page of."""
    return Told([Mention(text, what, name)])


def told(sentence: str, **fields: str | int) -> Told:
    """Return a sentence with its fields filled in, whatever they count kept: `str.format` makes a plain text of it.

    >>> told("{n} sur {whole}", n=Told([Link("3", "x")]), whole=4).parts
    (Link(text='3', href='x', count=None), ' sur ', '4')
    """
    return Told(_filled(sentence, fields))


def _filled(sentence: str, fields: dict[str, str | int]) -> Iterator[Part]:
    for literal, name, _spec, _conversion in Formatter().parse(sentence):
        yield literal
        if name is not None:
            value = fields[name]
            yield from parts_of(value if isinstance(value, str) else str(value))


def joined(between: str, texts: Iterable[str]) -> Told:
    """Return texts one after the other, with the same between each."""
    found: list[Part] = []
    for text in texts:
        found += [between, *parts_of(text)]
    return Told(found[1:])


def capitalised(text: str) -> str:
    """Return a text with its first letter in upper case."""
    if not text or not isinstance(parts_of(text)[0], str):
        return text
    first, *others = parts_of(text)
    beginning = text_of(first)
    return Told([beginning[:1].upper() + beginning[1:], *others])
