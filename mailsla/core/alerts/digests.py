"""Alerts: who is to be told what, today, so that there is still time to answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from mailsla.core.clock.verdict import Outcome, Verdict
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.request import Request
from mailsla.core.rate.standard import Standard

OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class AlertRule:
    """When alerts are given.

    Attributes:
        working_days_before: Working days before the due date at which a head is warned.
        send_at: Local time before which nothing is sent.
        overdue_within: A request overdue by more working days than this is only reported, no longer alerted on.
        unassigned: Who is told of requests that no service has; None for nobody.
    """

    working_days_before: tuple[int, ...] = (3, 1)
    send_at: time = time(8, 0)
    overdue_within: int = 20
    unassigned: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One request to announce.

    Attributes:
        request: The request.
        level: `before-3`, `before-1`… or `overdue`; a request is announced once at each.
        verdict: How it stands.
        remaining: Working days until the due date; 0 on the day itself, negative once it has passed.
        doubtful: True when a mail that may be its reply waits for a person to decide.
    """

    request: Request
    level: str
    verdict: Verdict
    remaining: int
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything one person is told on one day, the most urgent first."""

    recipient: str
    on: date
    notices: tuple[Notice, ...]


def digests(
    requests: Iterable[Request],
    *,
    announced: Collection[tuple[str, str]],
    doubtful: Collection[str],
    standard: Standard,
    office: Office,
    rule: AlertRule,
    now: datetime,
) -> tuple[Digest, ...]:
    """Return the alert mails due at `now`, one for each head; none on a closed day or before `send_at`.

    Args:
        requests: Requests and follow-ups; the answered and the imported ones are left out here.
        announced: (request key, level) of what was announced before.
        doubtful: Keys of requests that a doubtful reply may answer.
        standard: The site's clock and promises.
        office: Says who heads which service.
        rule: When alerts are given.
        now: The present instant.
    """
    calendar = standard.clock.calendar
    today = calendar.local_date(now)
    local = now.astimezone(calendar.zone).time()
    if not calendar.is_working(today) or local < rule.send_at:
        return ()
    by_recipient: dict[str, list[Notice]] = defaultdict(list)
    for request in requests:
        if request.answered is not None or request.imported:
            continue
        notice = _notice(request, standard, rule, now)
        recipient = _recipient(request, office, rule)
        if notice is not None and recipient is not None and not _is_known(notice, announced, rule):
            by_recipient[recipient].append(replace(notice, doubtful=request.key in doubtful))
    return tuple(
        Digest(recipient, today, tuple(sorted(found, key=_urgency)))
        for recipient, found in sorted(by_recipient.items())
    )


def _notice(request: Request, standard: Standard, rule: AlertRule, now: datetime) -> Notice | None:
    clock, commitment = standard.clock, standard.commitment_of(request.category)
    verdict = clock.verdict(request.received.at, None, commitment, now, request.announcements)
    today = clock.calendar.local_date(now)
    remaining = clock.calendar.working_days_between(today, verdict.due_on)
    if verdict.outcome is Outcome.MISSED:
        level = OVERDUE if -remaining <= rule.overdue_within else None
    else:
        level = next(
            (f"before-{days}" for days in sorted(rule.working_days_before) if remaining <= days), None
        )
    return None if level is None else Notice(request, level, verdict, remaining)


def _recipient(request: Request, office: Office, rule: AlertRule) -> str | None:
    if request.service is None:
        return rule.unassigned
    service = office.service(request.service)
    return rule.unassigned if service is None or service.head is None else service.head


def _is_known(notice: Notice, announced: Collection[tuple[str, str]], rule: AlertRule) -> bool:
    """Tell whether this level, or a more urgent one, was announced: a due date may move, alerts do not go back."""
    order = [f"before-{days}" for days in sorted(rule.working_days_before, reverse=True)] + [OVERDUE]
    return any((notice.request.key, level) in announced for level in order[order.index(notice.level) :])


def _urgency(notice: Notice) -> tuple[date, datetime, str]:
    return (notice.verdict.due_on, notice.request.received.at, notice.request.key)
