"""The sheets of the report's workbook that are lists: requests, delays, periods, services, days, registers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from mailsla.core.clock.working_days import SpecialDay
from mailsla.core.pairing.decision import Recorded
from mailsla.core.rate.report import Report
from mailsla.core.rate.section import PeriodLine, Section, ServiceLine
from mailsla.core.rate.standard import Judged
from mailsla.language import gettext as _
from mailsla.presentation import clock_terms, terms, words
from mailsla.presentation.pages import register_page
from mailsla.presentation.pages.drawing import Shade
from mailsla.presentation.pages.mail_page import subject
from mailsla.presentation.pages.register_page import DecisionLine, PublicationLine
from mailsla.presentation.pages.report_pictures import LAST_DAY, MOST_COLUMNS
from mailsla.presentation.pages.report_tables import attained
from mailsla.presentation.pages.service_tables import by_need
from mailsla.presentation.pages.workbook import Chart, Field, Shape, Sheet, Value

MOST_REQUESTS = 1_048_575
"""Rows that a sheet has below its titles (ECMA-376, as Excel reads it)."""

MOST_BARS = 20
"""Services that are drawn: more would be too narrow to be told apart."""


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """Return an instant as the site's clocks showed it, to the second: spreadsheets know no zone."""
    return at.astimezone(zone).replace(tzinfo=None, microsecond=0)


def requests(items: Sequence[Judged], zone: ZoneInfo) -> Sheet:
    """The requests, one a row, with their verdicts; of more than a sheet has rows for, the first."""
    fields = (
        Field(_("Réf."), 12),
        Field(_("Reçue le"), 17),
        Field(_("Échéance"), 17),
        Field(_("Répondue le"), 12),
        Field(_("Jours ouvrés"), 13),
        Field(_("Verdict"), 26),
        Field(_("Service"), 28),
        Field(_("Catégorie"), 16),
        Field(_("Relances"), 10),
        Field(_("Suite"), 8),
        Field(_("Objet"), 60),
    )
    return Sheet(_("Demandes"), fields, tuple(_request(item, zone) for item in items[:MOST_REQUESTS]))


def _request(item: Judged, zone: ZoneInfo) -> tuple[Value, ...]:
    case, verdict = item.case, item.verdict
    return (
        words.reference(case.key),
        local(case.received_at, zone),
        verdict.due_on if verdict.due_at is None else local(verdict.due_at, zone),
        verdict.answered_on,
        verdict.working_days,
        clock_terms.outcome(verdict.outcome, answered=verdict.answered_on is not None),
        words.service_name(case.service),
        words.category(case.category),
        case.reminders,
        _("oui") if case.follow_up else _("non"),
        subject(case.subject),
    )


def delays(section: Section, built: Report) -> Sheet:
    """How many have their answer by each working day, of enough requests for a share."""
    curve, target = section.delays, built.commitment.target
    is_enough = curve.requests >= max(built.minimum, 1) and curve.steps
    rows = [(day, curve.answered_by(day), target) for day in range(LAST_DAY + 1)] if is_enough else []
    share = _("Ont leur réponse à la fin de ce jour (estimation)")
    title = _("Délais de réponse, en jours ouvrés – {period}").format(
        period=words.period_name(section.period)
    )
    described = _("Part des demandes qui ont leur réponse à la fin de chaque jour ouvré, et l'objectif.")
    chart = Chart(title, described, Shape.COLUMNS, 0, ((1, Shade.MET),), 2, 0, len(rows))
    fields = (Field(_("Jour ouvré"), 12), Field(share, 30), Field(_("Objectif"), 12))
    return Sheet(_("Délais"), fields, tuple(rows), charts=_drawn(chart))


def over_time(name: str, title: str, lines: Sequence[PeriodLine], built: Report) -> Sheet:
    """Pieces of time, one a row, beside the same of the year before where that is known."""
    counts = _("Les demandes de chaque période ; le trait est à {target} des échues.")
    described = counts.format(target=words.percent(built.commitment.target))
    shown = min(len(lines), MOST_COLUMNS) if any(line.population.counted for line in lines) else 0
    figures = ((4, Shade.MET), (5, Shade.MISSED), (6, Shade.NOT_DUE))
    chart = Chart(title, described, Shape.STACKS, 0, figures, 8, len(lines) - shown, shown)
    fields = (
        Field(_("Période"), 30),
        Field(_("Du"), 12),
        Field(_("Au"), 12),
        Field(_("Échues"), 10),
        Field(_("Dans les temps"), 12),
        Field(_("Hors délai ou sans réponse"), 16),
        Field(_("Pas encore échues"), 12),
        Field(_("Taux de respect"), 11),
        Field(_("Objectif, en demandes"), 13),
        Field(_("Chiffre"), 20),
        Field(_("Un an avant, échues"), 13),
        Field(_("Un an avant, dans les temps"), 15),
    )
    return Sheet(name, fields, tuple(_piece(line, built) for line in lines), charts=_drawn(chart))


def _piece(line: PeriodLine, built: Report) -> tuple[Value, ...]:
    counts, former = line.population, line.former
    return (
        words.piece_name(line.period),
        line.cut.first,
        line.cut.last,
        counts.fallen_due,
        counts.met,
        counts.missed,
        counts.not_due,
        attained(counts, built.minimum),
        float(built.commitment.target * counts.fallen_due),
        words.standing(line.finality),
        None if former is None else former.fallen_due,
        None if former is None else former.met,
    )


def services(sections: Sequence[Section], built: Report) -> Sheet:
    """The services of each section, the one furthest below the target first; those of the first section are drawn."""
    rows = [_service(section, line, built) for section in sections for line in by_need(section, built)]
    drawn = [line for line in sections[0].by_service if attained(line.population, built.minimum) is not None]
    title = _("Taux de respect par service – {period}").format(period=words.period_name(sections[0].period))
    described = _("Le taux de chaque service, le plus loin de l'objectif d'abord, et l'objectif.")
    shown = min(len(drawn), MOST_BARS)
    chart = Chart(title, described, Shape.BARS, 3, ((8, Shade.MET),), 9, 0, shown)
    fields = (
        Field(_("Période"), 40),
        Field(_("Du"), 12),
        Field(_("Au"), 12),
        Field(_("Service"), 40),
        Field(_("Échues"), 10),
        Field(_("Dans les temps"), 12),
        Field(_("Hors délai ou sans réponse"), 16),
        Field(_("Pas encore échues"), 12),
        Field(_("Taux de respect"), 11),
        Field(_("Objectif"), 10),
        Field(_("Médiane, en jours ouvrés"), 15),
    )
    return Sheet(_("Services"), fields, tuple(rows), charts=_drawn(chart))


def _service(section: Section, line: ServiceLine, built: Report) -> tuple[Value, ...]:
    counts = line.population
    return (
        words.period_name(section.period),
        section.period.first,
        section.period.last,
        words.service_name(line.service),
        counts.fallen_due,
        counts.met,
        counts.missed,
        counts.not_due,
        attained(counts, built.minimum),
        built.commitment.target,
        line.delays.median if line.delays.requests >= built.minimum else None,
    )


def _drawn(chart: Chart) -> tuple[Chart, ...]:
    return (chart,) if chart.rows else ()


def calendar(days: Iterable[SpecialDay]) -> Sheet:
    """Holidays and closures with their source."""
    fields = (
        Field(_("Jour"), 12),
        Field(_("Nom"), 36),
        Field(_("Nature"), 18),
        Field(_("Source"), 70),
    )
    rows = tuple(
        (day.on, words.safe(day.name), clock_terms.special_day(day.kind), clock_terms.source(day))
        for day in days
    )
    return Sheet(_("Calendrier"), fields, rows)


def decisions(found: Iterable[DecisionLine], zone: ZoneInfo) -> Sheet:
    """The register of decisions, by number."""
    fields = (
        Field(_("n°"), 6),
        Field(_("Dite le"), 17),
        Field(_("Par"), 24),
        Field(_("Consignée le"), 17),
        Field(_("Session"), 18),
        Field(_("Réf."), 12),
        Field(_("Décision"), 50),
        Field(_("Raison"), 60),
        Field(_("Annulée par"), 12),
    )
    rows = tuple(
        (
            item.number,
            local(item.decided_at, zone),
            words.safe(item.decided_by),
            *_recorded(item.recorded, zone),
            register_page.about(item).text,
            terms.decision(item, zone),
            words.safe(item.reason),
            undone_by,
        )
        for item, undone_by, _effects in found
    )
    return Sheet(_("Décisions"), fields, rows)


def _recorded(found: Recorded | None, zone: ZoneInfo) -> tuple[Value, Value]:
    """When and by whom, by the machine's own word; nothing of an act of which it noted neither."""
    return (None, None) if found is None else (local(found.at, zone), words.safe(found.by))


def publications(found: Iterable[PublicationLine], zone: ZoneInfo) -> Sheet:
    """The register of publications, by number, each beside what it would be today."""
    fields = (
        Field(_("n°"), 6),
        Field(_("Publiée le"), 17),
        Field(_("Par"), 24),
        Field(_("Consignée le"), 17),
        Field(_("Session"), 18),
        Field(_("Raison"), 40),
        Field(_("Période"), 30),
        Field(_("Demandes"), 20),
        Field(_("Chiffre"), 20),
        Field(_("Dans les temps"), 12),
        Field(_("Échues"), 10),
        Field(_("Dans les temps aujourd'hui"), 16),
        Field(_("Échues aujourd'hui"), 12),
        Field(_("Causes"), 40),
        Field(_("Republiée"), 11),
    )
    return Sheet(_("Publications"), fields, tuple(_publication(line, zone) for line in found))


def _publication(line: PublicationLine, zone: ZoneInfo) -> tuple[Value, ...]:
    item, revision, followed_by = line
    now = item if revision is None else revision.now
    return (
        item.number,
        local(item.published_at, zone),
        words.safe(item.signed.said_by or ""),
        *_recorded(item.signed.recorded, zone),
        words.safe(item.signed.reason),
        words.piece_name(item.period),
        register_page.which_requests(item),
        register_page.standing(item),
        item.met,
        item.judged,
        now.met,
        now.judged,
        None if revision is None else register_page.causes(revision),
        followed_by,
    )
