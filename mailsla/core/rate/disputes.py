"""Disputed instants: two witnesses differ by more than a day, and a verdict depends on which is believed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.rate.case import Case
from mailsla.core.rate.period import Period
from mailsla.core.rate.population import Population
from mailsla.core.rate.report_rules import ReportRules
from mailsla.core.rate.standard import Standard


@dataclass(frozen=True, slots=True)
class Disputed:
    """Requests whose verdict depends on which witness is believed.

    Attributes:
        count: How many a period has.
        otherwise: Where the period would stand, were they all read the other way.
    """

    count: int
    otherwise: Population


def disputes(cases: Iterable[Case], standard: Standard, now: datetime) -> Iterator[Doubt]:
    """Yield what a person must look at: each request whose verdict at `now` depends on a disputed instant.

    DOMAIN: the clock, disputed instants. Whatever is answered or received after `now` is not known yet.
    """
    for case in cases:
        if case.received_disputed is None and case.answered_disputed is None:
            # Of nearly all of them no instant is.
            continue
        if case.received_at > now or case.excluded is not None:
            continue
        for code, other in _read_otherwise(case):
            before, after = standard.verdicts([case, other], now)
            if before.in_time is not after.in_time:
                yield Doubt(case.key, case.received_at, (case.key,), code)


def disputed_of(
    cases: Sequence[Case], doubts: Iterable[Doubt], rules: ReportRules, period: Period, now: datetime
) -> Disputed | None:
    """Return how many requests of a period are disputed, and where it would stand with the other witness; or None."""
    codes = {(doubt.mail, doubt.code) for doubt in doubts}
    if not codes:
        return None
    counted = rules.cohort(cases, now).counted().within(period, rules.by)
    keys = {item.case.key for item in counted}
    concerned = {key for key, _code in codes} & keys
    if not concerned:
        return None
    otherwise = rules.cohort((_otherwise(case, codes) for case in cases), now).counted()
    return Disputed(len(concerned), otherwise.within(period, rules.by).population())


def _otherwise(case: Case, codes: set[tuple[str, DoubtCode]]) -> Case:
    for code, other in _read_otherwise(case):
        if (case.key, code) in codes:
            return other
    return case


def _read_otherwise(case: Case) -> Iterator[tuple[DoubtCode, Case]]:
    """Yield a request with one of its disputed instants read the other way; nothing is answered before it comes."""
    answered, received = case.answered_at, case.received_disputed
    if received is not None:
        at = received if answered is None else min(received, answered)
        yield DoubtCode.RECEIPT_DISPUTED, replace(case, received_at=at)
    if case.answered_disputed is not None:
        at = max(case.answered_disputed, case.received_at)
        yield DoubtCode.DATE_DISPUTED, replace(case, answered_at=at)
