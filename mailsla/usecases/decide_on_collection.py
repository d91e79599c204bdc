"""Decisions about collection: a hole that hides nothing, an archive that is whole (DOMAIN: the rate, definitive)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from mailsla.core.collection.gap import Gap
from mailsla.core.errors import UsageError
from mailsla.core.pairing.decision import Action
from mailsla.core.rate.declared import target_of
from mailsla.core.rate.period import Period
from mailsla.language import gettext as _
from mailsla.usecases.decide import Decisions, Signature, add_checked


def close_hole(decisions: Decisions, hole: Gap, signed: Signature) -> int:
    """Say that a hole hides nothing, or that what it hid is known; return the decision's number.

    Raises:
        UsageError: When that is said already, or there is no reason.
    """
    target = target_of(Action.CLOSE_HOLE, hole.account, hole.since)
    draft = signed.draft(target, Action.CLOSE_HOLE)
    return add_checked(decisions, replace(draft, at=hole.since, text=hole.account))


def hole_of(holes: Iterable[Gap], account: str, on: date | None, zone: ZoneInfo) -> Gap:
    """Return the hole of an account that is over and began on a day, or the only one.

    Raises:
        UsageError: When there is none, or several.
    """
    days = {
        hole.since.astimezone(zone).date(): hole
        for hole in holes
        if hole.account == account and hole.until is not None
    }
    if on is not None:
        days = {day: hole for day, hole in days.items() if day == on}
    if not days:
        raise UsageError(_("Aucune interruption terminée à clore : « mailsla report » les nomme."))
    if len(days) > 1:
        raise UsageError(
            _("Plusieurs interruptions : indiquez avec --on le jour où elle commence, parmi {days}.").format(
                days=", ".join(day.isoformat() for day in sorted(days))
            )
        )
    return next(iter(days.values()))


def declare_complete(decisions: Decisions, days: Period, signed: Signature) -> int:
    """Say that what was imported of some days is all there was; return the decision's number.

    Raises:
        UsageError: When that is said already, or there is no reason.
    """
    name = f"{days.first.isoformat()}..{days.last.isoformat()}"
    draft = signed.draft(target_of(Action.COMPLETE, name), Action.COMPLETE)
    return add_checked(decisions, replace(draft, text=name))
