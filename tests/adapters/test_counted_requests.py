"""Requests read in groups: every figure of the report that each of them alone gives, whatever the rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, insert

from mailsla.adapters.database import schema
from mailsla.adapters.database.days_of_requests import days_by_shape
from mailsla.adapters.database.engine import open_engine, writing
from mailsla.adapters.database.request_days import RequestDays
from mailsla.adapters.database.store import Store, store_on
from mailsla.adapters.database.tables import (
    DERIVED_DAYS,
    DERIVED_DOUBT,
    DERIVED_MESSAGE,
    DERIVED_REQUEST,
    DERIVED_SHAPE,
    MESSAGE,
)
from mailsla.core.clock.announcement import Announcement
from mailsla.core.clock.commitment import Commitment, Comparison, Unit
from mailsla.core.clock.receipt import ClosedDayReceipt, ReceiptRule
from mailsla.core.clock.verdict import Clock
from mailsla.core.clock.working_days import DayKind, SpecialDay, WorkingCalendar
from mailsla.core.collection.gap import Span
from mailsla.core.mail.instants import Basis
from mailsla.core.pairing.doubts import DoubtCode
from mailsla.core.rate import report
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import Case
from mailsla.core.rate.effect import yearly
from mailsla.core.rate.finality import Watched
from mailsla.core.rate.overdue import Overdue
from mailsla.core.rate.period import Grain, parse_period
from mailsla.core.rate.promises import KeptBy, Promise, announced_dates
from mailsla.core.rate.reading import all_requests, local_days, reading
from mailsla.core.rate.report import Known, Question, Report
from mailsla.core.rate.report_rules import ReportRules
from mailsla.core.rate.standard import Standard
from mailsla.usecases.report import build
from tests.factories import METROPOLE, PARIS, PROMISE, RULES, paris

FIRST = paris("2025-09-01 00:00")
NOW = paris("2026-11-13 09:00")
KEY = "{:032x}".format
CLOSURES = [SpecialDay(date(2026, 11, day), DayKind.CLOSURE, "pont", "calendar.closures") for day in (2, 12)]
COMPLAINTS = Commitment("complaint", 30, Comparison.AT_MOST, Fraction(9, 10), unit=Unit.CALENDAR_DAYS)
URGENT = Commitment("urgent", 8, Comparison.LESS_THAN, Fraction(1, 2), unit=Unit.OPENING_HOURS)
RECEIPTS = Commitment("accuse", 10, Comparison.AT_MOST, Fraction(1), unit=Unit.CALENDAR_DAYS)
ACKNOWLEDGED = Promise(RECEIPTS, KeptBy.FIRST_MAIL)
ACKNOWLEDGED_IN_HOURS = Promise(replace(RECEIPTS, amount=16, unit=Unit.OPENING_HOURS), KeptBy.FIRST_MAIL)

# Few days, and hours on both sides of midnight and of the cutoff: many are alike, and none only nearly.
HOURS = st.sampled_from([0.0, 0.5, 8.9, 9.0, 11.99, 12.0, 16.5, 17.0, 23.5, 23.99])
DAYS = st.one_of(st.integers(0, 440), st.integers(400, 440), st.integers(425, 439))
WATCHED = Watched(spans=(Span("contact", paris("2024-02-01 00:00")),))
"""Collected for long: every figure has that of the year before beside it."""

INSTANTS = st.builds(lambda day, hour: FIRST + timedelta(days=day, hours=hour), DAYS, HOURS)
LATER = st.builds(lambda days, hour: timedelta(days=days, hours=hour), st.integers(0, 20), HOURS)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return a request with everything that figures know of one, in any combination."""
    received = draw(INSTANTS)

    def maybe(share: int = 2) -> datetime | None:
        return received + draw(LATER) if draw(st.integers(1, share)) == 1 else None

    answered, first, assigned = maybe(), maybe(), maybe()
    otherwise = draw(st.sampled_from([None, None, None, Basis.DECISION, Basis.FILED])) if answered else None
    announced = draw(st.integers(1, 8)) == 1
    return Case(
        key="",
        received_at=received,
        answered_at=answered,
        service=draw(st.sampled_from([None, "Permis", "Étrangers"])) if assigned else None,
        assigned_at=assigned,
        category=draw(st.sampled_from(["information", "information", "complaint", "urgent", "other"])),
        follow_up=draw(st.integers(1, 6)) == 1,
        imported=draw(st.booleans()),
        announcements=(Announcement(received + timedelta(hours=1), (received + draw(LATER)).date()),)
        if announced
        else (),
        first_response_at=first,
        acknowledged_at=maybe(),
        excluded=draw(st.sampled_from([None, None, None, "doublon", "hors sujet"])),
        subject="",
        received_disputed=maybe(12),
        answered_disputed=maybe(12) if answered else None,
        otherwise=otherwise,
        mailed_at=maybe() if otherwise else None,
        reminders=draw(st.integers(0, 2)),
    )


@st.composite
def several(draw: st.DrawFn) -> list[Case]:
    """Return some requests, some of them several times, by receipt, each with a key of its own."""
    drawn = [
        item for item in draw(st.lists(cases(), max_size=12)) for _time in range(draw(st.integers(1, 3)))
    ]
    ordered = sorted(drawn, key=lambda item: item.received_at)
    return [replace(item, key=KEY(number)) for number, item in enumerate(ordered, 1)]


@st.composite
def rules(draw: st.DrawFn) -> ReportRules:
    """Return rules of a report: promises in days, in calendar days and in hours, with every option of the clock."""
    calendar = WorkingCalendar(
        zone=PARIS,
        first_year=2023,
        last_year=2028,
        special_days=[*METROPOLE.special_days, *(CLOSURES if draw(st.booleans()) else [])],
    )
    cutoff = draw(st.sampled_from([None, time(12), time(17)]))
    receipt = ReceiptRule(cutoff, draw(st.sampled_from(ClosedDayReceipt)))
    main = replace(PROMISE, announced_date_counts=draw(st.booleans()))
    main = draw(st.sampled_from([main, main, main, replace(URGENT, category=main.category)]))
    others = draw(st.sampled_from([(), (COMPLAINTS,), (COMPLAINTS, URGENT)]))
    beside = draw(st.sampled_from([(), (ACKNOWLEDGED,), (ACKNOWLEDGED_IN_HOURS,)]))
    return ReportRules(
        site="Préfecture d'essai",
        standard=Standard(Clock(calendar, receipt), {item.category: item for item in (main, *others)}),
        services=("Permis",),
        pairing=RULES,
        count_follow_ups=draw(st.booleans()),
        by=draw(st.sampled_from(Belonging)),
        promises=(*map(Promise, others), *beside, announced_dates(main)),
    )


@contextmanager
def holding(
    engine: Engine, found: Sequence[Case], doubtful: Sequence[int], site: ReportRules
) -> Iterator[Store]:
    """Give a store in which nothing but these requests is derived, some of which a mail unseen may have answered."""
    days = local_days(site.standard.clock)
    with writing(engine) as connection:
        _empty(connection)
        for number, item in enumerate(found, 1):
            _add(connection, number, item)
            RequestDays(connection).keep(days_by_shape([(number, item)], days))
        if doubtful and found:
            doubt = {
                "message_id": 1,
                "code": DoubtCode.UNSEEN_REPLY.value,
                "sent_at": NOW - timedelta(days=3),
            }
            named = [1 + place % len(found) for place in doubtful]
            connection.execute(insert(DERIVED_DOUBT).values(candidates=named, **doubt))
    yield store_on(engine)


def _empty(connection: Connection) -> None:
    for target in (DERIVED_DAYS, DERIVED_SHAPE, DERIVED_DOUBT, DERIVED_REQUEST, DERIVED_MESSAGE, MESSAGE):
        connection.execute(delete(target))


def _add(connection: Connection, number: int, item: Case) -> None:
    said = {name: getattr(item, name) for name in Case.__slots__ if name in DERIVED_REQUEST.c}
    announced = [(each.at.isoformat(), each.answer_by.isoformat()) for each in item.announcements]
    message = {"id": number, "key": item.key, "subject": item.subject, "ids": {}, "people": {}, "kept": []}
    connection.execute(insert(MESSAGE).values(first_seen_at=NOW, **message))
    row = {**said, "announcements": announced or None, "conversation": number, "detail": []}
    connection.execute(insert(DERIVED_REQUEST).values(message_id=number, **row))


def alone(store: Store, site: ReportRules, asked: Question) -> Report:
    """Return the report for which every request is read and judged alone."""
    known = Known(
        cases=store.derivations.cases(),
        doubts=store.derivations.doubts(),
        not_requests=store.derivations.not_requests(*asked.span(site.standard.clock.calendar)),
        watched=WATCHED,
    )
    return report.build(known, site, asked)


def in_groups(store: Store, site: ReportRules, asked: Question, most: int | None = None) -> Report:
    """Return the report that people get."""
    return build(
        store,
        site,
        periods=asked.periods,
        now=asked.now,
        service=asked.service,
        grain=asked.grain,
        watched=WATCHED,
        most_overdue=most,
        is_usual=asked.is_usual,
        is_pictured=asked.is_pictured,
    )


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine on a store that every example empties."""
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('counted')}/store.sqlite3")
    schema.upgrade(engine)
    yield engine
    engine.dispose()


PERIODS = st.sampled_from(
    [
        ("2026-W45", "2026"),
        ("2025", "2026"),
        ("2026-10",),
        ("2026-Q4", "2026-W46"),
        ("2026-10-30..2026-11-20",),
    ]
)
NOWS = st.one_of(st.just(NOW), INSTANTS.filter(lambda at: at > paris("2025-12-15 00:00")))


@pytest.mark.in_parts(2)
@given(
    several(),
    rules(),
    PERIODS,
    NOWS,
    st.sampled_from([None, "Permis"]),
    st.sampled_from(Grain),
    st.lists(st.integers(0, 40), max_size=2),
)
@settings(deadline=None)
def test_the_report_of_groups_is_that_of_each_request_alone(
    sqlite: Engine,
    found: list[Case],
    site: ReportRules,
    periods: tuple[str, ...],
    now: datetime,
    service: str | None,
    grain: Grain,
    doubtful: list[int],
) -> None:
    # One period is asked for; several are the usual ones.
    asked = Question(
        tuple(map(parse_period, periods)), now, service, grain, is_usual=len(periods) > 1, is_pictured=True
    )
    with holding(sqlite, found, doubtful, site) as store:
        expected = alone(store, site, asked)

        assert in_groups(store, site, asked) == expected
        counted = store.derivations.counted(all_requests(site, site.standard.clock.calendar.local_date(now)))
        assert yearly(counted, site, now) == yearly(found, site, now)
        assert cut(in_groups(store, site, asked, 2)) == cut(expected)


def cut(built: Report) -> Report:
    """Return a report without the overdue requests that it lists, but for the first two."""
    late = built.overdue
    return replace(built, overdue=Overdue(late.by_service, late.follow_ups, late.listed[:2]))


def test_what_is_alike_is_read_once_and_what_is_of_today_with_its_instants(engine: Engine) -> None:
    received = paris("2026-10-05 10:00")
    like = replace(REQUEST, received_at=received, answered_at=paris("2026-10-07 10:00"))
    found = [like, replace(like, received_at=paris("2026-10-05 16:00")), replace(REQUEST, received_at=NOW)]
    numbered = [replace(item, key=KEY(number)) for number, item in enumerate(found, 1)]
    asked = Question((parse_period("2026"),), NOW)
    wanted = reading(RULES_OF_ONE, asked.periods, NOW.date(), (), None)
    with holding(engine, numbered, (), RULES_OF_ONE) as store:
        read = store.derivations.counted(wanted)
        built = in_groups(store, RULES_OF_ONE, asked)

    assert sorted((item.count, bool(item.key)) for item in read) == [(1, True), (2, False)]
    assert (built.sections[0].population.met, built.sections[0].population.waiting) == (2, 1)


REQUEST = Case("", NOW, None, None, None, "information", False, False, (), None, None, None, "")
RULES_OF_ONE = ReportRules(
    "Préfecture d'essai", Standard(Clock(METROPOLE), {"information": PROMISE}), (), RULES, promises=()
)
