"""The promise: how many days or hours, compared how, for what share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction

from mailsla.core.clock.origin import Origin


class Comparison(StrEnum):
    """How a delay is held against the promised number of days.

    `LESS_THAN` is « en moins de dix jours ouvrés » (due on the 9th), `AT_MOST` is « dans un délai de dix jours
    ouvrés » (due on the 10th).
    """

    LESS_THAN = "less_than"
    AT_MOST = "at_most"

    @property
    def other(self) -> Comparison:
        """The other way to read the same promise, printed beside the first on every report."""
        return Comparison.AT_MOST if self is Comparison.LESS_THAN else Comparison.LESS_THAN


class Unit(StrEnum):
    """What a promise is counted in."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    OPENING_HOURS = "opening_hours"


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the office promises for one category of requests.

    Attributes:
        category: `information`, `complaint`, or one the site names.
        amount: The promised number of units.
        comparison: How a delay is held against it.
        target: The share of requests that must meet it, exact; 1 for « une réponse systématique ».
        unit: Working days, calendar days, or hours of opening.
        announced_date_counts: Whether a holding reply sent in time, which announces a date, moves the due date
            to that date.
        origin: Where it comes from; it decides no verdict.
    """

    category: str
    amount: int
    comparison: Comparison
    target: Fraction
    unit: Unit = Unit.WORKING_DAYS
    announced_date_counts: bool = False
    origin: Origin = field(default=Origin(), repr=False)

    @property
    def is_for_every_one(self) -> bool:
        """Whether every request must meet it: it is then judged and said by counts, however few or many."""
        return self.target == 1

    @property
    def last_day(self) -> int:
        """The number of days after receipt on which a reply is still in time; at least 0."""
        return max(0, self.amount - 1 if self.comparison is Comparison.LESS_THAN else self.amount)

    def in_hours(self, hours: int) -> Commitment:
        """Return the same promise in so many hours of opening, no text's any more."""
        return replace(self, amount=hours, unit=Unit.OPENING_HOURS, origin=Origin())

    def in_days(self, days: int) -> Commitment:
        """Return the same promise in so many days: calendar days when it counts those, else working days.

        It is no text's any more.
        """
        unit = Unit.WORKING_DAYS if self.unit is Unit.OPENING_HOURS else self.unit
        return replace(self, amount=days, unit=unit, origin=Origin())

    def compared(self, comparison: Comparison) -> Commitment:
        """Return the same promise read so, no text's any more."""
        return replace(self, comparison=comparison, origin=Origin())
