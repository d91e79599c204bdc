"""Draws the lists of the site, a few rows at a time: a page is written as soon as its rows are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from mailsla.core.pairing.doubts import Doubt
from mailsla.core.rate.case import Case
from mailsla.core.rate.counted import (
    CountedDoubts,
    CountedLeftOut,
    CountedMails,
    CountedRequests,
    CountedTogether,
)
from mailsla.core.rate.selection import State
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.action_mails import ActionLink, ActionMails
from mailsla.presentation.formats import site_page
from mailsla.presentation.formats.html_table import row_of
from mailsla.presentation.formats.markup import Written, once
from mailsla.presentation.formats.site_page import Around, Leading, Rows
from mailsla.presentation.pages.page import Alignment, Cell, Column, Emphasis, Fit, Line, Page, Section, Table
from mailsla.presentation.static_site import acting_words, list_rows, list_words, places
from mailsla.presentation.static_site.linked import Linker
from mailsla.presentation.static_site.list_words import Promises
from mailsla.presentation.static_site.lists import MOST_ACTED_ON, MOST_ROWS, Listed, uneven
from mailsla.presentation.told import figure

File = tuple[str, str]
"""Where a page is, and what it holds."""

ENDS = 3
"""Pages of a list that each page leads to, at both ends and around itself."""

IN_A_LIST = "listes/xx/x.html"
"""As deep on the site as every list of requests and of mails: what their rows lead to is written alike."""


@dataclass
class _Open:
    """A list that has not all its rows yet: those of the page that is not written."""

    listed: Listed
    rows: list[Written] = field(default_factory=list)
    written: int = 0


@dataclass
class ListPages:
    """The lists of a site, as they are written.

    Attributes:
        linker: The site as its pages see it.
        around: What stands around every page.
        promises: The promises beside the main one.
        has_decisions: Whether rows may have the star of a decision.
        acting: The mails by which whoever checks the figures may act; None where pages have none.
    """

    linker: Linker
    around: Around
    promises: Promises
    has_decisions: bool
    acting: ActionMails | None = None
    _open: dict[str, _Open] = field(default_factory=dict)

    def begin(self) -> Iterator[File]:
        """Yield the pages of the lists that are made of others, and await the rows of the rest."""
        for listed in tuple(self.linker.lists.by_place.values()):
            parts = self.linker.lists.parts(listed)
            if parts:
                yield self._made_of(listed, parts)
            else:
                self._open[listed.place] = _Open(listed)

    def awaited(self) -> tuple[Listed, ...]:
        """Return the lists whose rows are awaited."""
        return tuple(item.listed for item in self._open.values())

    def is_acted_on(self, listed: Listed) -> bool:
        """Tell whether the rows of a list have ready-written mails: what is late, and what is to check."""
        of = listed.of
        is_late = isinstance(of, CountedRequests) and (of.selection.state, of.promise) == (
            State.OVERDUE,
            None,
        )
        return self.acting is not None and (is_late or isinstance(of, CountedDoubts))

    def acts_on(self, item: Case | Doubt) -> tuple[ActionLink, ...]:
        """Return what may be done of a request, or of what is to check, by ready-written mails."""
        if self.acting is None:
            return ()
        if isinstance(item, Doubt):
            return self.acting.for_doubt(item)
        return self.acting.for_late(item.key, item.received_at)

    def row(
        self,
        cells: tuple[Cell, ...],
        columns: tuple[Column, ...],
        place: str = IN_A_LIST,
        acts: Sequence[ActionLink] = (),
    ) -> Written:
        """Draw a row once, for all the lists that have it; with what may be done of it, if anything."""
        if acts:
            cells, columns = (*cells, acting_words.cell(acts)), (*columns, acting_words.column())
        shown = self.linker.columns(columns)
        return once(row_of(self.linker.row(cells, columns, place), shown, is_sorted=True))

    def add(self, place: str, row: Written) -> Iterator[File]:
        """Add a row to a list; yield its page once it has all that a page has.

        Raises:
            PermanentError: When the list has more rows than its figure says.
        """
        item = self._open[place]
        item.rows.append(row)
        found = item.written + len(item.rows)
        if found > item.listed.count:
            raise uneven(place, item.listed.count, found)
        if len(item.rows) == self._most(item.listed) or found == item.listed.count:
            yield self._page(item)
            item.written, item.rows = found, []

    def end(self) -> None:
        """Refuse lists that have fewer rows than their figures say.

        Raises:
            PermanentError: When one has.
        """
        for item in self._open.values():
            if item.written != item.listed.count:
                raise uneven(item.listed.place, item.listed.count, item.written + len(item.rows))

    def _most(self, listed: Listed) -> int:
        return MOST_ACTED_ON if self.is_acted_on(listed) else MOST_ROWS

    def _columns(self, listed: Listed) -> tuple[Column, ...]:
        acting = (acting_words.column(),) if self.is_acted_on(listed) else ()
        return (*columns_of(listed), *acting)

    def _page(self, item: _Open) -> File:
        listed = item.listed
        most = self._most(listed)
        number, last = item.written // most + 1, -(-listed.count // most)
        place = places.further(listed.place, number)
        said = list_words.count(listed.of, listed.count)
        if last > 1:
            said = _("{count}, lignes {first} à {last} ; page {page} sur {pages}.").format(
                count=said,
                first=words.number(item.written + 1),
                last=words.number(item.written + len(item.rows)),
                page=number,
                pages=last,
            )
        rows = Rows(
            self.linker.columns(self._columns(listed)), item.rows, tuple(_others(listed.place, number, last))
        )
        page = self._headed(
            listed, Line(said, Emphasis.STRONG) if last > 1 else Line(f"{said}.", Emphasis.STRONG)
        )
        return place, site_page.write(self.linker.page(page, place), place, self.around, rows=rows)

    def _headed(self, listed: Listed, *more: Line, sections: tuple[Section, ...] = ()) -> Page:
        of, lines = listed.of, [*more, *list_words.lines(listed.of, self.promises)]
        if self.has_decisions and isinstance(of, CountedRequests | CountedTogether):
            lines.append(Line(_("* Décision consignée : voir la page de la demande."), Emphasis.DIM))
        if self.is_acted_on(listed):
            lines.append(acting_words.whose())
        return Page(
            title=list_words.title(of),
            lines=tuple(lines),
            sections=sections,
        )

    def _made_of(self, listed: Listed, parts: Sequence[Listed]) -> File:
        """The page of a list that is read in others, with how many rows each has."""
        columns = (Column(_("Liste")), Column(_("Nombre"), Alignment.RIGHT, Fit.WHOLE))
        rows = tuple(
            (Cell(list_words.title(part.of)), Cell(figure(words.number(part.count), part.count, part.of)))
            for part in parts
        )
        count = list_words.count(listed.of, listed.count)
        said = _("{count} ; cette liste se lit en {n} autres, qui se suivent.").format(
            count=count, n=len(parts)
        )
        page = self._headed(
            listed, Line(said, Emphasis.STRONG), sections=(Section("", (Table(columns, rows),)),)
        )
        return listed.place, site_page.write(self.linker.page(page, listed.place), listed.place, self.around)


def columns_of(listed: Listed) -> tuple[Column, ...]:
    """Return the columns of a list, those that not everybody may read included."""
    match listed.of:
        case CountedRequests() | CountedTogether():
            return list_rows.request_columns()
        case CountedMails() | CountedLeftOut():
            return list_rows.mail_columns()
        case CountedDoubts():
            return list_rows.doubt_columns()
        case _:
            assert_never(listed.of)


def _others(place: str, number: int, last: int) -> Iterator[Leading]:
    """Yield where a page of a list leads to: the one before, the next, some of the others."""
    if last == 1:
        return
    if number > 1:
        yield _("Page précédente"), places.further(place, number - 1)
    if number < last:
        yield _("Page suivante"), places.further(place, number + 1)
    near = {*range(1, ENDS), *range(number - ENDS + 1, number + ENDS), *range(last - ENDS + 2, last + 1)}
    for other in sorted(near):
        if 1 <= other <= last:
            yield _("Page {number}").format(number=other), places.further(place, other)
