"""The report as a workbook: what is said first, then the lists behind it, the calendar, the rule, the registers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from mailsla.core.rate import series as shown
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import Section
from mailsla.core.rate.standard import Judged
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import origin_words, rule_words, words
from mailsla.presentation.pages import (
    periods_beside,
    report_page,
    report_sheets,
    report_tables,
    report_warnings,
)
from mailsla.presentation.pages.page import Emphasis, Line
from mailsla.presentation.pages.register_page import DecisionLine, PublicationLine
from mailsla.presentation.pages.report_sheets import MOST_REQUESTS
from mailsla.presentation.pages.workbook import Field, Sheet, Value, Workbook


@dataclass(frozen=True, slots=True)
class Lists:
    """What a workbook lists beside the figures of a report.

    Attributes:
        requests: Those that the widest section counts, with their verdicts.
        decisions: The register; None where it is not to be shown.
        publications: Likewise.
    """

    requests: Sequence[Judged] = ()
    decisions: Sequence[DecisionLine] | None = None
    publications: Sequence[PublicationLine] | None = None


def report_workbook(built: Report, lists: Lists, zone: ZoneInfo, *, known_then: bool = False) -> Workbook:
    """Everything the report counts; `known_then` when it speaks of a past instant as known at it."""
    title = _("{site} – réponses aux courriels").format(site=words.safe(built.site))
    return Workbook(title, built.at, tuple(_sheets(title, built, lists, zone, known_then=known_then)))


def _sheets(title: str, built: Report, lists: Lists, zone: ZoneInfo, *, known_then: bool) -> Iterator[Sheet]:
    widest = shown.pictured(built.sections)
    others = tuple(section for section in built.sections if section is not widest)
    yield _summary(title, built, lists, zone, known_then=known_then)
    if beside := [line for _said, line in periods_beside.lines(built)]:
        title = _("Cette période à côté d'autres")
        yield report_sheets.over_time(_("Périodes comparées"), title, beside, built)
    yield report_sheets.requests(lists.requests, zone)
    yield report_sheets.delays(widest, built)
    is_due = widest.by is Belonging.DUE
    weeks = _("Demandes échues, semaine par semaine") if is_due else _("Demandes reçues, semaine par semaine")
    yield report_sheets.over_time(_("Semaines"), weeks, built.series.weeks, built)
    if len(widest.by_period) > 1:
        pieces = (
            _("Demandes échues au fil de la période") if is_due else _("Demandes reçues au fil de la période")
        )
        yield report_sheets.over_time(_("Au fil de la période"), pieces, widest.by_period, built)
    yield report_sheets.services((widest, *others), built)
    yield _calendar(built)
    yield _rule(built, zone)
    if lists.decisions is not None:
        yield report_sheets.decisions(lists.decisions, zone)
    if lists.publications is not None:
        yield report_sheets.publications(lists.publications, zone)


def _summary(title: str, built: Report, lists: Lists, zone: ZoneInfo, *, known_then: bool) -> Sheet:
    """What is said first: the answers, then the figures of every section side by side."""
    lines = (
        Line(title, Emphasis.STRONG),
        *report_page.situation(built, zone, known_then=known_then),
        Line(origin_words.promised(built.commitment)),
        *(Line(said, Emphasis.BAD) for said in report_warnings.warnings(built, zone)),
        *map(Line, _cut_short(len(lists.requests))),
        *(Line(said, Emphasis.DIM) for said in report_page.notes(built, zone, known_then=known_then)),
    )
    fields = (
        Field("", 64),
        *(Field(words.period_name(section.period), 34) for section in built.sections),
    )
    rows = tuple(
        (label, *(figure(section) for section in built.sections)) for label, figure in _figures(built)
    )
    return Sheet(_("Synthèse"), fields, rows, lines)


def _cut_short(count: int) -> Iterator[str]:
    """Yield what is said of requests that a sheet has no room for."""
    hidden = count - MOST_REQUESTS
    if hidden > 0:
        yield ngettext(
            "{n} demande ne tient pas sur la feuille des demandes : « mailsla requests --format csv ».",
            "{n} demandes ne tiennent pas sur la feuille des demandes : « mailsla requests --format csv ».",
            hidden,
        ).format(n=words.number(hidden))


def _figures(built: Report) -> Iterable[tuple[str, Callable[[Section], Value]]]:
    minimum = built.minimum
    due, received = _("demandes échues"), _("demandes reçues")
    return (
        (_("Du"), lambda section: section.period.first),
        (_("Au"), lambda section: section.period.last),
        (_("Demandes"), lambda section: due if section.by is Belonging.DUE else received),
        (_("Chiffre"), lambda section: words.standing(section.finality)),
        (_("Échues"), lambda section: section.population.fallen_due),
        (_("Échues, répondues dans les temps"), lambda section: section.population.met),
        (_("Échues, hors délai ou sans réponse"), lambda section: section.population.missed),
        (_("Taux de respect"), lambda section: report_tables.attained(section.population, minimum)),
        (_("Objectif"), lambda _section: built.commitment.target),
        (_("Pas encore échues, répondues"), lambda section: section.population.early),
        (_("Pas encore échues, en attente"), lambda section: section.population.waiting),
        (_("Exclues par décision"), lambda section: section.population.excluded),
        (_("1 demande sur 2 a sa réponse en, jours ouvrés"), lambda section: _median(section, minimum)),
        (
            _("9 demandes sur 10 ont leur réponse en, jours ouvrés"),
            lambda section: _ninth_decile(section, minimum),
        ),
        (_("Accusés de réception"), lambda section: section.acknowledged),
        (_("Répondues par décision"), lambda section: section.by_decision),
        (_("Répondues par classement"), lambda section: section.by_filing),
        (_("Suites, comptées à part"), lambda section: section.follow_ups.counted),
    )


def _median(section: Section, minimum: int) -> int | None:
    return section.delays.median if section.delays.requests >= minimum else None


def _ninth_decile(section: Section, minimum: int) -> int | None:
    return section.delays.ninth_decile if section.delays.requests >= minimum else None


def _calendar(built: Report) -> Sheet:
    """The days that do not count, or are declared, of every year that the report speaks of, and of this one."""
    periods = [section.period for section in built.sections]
    first = date(min(built.today, *(period.first for period in periods)).year, 1, 1)
    last = date(max(built.today, *(period.last for period in periods)).year, 12, 31)
    special = built.standard.clock.calendar.special_days
    return report_sheets.calendar(day for day in special if first <= day.on <= last)


def _rule(built: Report, zone: ZoneInfo) -> Sheet:
    lines = (
        Line(_("Comment recompter"), Emphasis.STRONG),
        Line(origin_words.promised(built.commitment)),
        Line(rule_words.rule(built.commitment, built.standard.clock)),
        Line(rule_words.example(built.example, zone)),
        Line(_("Les taux sont coupés au dixième, jamais arrondis : 79,96 est écrit 79,9.")),
    )
    return Sheet(_("Règle"), (Field("", 100),), lines=lines)
