"""The report to be read away from a terminal: what matters on a first sheet, with pictures, then all the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from mailsla.core.rate import series as shown
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import Section as Measured
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import origin_words, rule_words, words
from mailsla.presentation.pages import (
    calendar_picture,
    periods_beside,
    report_page,
    report_pictures,
    report_tables,
    report_warnings,
    service_tables,
)
from mailsla.presentation.pages.other_promises import other_promises
from mailsla.presentation.pages.page import Block, Emphasis, Line, Page, Picture, Section

FIRST_SERVICES, FIRST_LATE, FIRST_SOON = 8, 5, 3
"""Rows of each list on the first sheet; more of them stand on the next."""

MOST_SERVICES = 20
"""Rows of services on the next sheets: a file that is mailed stays small."""


def illustrated_report(built: Report, zone: ZoneInfo, *, known_then: bool = False) -> Page:
    """Everything the report says, with pictures; `known_then` when it speaks of a past instant as known at it."""
    page = first_sheet(built, zone, known_then=known_then)
    return replace(page, sections=(*page.sections, *_next_sheets(built, zone)))


def first_sheet(built: Report, zone: ZoneInfo, *, known_then: bool = False) -> Page:
    """What matters of it, on one sheet."""
    return Page(
        title=_("{site} – réponses aux courriels").format(site=words.safe(built.site)),
        lines=(
            *report_page.situation(built, zone, known_then=known_then),
            Line(origin_words.promised(built.commitment)),
        ),
        warnings=tuple(report_warnings.warnings(built, zone)),
        sections=tuple(_first_sections(built, zone)),
        notes=tuple(report_page.notes(built, zone, known_then=known_then)),
    )


def _first_sections(built: Report, zone: ZoneInfo) -> Iterator[Section]:
    widest = shown.pictured(built.sections)
    yield from map(_alone, report_pictures.weeks(built.series.weeks, built, widest.by))
    if widest.by_service:
        yield _services(widest, built, FIRST_SERVICES)
    yield from report_page.deadlines(built, zone, FIRST_LATE, FIRST_SOON)


def _next_sheets(built: Report, zone: ZoneInfo) -> Iterator[Section]:
    widest = shown.pictured(built.sections)
    yield Section(_("Détail des chiffres"), (report_tables.summary(built),), new_sheet=True)
    yield from periods_beside.beside(built)
    for section in built.sections:
        if section is not widest or len(widest.by_service) > FIRST_SERVICES:
            yield _services(section, built)
    for section in dict.fromkeys((widest, built.sections[-1])):
        if section.by_period != built.series.weeks:
            yield from map(_alone, report_pictures.pieces(section, built))
    yield from map(_alone, report_pictures.delays(widest, built))
    yield from map(_alone, calendar_picture.calendar(built.series.days, built, widest.by))
    yield from other_promises(built.sections[-1], built.minimum, built.service)
    yield report_page.outlook_of(built)
    if len(built.overdue) > FIRST_LATE:
        yield report_page.late(built, zone)
    if len(built.soon) > FIRST_SOON:
        yield report_page.soon(built, zone)
    rule = rule_words.rule(built.commitment, built.standard.clock)
    yield Section(_("Comment recompter"), (Line(rule), Line(rule_words.example(built.example, zone))))
    yield report_page.balance_of(built)


def _alone(picture: Picture) -> Section:
    """A picture as a part of its own, under its title."""
    return Section(picture.title, (picture,))


def _services(section: Measured, built: Report, most: int = MOST_SERVICES) -> Section:
    """How each service stands, the one furthest below the target first; of many, so many of them."""
    table = service_tables.services_by_need(section, built)
    blocks: list[Block] = [replace(table, rows=table.rows[:most])]
    hidden = len(table.rows) - most
    if hidden > 0:
        more = (
            ngettext(
                "… et {n} service de plus : voir plus bas.",
                "… et {n} services de plus : voir plus bas.",
                hidden,
            )
            if most < MOST_SERVICES
            else ngettext(
                "… et {n} service de plus : « mailsla report --format csv ».",
                "… et {n} services de plus : « mailsla report --format csv ».",
                hidden,
            )
        )
        blocks.append(Line(more.format(n=words.number(hidden)), Emphasis.DIM))
    period = words.period_name(section.period)
    return Section(_("Par service – {period}").format(period=period), tuple(blocks))
