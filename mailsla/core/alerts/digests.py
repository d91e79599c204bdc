"""Alerts: who is to be told what, today, so that there is still time to answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from mailsla.core.alerts.memory import Memory, Told
from mailsla.core.alerts.terms import BACKLOG, AlertTerms
from mailsla.core.clock.announcement import Announcement
from mailsla.core.clock.verdict import Outcome, Verdict
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.pairing.request import Request


class Waiting(NamedTuple):
    """A request that nothing answered, as far as it decides whether anybody is to be told.

    Attributes:
        key: Its key.
        received_at: When it was received.
        service: The service that has it now; None when none has.
        category: Which promise it falls under.
        announcements: The holding replies that announced a date, first to last.
        imported: Whether it is known from archives alone.
    """

    key: str
    received_at: datetime
    service: str | None
    category: str
    announcements: tuple[Announcement, ...]
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """One request to announce.

    Attributes:
        request: The request.
        level: `before-3`, `before-1`… or `overdue`.
        verdict: How it stands.
        remaining: Working days until the due date; 0 on the day itself, negative once it has passed.
        last_on: The last working day in time: the due date, or the one before it where that is a closed day.
        doubtful: True when a mail that may be its reply waits for a person to decide.
    """

    request: Request
    level: str
    verdict: Verdict
    remaining: int
    last_on: date
    doubtful: bool = False


class Late(NamedTuple):
    """A request that was overdue before anybody could be warned of it.

    Attributes:
        key: Its key.
        service: The service that has it; None when none has.
        received_at: When it was received.
        due_on: Its due date.
    """

    key: str
    service: str | None
    received_at: datetime
    due_on: date


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything one person is told on one day.

    Attributes:
        recipient: Who is told.
        on: The local day.
        notices: The requests, the most urgent first.
        backlog: Of the referent alone, what was late from the start.
        oversees: Whether these are requests of others, that grow late or that nobody has.
    """

    recipient: str
    on: date
    notices: tuple[Notice, ...]
    backlog: tuple[Late, ...] = ()
    oversees: bool = False

    @property
    def told(self) -> tuple[Told, ...]:
        """What its recipient knows once it was handed over."""
        return (
            *(
                Told(item.request.key, self.recipient, item.level, item.verdict.due_on, self.on)
                for item in self.notices
            ),
            *(Told(item.key, self.recipient, BACKLOG, item.due_on, self.on) for item in self.backlog),
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A request of which somebody is to be told, unless a look at the whole of it says otherwise."""

    key: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """What may be told at an instant, by what waits and what was told alone."""

    notices: tuple[Candidate, ...] = ()
    backlog: tuple[Late, ...] = ()

    def keys(self, of: str | None = None) -> list[str]:
        """Return the keys of the requests to look at; with `of`, for that recipient alone."""
        return list(dict.fromkeys(item.key for item in self.notices if of in {None, item.recipient}))


def candidates(
    waiting: Iterable[Waiting], memory: Memory, terms: AlertTerms, now: datetime, taken: Collection[str] = ()
) -> Candidates:
    """Return what may be told at `now`, of all that waits; whoever has a mail of the day already is told nothing more.

    Args:
        waiting: What waits, archives too: what they hold is late from the start.
        memory: What was told of it.
        terms: What decides.
        now: The present instant.
        taken: Who has a mail of that day.
    """
    notices: list[Candidate] = []
    backlog: list[Late] = []
    summary_to = _summary_to(terms, now, taken)
    first = min((read.first for read in terms.read.values()), default=now)
    is_blind = terms.is_blind(now)
    for item in waiting:
        stands = terms.standard.clock.standing(
            item.received_at, None, terms.standard.commitment_of(item.category), now, item.announcements
        )
        if stands.outcome is Outcome.MISSED and (item.imported or _was_late(item, first, terms)):
            if summary_to is not None and not memory.has_backlog(item.key, summary_to):
                backlog.append(Late(item.key, item.service, item.received_at, stands.due_on))
        elif not (is_blind or item.imported or memory.is_backlog(item.key)):
            remaining = _remaining(terms.calendar, stands.due_on, now)
            level = terms.rule.level(stands.outcome, remaining)
            if level is not None:
                placed = _Placed(item.key, item.service, level, stands.due_on, remaining)
                notices += (Candidate(item.key, to) for to in _to_be_told(placed, memory, terms, now, taken))
    return Candidates(tuple(notices), tuple(backlog))


def digests(
    requests: Iterable[Request],
    *,
    backlog: Iterable[Late] = (),
    memory: Memory,
    doubtful: Collection[str],
    terms: AlertTerms,
    now: datetime,
    taken: Collection[str] = (),
) -> tuple[Digest, ...]:
    """Return the alert mails due at `now`, one for each recipient; none on a closed day or before `send_at`.

    Args:
        requests: Requests and follow-ups; the answered, the excluded and the imported ones are left out here, and what
            lies in accounts that nobody read for longer than one working day.
        backlog: What was overdue before anybody could be warned.
        memory: What was told of all these.
        doubtful: Keys of requests that a doubtful reply may answer.
        terms: What decides.
        now: The present instant.
        taken: Who has a mail of that day.
    """
    if not terms.rule.is_hour(terms.calendar, now):
        return ()
    by_recipient: dict[str, list[Notice]] = defaultdict(list)
    late = list(backlog)
    for request in requests:
        if request.answered is not None or request.excluded is not None or request.imported:
            continue
        if terms.is_stale(request.mailboxes, now):
            continue
        if _was_late_at_first_read(request, terms, now):
            late.append(_late(request, terms, now))
            continue
        if memory.is_backlog(request.key):
            continue
        notice = _notice(request, terms, now, doubtful=request.key in doubtful)
        if notice is not None:
            for to in _to_be_told(_Placed.of(notice), memory, terms, now, taken):
                by_recipient[to].append(notice)
    summary: dict[str, list[Late]] = {}
    if (reader := _summary_to(terms, now, taken)) is not None:
        late = [item for item in late if not memory.has_backlog(item.key, reader)]
        summary = {reader: sorted(late, key=_age)} if late else {}
    today = terms.calendar.local_date(now)
    return tuple(
        Digest(
            to,
            today,
            tuple(sorted(by_recipient.get(to, ()), key=_urgency)),
            tuple(summary.get(to, ())),
            terms.rule.ladder.oversees(to),
        )
        for to in sorted({*by_recipient, *summary})
    )


def _summary_to(terms: AlertTerms, now: datetime, taken: Collection[str]) -> str | None:
    """Return who is told today of what was late from the start: the referent, once every account is read again."""
    referent = terms.rule.referent
    is_whole = not any(terms.is_stale([(account, "")], now) for account in terms.read)
    return referent if referent is not None and referent not in taken and is_whole else None


def _remaining(calendar: WorkingCalendar, due_on: date, now: datetime) -> int:
    return calendar.working_days_between(calendar.local_date(now), due_on)


def _was_late(item: Waiting, first: datetime, terms: AlertTerms) -> bool:
    """Tell whether a request was overdue at an instant."""
    if item.received_at >= first:
        return False
    commitment = terms.standard.commitment_of(item.category)
    stands = terms.standard.clock.standing(item.received_at, None, commitment, first, item.announcements)
    return stands.outcome is Outcome.MISSED


def _was_late_at_first_read(request: Request, terms: AlertTerms, now: datetime) -> bool:
    """Tell whether a request was overdue when the last of its accounts that are collected was first read whole."""
    firsts = [terms.read[account].first for account, _mailbox in request.mailboxes if account in terms.read]
    item = Waiting(request.key, request.received.at, request.service, request.category, request.announcements)
    return bool(firsts) and _was_late(item, min(*firsts, now), terms)


def _late(request: Request, terms: AlertTerms, now: datetime) -> Late:
    commitment = terms.standard.commitment_of(request.category)
    stands = terms.standard.clock.standing(request.received.at, None, commitment, now, request.announcements)
    return Late(request.key, request.service, request.received.at, stands.due_on)


def _notice(request: Request, terms: AlertTerms, now: datetime, *, doubtful: bool) -> Notice | None:
    commitment = terms.standard.commitment_of(request.category)
    verdict = terms.standard.clock.verdict(request.received.at, None, commitment, now, request.announcements)
    remaining = _remaining(terms.calendar, verdict.due_on, now)
    level = terms.rule.level(verdict.outcome, remaining)
    if level is None:
        return None
    last_on = _last_working_day(terms.calendar, verdict.due_on)
    return Notice(request, level, verdict, remaining, last_on, doubtful)


def _last_working_day(calendar: WorkingCalendar, on: date) -> date:
    """Return a date when it counts, else the last working day before it."""
    while not calendar.is_working(on) and on > calendar.first:
        on -= timedelta(days=1)
    return on


class _Placed(NamedTuple):
    """A request at its level, as far as it decides who is told."""

    key: str
    service: str | None
    level: str
    due_on: date
    remaining: int

    @classmethod
    def of(cls, notice: Notice) -> _Placed:
        """Return what a notice is about."""
        request = notice.request
        return cls(request.key, request.service, notice.level, notice.verdict.due_on, notice.remaining)


def _to_be_told(
    placed: _Placed, memory: Memory, terms: AlertTerms, now: datetime, taken: Collection[str]
) -> Iterator[str]:
    """Yield who is to be told of a request, does not know enough of it, and has no mail of the day."""
    today = terms.calendar.local_date(now)
    for to in terms.rule.recipients(placed.service, today, max(0, -placed.remaining)):
        if to not in taken and not memory.knows(
            placed.key, to, placed.level, placed.due_on, terms.calendar, today
        ):
            yield to


def _urgency(notice: Notice) -> tuple[date, datetime, str]:
    return (notice.verdict.due_on, notice.request.received.at, notice.request.key)


def _age(late: Late) -> tuple[datetime, str]:
    return (late.received_at, late.key)
