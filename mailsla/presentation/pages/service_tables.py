"""How each service stands."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from mailsla.core.rate.report import Report
from mailsla.core.rate.section import Section, ServiceLine
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.counting import Counting, of_section, of_service
from mailsla.presentation.pages.page import NOTHING, Alignment, Cell, Column, Emphasis, Fit, Row, Table
from mailsla.presentation.pages.report_tables import attained, median, rate_cells, rate_columns


def services(cohort: Section, built: Report) -> Table:
    """How each service stands in a cohort."""
    columns = (
        Column(_("Service")),
        *rate_columns(),
        Column(_("Médiane"), Alignment.RIGHT, Fit.WHOLE),
    )
    counted = of_section(cohort, built)
    rows = tuple(_service(line, built, of_service(line.service, counted)) for line in cohort.by_service)
    nobody: Row = (Cell(_("aucune demande")), *[NOTHING] * (len(columns) - 1))
    return Table(columns, rows or (nobody,))


def services_by_need(cohort: Section, built: Report) -> Table:
    """The same, the one furthest below the target first, those of too few for a rate last; who is below is said."""
    target, lines = built.commitment.target, by_need(cohort, built)
    below = _("sous l'objectif") if cohort.finality.is_definitive else _("sous l'objectif à ce jour")
    table = services(replace(cohort, by_service=tuple(lines)), built)
    at = _("trait : {target}").format(target=words.percent(target))
    columns = tuple(column if column.title else replace(column, title=at) for column in table.columns)
    if not any(_need(line, built) < target for line in lines):
        return replace(table, columns=columns)
    said = (Cell(below, emphasis=Emphasis.BAD) if _need(line, built) < target else NOTHING for line in lines)
    rows = tuple((*row, cell) for row, cell in zip(table.rows, said, strict=True))
    return replace(table, columns=(*columns, Column(_("Face à l'objectif"), fit=Fit.WHOLE)), rows=rows)


def by_need(cohort: Section, built: Report) -> list[ServiceLine]:
    """Return the services of a cohort, the one furthest below the target first, those of too few for a rate last."""
    return sorted(cohort.by_service, key=lambda line: _need(line, built))


def _need(line: ServiceLine, built: Report) -> Fraction:
    share = attained(line.population, built.minimum)
    return Fraction(2) if share is None else share


def _service(line: ServiceLine, built: Report, of: Counting) -> Row:
    name = Cell(words.service_name(line.service))
    return (name, *rate_cells(line.population, built, of), median(line.delays, built.minimum))
