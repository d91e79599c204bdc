"""Alerts: who is to be told what, today, so that there is still time to answer."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from mailsla.core.clock.announcement import Announcement
from mailsla.core.clock.receipt_bounds import received_before, received_from
from mailsla.core.clock.verdict import Outcome, Verdict
from mailsla.core.clock.working_days import WorkingCalendar
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


class Waiting(NamedTuple):
    """A request that nothing answered, as far as it decides whether anybody is to be told.

    Attributes:
        key: Its key.
        received_at: When it was received.
        service: The service that has it now; None when none has.
        category: Which promise it falls under.
        announcements: The holding replies that announced a date, first to last.
    """

    key: str
    received_at: datetime
    service: str | None
    category: str
    announcements: tuple[Announcement, ...]


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
    if not _is_told_now(calendar, rule, now):
        return ()
    by_recipient: dict[str, list[Notice]] = defaultdict(list)
    for request in requests:
        if request.answered is not None or request.imported:
            continue
        notice = _notice(request, standard, rule, now)
        recipient = _recipient(request.service, office, rule)
        if notice is None or recipient is None:
            continue
        if not _is_known(request.key, notice.level, announced, rule):
            by_recipient[recipient].append(replace(notice, doubtful=request.key in doubtful))
    return tuple(
        Digest(recipient, calendar.local_date(now), tuple(sorted(found, key=_urgency)))
        for recipient, found in sorted(by_recipient.items())
    )


def told_about(standard: Standard, rule: AlertRule, now: datetime) -> tuple[datetime, datetime] | None:
    """Return [from, before[: nobody is told at `now` of what was received outside it; None when of nothing at all.

    What is overdue for longer than `overdue_within` is only reported; what is due after the first warning's day is not
    spoken of yet.
    """
    clock, calendar = standard.clock, standard.clock.calendar
    if not _is_told_now(calendar, rule, now):
        return None
    today, promised = calendar.local_date(now), standard.commitments.values()
    due_by = calendar.working_day(today, max(rule.working_days_before, default=0) + 1) - timedelta(days=1)
    return (
        received_from(clock, promised, _overdue_since(calendar, today, rule), now),
        received_before(clock, promised, due_by, now),
    )


def _is_told_now(calendar: WorkingCalendar, rule: AlertRule, now: datetime) -> bool:
    return (
        calendar.is_working(calendar.local_date(now)) and now.astimezone(calendar.zone).time() >= rule.send_at
    )


def _overdue_since(calendar: WorkingCalendar, today: date, rule: AlertRule) -> date:
    """Return the earliest due date of what may still be announced today."""
    days = range(calendar.first.toordinal(), today.toordinal())
    passed = bisect_left(
        days,
        -rule.overdue_within,
        key=lambda day: -calendar.working_days_between(date.fromordinal(day), today),
    )
    return date.fromordinal(days.start + passed)


def to_announce(
    waiting: Iterable[Waiting],
    announced: Collection[tuple[str, str]],
    standard: Standard,
    office: Office,
    rule: AlertRule,
    now: datetime,
) -> tuple[str, ...]:
    """Return the keys of the requests of which somebody is to be told at `now`, and was not: those of `digests`."""
    today = standard.clock.calendar.local_date(now)
    found = []
    for item in waiting:
        stands = standard.clock.standing(
            item.received_at, None, standard.commitment_of(item.category), now, item.announcements
        )
        remaining = standard.clock.calendar.working_days_between(today, stands.due_on)
        level = _level(stands.outcome, remaining, rule)
        if level is None or _recipient(item.service, office, rule) is None:
            continue
        if not _is_known(item.key, level, announced, rule):
            found.append(item.key)
    return tuple(found)


def _notice(request: Request, standard: Standard, rule: AlertRule, now: datetime) -> Notice | None:
    clock, commitment = standard.clock, standard.commitment_of(request.category)
    verdict = clock.verdict(request.received.at, None, commitment, now, request.announcements)
    today = clock.calendar.local_date(now)
    remaining = clock.calendar.working_days_between(today, verdict.due_on)
    level = _level(verdict.outcome, remaining, rule)
    return None if level is None else Notice(request, level, verdict, remaining)


def _level(outcome: Outcome, remaining: int, rule: AlertRule) -> str | None:
    if outcome is Outcome.MISSED:
        return OVERDUE if -remaining <= rule.overdue_within else None
    return next((f"before-{days}" for days in sorted(rule.working_days_before) if remaining <= days), None)


def _recipient(name: str | None, office: Office, rule: AlertRule) -> str | None:
    if name is None:
        return rule.unassigned
    service = office.service(name)
    return rule.unassigned if service is None or service.head is None else service.head


def _is_known(key: str, level: str, announced: Collection[tuple[str, str]], rule: AlertRule) -> bool:
    """Tell whether this level, or a more urgent one, was announced: a due date may move, alerts do not go back."""
    order = [f"before-{days}" for days in sorted(rule.working_days_before, reverse=True)] + [OVERDUE]
    return any((key, later) in announced for later in order[order.index(level) :])


def _urgency(notice: Notice) -> tuple[date, datetime, str]:
    return (notice.verdict.due_on, notice.request.received.at, notice.request.key)
