"""How many requests of a cohort stand where, and the shares that follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from mailsla.core.clock.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Population:
    """How many requests of a cohort stand where (DOMAIN: the rate).

    Attributes:
        met: Fallen due, and answered in time.
        missed: Fallen due, and answered late or not at all.
        early: Not due yet, and answered already.
        waiting: Not due yet, nor answered.
        excluded: Left out by a person's decision.
    """

    met: int = 0
    missed: int = 0
    early: int = 0
    waiting: int = 0
    excluded: int = 0

    @property
    def fallen_due(self) -> int:
        """Those that have a verdict: the denominator of the attainment."""
        return self.met + self.missed

    @property
    def not_due(self) -> int:
        """Those that have none yet."""
        return self.early + self.waiting

    @property
    def counted(self) -> int:
        """Those that count, fallen due or not."""
        return self.fallen_due + self.not_due

    @property
    def attainment(self) -> Fraction | None:
        """The share met among those fallen due, exact; None when none has."""
        return Fraction(self.met, self.fallen_due) if self.fallen_due else None

    @property
    def low(self) -> Fraction | None:
        """What the attainment of these ends at if every one that waits is missed."""
        return Fraction(self.met + self.early, self.counted) if self.counted else None

    @property
    def high(self) -> Fraction | None:
        """What the attainment of these ends at if every one that waits is met."""
        return Fraction(self.met + self.not_due, self.counted) if self.counted else None


def population(standings: Iterable[tuple[Outcome, bool, int]], *, excluded: int = 0) -> Population:
    """Count where requests stand: by their outcome, and whether they are answered, so many at a time."""
    met = missed = early = waiting = 0
    is_met, is_missed = Outcome.MET, Outcome.MISSED
    for outcome, is_answered, count in standings:
        if outcome is is_met:
            met += count
        elif outcome is is_missed:
            missed += count
        elif is_answered:
            early += count
        else:
            waiting += count
    return Population(met, missed, early, waiting, excluded)
