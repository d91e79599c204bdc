"""Whatever is due within some days was received within the bounds; what is told today, within those of alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mailsla.core.alerts.digests import Waiting, candidates, digests
from mailsla.core.alerts.looked_at import told_about
from mailsla.core.alerts.memory import Memory, Told
from mailsla.core.alerts.recipients import Ladder
from mailsla.core.alerts.terms import AlertRule, AlertTerms
from mailsla.core.clock.announcement import Announcement
from mailsla.core.clock.commitment import Commitment, Comparison, Unit
from mailsla.core.clock.receipt import ClosedDayReceipt, ReceiptRule
from mailsla.core.clock.receipt_bounds import received_before, received_from
from mailsla.core.clock.verdict import Clock
from mailsla.core.collection.gap import AccountRead
from mailsla.core.pairing.derivation import derive
from mailsla.core.rate.standard import Standard
from tests.factories import PROMISE, RULES, clock, mail, paris

NOW = paris("2026-11-13 09:00")
DAYS = 400

RECEIPTS = st.integers(min_value=0, max_value=DAYS * 24 * 60).map(lambda back: NOW - timedelta(minutes=back))
PROMISES = st.builds(
    lambda amount, unit, comparison, counts: replace(
        PROMISE, amount=amount, unit=unit, comparison=comparison, announced_date_counts=counts
    ),
    st.integers(min_value=1, max_value=30),
    st.sampled_from(Unit),
    st.sampled_from(Comparison),
    st.booleans(),
)
RULES_OF_RECEIPT = st.builds(
    ReceiptRule, st.none() | st.just(time(17)) | st.just(time(0)), st.sampled_from(ClosedDayReceipt)
)
LADDER = Ladder("referent@pref.example.fr", secretary_general="sg@pref.example.fr")
DATES = st.integers(min_value=-DAYS, max_value=60).map(lambda days: NOW.date() + timedelta(days=days))


def announced(received_at: datetime) -> st.SearchStrategy[tuple[Announcement, ...]]:
    of_one = st.builds(
        Announcement,
        st.integers(min_value=0, max_value=20 * 24).map(lambda hours: received_at + timedelta(hours=hours)),
        st.integers(min_value=-5, max_value=120).map(lambda days: received_at.date() + timedelta(days=days)),
    )
    return st.lists(of_one, max_size=2).map(tuple)


def clock_of(rule: ReceiptRule) -> Clock:
    return replace(clock(), receipt=rule)


@settings(max_examples=300)
@given(st.data(), RECEIPTS, PROMISES, RULES_OF_RECEIPT, DATES, st.integers(min_value=0, max_value=40))
def test_what_is_due_in_a_period_was_received_within_its_bounds(
    data: st.DataObject, at: datetime, promise: Commitment, rule: ReceiptRule, first: date, length: int
) -> None:
    held, last = clock_of(rule), first + timedelta(days=length)
    due_on = held.verdict(at, None, promise, NOW, data.draw(announced(at))).due_on

    if first <= due_on <= last:
        assert received_from(held, [promise], first, NOW) <= at
        assert at < received_before(held, [promise], last, NOW)


def test_the_bounds_of_a_promise_in_working_days_are_those_of_its_days() -> None:
    # Nine working days from Tuesday 27 October lead to Monday 9 November; from Friday the 30th, and from the weekend
    # after it, to Friday the 13th: the 11th is a holiday.
    assert received_from(clock(), [PROMISE], date(2026, 11, 9), NOW) == paris("2026-10-27 00:00")
    assert received_before(clock(), [PROMISE], date(2026, 11, 13), NOW) == paris("2026-11-02 00:00")


def test_several_promises_are_bounded_by_the_widest() -> None:
    longer = replace(PROMISE, amount=20)
    on = date(2026, 11, 12)

    assert received_from(clock(), [PROMISE, longer], on, NOW) == received_from(clock(), [longer], on, NOW)
    assert received_before(clock(), [PROMISE, longer], on, NOW) == received_before(
        clock(), [PROMISE], on, NOW
    )


def test_nothing_is_due_before_the_calendar_nor_after_what_was_received() -> None:
    tomorrow = paris("2026-11-14 00:00")

    assert received_from(clock(), [PROMISE], date(2100, 1, 1), NOW) == tomorrow
    assert received_before(clock(), [PROMISE], date(2100, 1, 1), NOW) == tomorrow
    assert received_from(clock(), [PROMISE], date(1, 1, 1), NOW) == clock().calendar.start_of(
        clock().calendar.first
    )


@settings(max_examples=150)
@given(
    st.data(),
    st.lists(st.integers(min_value=0, max_value=60 * 24 * 60), min_size=1, max_size=12),
    PROMISES,
    RULES_OF_RECEIPT,
    st.sampled_from([(3, 1), (), (5,), (0,)]),
    st.integers(min_value=0, max_value=25),
)
def test_what_may_be_told_is_within_the_bounds_and_all_of_it_is_announced(
    data: st.DataObject,
    ages: list[int],
    promise: Commitment,
    rule: ReceiptRule,
    before: tuple[int, ...],
    overdue_within: int,
) -> None:
    alert_rule = AlertRule(before, overdue_within=overdue_within, ladder=LADDER)
    standard = Standard(clock_of(rule), {"information": promise})
    first = data.draw(st.integers(min_value=0, max_value=120))
    last = data.draw(st.integers(min_value=0, max_value=min(first, 5)))
    read = {"contact": AccountRead(NOW - timedelta(days=first), NOW - timedelta(days=last))}
    terms = AlertTerms(standard, alert_rule, read)
    [derived] = derive([mail("2026-10-29 10:00")], RULES).requests
    requests = []
    for number, age in enumerate(ages):
        at = NOW - timedelta(minutes=age)
        received = derived.received._replace(at=at)
        found = derived._replace(key=f"k{number}", received=received, announcements=data.draw(announced(at)))
        requests.append(found._replace(imported=data.draw(st.booleans())))
    known = st.builds(
        Told,
        st.sampled_from([item.key for item in requests]),
        st.sampled_from(["referent@pref.example.fr", "autre@pref.example.fr"]),
        st.sampled_from(["overdue", "before-3", "before-1", "backlog"]),
        st.none() | DATES,
        DATES,
    )
    memory = Memory(data.draw(st.lists(known, max_size=8)))
    waiting = [
        Waiting(item.key, item.received.at, item.service, item.category, item.announcements, item.imported)
        for item in requests
    ]
    late = candidates(waiting, memory, terms, NOW).backlog
    told = digests(requests, backlog=late, memory=memory, doubtful=(), terms=terms, now=NOW)

    for whole in (True, False):
        stretch = told_about(terms, NOW, whole=whole)
        assert stretch is not None
        within = [
            item
            for item in waiting
            if stretch[0] <= item.received_at < stretch[1] and (whole or not item.imported)
        ]
        looked = candidates(within, memory, terms, NOW)
        keys = sorted([*looked.keys(), *(item.key for item in looked.backlog)])
        told_of = [item for digest in told for item in digest.notices]
        expected = {
            *(item.request.key for item in told_of if whole or -item.remaining <= overdue_within),
            *(item.key for digest in told for item in digest.backlog if whole),
        }
        assert set(keys) == expected if whole else set(keys) >= expected
        assert len(keys) == len(set(keys))


def test_nobody_is_told_anything_on_a_closed_day_or_before_the_hour() -> None:
    terms = AlertTerms(Standard(clock(), {"information": PROMISE}), AlertRule(), {})

    assert told_about(terms, paris("2026-11-14 09:00")) is None
    assert told_about(terms, paris("2026-11-13 07:59")) is None
    assert told_about(terms, paris("2026-11-13 08:00")) is not None
