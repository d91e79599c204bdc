"""Hand-made cohorts for tests: what a report is counted from, and the one place that knows how it is counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction

from mailsla.core.clock.announcement import Announcement
from mailsla.core.clock.commitment import Commitment, Comparison
from mailsla.core.clock.verdict import Clock
from mailsla.core.mail.instants import Basis
from mailsla.core.rate.assessed import assess
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import Case
from mailsla.core.rate.cohort import Cohort
from mailsla.core.rate.finality import Watched
from mailsla.core.rate.outlook import Outlook
from mailsla.core.rate.overdue import due_soon, overdue
from mailsla.core.rate.period import Grain, parse_period
from mailsla.core.rate.report import year_outlook
from mailsla.core.rate.section import Section, section
from mailsla.core.rate.standard import Judged, Standard
from tests.factories import PROMISE, clock, paris

NOW = "2026-11-13 09:00"
COMPLAINTS = Commitment("complaint", 15, Comparison.AT_MOST, Fraction(1))
SERVICES = ("Permis", "Étrangers")


def case(
    key: str,
    received: str,
    answered: str | None = None,
    *,
    service: str | None = None,
    assigned: str | None = None,
    category: str = "information",
    follow_up: bool = False,
    first_response: str | None = None,
    acknowledged: str | None = None,
    excluded: str | None = None,
    announcements: tuple[Announcement, ...] = (),
    otherwise: Basis | None = None,
    mailed: str | None = None,
) -> Case:
    """Return a request received, and answered if it was, at these instants in Paris time."""
    return Case(
        key=key,
        received_at=paris(received),
        answered_at=_at(answered),
        service=service,
        assigned_at=_at(assigned),
        category=category,
        follow_up=follow_up,
        imported=False,
        announcements=announcements,
        first_response_at=_at(first_response),
        acknowledged_at=_at(acknowledged),
        excluded=excluded,
        subject=key,
        otherwise=otherwise,
        mailed_at=_at(mailed),
    )


def _at(written: str | None) -> datetime | None:
    return None if written is None else paris(written)


def assessed(
    cases: Iterable[Case],
    now: str = NOW,
    *,
    site: Clock | None = None,
    commitments: Mapping[str, Commitment] | None = None,
    count_follow_ups: bool = False,
) -> Cohort:
    """Return these requests, judged at an instant."""
    promises = commitments or {"information": PROMISE, "complaint": COMPLAINTS}
    standard = Standard(site or clock(), promises)
    return Cohort(assess(cases, standard, paris(now)), standard, paris(now), count_follow_ups)


def counted(
    cases: Iterable[Case],
    period: str = "2026",
    now: str = NOW,
    *,
    services: Sequence[str] = SERVICES,
    grain: Grain = Grain.MONTH,
    site: Clock | None = None,
    commitments: Mapping[str, Commitment] | None = None,
    count_follow_ups: bool = False,
    by: Belonging = Belonging.DUE,
) -> Section:
    """Return the cohort of the requests due in a period, or received in it."""
    found = assessed(cases, now, site=site, commitments=commitments, count_follow_ups=count_follow_ups)
    return section(parse_period(period), found, Watched(), services=services, grain=grain, by=by)


def listed(cases: Iterable[Case], now: str = NOW) -> tuple[list[str], list[str]]:
    """Return the keys of the overdue requests, and of those due soon."""
    found = assessed(cases, now)
    return keys(overdue(found, found).listed), keys(due_soon(found))


def keys(judged: Iterable[Judged]) -> list[str]:
    """Return the keys of requests, in their order."""
    return [item.case.key for item in judged]


def outlook_of(cases: Iterable[Case], now: str = NOW, *, count_follow_ups: bool = False) -> Outlook:
    """Return what the year still allows."""
    return year_outlook(assessed(cases, now, count_follow_ups=count_follow_ups))


def on(written: str) -> date:
    """Return a date."""
    return date.fromisoformat(written)


# Today is Friday 13 November 2026; the 11th is a holiday. Due in less than ten working days.
IN_TIME = case(
    "in time", "2026-10-20 10:00", "2026-10-22 10:00", service="Étrangers", acknowledged="2026-10-20 10:01",
    first_response="2026-10-20 10:01", assigned="2026-10-21 09:00",
)  # fmt: skip
LATE = case(
    "late", "2026-10-01 10:00", "2026-11-02 10:00", service="Permis", first_response="2026-11-04 09:00"
)
OVERDUE = case(
    "overdue", "2026-10-12 10:00", first_response="2026-10-14 10:00", acknowledged="2026-11-13 09:00"
)
SOON = case("soon", "2026-11-04 10:00", service="Inconnu")
WAITING = case(
    "waiting", "2026-11-12 10:00", acknowledged="2026-11-13 10:00", first_response="2026-11-16 10:00"
)
LATER_REPLY = case("later reply", "2026-11-10 10:00", "2026-11-13 09:01", service="Permis")
DUPLICATE = case("duplicate", "2026-10-05 10:00", excluded="doublon")
BY_PHONE = case("by phone", "2026-10-06 10:00", "2026-10-07 10:00", excluded="par téléphone")
AGAIN_BY_PHONE = case("again by phone", "2026-11-03 10:00", excluded="par téléphone")
COMPLAINT = case("complaint", "2026-10-20 10:00", "2026-11-10 10:00", category="complaint")
COMPLAINT_OUT = case("complaint out", "2026-10-21 10:00", category="complaint", excluded="doublon")
SEQUEL = case("sequel", "2026-10-26 10:00", follow_up=True, service="Permis")
SEQUEL_MET = case("sequel met", "2026-10-27 10:00", "2026-10-28 10:00", follow_up=True)
SEQUEL_OUT = case("sequel out", "2026-10-26 11:00", follow_up=True, excluded="doublon")
BEFORE = case("before", "2025-12-31 23:59", "2026-01-05 10:00")
TO_COME = case("to come", "2026-11-13 09:01")
AT_ONCE = case("at once", "2026-11-13 09:00")
ALL = [
    IN_TIME, LATE, OVERDUE, SOON, WAITING, LATER_REPLY, DUPLICATE, BY_PHONE, AGAIN_BY_PHONE, COMPLAINT, COMPLAINT_OUT,
    SEQUEL, SEQUEL_MET, SEQUEL_OUT, BEFORE, TO_COME, AT_ONCE,
]  # fmt: skip
