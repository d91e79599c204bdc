"""The report: how the office stands against its promise, with everything needed to recount it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.worked_example import Example, worked_example
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.collection.gap import Gap
from mailsla.core.pairing.balance import Balance, MailClass
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import Case
from mailsla.core.rate.cohort import Cohort
from mailsla.core.rate.disputes import Disputed, disputed_of, disputes
from mailsla.core.rate.finality import Watched
from mailsla.core.rate.outlook import Outlook, outlook
from mailsla.core.rate.overdue import Overdue, due_soon, overdue, waiting_of
from mailsla.core.rate.period import Grain, Period
from mailsla.core.rate.publication import Revision
from mailsla.core.rate.publishing import PublishedNow, recounted
from mailsla.core.rate.report_rules import ReportRules
from mailsla.core.rate.section import Beside, Section, beside, section
from mailsla.core.rate.series import Series, series
from mailsla.core.rate.standard import Judged, Standard
from mailsla.core.rate.unseen_replies import UnseenReplies, unseen_replies
from mailsla.core.retention.sealed import Sealed

NOON = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the report says, before any wording.

    Attributes:
        site: The office's name.
        at: The instant the report speaks of.
        today: Its date, in the site's zone.
        standard: The clock and the promises.
        example: The rule on a real date of the site's own calendar.
        minimum: Below this many requests fallen due no percentage is given, only the counts.
        sections: The cohorts, the one people look at first being first.
        outlook: What the year still allows.
        overdue: Unanswered requests past their due date.
        soon: Unanswered requests due within three working days, the most urgent first.
        doubts: What a person must look at.
        unseen: The requests whose reply may be one that nobody has seen; None without any.
        disputed: The requests whose verdict depends on which witness is believed; None without any.
        untold: How many requests wait of which nobody is told before they are late, by service, the most first.
        sealed: How many requests, of any period, have no personal data any more; None when none is so.
        decided: Keys of requests about which a person decided something.
        revisions: Published figures that would be others today.
        not_requests: How many messages were no request, by kind.
        balance: In which class each message is, whatever its period and its service.
        gaps: Where collection was interrupted.
        since: When any account had been read whole for the first time; None when none ever was.
        service: The only service whose requests are counted; None for all.
        series: The cohort by weeks and by days, when pictures were asked for.
        beside: What stands beside the period, when one alone was asked for.
    """

    site: str
    at: datetime
    today: date
    standard: Standard
    example: Example
    minimum: int
    sections: tuple[Section, ...]
    outlook: Outlook
    overdue: Overdue
    soon: tuple[Judged, ...]
    doubts: tuple[Doubt, ...] = ()
    unseen: UnseenReplies | None = None
    disputed: Disputed | None = None
    untold: tuple[tuple[str | None, int], ...] = ()
    sealed: Sealed | None = None
    decided: frozenset[str] = frozenset()
    revisions: tuple[Revision, ...] = ()
    not_requests: tuple[tuple[str, int], ...] = ()
    balance: Balance = field(default_factory=Balance)
    gaps: tuple[Gap, ...] = ()
    since: datetime | None = None
    service: str | None = None
    series: Series = field(default_factory=Series)
    beside: Beside = field(default_factory=Beside)

    @property
    def set_aside(self) -> int:
        """How many messages could not be read, or derived."""
        return self.balance.of(MailClass.SET_ASIDE)

    @property
    def commitment(self) -> Commitment:
        """The main promise."""
        return self.standard.main


@dataclass(frozen=True)
class Question:
    """What a report is asked for.

    Attributes:
        periods: The cohorts wanted; the first is the one people look at.
        now: The instant the report speaks of.
        service: When given, only this service's requests.
        grain: Into what cohorts are cut.
        is_usual: Whether these are the cohorts of a report that is asked for none: a former year that is definitive
            is not shown then.
        is_pictured: Whether pictures are drawn of it.
    """

    periods: tuple[Period, ...]
    now: datetime
    service: str | None = None
    grain: Grain = Grain.MONTH
    is_usual: bool = False
    is_pictured: bool = False

    @property
    def only_period(self) -> Period | None:
        """The period that was asked for; None when these are the usual ones."""
        return None if self.is_usual else self.periods[0]

    def span(self, calendar: WorkingCalendar) -> tuple[datetime, datetime]:
        """Return the stretch of time of the widest period, the last: its first instant, and the first after it."""
        widest = self.periods[-1]
        return calendar.start_of(widest.first), calendar.start_of(widest.last) + timedelta(days=1)


@dataclass(frozen=True)
class Known:
    """What a report is made of, as it was read.

    Attributes:
        cases: The requests and follow-ups that the figures count, each alone or with those that none can tell from it.
        unanswered: Of those that nothing answered, each alone, those that lists may name; None: all, from `cases`.
        doubts: What a person must look at.
        decided: Keys of the requests and mails about which a decision is in force.
        published: What was published, with the requests of its period and what it would follow from today.
        not_requests: How many messages were no request, by kind.
        balance: In which class each message is, whatever its period and its service.
        watched: How collection went.
        untold: The services of whose requests nobody is told before they are late; None for those that none has.
        sealed: How many requests have no personal data any more.
    """

    cases: Sequence[Case]
    unanswered: Sequence[Case] | None = None
    doubts: Sequence[Doubt] = ()
    decided: frozenset[str] = frozenset()
    published: Iterable[PublishedNow] = ()
    not_requests: Sequence[tuple[str, int]] = ()
    balance: Balance = field(default_factory=Balance)
    watched: Watched = field(default_factory=Watched)
    untold: frozenset[str | None] = frozenset()
    sealed: Sealed | None = None


def build(known: Known, rules: ReportRules, asked: Question) -> Report:
    """Return the report that answers a question, from what is known and by the site's rules."""
    service, now, standard = asked.service, asked.now, rules.standard
    cases = _of_service(known.cases, service)
    everything = rules.cohort(cases, now)
    named = everything
    if known.unanswered is not None:
        named = rules.cohort(_waiting([*cases, *_of_service(known.unanswered, service)], now), now)
    disputed = tuple(disputes(cases, standard, now))
    doubts = (*_shown(known.doubts, cases, asked), *disputed)
    sections = _sections(everything, known.watched, rules, asked)
    pictured = (
        series(asked.only_period, sections, everything, known.watched) if asked.is_pictured else Series()
    )
    changed = filter(None, (recounted(published, rules) for published in known.published))
    return Report(
        site=rules.site,
        at=now,
        today=everything.today,
        standard=standard,
        example=worked_example(standard.clock, standard.main, everything.today),
        minimum=rules.minimum,
        sections=sections,
        outlook=year_outlook(everything, rules.minimum),
        overdue=overdue(everything, named),
        soon=due_soon(named),
        doubts=tuple(sorted(doubts, key=lambda doubt: doubt.at)),
        unseen=unseen_replies(cases, known.doubts, rules, asked.periods[0], now),
        disputed=disputed_of(cases, disputed, rules, asked.periods[0], now),
        untold=waiting_of(everything, known.untold),
        sealed=known.sealed,
        decided=known.decided,
        revisions=tuple(sorted(changed, key=lambda item: item.published.number)),
        not_requests=tuple(known.not_requests),
        balance=known.balance,
        gaps=tuple(gap for gap in known.watched.gaps if any(gap in item.finality.holes for item in sections)),
        since=known.watched.since,
        service=service,
        series=pictured,
        beside=_beside(everything, known.watched, rules, asked),
    )


def _beside(everything: Cohort, watched: Watched, rules: ReportRules, asked: Question) -> Beside:
    only = asked.only_period
    return Beside() if only is None else beside(only, everything, rules.by, watched)


def _sections(
    everything: Cohort, watched: Watched, rules: ReportRules, asked: Question
) -> tuple[Section, ...]:
    standard, now, follow_ups = rules.standard, asked.now, rules.count_follow_ups
    promises = [
        (promise, promise.held(everything, standard, now, count_follow_ups=follow_ups))
        for promise in rules.promises
    ]
    found = tuple(
        section(
            period,
            everything,
            watched,
            services=rules.services,
            grain=asked.grain,
            by=rules.by,
            promises=promises,
        )
        for period in asked.periods
    )
    return without_finished(found, everything.today) if asked.is_usual else found


def without_finished(sections: Sequence[Section], today: date) -> tuple[Section, ...]:
    """Return the sections of the usual periods without the former year, once that is definitive."""
    first, *others = sections
    kept = (item for item in others if item.period.last >= today or not item.finality.is_definitive)
    return (first, *kept)


def _waiting(cases: Iterable[Case], now: datetime) -> Iterable[Case]:
    """Return the requests that nothing answered by now, each once, by receipt; those that stand for others left out."""
    alone = {
        case.key: case for case in cases if case.key and (case.answered_at is None or case.answered_at > now)
    }
    return sorted(alone.values(), key=lambda case: (case.received_at, case.key))


def _of_service(cases: Sequence[Case], service: str | None) -> Sequence[Case]:
    return cases if service is None else [case for case in cases if case.service == service]


def _shown(doubts: Iterable[Doubt], cases: Sequence[Case], asked: Question) -> tuple[Doubt, ...]:
    """Return the doubts that are known by now; of one service, those about a request of its own."""
    known = (doubt for doubt in doubts if doubt.at <= asked.now)
    if asked.service is None:
        return tuple(known)
    keys = {case.key for case in cases}
    return tuple(doubt for doubt in known if not keys.isdisjoint(doubt.candidates))


def year_outlook(everything: Cohort, minimum: int = 1) -> Outlook:
    """Return what the year still allows."""
    counted = everything.counted()
    year = Grain.YEAR.period_of(everything.today)
    return outlook(
        counts=counted.within(year, Belonging.DUE).population(),
        target=everything.standard.main.target,
        received=counted.received(),
        until=_last_receipt(year, everything),
        today=everything.today,
        calendar=everything.calendar,
        minimum=minimum,
    )


def _last_receipt(year: Period, everything: Cohort) -> date:
    """Return the last day whose requests are due in a year, by the main promise."""
    clock, day = everything.standard.clock, year.last
    while clock.due_on(clock.calendar.start_of(day) + NOON, everything.standard.main) > year.last:
        day -= timedelta(days=1)
    return day
