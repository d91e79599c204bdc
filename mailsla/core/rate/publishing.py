"""Counts a figure to publish, names what it follows from, and counts it again later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from functools import partial

from mailsla.core.clock.commitment import Unit
from mailsla.core.clock.origin import Origin
from mailsla.core.clock.verdict import Outcome
from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.pairing.derivation import DECIDE_NO_PAIRING
from mailsla.core.pairing.fingerprint import SCHEME, fingerprint
from mailsla.core.pairing.rules import RULES_VERSION
from mailsla.core.rate.assessed import Assessed
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import Case
from mailsla.core.rate.cohort import counts_for
from mailsla.core.rate.finality import LONGEST_ANNOUNCED
from mailsla.core.rate.former_digests import former_digests
from mailsla.core.rate.period import Period
from mailsla.core.rate.promises import Promise
from mailsla.core.rate.publication import Publication, Revision, Source, revision
from mailsla.core.rate.reading import first_receipt
from mailsla.core.rate.report_rules import ReportRules

DECIDE_NO_VERDICT = frozenset(
    {
        *DECIDE_NO_PAIRING,
        "ReportRules.site",  # a name that is printed
        "ReportRules.services",  # the order in which lines are printed
        "ReportRules.by",  # a publication names its own
        "ReportRules.minimum",  # below it no percentage is printed; verdicts stay
        "Commitment.origin",  # what is said of a promise, whose days, comparison and share stay
        *(f"Origin.{item.name}" for item in fields(Origin)),
        "ReportRules.promises",  # beside the main one, which alone is published
        *(f"Promise.{item.name}" for item in fields(Promise)),
        "Clock.calendar",  # a source of its own, named within the dates that matter
    }
)
"""Fields of the rules that change no published verdict, or are named elsewhere."""

DERIVED = "derived "
"""Begins the name of rules in publications that say which rules derived what they count."""

NAME_A_DAY = frozenset(
    {
        "SpecialDay.name",  # what a day is called, not whether it counts
        "SpecialDay.source",  # which law or key declares it
        "SpecialDay.computed",  # how sure the law is of it
    }
)
"""Fields of a special day that are only said of it."""


def publication(
    cases: Iterable[Case],
    rules: ReportRules,
    period: Period,
    at: datetime,
    read: Mapping[Source, str],
    by: Belonging | None,
) -> Publication:
    """Return the verdicts of `period` as they stand at `at`, with what they follow from.

    Args:
        cases: Every request and follow-up.
        rules: What decides.
        period: The cohort.
        at: The instant the verdicts speak of, and of the publication.
        read: What the store says: the digests of facts and decisions, and the name of the rules that derived the cases.
        by: By which date requests are the period's; None as publications of before that was asked.
    """
    calendar, today = rules.standard.clock.calendar, rules.standard.clock.calendar.local_date(at)
    # What is due later is a period's, or another's, by days that are still to come.
    last = max(today, period.last + timedelta(days=14)) if by is Belonging.DUE else today
    return Publication(
        period=period,
        at=at,
        published_at=at,
        by=by,
        verdicts=_verdicts(cases, rules, period, at, by),
        digests={
            **read,
            Source.RULES: rules_fingerprint(rules, read[Source.RULES]),
            Source.CALENDAR: calendar_fingerprint(calendar, first_day(period, rules, by), last),
        },
    )


def first_day(period: Period, rules: ReportRules, by: Belonging | None) -> date:
    """Return the first day whose mail decides a published figure, by the promise alone: closed days move no cause."""
    if by is not Belonging.DUE:
        return period.first
    promise = rules.standard.main
    days = 366 if promise.unit is Unit.OPENING_HOURS else 2 * promise.amount + 14
    announced = LONGEST_ANNOUNCED if promise.announced_date_counts else timedelta()
    return period.first - timedelta(days=days) - announced


def receipts(period: Period, rules: ReportRules, by: Belonging | None) -> tuple[datetime, datetime]:
    """Return the stretch of time in which all requests of a published period were received; its end is not in it."""
    calendar = rules.standard.clock.calendar
    first = first_receipt(rules, period.first) if by is Belonging.DUE else period.first
    return calendar.start_of(first), calendar.start_of(period.last + timedelta(days=1))


def _verdicts(
    cases: Iterable[Case], rules: ReportRules, period: Period, at: datetime, by: Belonging | None
) -> dict[str, Outcome]:
    """Return the outcome of each counted request of a period, by key; of no other is more than its due date found."""
    if by is None:
        former = rules.cohort(cases, at).counted().within(period, Belonging.RECEIVED)
        return {item.case.key: _at_once(item) for item in former}
    standard, local_date = rules.standard, rules.standard.clock.calendar.local_date
    is_counted = partial(
        counts_for, standard.main, standard.commitment_of, count_follow_ups=rules.count_follow_ups
    )
    # Nothing falls due before it was received.
    known = [
        case
        for case in cases
        if case.received_at <= at and is_counted(case) and local_date(case.received_at) <= period.last
    ]
    found = {}
    for case, standing in zip(known, standard.standings(known, at), strict=True):
        on = standing.due_on if by is Belonging.DUE else local_date(case.received_at)
        if period.first <= on <= period.last:
            found[case.key] = standing.outcome
    return found


def _at_once(item: Assessed) -> Outcome:
    """Return the verdict as it was before: an answer in time was met at once."""
    is_early = item.verdict.outcome is Outcome.NOT_DUE and item.is_answered
    return Outcome.MET if is_early else item.verdict.outcome


@dataclass(frozen=True, slots=True)
class PublishedNow:
    """A published figure, with what it would be counted from today.

    Attributes:
        publication: What was published.
        cases: The requests that may be of its period.
        read: What the store says (`publication`).
    """

    publication: Publication
    cases: Sequence[Case]
    read: Mapping[Source, str]


def recounted(found: PublishedNow, rules: ReportRules) -> Revision | None:
    """Return in what a published figure would be another one today; None when every verdict is the same."""
    published = found.publication
    period, at = published.period, published.at
    made = publication(found.cases, rules, period, at, found.read, published.by)
    now = replace(made, published_at=published.published_at)
    named = published.digests.get(Source.RULES, "")
    if named.startswith((DERIVED, SCHEME)):
        former = {} if named.startswith(DERIVED) else {Source.RULES: rules_at_hand(rules)}
        # Decisions, rules and calendar are named whole. Of facts, some have no name: where a mail lies, a keyword.
        otherwise = Source.FACTS
    else:
        former = former_digests(rules, period, at)
        # The first scheme left one thing out of its calendar: whether half-days count.
        otherwise = Source.CALENDAR
    changed = revision(published, now, former)
    return changed if changed is None or changed.causes else replace(changed, causes=(otherwise,))


def rules_fingerprint(rules: ReportRules, derived_by: str) -> str:
    """Return the name of everything that decides a verdict but the calendar: the rules that derived, and that judge.

    Those that derived are named as the store does, whatever the configuration at hand says. The first commitment is
    named apart: which one is the main promise decides what is counted.
    """
    said = (derived_by, rules, rules.standard.main.category)
    return DERIVED + fingerprint(said, without={*DECIDE_NO_VERDICT, "ReportRules.pairing"})


def rules_at_hand(rules: ReportRules) -> str:
    """Return the name that publications bore before they said which rules had derived them."""
    said = (RULES_VERSION, rules, rules.standard.main.category)
    return fingerprint(said, without=DECIDE_NO_VERDICT)


def calendar_fingerprint(calendar: WorkingCalendar, first: date, last: date) -> str:
    """Return the name of what decides which days count from `first` to `last`."""
    days = tuple(day for day in calendar.special_days if first <= day.on <= last)
    return fingerprint((calendar.zone.key, calendar.half_days_count, days), without=NAME_A_DAY)
