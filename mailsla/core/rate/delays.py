"""Delays, the unanswered included: the Kaplan–Meier estimate by working day.

A mean, or a median, of the answered alone flatters: the slowest are those not answered yet. Each unanswered
request says "at least so many days" (censored), and the estimate uses just that (E. L. Kaplan and P. Meier,
"Nonparametric Estimation from Incomplete Observations", JASA 53, 1958).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Delay:
    """How long one request took, or has waited so far, in working days; or so many of them."""

    days: int
    answered: bool
    count: int = 1


@dataclass(frozen=True, slots=True)
class DelayCurve:
    """The share of requests answered by each working day.

    Attributes:
        steps: (day, share answered by the end of that day, exact), at each day on which a reply was sent.
        requests: How many requests it rests on.
        longest: The longest delay, or wait so far, among them: beyond it nothing is known of those that wait.
    """

    steps: tuple[tuple[int, Fraction], ...]
    requests: int
    longest: int = 0

    def answered_by(self, day: int) -> Fraction | None:
        """Return the share answered by the end of `day`; None beyond what was observed, unless all are answered."""
        share = next((share for on, share in reversed(self.steps) if on <= day), Fraction(0))
        return share if day <= self.longest or share == 1 else None

    def quantile(self, share: Fraction) -> int | None:
        """Return the first day by which `share` of the requests is answered; None when that is not reached."""
        return next((day for day, answered in self.steps if answered >= share), None)

    @property
    def median(self) -> int | None:
        """The day by which half of the requests are answered."""
        return self.quantile(Fraction(1, 2))

    @property
    def ninth_decile(self) -> int | None:
        """The day by which nine requests out of ten are answered."""
        return self.quantile(Fraction(9, 10))


def delay_curve(delays: Iterable[Delay]) -> DelayCurve:
    """Return the Kaplan–Meier curve of `delays`; a request censored on a day was at risk on that day.

    >>> curve = delay_curve([Delay(2, True), Delay(5, True), Delay(9, False)])
    >>> curve.median, curve.ninth_decile  # a mean of the answered would say 3.5
    (5, None)
    """
    answered: Counter[int] = Counter()
    leaving: Counter[int] = Counter()
    for delay in delays:
        leaving[delay.days] += delay.count
        if delay.answered:
            answered[delay.days] += delay.count
    total = at_risk = leaving.total()
    surviving = Fraction(1)
    steps: list[tuple[int, Fraction]] = []
    for day in sorted(leaving):
        if answered[day]:
            surviving *= Fraction(at_risk - answered[day], at_risk)
            steps.append((day, 1 - surviving))
        at_risk -= leaving[day]
    return DelayCurve(tuple(steps), total, max(leaving, default=0))
