"""A report as a mail: what matters, without pictures, which mail programs do not draw; the rest is attached."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from mailsla.core.alerts.scheduled_reports import DueReport
from mailsla.core.rate.overdue import Overdue
from mailsla.core.rate.report import Report
from mailsla.core.rate.standard import Judged
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.masking import masked
from mailsla.presentation.pages.illustrated_report import first_sheet
from mailsla.presentation.pages.page import Page
from mailsla.presentation.pages.without_pictures import without_pictures


def subject(due: DueReport, built: Report) -> str:
    """« Réponses aux courriels, semaine 45 de 2026 : 82,6 % (43 sur 52) dans les temps »."""
    period = words.piece_name(due.period)
    if due.reader.service is not None:
        service = words.safe(due.reader.service, 60)
        period = _("{period}, {service}").format(period=period, service=service)
    counts = built.sections[0].population
    if not counts.fallen_due:
        return _("Réponses aux courriels, {period} : aucune demande échue").format(period=period)
    rate = words.rate(counts, built.minimum)
    return _("Réponses aux courriels, {period} : {rate} dans les temps").format(period=period, rate=rate)


def mailed_report(built: Report, zone: ZoneInfo, *, has_more: bool, is_answered: bool) -> Page:
    """Return what stands in the mail itself: the report's first sheet, and where more of it is.

    Args:
        built: The report, with the subjects that a mail may show.
        zone: The site's.
        has_more: Whether the whole report is attached.
        is_answered: Whether an answer reaches the referent.
    """
    page = without_pictures(first_sheet(built, zone))
    return replace(page, notes=(*page.notes, *_closing(has_more=has_more, is_answered=is_answered)))


def _closing(*, has_more: bool, is_answered: bool) -> Iterator[str]:
    if has_more:
        yield _("Le rapport entier est joint.")
    yield _("Ce rapport vient de lui-même ; ses chiffres sont ceux de l'heure de son envoi.")
    if is_answered:
        yield _("Une question ? Répondez à ce courriel : il arrive au référent qualité.")


def fit_for_mail(built: Report, *, show_subjects: bool) -> Report:
    """Return a report with the subjects that a mail may show: without addresses and long numbers, or none at all."""
    fit = masked if show_subjects else _hidden
    overdue = built.overdue
    return replace(
        built,
        overdue=Overdue(overdue.by_service, overdue.follow_ups, tuple(_each(overdue.listed, fit))),
        soon=tuple(_each(built.soon, fit)),
    )


def requests_fit_for_mail(items: Iterable[Judged], *, show_subjects: bool) -> tuple[Judged, ...]:
    """Return requests likewise."""
    return tuple(_each(items, masked if show_subjects else _hidden))


def _each(items: Iterable[Judged], fit: Callable[[str], str]) -> Iterator[Judged]:
    for item in items:
        yield replace(item, case=replace(item.case, subject=fit(item.case.subject)))


def _hidden(_subject: str) -> str:
    return ""
