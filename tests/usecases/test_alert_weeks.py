"""Weeks of alerts in virtual time, with all that breaks, are what an oracle says that shares no code with mailsla."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.factories import METROPOLE_DAYS, PARIS, paris
from tests.trials.alerts.oracle import Asked, Oracle, Said
from tests.trials.alerts.simulation import main, played


@pytest.mark.in_parts(2)
@pytest.mark.parametrize("seed", [2, 4])
def test_whatever_breaks_nobody_is_told_anything_wrong_and_nothing_that_is_due_is_missed(seed: int) -> None:
    """The closures of the fourth seed come late, and its dates are announced; `make simulate` plays many more."""
    office = played(seed, weeks=3)

    assert office.wrong == []
    assert office.counts["sent"] >= 10
    assert office.counts["killed"] >= 3


def test_twenty_offices_are_told_nothing_wrong_in_a_week(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever breaks; `make simulate` plays a hundred through six weeks, and some through three years."""
    failed = main(["20", "0", "1"])

    printed = capsys.readouterr().out
    counts = {name: int(count) for count, name in re.findall(r"^ +(\d+) (.+)$", printed, re.MULTILINE)}
    assert failed == 0, printed
    assert counts["sent"] > 50
    assert counts["killed"] > 10
    never = ("wrong", "twice", "for an answered request", "on a closed day or before the hour")
    assert [counts[name] for name in never] == [0, 0, 0, 0]


def test_the_oracle_counts_as_by_hand() -> None:
    first = paris("2026-01-05 09:00").astimezone(PARIS)
    now = paris("2026-11-13 08:00").astimezone(PARIS)
    oracle = Oracle({date.fromisoformat(on) for on in METROPOLE_DAYS}, "referent", first, now)
    asked = Asked("a", paris("2026-10-29 10:00").astimezone(PARIS), "chef")

    assert oracle.due(asked) == date(2026, 11, 12)
    assert oracle.owed([asked], "chef", now) == {Said("a", -1, date(2026, 11, 12), -1)}
    assert oracle.owed([asked], "referent", now) == set()
    assert oracle.owed([asked], "chef", now.replace(hour=7)) == set()
    asked.answered = True
    assert oracle.owed([asked], "chef", now) == set()
