"""JSON documents: a contract. Each carries the version of its schema, described in docs/json.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from mailsla.adapters.database.derivations import DerivedMessage
from mailsla.core.commitment import Commitment, Verdict
from mailsla.core.delays import DelayCurve
from mailsla.core.report import Judged, Population, Report, Section
from mailsla.core.request import Request
from mailsla.core.working_days import Day, SpecialDay

Document = dict[str, Any]


def text(document: Any) -> str:
    """Return a document as indented JSON, keys in the order they were given."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def share(value: Fraction | None) -> float | None:
    """Return a share as a number with 6 decimals; the exact fraction stands beside it as two integers."""
    return None if value is None else round(float(value), 6)


def instant(at: datetime | None, zone: ZoneInfo) -> str | None:
    """Return an instant in ISO 8601 with the site's offset, to the second."""
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")


def rule(commitment: Commitment) -> Document:
    """The promise."""
    return {
        "category": commitment.category,
        "days": commitment.amount,
        "comparison": commitment.comparison.value,
        "unit": "working_days",
    }


def days(counted: Iterable[Day]) -> list[Document]:
    """Days, each with the reason it counts or not."""
    return [
        {"date": day.on.isoformat(), "counted": day.counted, "reason": day.name or day.kind.value}
        for day in counted
    ]


def clock(
    verdict: Verdict, commitment: Commitment, counted: Sequence[Day], *, replied: bool, zone: str
) -> Document:
    """The answer of `mailsla clock`; `working_days` and `in_time` are null without a reply."""
    return {
        "schema": "mailsla.clock/1",
        "zone": zone,
        "rule": rule(commitment),
        "received_on": verdict.received_on.isoformat(),
        "due_on": verdict.due_on.isoformat(),
        "replied_on": verdict.answered_on.isoformat() if verdict.answered_on else None,
        "working_days": verdict.working_days if replied else None,
        "in_time": verdict.outcome.value == "met" if replied else None,
        "days": days(counted),
    }


def calendar(special_days: Iterable[SpecialDay]) -> list[Document]:
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


def population(counts: Population) -> Document:
    """How many requests stand where."""
    return {
        "met": counts.met,
        "missed": counts.missed,
        "waiting": counts.waiting,
        "excluded": counts.excluded,
    }


def attainment(counts: Population) -> Document:
    """The attainment as an exact fraction, and the interval it can still end in."""
    return {
        "numerator": counts.met,
        "denominator": counts.settled,
        "share": share(counts.attainment),
        "provisional": counts.provisional,
        "low": share(counts.low),
        "high": share(counts.high),
    }


def delays(curve: DelayCurve) -> Document:
    """Delays with the unanswered as censored (Kaplan–Meier)."""
    return {
        "median": curve.median,
        "p90": curve.ninth_decile,
        "curve": [{"day": day, "answered": share(answered)} for day, answered in curve.steps],
    }


def section(cohort: Section) -> Document:
    """One cohort."""
    return {
        "period": {
            "name": cohort.period.name,
            "first": cohort.period.first.isoformat(),
            "last": cohort.period.last.isoformat(),
        },
        "population": population(cohort.population),
        "attainment": attainment(cohort.population),
        "other_comparison": attainment(cohort.compared),
        "by_service": [
            {
                "service": line.service,
                "population": population(line.population),
                "attainment": attainment(line.population),
                "delays": delays(line.delays),
            }
            for line in cohort.by_service
        ],
        "delays": delays(cohort.delays),
        "follow_ups": population(cohort.follow_ups),
    }


def report(built: Report, zone: ZoneInfo) -> Document:
    """The answer of `mailsla report`: the first cohort at the top level, every cohort in `sections`."""
    first = section(built.sections[0])
    target = built.commitment.target
    return {
        "schema": "mailsla.report/1",
        "site": built.site,
        "at": instant(built.at, zone),
        "period": first["period"],
        "rule": rule(built.commitment),
        "population": first["population"],
        "attainment": first["attainment"],
        "target": {
            "numerator": target.numerator,
            "denominator": target.denominator,
            "share": share(target),
        },
        "by_service": first["by_service"],
        "delays": first["delays"],
        "sections": [section(cohort) for cohort in built.sections],
        "overdue": [judged(item, zone) for item in built.overdue],
        "soon": [judged(item, zone) for item in built.soon],
        "to_check": len(built.doubts),
        "not_requests": dict(built.not_requests),
        "set_aside": built.set_aside,
        "incomplete": [
            {
                "account": gap.account,
                "since": instant(gap.since, zone),
                "until": instant(gap.until, zone),
            }
            for gap in built.gaps
        ],
    }


def judged(item: Judged, zone: ZoneInfo) -> Document:
    """One request with its verdict; neither its subject nor who wrote it."""
    request, verdict = item.request, item.verdict
    return {
        "request": request.key[:8],
        "key": request.key,
        "follow_up": request.follow_up,
        "service": request.service,
        "category": request.category,
        "received_at": instant(request.received.at, zone),
        "received_on": verdict.received_on.isoformat(),
        "due_on": verdict.due_on.isoformat(),
        "answered_at": instant(request.answered.at if request.answered else None, zone),
        "working_days": verdict.working_days,
        "verdict": verdict.outcome.value,
    }


def requests(items: Iterable[tuple[Judged, str | None]], zone: ZoneInfo) -> Document:
    """The answer of `mailsla requests`."""
    return {
        "schema": "mailsla.requests/1",
        "requests": [judged(item, zone) | {"message_id": message_id} for item, message_id in items],
    }


def shown(
    item: Judged,
    messages: Sequence[DerivedMessage],
    counted: Sequence[Day],
    zone: ZoneInfo,
) -> Document:
    """The answer of `mailsla show`."""
    request: Request = item.request
    steps = {step.key: step for step in request.steps}
    return {
        "schema": "mailsla.show/1",
        **judged(item, zone),
        "subject": request.subject,
        "received_basis": request.received.basis.value,
        "answered_basis": request.answered.basis.value if request.answered else None,
        "services": [
            {
                "service": assignment.service,
                "since": instant(assignment.since, zone),
                "basis": assignment.basis.value,
            }
            for assignment in request.assignments
        ],
        "messages": [
            {
                "message_id": message.message_id,
                "part": steps[message.key].part.value if message.key in steps else None,
                "at": instant(steps[message.key].moment.at if message.key in steps else message.at, zone),
                "basis": message.basis,
                "kind": message.kind,
                "evidence": message.evidence,
                "to": message.tied_to,
            }
            for message in messages
        ],
        "days": days(counted),
    }
