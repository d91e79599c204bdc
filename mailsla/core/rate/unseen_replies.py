"""What the mails of the office that nobody has seen could change: how many, whose, and the rate with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.rate.case import Case
from mailsla.core.rate.period import Period
from mailsla.core.rate.population import Population
from mailsla.core.rate.report_rules import ReportRules


@dataclass(frozen=True, slots=True)
class UnseenReplies:
    """Requests of a period that nothing answered, and whose citizen answered a mail of ours that no mailbox holds.

    Attributes:
        by_service: How many each service has, the most first; None for those of nobody.
        if_answered: Where the period would stand, were each answered on the day that this mail came.
    """

    by_service: tuple[tuple[str | None, int], ...]
    if_answered: Population

    @property
    def count(self) -> int:
        """How many requests there are."""
        return sum(count for _service, count in self.by_service)


def unseen_replies(
    cases: Sequence[Case], doubts: Iterable[Doubt], rules: ReportRules, period: Period, now: datetime
) -> UnseenReplies | None:
    """Return what such mails could change in a period; None when there is none."""
    proven = {
        key: doubt.at
        for doubt in doubts
        if doubt.code is DoubtCode.UNSEEN_REPLY and doubt.at <= now
        for key in doubt.candidates
    }
    if not proven:
        return None
    unanswered = rules.cohort(cases, now).counted().within(period, rules.by).unanswered()
    concerned = {item.case.key: item.case.service for item in unanswered if item.case.key in proven}
    if not concerned:
        return None
    answered = [
        replace(case, answered_at=proven[case.key]) if case.key in concerned else case for case in cases
    ]
    cohort = rules.cohort(answered, now).counted().within(period, rules.by)
    ordered = sorted(Counter(concerned.values()).items(), key=lambda item: (-item[1], item[0] or ""))
    return UnseenReplies(tuple(ordered), cohort.population())
