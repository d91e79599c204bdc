"""Decisions: checked against what is known, then added; nothing is ever changed or removed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mailsla.core.errors import UsageError
from mailsla.core.pairing.decision import Action, Decision, in_force
from mailsla.language import gettext as _


class Decisions(Protocol):
    """Where decisions are kept."""

    def taken(self, target: str | None = None) -> Sequence[Decision]:
        """Return every decision, or those about one message, by number."""

    def add(self, decision: Decision) -> int:
        """Add a decision and return its number; what it is about is derived again."""


def decide(decisions: Decisions, decision: Decision) -> int:
    """Add a decision and return its number.

    Raises:
        UsageError: When it has no reason, or says again what is already decided.
    """
    if not decision.reason.strip():
        raise UsageError(_("Donnez la raison avec --reason : elle restera avec la décision."))
    before = in_force(decisions.taken(decision.target)).last(decision.target, decision.action)
    if before is not None and _says(before) == _says(decision):
        raise UsageError(_("C'est déjà décidé (décision n° {number}).").format(number=before.number))
    return decisions.add(decision)


def _says(decision: Decision) -> tuple[object, ...]:
    return (decision.action, decision.other, decision.at, decision.text, decision.undone)


def undo(
    decisions: Decisions, number: int, *, reason: str, decided_by: str, decided_at: datetime
) -> Decision:
    """Take decision `number` back, by one more decision; return the one taken back.

    Raises:
        UsageError: When there is no such decision in force.
    """
    found = next((item for item in in_force(decisions.taken()).all if item.number == number), None)
    if found is None:
        raise UsageError(_("Aucune décision n° {number} en vigueur.").format(number=number))
    decide(
        decisions,
        Decision(0, found.target, Action.UNDO, reason, decided_by, decided_at, undone=number),
    )
    return found
