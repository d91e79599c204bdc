"""What people said of collection: holes in which nothing was lost, archives that are whole (DOMAIN: definitive)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from mailsla.core.collection.gap import Gap
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.rate.period import Period, parse_period

ABOUT_COLLECTION = frozenset({Action.CLOSE_HOLE, Action.COMPLETE})
"""Decisions that are about no mail."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What people said of collection, and did not take back.

    Attributes:
        closed: The holes that were closed: the account's name, and when each began.
        complete: The days of which what was imported is all there was.
    """

    closed: frozenset[tuple[str, datetime]] = frozenset()
    complete: tuple[Period, ...] = ()

    def closes(self, gap: Gap) -> bool:
        """Tell whether people said that a hole hides nothing."""
        return (gap.account, gap.since.astimezone(UTC)) in self.closed


def declared(in_force: Iterable[Decision]) -> Declared:
    """Return what the decisions in force say of collection."""
    closed, complete = set(), []
    for item in in_force:
        if item.action is Action.CLOSE_HOLE and item.at is not None:
            closed.add((item.text, item.at.astimezone(UTC)))
        elif item.action is Action.COMPLETE:
            complete.append(parse_period(item.text))
    return Declared(frozenset(closed), tuple(complete))


def target_of(action: Action, account: str, since: datetime | None = None) -> str:
    """Return what stands for a hole, or for the archives, where a decision names its mail: as long as a mail's key."""
    when = "" if since is None else since.astimezone(UTC).isoformat()
    return hashlib.sha256(f"{action.value} {account} {when}".encode()).hexdigest()[:32]
