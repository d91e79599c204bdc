"""A report as a mail: what matters, without pictures, which mail programs do not draw; the rest is attached."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

from mailsla.core.alerts.scheduled_reports import DueReport
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.rate.overdue import Overdue
from mailsla.core.rate.report import Report
from mailsla.core.rate.standard import Judged
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.masking import LONGEST, masked
from mailsla.presentation.pages.illustrated_report import first_sheet
from mailsla.presentation.pages.page import Page
from mailsla.presentation.pages.register_page import DecisionLine
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


def decisions_fit_for_mail(
    found: Sequence[DecisionLine] | None, *, show_subjects: bool
) -> Sequence[DecisionLine] | None:
    """Return the register of decisions likewise: why, and by which channel, somebody typed as he liked."""
    if found is None:
        return None
    fit = partial(masked, most=LONGEST) if show_subjects else _hidden
    return [(_typed_fit(item, fit), undone_by, effects) for item, undone_by, effects in found]


def _typed_fit(item: Decision, fit: Callable[[str], str]) -> Decision:
    text = masked(item.text) if item.action is Action.ANSWERED else item.text
    return replace(item, reason=fit(item.reason), text=text)


def _each(items: Iterable[Judged], fit: Callable[[str], str]) -> Iterator[Judged]:
    for item in items:
        yield replace(item, case=replace(item.case, subject=fit(item.case.subject)))


def _hidden(_written: str) -> str:
    return ""
