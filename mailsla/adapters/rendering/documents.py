"""JSON documents: a contract. Each carries the version of its schema, described in docs/json.md."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from mailsla.adapters.rendering import wording
from mailsla.core.case import Judged
from mailsla.core.commitment import Clock, Commitment, Unit, Verdict
from mailsla.core.decision import Decision
from mailsla.core.delays import DelayCurve
from mailsla.core.derivation import DerivedMessage
from mailsla.core.outlook import Outlook
from mailsla.core.period import Period
from mailsla.core.publication import Publication, Revision
from mailsla.core.recipient_matching import Doubt
from mailsla.core.report import Population, Report, Section
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
        "text": f"{wording.promise(commitment)}. {wording.rule(commitment, clock_)}",
    }


def days(counted: Iterable[Day]) -> list[Document]:
    """Days, each with the reason it counts or not."""
    return [
        {"date": day.on.isoformat(), "counted": day.counted, "reason": day.name or day.kind.value}
        for day in counted
    ]


def clock(
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


@dataclass(frozen=True, slots=True)
class Tied:
    """One message of a conversation; it may stand in several files."""

    conversation: str
    message_id: str | None
    files: tuple[str, ...]
    evidence: str
    to: str | None
    at: datetime


def conversations(found: Iterable[Sequence[Tied]]) -> list[Document]:
    """The answer of `mailsla conversations`: each conversation by time, with what tied its messages."""
    return [
        {
            "id": tied[0].conversation,
            "messages": [
                {"message_id": item.message_id}
                | ({"file": item.files[0]} if item.files else {})
                | ({"copies": list(item.files[1:])} if item.files[1:] else {})
                | {"evidence": item.evidence}
                | ({} if item.to is None else {"to": item.to})
                for item in tied
            ],
        }
        for tied in found
    ]


def classified(path: str, number: int | None, kind: str, reason: str | None) -> Document:
    """One line of the answer of `mailsla classify`; `number` is the message's place in an mbox."""
    return {"path": path} | ({} if number is None else {"number": number}) | {"kind": kind, "reason": reason}


def line(document: Document) -> str:
    """Return a document on one line (JSON lines)."""
    return json.dumps(document, ensure_ascii=False)


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
        "answered_by": [
            {"day": day, "answered": share(curve.answered_by(day)) if curve.requests else None}
            for day in range(1, 16)
        ],
    }


def period(of: Period) -> Document:
    """A period: whole local days, both ends included."""
    return {"name": of.name, "first": of.first.isoformat(), "last": of.last.isoformat()}


def section(cohort: Section) -> Document:
    """One cohort."""
    return {
        "period": period(cohort.period),
        "population": population(cohort.population),
        "attainment": attainment(cohort.population),
        "other_comparison": attainment(cohort.compared),
        "without_closures": {**attainment(cohort.without_closures), "changed": cohort.closures_changed},
        "handled": attainment(cohort.handled),
        "by_service": [
            {
                "service": line.service,
                "population": population(line.population),
                "attainment": attainment(line.population),
                "delays": delays(line.delays),
                "since_assigned": delays(line.since_assigned),
            }
            for line in cohort.by_service
        ],
        "by_category": [
            {
                "category": line.commitment.category,
                "target": share(line.commitment.target),
                "population": population(line.population),
                "attainment": attainment(line.population),
                "answered": line.answered,
                "delays": delays(line.delays),
            }
            for line in cohort.by_category
        ],
        "by_period": [
            {
                "period": period(line.period),
                "population": population(line.population),
                "attainment": attainment(line.population),
                "delays": delays(line.delays),
            }
            for line in cohort.by_period
        ],
        "delays": delays(cohort.delays),
        "first_responses": delays(cohort.first_responses),
        "acknowledged": cohort.acknowledged,
        "exclusions": dict(cohort.exclusions),
        "follow_ups": population(cohort.follow_ups),
    }


def outlook(of: Outlook) -> Document:
    """What the year still allows."""
    landing = of.landing
    return {
        "year": of.year,
        "waiting": of.waiting,
        "needed_of_waiting": of.needed,
        "expected_requests": of.expected,
        "pace": of.pace.value,
        "may_lose": of.may_lose,
        "lost": of.lost,
        "landing": None
        if landing is None
        else {
            "expected": share(landing.expected),
            "low": round(landing.low, 6),
            "high": round(landing.high, 6),
        },
        "out_of_reach_from": None if of.out_of_reach_from is None else of.out_of_reach_from.name,
    }


def revision(of: Revision, zone: ZoneInfo) -> Document:
    """A published figure that would be another one today."""

    def figure(publication: Publication) -> Document:
        return {
            "numerator": publication.met,
            "denominator": publication.settled,
            "share": share(publication.attainment),
        }

    return {
        "period": period(of.published.period),
        "at": instant(of.published.at, zone),
        "published_at": instant(of.published.published_at, zone),
        "published": figure(of.published),
        "now": figure(of.now),
        "changed": of.changed,
        "appeared": of.appeared,
        "gone": of.gone,
        "causes": [cause.value for cause in of.causes],
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
        "rule": rule(built.commitment, built.standard.clock)
        | {"example": wording.example(built.example, zone)},
        "population": first["population"],
        "attainment": first["attainment"],
        "target": {
            "numerator": target.numerator,
            "denominator": target.denominator,
            "share": share(target),
        },
        "minimum": built.minimum,
        "by_service": first["by_service"],
        "delays": first["delays"],
        "sections": [section(cohort) for cohort in built.sections],
        "outlook": outlook(built.outlook),
        "revisions": [revision(item, zone) for item in built.revisions],
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
                "partial": gap.partial,
            }
            for gap in built.gaps
        ],
    }


def judged(item: Judged, zone: ZoneInfo) -> Document:
    """One request with its verdict; neither its subject nor who wrote it."""
    case, verdict = item.case, item.verdict
    return {
        "request": case.key[:8],
        "key": case.key,
        "follow_up": case.follow_up,
        "service": case.service,
        "category": case.category,
        "excluded": case.excluded,
        "received_at": instant(case.received_at, zone),
        "received_on": verdict.received_on.isoformat(),
        "due_on": verdict.due_on.isoformat(),
        "answered_at": instant(case.answered_at, zone),
        "working_days": verdict.working_days,
        "verdict": verdict.outcome.value,
    }


def requests(
    items: Iterable[tuple[Judged, str | None]],
    doubts: Iterable[Doubt],
    decided: Collection[str],
    zone: ZoneInfo,
) -> Document:
    """The answer of `mailsla requests`, with the possible replies that a person must look at."""
    return {
        "schema": "mailsla.requests/1",
        "requests": [
            judged(item, zone) | {"message_id": message_id, "decided": item.case.key in decided}
            for item, message_id in items
        ],
        "doubts": [
            {
                "message": doubt.reply,
                "sent_at": instant(doubt.sent_at, zone),
                "reason": doubt.code.value,
                "candidates": list(doubt.candidates),
            }
            for doubt in doubts
        ],
    }


def shown(
    request: Request,
    verdict: Verdict,
    decisions: Sequence[Decision],
    messages: Sequence[DerivedMessage],
    counted: Sequence[Day],
    zone: ZoneInfo,
) -> Document:
    """The answer of `mailsla show`."""
    steps = {step.key: step for step in request.steps}
    return {
        "schema": "mailsla.show/1",
        **judged(Judged(request.case, verdict), zone),
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
                "message": message.key,
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
        "first_response_at": instant(request.case.first_response_at, zone),
        "acknowledged_at": instant(request.case.acknowledged_at, zone),
        "decisions": [decision(item, zone) for item in decisions],
    }


def decision(item: Decision, zone: ZoneInfo) -> Document:
    """One decision, in force or taken back."""
    return {
        "number": item.number,
        "action": item.action.value,
        "target": item.target,
        "reason": item.reason,
        "decided_by": item.decided_by,
        "decided_at": instant(item.decided_at, zone),
        "answered_at": instant(item.at, zone),
        "request": item.other,
        "value": item.text or None,
        "undoes": item.undone,
    }
