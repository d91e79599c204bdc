"""The report as a page with pictures, of several situations, and such a page read back as whoever reads it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from html.parser import HTMLParser

from mailsla.core.rate.finality import Finality
from mailsla.core.rate.overdue import all_overdue
from mailsla.core.rate.period import Grain, Period, pieces
from mailsla.core.rate.population import Population
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import PeriodLine, ServiceLine
from mailsla.core.rate.series import Series
from mailsla.presentation.formats import html_page
from mailsla.presentation.pages.illustrated_report import illustrated_report
from mailsla.presentation.pages.page import Page
from tests.factories import METROPOLE, PARIS
from tests.presentation.samples import CURVE, HOSTILE, TODAY, gap, judged
from tests.presentation.snapshots import RUNNING, situations, usual

STRANGE = (
    *(HOSTILE, "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&amp;", "../x", "=1+1"),
    *(
        "W" * 200,
        "Bureau de la réglementation générale et des élections " * 4,
        "شؤون الأجانب",
        "', style=x:y",
    ),
)
"""Names that strangers, or a site, may write."""

WEEKS = Period("2026-08-17..2026-11-15", date(2026, 8, 17), date(2026, 11, 15))
DAYS = Period("2026-01-01..2026-12-31", date(2026, 1, 1), date(2026, 12, 31))


def lines(grain: Grain, of: Period, scale: int, *, former: bool) -> Iterator[PeriodLine]:
    """Yield the pieces of a period with counts that differ: nothing on closed days, nothing judged after today."""
    for number, piece in enumerate(pieces(of, grain)):
        counts = Population(
            met=number * 7 % 9 * scale,
            missed=number * 5 % 4 * (number % 3) * scale,
            waiting=2 * scale if TODAY in piece else 0,
        )
        if piece.first > TODAY:
            counts = Population(early=number % 2 * scale, waiting=number % 3 * scale)
        if grain is Grain.DAY and not METROPOLE.is_working(piece.first):
            counts = Population()
        before = Population(met=number * 3 % 7 * scale, missed=number % 3 * scale) if former else None
        finality = Finality() if piece.last < TODAY else RUNNING
        yield PeriodLine(piece, piece, counts, CURVE, finality, before)


def series(scale: int = 1, *, former: bool = True) -> Series:
    """Return thirteen weeks and the days of a year."""
    return Series(
        tuple(lines(Grain.WEEK, WEEKS, scale, former=former)),
        tuple(lines(Grain.DAY, DAYS, scale, former=former)),
    )


def largest() -> Report:
    """Return a report of everything that there may be much of, under strange names."""
    services = tuple(
        ServiceLine(f"{name}{number}"[-200:], Population(met=50 + number, missed=40 - number), CURVE, CURVE)
        for number, name in enumerate(STRANGE * 4)
    )
    built = usual(
        overdue=all_overdue(judged(f"{number:012}", subject=name) for number, name in enumerate(STRANGE * 6)),
        soon=tuple(judged(f"f{number:011}", subject=name) for number, name in enumerate(STRANGE * 3)),
        gaps=(gap(),) * 9,
        site=HOSTILE,
        service=HOSTILE,
    )
    first, year = built.sections
    return replace(built, sections=(first, replace(year, by_service=services)))


def illustrated() -> dict[str, Report]:
    """Return the reports that are drawn, by name, with what their pictures show."""
    found = {name: replace(built, series=series()) for name, built in situations().items()}
    found["empty"] = situations()["empty"]
    found["largest"] = replace(largest(), series=series(1_234))
    return found


def page(name: str) -> Page:
    """Return the page of a situation."""
    return illustrated_report(illustrated()[name], PARIS)


def written(name: str) -> str:
    """Return a situation's page as an HTML file."""
    return html_page.write(page(name))


@dataclass
class ReadTable:
    """A table as it was read: what it is under, and its rows, titles first."""

    under: str
    rows: list[list[str]] = field(default_factory=list)

    def column(self, number: int) -> list[str]:
        """Return the texts of a column, its title left out."""
        return [row[number] for row in self.rows[1:]]


WITHIN = {"strong", "span", "a"}
"""What stands within a text, and parts no words."""


class Reader(HTMLParser):
    """Reads a page back: its tables, its texts, its elements, and whether each was closed.

    Attributes:
        tables: The tables, in order.
        elements: The name and the attributes of every element.
        texts: Every text outside the style sheet and the pictures.
        drawn: Every text of the pictures.
        open: The elements that are not closed yet.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[ReadTable] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.drawn: list[str] = []
        self.open: list[str] = []
        self._under = ""
        self._goes_on = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs), "an attribute is written twice"
        if tag == "meta":
            return
        self.open.append(tag)
        self._goes_on = self._goes_on and tag in WITHIN
        if tag in {"h2", "summary"}:
            self._under = ""
        elif tag == "table":
            self.tables.append(ReadTable(self._under))
        elif tag == "tr":
            self.tables[-1].rows.append([])
        elif tag in {"td", "th"}:
            self.tables[-1].rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that is closed where it begins."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Note the end of an element."""
        assert self.open.pop() == tag
        self._goes_on = self._goes_on and tag in WITHIN

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if "style" in self.open or not (self._goes_on or data.strip()):
            return
        found = self.drawn if "svg" in self.open else self.texts
        if self._goes_on:
            found[-1] += data
        else:
            found.append(data)
        self._goes_on = True
        if "svg" not in self.open:
            if self.open[-1] in {"h2", "summary"}:
                self._under += data
            elif self.open[-1] in {"td", "th"}:
                self.tables[-1].rows[-1][-1] += data

    def table(self, under: str) -> ReadTable:
        """Return the first table under a heading that begins so."""
        return next(table for table in self.tables if table.under.startswith(under))


def number(text: str) -> int:
    """Return a count as it was printed: « 1 234 »."""
    return int(re.sub(r"[\s\u202f\u00a0,]", "", text))


def fraction(text: str) -> tuple[int, int] | None:
    """Return « 43 sur 54 » of a rate as it was printed; None where none is said."""
    found = re.search(r"([\d\u202f]+)\ssur\s([\d\u202f]+)", text)
    return None if found is None else (number(found[1]), number(found[2]))
