"""The report: reads requests, decides with the core; publishing writes down what a figure was counted from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from mailsla.core.clock.worked_example import worked_example
from mailsla.core.collection.gap import Gap
from mailsla.core.pairing.recipient_matching import Doubt
from mailsla.core.rate import cohort
from mailsla.core.rate.case import Case
from mailsla.core.rate.cohort import Assessment
from mailsla.core.rate.period import Grain, Period, last_full_week, year_to_date
from mailsla.core.rate.publication import Publication, Revision, Source, revision
from mailsla.core.rate.report import Report, unanswered, year_outlook
from mailsla.core.rate.standard import Standard


class Derivations(Protocol):
    """What follows from the facts."""

    def cases(self) -> Sequence[Case]:
        """Return the requests and follow-ups."""

    def doubts(self) -> Sequence[Doubt]:
        """Return the possible replies that a person must look at."""

    def not_requests(self, since: datetime, until: datetime) -> Sequence[tuple[str, int]]:
        """Count the messages that were no request, by kind."""

    def facts_digest(self, since: datetime, until: datetime) -> str:
        """Return the name of what is known of the messages of a stretch of time."""


class Decisions(Protocol):
    """What people decided."""

    def decided(self) -> frozenset[str]:
        """Return the keys of the requests and mails about which a decision is in force."""

    def digest(self) -> str:
        """Return the name of the decisions taken."""


class Publications(Protocol):
    """What was published."""

    def all(self) -> Sequence[Publication]:
        """Return what was published, oldest first."""

    def add(self, publication: Publication) -> None:
        """Add a publication; nothing that was published is ever changed."""


class ReportStore(Protocol):
    """What a report reads, and where a publication goes."""

    @property
    def derivations(self) -> Derivations:
        """What follows from the facts."""

    @property
    def decisions(self) -> Decisions:
        """What people decided."""

    @property
    def publications(self) -> Publications:
        """What was published."""


@dataclass(frozen=True)
class ReportRules:
    """Everything that decides a report, besides the requests and the time.

    Attributes:
        site: The office's name.
        standard: The clock and the promises.
        services: Names of the services, in the order to print.
        minimum: Below this many settled requests no percentage is given.
        count_follow_ups: Whether follow-ups are in the rate.
        pairing: Digest of the rules that pair messages.
    """

    site: str
    standard: Standard
    services: tuple[str, ...]
    minimum: int = 5
    count_follow_ups: bool = False
    pairing: str = ""


def build(
    store: ReportStore,
    rules: ReportRules,
    *,
    periods: Sequence[Period],
    now: datetime,
    service: str | None = None,
    grain: Grain = Grain.MONTH,
    set_aside: int = 0,
    gaps: Sequence[Gap] = (),
) -> Report:
    """Return the report of `periods` at `now`.

    Args:
        store: Where requests, decisions and publications are read.
        rules: What decides.
        periods: The cohorts wanted; the first is the one people look at.
        now: The instant the report speaks of.
        service: When given, only this service's requests.
        grain: Into what cohorts are cut.
        set_aside: How many messages could not be read.
        gaps: Where collection was interrupted.
    """
    everything = store.derivations.cases()
    cases = [case for case in everything if service is None or case.service == service]
    assessment = _assess(cases, rules, now)
    overdue, soon = unanswered(assessment)
    calendar = rules.standard.clock.calendar
    widest = max(periods, key=lambda period: period.last - period.first)
    since = calendar.start_of(widest.first)
    until = calendar.start_of(widest.last) + timedelta(days=1)
    return Report(
        site=rules.site,
        at=now,
        today=calendar.local_date(now),
        standard=rules.standard,
        example=worked_example(rules.standard.clock, rules.standard.main, calendar.local_date(now)),
        minimum=rules.minimum,
        sections=tuple(
            cohort.section(period, assessment, services=rules.services, grain=grain) for period in periods
        ),
        outlook=year_outlook(assessment),
        overdue=overdue,
        soon=soon,
        doubts=tuple(doubt for doubt in store.derivations.doubts() if doubt.sent_at <= now),
        decided=store.decisions.decided(),
        revisions=() if service is not None else tuple(_revisions(store, everything, rules)),
        not_requests=tuple(store.derivations.not_requests(since, until)),
        set_aside=set_aside,
        gaps=tuple(
            gap
            for gap in gaps
            if gap.never or (gap.since < until and (gap.until is None or gap.until > since))
        ),
    )


def usual_periods(today: date) -> tuple[Period, ...]:
    """Return what a report speaks of unless told: the last full week, beside the year to date."""
    return (last_full_week(today), year_to_date(today))


def years_needed(
    periods: Sequence[Period], earliest: datetime, now: datetime, zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """Return the first and the last instant whose years a report of `periods` needs the calendar of.

    The calendar covers the year after the last instant, for due dates: a period's own are in its year.
    """
    noon = time(12, tzinfo=zone)
    begins = (datetime.combine(period.first, noon) for period in periods)
    ends = (datetime.combine(period.last, noon) - timedelta(days=366) for period in periods)
    return min(earliest, *begins), max(now, *ends)


def _assess(cases: Iterable[Case], rules: ReportRules, now: datetime) -> Assessment:
    return cohort.assess(cases, rules.standard, now, count_follow_ups=rules.count_follow_ups)


def publish(store: ReportStore, rules: ReportRules, period: Period, now: datetime) -> Publication:
    """Write down the verdicts of `period` as they stand at `now`, and what they followed from."""
    publication = _publication(store, store.derivations.cases(), rules, period, now, now)
    store.publications.add(publication)
    return publication


def _revisions(store: ReportStore, cases: Sequence[Case], rules: ReportRules) -> Iterable[Revision]:
    """Yield the published figures that would be others today; only the last of each period and instant."""
    latest = {publication.period.name: publication for publication in store.publications.all()}
    for published in latest.values():
        today = _publication(store, cases, rules, published.period, published.at, published.published_at)
        found = revision(published, today)
        if found is not None:
            yield found


def _publication(
    store: ReportStore,
    cases: Sequence[Case],
    rules: ReportRules,
    period: Period,
    at: datetime,
    published_at: datetime,
) -> Publication:
    calendar = rules.standard.clock.calendar
    within = [
        case for case in cases if case.received_at <= at and calendar.local_date(case.received_at) in period
    ]
    assessment = _assess(within, rules, at)
    return Publication(
        period=period,
        at=at,
        published_at=published_at,
        verdicts={
            item.case.key: item.verdict.outcome
            for item in assessment.judged
            if assessment.is_counted(item.case)
        },
        digests={
            Source.FACTS: store.derivations.facts_digest(calendar.start_of(period.first), at),
            Source.DECISIONS: store.decisions.digest(),
            Source.RULES: _digest(
                (
                    rules.pairing,
                    rules.count_follow_ups,
                    sorted(rules.standard.commitments.items()),
                    rules.standard.clock.receipt,
                    rules.standard.clock.opening.week,
                    sorted(rules.standard.clock.opening.days.items()),
                )
            ),
            Source.CALENDAR: _digest(
                [
                    (day.on, day.kind)
                    for day in calendar.special_days
                    if period.first <= day.on <= calendar.local_date(at)
                ]
            ),
        },
    )


def _digest(said: object) -> str:
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]
