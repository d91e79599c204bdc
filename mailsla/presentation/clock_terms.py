"""The words for what the clock says: how a request stands, why a day counts."""

from __future__ import annotations

from mailsla.core.clock.verdict import Outcome
from mailsla.core.clock.working_days import Day, DayKind, SpecialDay
from mailsla.language import gettext as _


def outcome(value: Outcome, *, answered: bool = True) -> str:
    """Where a request stands, in a few words."""
    if value is Outcome.MET:
        return _("dans les temps")
    if value is Outcome.NOT_DUE:
        return _("répondue, pas encore échue") if answered else _("en attente")
    return _("hors délai") if answered else _("en retard, sans réponse")


def day_reason(day: Day) -> str:
    """Why a day counts or not."""
    if day.kind is DayKind.WORKING:
        return _("ouvré")
    if day.kind is DayKind.WEEKEND:
        return _("week-end")
    if day.kind is DayKind.HOLIDAY:
        return _("férié : {name}").format(name=day.name)
    if day.kind is DayKind.CLOSURE:
        return _("fermeture : {name}").format(name=day.name)
    if day.kind is DayKind.HALF_DAY:
        return _("demi-journée : {name}").format(name=day.name)
    return _("férié travaillé : {name}").format(name=day.name)


def special_day(value: DayKind) -> str:
    """What a day of the calendar is."""
    return {
        DayKind.HOLIDAY: _("férié"),
        DayKind.CLOSURE: _("fermeture"),
        DayKind.WORKED_HOLIDAY: _("férié travaillé"),
        DayKind.HALF_DAY: _("demi-journée"),
    }[value]


def source(day: SpecialDay) -> str:
    """Where a day of the calendar is from, and whether the law does not say yet that it will be one."""
    return _("{source} (calculé)").format(source=day.source) if day.computed else day.source
