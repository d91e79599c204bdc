"""The report: read, decide, return; publishing writes down what a figure was counted from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mailsla.core.collection.gap import Gap
from mailsla.core.pairing.recipient_matching import Doubt
from mailsla.core.rate import report
from mailsla.core.rate.case import Case
from mailsla.core.rate.period import Grain, Period
from mailsla.core.rate.publication import Publication, Source
from mailsla.core.rate.publishing import publication
from mailsla.core.rate.report import Known, Question, Report
from mailsla.core.rate.report_rules import ReportRules


class ReportSource(Protocol):
    """What a report reads."""

    def cases(self) -> Sequence[Case]:
        """Return the requests and follow-ups."""

    def doubts(self) -> Sequence[Doubt]:
        """Return the possible replies that a person must look at."""

    def not_requests(self, since: datetime, until: datetime) -> Sequence[tuple[str, int]]:
        """Count the messages that were no request, by kind."""

    def decided(self) -> frozenset[str]:
        """Return the keys of the requests and mails about which a decision is in force."""

    def facts_digest(self, since: datetime, until: datetime) -> str:
        """Return the name of what is known of the messages of a stretch of time."""

    def decisions_digest(self) -> str:
        """Return the name of the decisions taken."""

    def publications(self) -> Sequence[Publication]:
        """Return what was published, oldest first."""


class PublicationStore(ReportSource, Protocol):
    """Where publications are kept, too."""

    def publish(self, publication: Publication) -> None:
        """Add a publication; nothing that was published is ever changed."""


def build(
    source: ReportSource,
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
        source: Where requests are read.
        rules: What decides.
        periods: The cohorts wanted; the first is the one people look at.
        now: The instant the report speaks of.
        service: When given, only this service's requests.
        grain: Into what cohorts are cut.
        set_aside: How many messages could not be read.
        gaps: Where collection was interrupted.
    """
    asked = Question(tuple(periods), now, service, grain)
    known = Known(
        cases=source.cases(),
        doubts=source.doubts(),
        decided=source.decided(),
        # The figures of one service are not published.
        published=() if service is not None else tuple(_published(source, rules)),
        not_requests=source.not_requests(*asked.span(rules.standard.clock.calendar)),
        set_aside=set_aside,
        gaps=gaps,
    )
    return report.build(known, rules, asked)


def publish(store: PublicationStore, rules: ReportRules, period: Period, now: datetime) -> Publication:
    """Write down the verdicts of `period` as they stand at `now`, and what they followed from."""
    made = publication(store.cases(), rules, period, now, _read(store, rules, period, now))
    store.publish(made)
    return made


def _published(
    source: ReportSource, rules: ReportRules
) -> Iterator[tuple[Publication, Mapping[Source, str]]]:
    """Yield the last publication of each period, with what its figure would follow from today."""
    latest = {published.period.name: published for published in source.publications()}
    for published in latest.values():
        yield published, _read(source, rules, published.period, published.at)


def _read(source: ReportSource, rules: ReportRules, period: Period, at: datetime) -> dict[Source, str]:
    """Return the digests of what the store holds that decides a figure."""
    since = rules.standard.clock.calendar.start_of(period.first)
    return {Source.FACTS: source.facts_digest(since, at), Source.DECISIONS: source.decisions_digest()}
