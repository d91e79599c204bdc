"""What the office writes to itself ends earlier: as soon as pairing needs no more of it (DOMAIN: Privacy)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from mailsla.core.clock.local_days import LocalDays
from mailsla.core.pairing.rules import PairingRules
from mailsla.core.rate.exchange import Exchange
from mailsla.core.retention.ended import NEW_DAYS
from mailsla.core.retention.purged import Purged
from mailsla.usecases import purge
from mailsla.usecases.derive import bring_up_to_date
from mailsla.usecases.purge import AT_ONCE, Ending, Told, parts, silent

BETWEEN = timedelta(days=28)
"""So often: each time the database's files are made anew."""


class Look(purge.Look, Protocol):
    """What may go."""

    def internal(self, before: datetime, after: int, most: int) -> Sequence[int]:
        """Return the conversations of the office with itself that ended before an instant, from beyond a number on."""

    def agents_left(self, before: datetime) -> int:
        """Count the messages first seen before an instant whose agents were not looked at."""


class Work(purge.Work, Look, Protocol):
    """What goes, in one transaction that holds the derivations."""

    def reduce_agents(self, before: datetime, most: int) -> int:
        """Reduce the agents of the next messages first seen before an instant; return of how many."""


class Purges(Protocol):
    """Where personal data ends."""

    def looking(self, rules: PairingRules, days: LocalDays) -> AbstractContextManager[Look]:
        """Look at what may go; nothing is written."""

    def sealing(self, rules: PairingRules, days: LocalDays) -> AbstractContextManager[Work]:
        """Open a transaction in which messages are sealed."""


def window_end(ending: Ending) -> datetime:
    """Return before when pairing needs no more of the office's own: its window is over, and what was new is paired."""
    return ending.now - max(ending.rules.pairing_window, timedelta(days=NEW_DAYS))


def would_forget_office(purges: Purges, ending: Ending, found: Purged) -> None:
    """Count what would go of the office's own, agents at most; nothing is written."""
    before = window_end(ending)
    with purges.looking(ending.rules, ending.configured.days) as look:
        for conversations in parts(partial(look.internal, before)):
            found.internal += len(_numbers(look, conversations, ending))
        found.agents = look.agents_left(before)


def forget_office(purges: Purges, ending: Ending, found: Purged, told: Told = silent) -> None:
    """Seal the office's conversations with itself that nothing ties, and reduce the agents that others name.

    No figure rests on either: what is derived stays the same, or it is left alone.
    """
    before, after = window_end(ending), 0
    while True:
        with purges.sealing(ending.rules, ending.configured.days) as work:
            bring_up_to_date(work.derivation, ending.rules, ending.configured)
            conversations = work.internal(before, after, AT_ONCE)
            numbers = _numbers(work, conversations, ending)
            if numbers:
                work.seal(numbers, ending.now)
                work.note(ending.now, None, len(numbers), 0, office=True)
        if not conversations:
            break
        found.internal += len(numbers)
        after = conversations[-1]
        told(0, 0)
    with purges.looking(ending.rules, ending.configured.days) as look:
        total = look.agents_left(before)
    for done in range(0, total, AT_ONCE):
        with purges.sealing(ending.rules, ending.configured.days) as work:
            changed = work.reduce_agents(before, AT_ONCE)
            if changed:
                work.note(ending.now, None, 0, 0, office=True)
        found.agents += changed
        told(min(done + AT_ONCE, total), total)


def _numbers(look: Look, conversations: Collection[int], ending: Ending) -> list[int]:
    """Return the messages of the conversations that nothing outside them ties; those kept no more end with the rest."""
    wanted, gone, before = set(conversations), list[Exchange](), window_end(ending)
    for tied in look.tied(wanted):
        if wanted.issuperset(item.conversation for item in tied.exchanges):
            gone += (
                item for item in tied.exchanges if item.is_forgettable(before) and not ending.has_ended(item)
            )
    return [number for exchange in gone for number in exchange.numbers]
