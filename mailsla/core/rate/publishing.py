"""Counts a figure to publish, names what it follows from, and counts it again later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.pairing.derivation import DECIDE_NO_PAIRING
from mailsla.core.pairing.fingerprint import SCHEME, fingerprint
from mailsla.core.pairing.rules import RULES_VERSION
from mailsla.core.rate.case import Case
from mailsla.core.rate.former_digests import former_digests
from mailsla.core.rate.period import Period
from mailsla.core.rate.publication import Publication, Revision, Source, revision
from mailsla.core.rate.report_rules import ReportRules

DECIDE_NO_VERDICT = frozenset(
    {
        *DECIDE_NO_PAIRING,
        "ReportRules.site",  # a name that is printed
        "ReportRules.services",  # the order in which lines are printed
        "ReportRules.minimum",  # below it no percentage is printed; verdicts stay
        "Clock.calendar",  # a source of its own, named within the dates that matter
    }
)
"""Fields of the rules that change no published verdict, or are named elsewhere."""

NAME_A_DAY = frozenset(
    {
        "SpecialDay.name",  # what a day is called, not whether it counts
        "SpecialDay.source",  # which law or key declares it
        "SpecialDay.computed",  # how sure the law is of it
    }
)
"""Fields of a special day that are only said of it."""


def publication(
    cases: Iterable[Case], rules: ReportRules, period: Period, at: datetime, read: Mapping[Source, str]
) -> Publication:
    """Return the verdicts of `period` as they stand at `at`, with what they follow from.

    Args:
        cases: Every request and follow-up.
        rules: What decides.
        period: The cohort.
        at: The instant the verdicts speak of, and of the publication.
        read: The digests of what the store holds: facts and decisions.
    """
    calendar = rules.standard.clock.calendar
    received = (
        case for case in cases if case.received_at <= at and calendar.local_date(case.received_at) in period
    )
    return Publication(
        period=period,
        at=at,
        published_at=at,
        verdicts={item.case.key: item.verdict.outcome for item in rules.cohort(received, at).counted()},
        digests={
            **read,
            Source.RULES: rules_fingerprint(rules),
            Source.CALENDAR: calendar_fingerprint(calendar, period.first, calendar.local_date(at)),
        },
    )


def recounted(
    published: Publication, cases: Iterable[Case], rules: ReportRules, read: Mapping[Source, str]
) -> Revision | None:
    """Return in what a published figure would be another one today; None when every verdict is the same."""
    period, at = published.period, published.at
    now = replace(publication(cases, rules, period, at, read), published_at=published.published_at)
    is_former = not published.digests.get(Source.RULES, "").startswith(SCHEME)
    return revision(published, now, former_digests(rules, period, at) if is_former else None)


def rules_fingerprint(rules: ReportRules) -> str:
    """Return the name of everything that decides a verdict but the calendar, and of the code that pairs.

    The first commitment is named apart: which one is the main promise decides what is counted.
    """
    said = (RULES_VERSION, rules, rules.standard.main.category)
    return fingerprint(said, without=DECIDE_NO_VERDICT)


def calendar_fingerprint(calendar: WorkingCalendar, first: date, last: date) -> str:
    """Return the name of what decides which days count from `first` to `last`."""
    days = tuple(day for day in calendar.special_days if first <= day.on <= last)
    return fingerprint((calendar.zone.key, calendar.half_days_count, days), without=NAME_A_DAY)
