"""The report: read, decide, return; publishing writes down what a figure was counted from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from mailsla.core.pairing.balance import Balance
from mailsla.core.pairing.configured import RuleNames
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.rate import report
from mailsla.core.rate.case import Case
from mailsla.core.rate.finality import Watched
from mailsla.core.rate.period import Grain, Period, last_full_week
from mailsla.core.rate.publication import Publication, Published, Source, SourceDigest
from mailsla.core.rate.publishing import PublishedNow, first_day, publication, receipts
from mailsla.core.rate.reading import Reading, first_receipt, reading
from mailsla.core.rate.report import Known, Question, Report
from mailsla.core.rate.report_rules import ReportRules
from mailsla.core.rate.series import weeks_shown
from mailsla.core.retention.sealed import Sealed

FORMER_YEAR_ENDS = (4, 1)
"""Month and day from which a former year that is not definitive is no longer shown unless asked for."""

LONGEST_PROMISE = timedelta(days=700)
"""What is due on a day was received less long before: promises and announced dates are shorter."""

READ_TOGETHER = timedelta(days=500)
"""The requests of published figures are read by stretches of so long: a year, and what is due in it."""


class Derivations(Protocol):
    """What follows from the facts."""

    def made_by(self) -> tuple[RuleNames, object]:
        """Return the names of the rules that derived it."""

    def cases(self, first: datetime | None = None, before: datetime | None = None) -> Sequence[Case]:
        """Return the requests and follow-ups received from an instant on, before another, by receipt; or all."""

    def counted(self, wanted: Reading) -> Sequence[Case]:
        """Return what a report must read of the requests: alone, or each with those that no figure tells from it."""

    def unanswered_cases(self, since: datetime, most: int | None, service: str | None) -> Sequence[Case]:
        """Return the requests that nothing answered: those received since, and before it those that fall due first."""

    def doubts(self) -> Sequence[Doubt]:
        """Return what a person must look at."""

    def not_requests(self, since: datetime, until: datetime) -> Sequence[tuple[str, int]]:
        """Count the messages that were no request, by kind."""

    def facts_digests(self, stretches: Sequence[tuple[datetime, datetime]]) -> Sequence[SourceDigest]:
        """Return the names of what is known of the messages of each of some stretches of time."""


class Decisions(Protocol):
    """What people decided."""

    def decided(self) -> frozenset[str]:
        """Return the keys of the requests and mails about which a decision is in force."""

    def digest(self) -> SourceDigest:
        """Return the names of the decisions taken."""


class Publications(Protocol):
    """What was published."""

    def all(self) -> Sequence[Publication]:
        """Return what was published, oldest first."""

    def add(self, publication: Publication) -> int:
        """Add a publication and return its number; nothing that was published is ever changed."""


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


def build(
    store: ReportStore,
    rules: ReportRules,
    *,
    periods: Sequence[Period],
    now: datetime,
    service: str | None = None,
    grain: Grain = Grain.MONTH,
    balance: Balance | None = None,
    watched: Watched | None = None,
    untold: frozenset[str | None] = frozenset(),
    sealed: Sealed | None = None,
    most_overdue: int | None = None,
    is_usual: bool = False,
    is_pictured: bool = False,
) -> Report:
    """Return the report of `periods` at `now`.

    Args:
        store: Where requests, decisions and publications are read.
        rules: What decides.
        periods: The cohorts wanted; the first is the one people look at.
        now: The instant the report speaks of.
        service: When given, only this service's requests.
        grain: Into what cohorts are cut.
        balance: In which class each message is.
        watched: How collection went.
        untold: The services of whose requests nobody is told before they are late; None for those that none has.
        sealed: How many requests have no personal data any more.
        most_overdue: How many overdue requests are listed at least, the first that fell due; None for all.
        is_usual: Whether these are the usual periods: a former year that is definitive is left out then.
        is_pictured: Whether the weeks and the days of its pictures are counted too.
    """
    asked = Question(tuple(periods), now, service, grain, is_usual, is_pictured)
    calendar, doubts = rules.standard.clock.calendar, store.derivations.doubts()
    today = calendar.local_date(now)
    known_by_now = (doubt for doubt in doubts if doubt.at <= now)
    weeks = weeks_shown(asked.only_period, today) if is_pictured else None
    counted = periods if weeks is None else (*periods, weeks)
    soon_from = calendar.start_of(first_receipt(rules, today))
    known = Known(
        cases=store.derivations.counted(reading(rules, counted, today, known_by_now, service)),
        unanswered=store.derivations.unanswered_cases(soon_from, most_overdue, service),
        doubts=doubts,
        decided=store.decisions.decided(),
        # The figures of one service are not published.
        published=() if service is not None else published(store, rules),
        not_requests=store.derivations.not_requests(*asked.span(calendar)),
        balance=balance or Balance(),
        watched=watched or Watched(),
        untold=untold,
        sealed=sealed,
    )
    return report.build(known, rules, asked)


def usual_periods(today: date) -> tuple[Period, ...]:
    """Return what a report speaks of unless told: the last full week, beside the year.

    And the former year at the beginning of one, where it may not be definitive yet.
    """
    year = Grain.YEAR.period_of(today)
    former = Grain.YEAR.period_of(year.first - timedelta(days=1))
    is_early = today < date(today.year, *FORMER_YEAR_ENDS)
    return (last_full_week(today), *((former,) if is_early else ()), year)


def years_needed(
    periods: Sequence[Period], earliest: datetime, now: datetime, zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """Return the first and the last instant whose years a report of `periods` needs the calendar of.

    The calendar covers the year after the last instant, for due dates: a period's own are in its year. What is due in
    a period may have been received in the year before it.
    """
    noon = time(12, tzinfo=zone)
    begins = [datetime.combine(period.first, noon) - LONGEST_PROMISE for period in periods]
    # Those of last year are counted beside.
    begins.append(now - LONGEST_PROMISE)
    ends = (datetime.combine(period.last, noon) - timedelta(days=366) for period in periods)
    return min(earliest, *begins), max([now, *ends])


def publish(
    store: ReportStore,
    rules: ReportRules,
    periods: Mapping[Period, bool],
    now: datetime,
    signed: Published,
) -> list[Publication]:
    """Write down the verdicts of some periods as they stand at `now`, and what they followed from; return all that.

    Args:
        store: Where requests are read, and the publications go.
        rules: What decides.
        periods: Each period, and whether its figure is definitive.
        now: The instant the figures speak of.
        signed: Who publishes, and why.
    """
    found = []
    for made in drafts(store, rules, tuple(periods), now):
        signed_so = replace(made, signed=signed, definitive=periods[made.period])
        found.append(replace(signed_so, number=store.publications.add(signed_so)))
    return found


def drafts(
    store: ReportStore, rules: ReportRules, periods: Sequence[Period], now: datetime
) -> Iterator[Publication]:
    """Yield the verdicts of some periods as they stand at `now`, and what they follow from; nothing is written."""
    stretches = [(first_day(period, rules, rules.by), now) for period in periods]
    for period, found in zip(periods, _read(store, rules, stretches), strict=True):
        cases = store.derivations.cases(*receipts(period, rules, rules.by))
        read = {digest.source: digest.salted for digest in (found.facts, found.decisions)}
        yield publication(cases, rules, period, now, {**read, Source.RULES: found.rules}, rules.by)


def published(store: ReportStore, rules: ReportRules) -> Iterator[PublishedNow]:
    """Yield everything published, in no particular order: with its requests, and what it would follow from today."""
    found = store.publications.all()
    stretches = [(first_day(item.period, rules, item.by), item.at) for item in found]
    to_read = [
        _ToRead(*receipts(item.period, rules, item.by), item, read.like(item))
        for item, read in zip(found, _read(store, rules, stretches), strict=True)
    ]
    for several in _together(sorted(to_read, key=lambda item: item.since)):
        cases = store.derivations.cases(several[0].since, max(item.until for item in several))
        for since, until, item, read in several:
            yield PublishedNow(item, [case for case in cases if since <= case.received_at < until], read)


class _ToRead(NamedTuple):
    """A published figure whose requests were received from an instant on, before another, and what the store says."""

    since: datetime
    until: datetime
    publication: Publication
    read: Mapping[Source, str]


def _together(ordered: Iterable[_ToRead]) -> Iterator[list[_ToRead]]:
    """Yield published figures by those whose requests are read at once: not all are, so that memory is bounded."""
    several: list[_ToRead] = []
    for item in ordered:
        if several and item.until > max(several[0].until, several[0].since + READ_TOGETHER):
            yield several
            several = []
        several.append(item)
    if several:
        yield several


class _Sources(NamedTuple):
    """What the store holds that decides a figure: its facts, the decisions, the name of the rules that derived."""

    facts: SourceDigest
    decisions: SourceDigest
    rules: str

    def like(self, published: Publication) -> dict[Source, str]:
        """Return their names, each as a publication was made with."""
        digests = {digest.source: digest.like(published) for digest in (self.facts, self.decisions)}
        return {**digests, Source.RULES: self.rules}


def _read(
    store: ReportStore, rules: ReportRules, stretches: Sequence[tuple[date, datetime]]
) -> list[_Sources]:
    """Return what the store holds that decides some figures: of facts from a day on, up to an instant, and the rest."""
    if not stretches:
        return []
    start_of, decisions = rules.standard.clock.calendar.start_of, store.decisions.digest()
    made_by, _configured = store.derivations.made_by()
    asked = [(start_of(first), at) for first, at in stretches]
    different = list(dict.fromkeys(asked))
    facts = dict(zip(different, store.derivations.facts_digests(different), strict=True))
    return [_Sources(facts[stretch], decisions, made_by.rules) for stretch in asked]
