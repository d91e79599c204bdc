"""A period beside the one before it and the same one of the year before, where they are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailsla.core.rate.report import Report
from mailsla.core.rate.section import PeriodLine
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.counting import counting
from mailsla.presentation.pages import report_tables
from mailsla.presentation.pages.page import Alignment, Cell, Column, Fit, Row, Section, Table


def lines(built: Report) -> tuple[tuple[str, PeriodLine], ...]:
    """Return the period that was asked for, then those beside it, each with what it is; none when it stands alone."""
    found = built.beside
    if found.before is None and found.year_before is None:
        return ()
    is_one = found.before == found.year_before
    beside = (
        (_("La précédente"), found.before),
        (_("La même, un an avant"), None if is_one else found.year_before),
    )
    return (
        (_("Cette période"), built.sections[0].line),
        *((said, line) for said, line in beside if line is not None),
    )


def beside(built: Report) -> Iterator[Section]:
    """Yield the period beside the others, where any is known."""
    found = lines(built)
    if found:
        yield Section(_("À côté d'autres périodes"), (_table(found, built),))


def _table(found: Sequence[tuple[str, PeriodLine]], built: Report) -> Table:
    columns = (
        Column(_("Période")),
        Column(_("Taux de respect"), fit=Fit.WHOLE),
        Column(""),
        Column(_("Hors délai"), Alignment.RIGHT, Fit.WHOLE),
        Column(_("Médiane"), Alignment.RIGHT, Fit.WHOLE),
        Column(_("Chiffre")),
    )
    return Table(columns, tuple(_row(said, line, built) for said, line in found))


def _row(said: str, line: PeriodLine, built: Report) -> Row:
    rate, bar, missed, _not_due = report_tables.rate_cells(line.population, built, counting(built, line.cut))
    name = _("{which}, {period}").format(which=said, period=words.piece_name(line.period))
    median = report_tables.median(line.delays, built.minimum)
    return (Cell(name, line.period.name), rate, bar, missed, median, Cell(words.standing(line.finality)))
