"""What decides a report, besides the requests and the time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mailsla.core.pairing.rules import PairingRules
from mailsla.core.rate.assessed import assess
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import Case
from mailsla.core.rate.cohort import Cohort
from mailsla.core.rate.promises import Promise
from mailsla.core.rate.standard import Standard


@dataclass(frozen=True)
class ReportRules:
    """Everything that decides a report, besides the requests and the time.

    Attributes:
        site: The office's name.
        standard: The clock and the promises.
        services: Names of the services, in the order to print.
        pairing: The rules that made the requests.
        minimum: Below this many requests fallen due no percentage is given.
        count_follow_ups: Whether follow-ups are in the rate.
        by: By which date requests are a period's, in the figure that people look at.
        promises: The promises beside the main one, in the order to print.
    """

    site: str
    standard: Standard
    services: tuple[str, ...]
    pairing: PairingRules
    minimum: int = 5
    count_follow_ups: bool = False
    by: Belonging = Belonging.DUE
    promises: tuple[Promise, ...] = ()

    def cohort(self, cases: Iterable[Case], now: datetime) -> Cohort:
        """Return the requests received by `now`, judged."""
        return Cohort(assess(cases, self.standard, now), self.standard, now, self.count_follow_ups)
