"""What pages say, as one place of the site says it: figures lead to their lists, names to their pages."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field
from functools import partial

from mailsla.language import gettext as _
from mailsla.presentation.pages.page import Cell, Column, Page
from mailsla.presentation.static_site import places
from mailsla.presentation.static_site.changed import changed, impersonal
from mailsla.presentation.static_site.lists import Lists
from mailsla.presentation.told import Figure, Link, Mention, Named, Part, Told, parts_of

ADDRESS = re.compile(r"[^\s<>«»()\[\],;:\"']*@[^\s<>«»()\[\],;:\"']*")
"""Whatever may be an address, or a part of one: too much is taken rather than too little."""


@dataclass
class Linker:
    """The site as its pages see it.

    Attributes:
        lists: The lists that figures count.
        subjects: Whether subjects and addresses are shown.
        requests: The keys of the requests that have a page.
        services: The services that have one.
        periods: The names of the periods that have one.
    """

    lists: Lists
    subjects: bool
    requests: set[str]
    services: Container[str] = ()
    periods: Container[str] = ()
    _hidden: str = field(init=False)

    def __post_init__(self) -> None:
        self._hidden = _("(adresse)")

    def page(self, page: Page, place: str) -> Page:
        """Return a page as it is at a place of the site."""
        return changed(page if self.subjects else impersonal(page), partial(self._text, place))

    def columns(self, columns: tuple[Column, ...]) -> tuple[Column, ...]:
        """Return those of some columns that everybody may read here."""
        return tuple(column for column in columns if self.subjects or not column.personal)

    def row(self, cells: tuple[Cell, ...], columns: tuple[Column, ...], place: str) -> tuple[Cell, ...]:
        """Return a row of a list, less what not everybody may read here."""
        return tuple(
            Cell(self._text(place, cell.text), cell.value, cell.emphasis)
            for cell, column in zip(cells, columns, strict=True)
            if self.subjects or not column.personal
        )

    def _text(self, place: str, text: str) -> str:
        if not isinstance(text, Told):
            return self._without_addresses(text)
        return Told(self._part(place, part) for part in parts_of(text))

    def _part(self, place: str, part: Part) -> Part:
        if isinstance(part, str):
            return self._without_addresses(part)
        if isinstance(part, Figure):
            listed = self.lists.of(part.of, part.count)
            return Link(part.text, places.leading(place, listed.place), part.count)
        if isinstance(part, Mention):
            target, text = self._target(part), self._without_addresses(part.text)
            return text if target in {None, place} else Link(text, places.leading(place, target or ""))
        return part

    def _target(self, part: Mention) -> str | None:
        """Return where what is named has its page; None when it has none."""
        known, where = {
            Named.REQUEST: (self.requests, places.of_request),
            Named.SERVICE: (self.services, places.of_service),
            Named.PERIOD: (self.periods, places.period_named),
        }[part.what]
        return where(part.name) if part.name in known else None

    def _without_addresses(self, text: str) -> str:
        return text if self.subjects or "@" not in text else ADDRESS.sub(self._hidden, text)
