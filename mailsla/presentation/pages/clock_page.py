"""The answers of `mailsla clock` and `mailsla calendar`: a delay day by day, and the days that do not count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from mailsla.core.clock.commitment import Commitment, Unit
from mailsla.core.clock.verdict import Clock, Verdict
from mailsla.core.clock.working_days import Day, SpecialDay
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import clock_terms, origin_words, rule_words, words
from mailsla.presentation.pages.page import (
    Alignment,
    Block,
    Cell,
    Column,
    Emphasis,
    Line,
    Page,
    Row,
    Section,
    Table,
)


def clock_page(
    verdict: Verdict,
    commitment: Commitment,
    counted: Sequence[Day],
    clock: Clock,
    *,
    replied: bool,
    territory: str,
) -> Page:
    """The due date and, with a reply, the delay and the verdict; the rule last."""
    zone = clock.calendar.zone
    conclusion = (
        verdict_sentence(verdict, commitment, zone) if replied else words.due(verdict, commitment, zone)
    )
    blocks: tuple[Block, ...] = (
        Line(_("Calendrier : {territory}").format(territory=territory), Emphasis.DIM),
        Line(_("Reçue le {day} : c'est le jour 0.").format(day=words.day_name(verdict.received_on))),
        days_table(counted),
        Line(conclusion, Emphasis.STRONG),
        *(Line(said, Emphasis.DIM) for said in origin_words.where_from(commitment)),
        Line(rule_words.rule(commitment, clock), Emphasis.DIM),
    )
    return Page(sections=(Section("", blocks),))


def days_table(counted: Sequence[Day]) -> Table:
    """Days with their running count, and why each counts or not."""
    columns = (Column(_("Jour")), Column(_("Décompte"), Alignment.RIGHT), Column(_("Pourquoi")))
    rows: list[Row] = []
    total = 0
    for day in counted:
        total += day.counted
        count = Cell(str(total), total) if day.counted else Cell("–")
        rows.append((Cell(words.day_name(day.on), day.on), count, Cell(clock_terms.day_reason(day))))
    return Table(columns, tuple(rows))


def verdict_sentence(verdict: Verdict, commitment: Commitment, zone: ZoneInfo) -> str:
    """« Échéance : … Répondu en 7 jours ouvrés : dans les temps. »."""
    due = words.due(verdict, commitment, zone)
    is_answered = verdict.answered_on is not None
    # The one reply that is looked at was in time or not, whether its request has fallen due or not.
    state = (
        _("dans les temps")
        if is_answered and verdict.in_time
        else clock_terms.outcome(verdict.outcome, answered=is_answered)
    )
    elapsed = words.elapsed(verdict, commitment)
    if verdict.answered_on is None:
        count = 2 if commitment.unit is Unit.OPENING_HOURS else verdict.elapsed
        passed = ngettext("{days} écoulé : {state}.", "{days} écoulés : {state}.", count)
        return f"{due} " + passed.format(days=elapsed, state=state)
    return f"{due} " + _("Répondu en {days} : {state}.").format(days=elapsed, state=state)


def calendar_page(days: Sequence[SpecialDay], year: int, territory: str) -> Page:
    """The holidays and closures of a year, with their source."""
    title = _("Jours fériés et fermetures {year} – {territory}").format(year=year, territory=territory)
    return Page(sections=(Section(title, (special_days(days),)),))


def special_days(days: Iterable[SpecialDay]) -> Table:
    """Holidays and closures, with their source."""
    columns = tuple(Column(heading) for heading in (_("Jour"), _("Nom"), _("Nature"), _("Source")))
    return Table(columns, tuple(_special_day(day) for day in days))


def _special_day(day: SpecialDay) -> Row:
    return (
        Cell(words.day_name(day.on), day.on),
        Cell(day.name),
        Cell(clock_terms.special_day(day.kind)),
        Cell(clock_terms.source(day)),
    )
