"""What may be decided about collection: a hole that hides nothing, an archive that is whole."""

from __future__ import annotations

from datetime import date

import pytest

from mailsla.core.collection.gap import Gap
from mailsla.core.errors import UsageError
from mailsla.core.pairing.decision import Action, in_force
from mailsla.core.rate.declared import declared
from mailsla.core.rate.period import parse_period
from mailsla.usecases.decide import Signature, undo
from mailsla.usecases.decide_on_collection import close_hole, declare_complete, hole_of
from tests.factories import PARIS, paris
from tests.usecases.test_decide import Store

SIGNED = Signature("serveur arrêté pour travaux, rien n'arrivait", "a.martin", paris("2026-11-13 09:00"))
FIRST = Gap("contact", paris("2026-11-02 00:30"), paris("2026-11-03 09:00"))
SECOND = Gap("contact", paris("2026-11-07 09:00"), paris("2026-11-09 09:00"), lost=2)
LASTING = Gap("contact", paris("2026-11-12 09:00"), None)
OTHERS = Gap("permis", paris("2026-11-02 09:00"), paris("2026-11-03 09:00"))
ALL = (FIRST, SECOND, LASTING, OTHERS)


def test_a_hole_is_named_by_its_account_and_the_local_day_it_began() -> None:
    assert hole_of(ALL, "contact", date(2026, 11, 2), PARIS) is FIRST
    assert hole_of(ALL, "contact", date(2026, 11, 7), PARIS) is SECOND
    assert hole_of(ALL, "permis", None, PARIS) is OTHERS


@pytest.mark.parametrize(
    ("account", "on", "said"),
    [
        ("contact", None, "parmi 2026-11-02, 2026-11-07"),
        ("contact", date(2026, 11, 3), "Aucune interruption"),
        ("contact", date(2026, 11, 12), "Aucune interruption"),
        ("inconnu", None, "Aucune interruption"),
    ],
)
def test_no_hole_is_closed_that_is_not_the_only_one_named_and_over(
    account: str, on: date | None, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        hole_of(ALL, account, on, PARIS)


def test_a_closed_hole_is_closed_alone_until_that_is_taken_back() -> None:
    store = Store()
    number = close_hole(store, SECOND, SIGNED)
    said = declared(in_force(store.added).all)

    assert [said.closes(gap) for gap in ALL] == [False, True, False, False]
    with pytest.raises(UsageError, match="déjà décidé"):
        close_hole(store, SECOND, SIGNED)
    undo(store, ("contact",), number, SIGNED)
    assert not declared(in_force(store.added).all).closes(SECOND)


def test_an_archive_is_declared_whole_for_some_days_with_a_reason() -> None:
    store = Store()
    declare_complete(store, parse_period("2026-01..2026-02"), SIGNED)
    declare_complete(store, parse_period("2026-04"), SIGNED)

    days = [(item.first, item.last) for item in declared(in_force(store.added).all).complete]
    assert days == [(date(2026, 1, 1), date(2026, 2, 28)), (date(2026, 4, 1), date(2026, 4, 30))]
    with pytest.raises(UsageError, match="déjà décidé"):
        declare_complete(store, parse_period("2026-01..2026-02"), SIGNED)
    with pytest.raises(UsageError, match="--reason"):
        declare_complete(store, parse_period("2026-03"), Signature(" ", "a.martin", SIGNED.decided_at))


def test_what_stands_for_a_hole_is_as_long_as_a_mail_s_key_and_its_own() -> None:
    store = Store()
    for hole in (FIRST, SECOND, OTHERS):
        close_hole(store, hole, SIGNED)
    declare_complete(store, parse_period("2026-01..2026-02"), SIGNED)

    targets = [item.target for item in store.added]
    assert len(set(targets)) == 4
    assert {len(target) for target in targets} == {32}
    assert [item.action for item in store.added] == [*[Action.CLOSE_HOLE] * 3, Action.COMPLETE]
