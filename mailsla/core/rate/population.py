"""How many requests of a cohort stand where, and the shares that follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from mailsla.core.clock.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Population:
    """How many requests of a cohort stand where.

    Attributes:
        met: Answered in time.
        missed: Answered late, or unanswered past the due date.
        waiting: Not answered, not yet due.
        excluded: Left out by a person's decision.
    """

    met: int = 0
    missed: int = 0
    waiting: int = 0
    excluded: int = 0

    @property
    def settled(self) -> int:
        """Those whose outcome is known: the denominator of the attainment."""
        return self.met + self.missed

    @property
    def counted(self) -> int:
        """Those that count, settled or waiting."""
        return self.settled + self.waiting

    @property
    def attainment(self) -> Fraction | None:
        """The share met among the settled, exact; None when nothing is settled."""
        return Fraction(self.met, self.settled) if self.settled else None

    @property
    def low(self) -> Fraction | None:
        """What the attainment ends at if every waiting request is missed."""
        return Fraction(self.met, self.counted) if self.counted else None

    @property
    def high(self) -> Fraction | None:
        """What the attainment ends at if every waiting request is met."""
        return Fraction(self.met + self.waiting, self.counted) if self.counted else None

    @property
    def provisional(self) -> bool:
        """Tell whether the figure can still change as requests fall due."""
        return self.waiting > 0


def population(outcomes: Iterable[Outcome], *, excluded: int = 0) -> Population:
    """Count where requests stand."""
    counts = Counter(outcomes)
    return Population(counts[Outcome.MET], counts[Outcome.MISSED], counts[Outcome.WAITING], excluded)
