"""Less is read for a list than all requests, and the list is the one that all of them would give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from mailsla.core.clock.announcement import Announcement
from mailsla.core.clock.commitment import Comparison, Unit
from mailsla.core.clock.receipt import ClosedDayReceipt, ReceiptRule
from mailsla.core.mail.instants import Basis
from mailsla.core.pairing.doubts import DoubtCode
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import Case
from mailsla.core.rate.period import Period
from mailsla.core.rate.promises import KeptBy, Promise, announced_dates
from mailsla.core.rate.selection import Selection, State
from mailsla.core.rate.standard import Standard, Variant
from mailsla.usecases.listing import Asked
from tests.factories import PROMISE, clock, paris
from tests.usecases.test_look_up import is_wanted

NOW = paris("2026-11-13 09:00")
MINUTES = st.integers(min_value=-3 * 24 * 60, max_value=150 * 24 * 60)
LATER = st.none() | st.integers(min_value=-60, max_value=40 * 24 * 60)
SERVICES = (None, "Étrangers", "Permis")
CATEGORIES = ("information", "complaint", "unknown")
REASONS = (None, None, None, "doublon", "test")
CODES: Mapping[str, tuple[DoubtCode, ...]] = {
    "k1": (DoubtCode.TOO_LATE,),
    "k2": (DoubtCode.UNSEEN_REPLY,),
    "k3": (DoubtCode.RECEIPT_DISPUTED, DoubtCode.DATE_DISPUTED),
}


@st.composite
def made(draw: st.DrawFn, number: int) -> Case:
    received = NOW - timedelta(minutes=draw(MINUTES))

    def later() -> datetime | None:
        after = draw(LATER)
        return None if after is None else received + timedelta(minutes=after)

    answered, days = later(), draw(st.none() | st.integers(min_value=-3, max_value=110))
    announced = later()
    return Case(
        key=f"k{number}",
        received_at=received,
        answered_at=answered,
        service=draw(st.sampled_from(SERVICES)),
        assigned_at=None,
        category=draw(st.sampled_from(CATEGORIES)),
        follow_up=draw(st.booleans()),
        imported=draw(st.booleans()),
        announcements=()
        if announced is None or days is None
        else (Announcement(announced, received.date() + timedelta(days=days)),),
        first_response_at=later(),
        acknowledged_at=later(),
        excluded=draw(st.sampled_from(REASONS)),
        subject="",
        otherwise=draw(st.sampled_from((None, Basis.FILED, Basis.DECISION))),
        mailed_at=later(),
        reminders=draw(st.integers(min_value=0, max_value=1)),
    )


CASES = st.integers(min_value=1, max_value=12).flatmap(
    lambda many: st.tuples(*(made(number) for number in range(many)))
)


@st.composite
def standards(draw: st.DrawFn) -> Standard:
    commitments = {
        category: replace(
            PROMISE,
            category=category,
            amount=draw(st.integers(min_value=1, max_value=25)),
            unit=draw(st.sampled_from(Unit)),
            comparison=draw(st.sampled_from(Comparison)),
            announced_date_counts=draw(st.booleans()),
        )
        for category in CATEGORIES[:2]
    }
    rule = ReceiptRule(draw(st.none() | st.just(time(17))), draw(st.sampled_from(ClosedDayReceipt)))
    return Standard(replace(clock(), receipt=rule), commitments)


PERIODS = st.none() | st.builds(
    lambda back, length: Period(
        "", NOW.date() - timedelta(days=back), NOW.date() - timedelta(days=back - length)
    ),
    st.integers(min_value=-30, max_value=160),
    st.integers(min_value=0, max_value=60),
)
SELECTIONS = st.builds(
    Selection,
    period=PERIODS,
    service=st.sampled_from(SERVICES),
    by=st.sampled_from(Belonging),
    category=st.none() | st.sampled_from(CATEGORIES),
    counted=st.booleans(),
    unassigned=st.booleans(),
    follow_ups=st.booleans(),
    reason=st.sampled_from((None, "doublon")),
    variant=st.none() | st.sampled_from(Variant),
)


@settings(max_examples=50)
@given(CASES, standards(), SELECTIONS, st.sampled_from((None, *KeptBy)), st.booleans())
def test_what_is_read_for_a_list_is_all_that_it_shows(
    cases: tuple[Case, ...],
    standard: Standard,
    selection: Selection,
    kept_by: KeptBy | None,
    count_follow_ups: bool,
) -> None:
    promise = None if kept_by is None else _promise(kept_by, standard)
    for state, one in product((None, *State), (None, promise)):
        asked = Asked(
            replace(selection, state=state), standard, NOW, promise=one, count_follow_ups=count_follow_ups
        )
        wanted = asked.narrowed()
        read = [case for case in cases if is_wanted(case, wanted)]

        assert asked.of(read, CODES) == asked.of(cases, CODES), state


def _promise(kept_by: KeptBy, standard: Standard) -> Promise:
    if kept_by is KeptBy.ANNOUNCED_DATE:
        return announced_dates(standard.main)
    if kept_by is KeptBy.ANSWER:
        return Promise(standard.commitments["complaint"])
    return Promise(replace(standard.main, category="acknowledgement", amount=10), kept_by)
