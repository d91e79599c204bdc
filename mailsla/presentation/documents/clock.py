"""The answers of `mailsla clock` and `mailsla calendar`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mailsla.core.clock.commitment import Commitment, Unit
from mailsla.core.clock.origin import Origin
from mailsla.core.clock.verdict import Clock, Verdict
from mailsla.core.clock.working_days import Day, SpecialDay
from mailsla.presentation import origin_words, rule_words, words
from mailsla.presentation.documents.values import Document, instant, share


def rule(commitment: Commitment, clock_: Clock) -> Document:
    """The promise, with the options that decide the count, and the rule in plain words."""
    cutoff = clock_.receipt.cutoff
    return {
        "category": commitment.category,
        "days": None if commitment.unit is Unit.OPENING_HOURS else commitment.amount,
        "hours": commitment.amount if commitment.unit is Unit.OPENING_HOURS else None,
        "comparison": commitment.comparison.value,
        "unit": commitment.unit.value,
        "target": share(commitment.target),
        "cutoff": None if cutoff is None else f"{cutoff:%H:%M}",
        "closed_day_receipt": clock_.receipt.closed_day.value,
        "half_days_count": clock_.calendar.half_days_count,
        "announced_date_counts": commitment.announced_date_counts,
        **origin(commitment.origin),
        "text": f"{words.promise(commitment)}. {rule_words.rule(commitment, clock_)}",
    }


def origin(of: Origin) -> Document:
    """Where a promise comes from: its source, in the reader's language, and whether the site confirmed it."""
    return {
        "preset": None if of.preset is None else of.preset.value,
        "source": origin_words.source(of),
        "confirmed": not of.is_to_check,
        "chosen_by_site": of.chosen_by_site,
    }


def days(counted: Iterable[Day]) -> list[Document]:
    """Days, each with the reason it counts or not."""
    return [
        {"date": day.on.isoformat(), "counted": day.counted, "reason": day.name or day.kind.value}
        for day in counted
    ]


def clock_document(
    verdict: Verdict, commitment: Commitment, counted: Sequence[Day], clock_: Clock, *, replied: bool
) -> Document:
    """The answer of `mailsla clock`; `working_days` and `in_time` are null without a reply."""
    zone = clock_.calendar.zone
    hours = commitment.unit is Unit.OPENING_HOURS
    return {
        "schema": "mailsla.clock/1",
        "zone": zone.key,
        "rule": rule(commitment, clock_),
        "received_on": verdict.received_on.isoformat(),
        "due_on": verdict.due_on.isoformat(),
        "due_at": instant(verdict.due_at, zone),
        "replied_on": verdict.answered_on.isoformat() if verdict.answered_on else None,
        "working_days": verdict.working_days if replied else None,
        "elapsed": verdict.elapsed if replied and not hours else None,
        "opening_minutes": verdict.elapsed if replied and hours else None,
        "in_time": verdict.in_time if replied else None,
        "days": days(counted),
    }


def calendar_document(special_days: Iterable[SpecialDay]) -> list[Document]:
    """The answer of `mailsla calendar`: holidays and closures with their source."""
    return [
        {
            "date": day.on.isoformat(),
            "name": day.name,
            "kind": day.kind.value,
            "source": day.source,
            "computed": day.computed,
        }
        for day in special_days
    ]
