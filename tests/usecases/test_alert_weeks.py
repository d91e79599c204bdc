"""Weeks of alerts in virtual time, with all that breaks, are what an oracle says that shares no code with mailsla."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from random import Random

import pytest

from tests.factories import METROPOLE_DAYS, PARIS, paris
from tests.trials.alerts.baton import Baton
from tests.trials.alerts.oracle import REFERENT, SECRETARY, Absence, Asked, Oracle, Said
from tests.trials.alerts.simulation import Databases, Played, kept, simulated
from tests.trials.servers.postgresql import PostgresqlServer

HAPPENED = (
    "again in the one window",
    "clock set back",
    "closures declared",
    "closures declared late",
    "daemon stopped",
    "daemon stopped for 7 days",
    "dates announced",
    "dropped, day-over",
    "dropped, nothing-left",
    "heads absent, with a deputy",
    "heads who leave or come",
    "killed",
    "mailboxes unread, or read again",
    "offices of America/Cayenne",
    "offices of Europe/Paris",
    "owners changed",
    "piles answered",
    "server down",
    "server down for 3 days",
    "slow answers",
)


def test_twenty_offices_are_told_nothing_wrong_in_one_week_or_three() -> None:
    """Whatever breaks: all of it does, here; `make simulate` plays a thousand through six weeks, and some for years."""
    counts: Counter[str] = Counter()
    for seed in range(20):
        simulation = simulated(Played(seed, weeks=1 if seed % 5 else 3))
        assert simulation.wrong == []
        counts.update(simulation.counts)

    assert [name for name in HAPPENED if not counts[name]] == []
    assert counts["sent"] > 50


def test_what_once_was_wrong_is_right(request: pytest.FixtureRequest) -> None:
    for played in kept():
        shared = () if played.workers == 1 else (request.getfixturevalue("databases"),)

        assert simulated(played, *shared).wrong == [], played


def test_two_workers_on_one_postgresql_tell_nobody_twice(databases: Databases) -> None:
    """Each goes on where chance has it, and is killed there; `make simulate` plays a hundred such offices."""
    total: Counter[str] = Counter()
    for seed in (0, 2):
        simulation = simulated(Played(seed, 1, workers=2), databases)
        assert simulation.wrong == []
        total.update(simulation.counts)

    assert total["sent"] > 5
    assert total["killed"] > 5
    assert total["account read by the other worker"] > 5
    assert total["locks of the other worker met"] > 0


@pytest.fixture(scope="module")
def databases(postgresql: PostgresqlServer) -> Databases:
    return Databases(postgresql)


def test_who_has_the_baton_goes_on_alone_and_a_seed_is_played_the_same_way_again() -> None:
    def steps(seed: int) -> list[str]:
        baton, taken = Baton(Random(seed)), []

        def walk(name: str) -> None:
            for number in range(20):
                taken.append(f"{name}{number}")
                baton.pause()

        baton.play([lambda: walk("a"), lambda: walk("b")])
        return taken

    assert steps(1) == steps(1) != steps(2)
    assert [step for step in steps(1) if step[0] == "a"] == [f"a{number}" for number in range(20)]
    changes = [before[0] != after[0] for before, after in pairwise(steps(1))]
    assert 5 < sum(changes) < 30


def test_the_oracle_counts_as_by_hand() -> None:
    first = paris("2026-01-05 09:00").astimezone(PARIS)
    now = paris("2026-11-13 08:00").astimezone(PARIS)
    off = {date.fromisoformat(on) for on in METROPOLE_DAYS}
    oracle = Oracle(off, {"Permis": "cheffe"}, first, now)
    asked = Asked("a", paris("2026-10-29 10:00").astimezone(PARIS), "Permis")
    late = Said("a", -1, date(2026, 11, 12), -1)

    assert oracle.due(asked) == date(2026, 11, 12)
    assert oracle.owed([asked], now) == {("cheffe", late)}
    assert oracle.owed([asked], now.replace(hour=7)) == set()
    oracle.absences = [Absence("Permis", "adjoint", date(2026, 11, 13), date(2026, 11, 13))]
    assert oracle.owed([asked], now) == {("adjoint", late)}
    oracle.recalls = {("a", ""): date(2026, 11, 16)}
    assert oracle.owed([asked], now) == set()
    asked.answered, oracle.recalls = True, {}
    assert oracle.owed([asked], now) == set()


def test_the_oracle_tells_those_above_as_a_request_grows_late() -> None:
    first = paris("2026-01-05 09:00").astimezone(PARIS)
    oracle = Oracle({date.fromisoformat(on) for on in METROPOLE_DAYS}, {"Permis": None}, first, first)

    assert [sorted(oracle.told_of("Permis", date(2026, 11, 13), late)) for late in (0, 5, 10)] == [
        [REFERENT],
        [REFERENT],
        [REFERENT, SECRETARY],
    ]
