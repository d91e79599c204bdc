"""Weeks or years of an office's alerts in virtual time.

SMTP is down for hours or days, the daemon killed anywhere or stopped for a week, the clock set back; closures come
late, owners and heads change, dates are announced. Two workers share a PostgreSQL; one alone has a SQLite in memory.

python -m tests.trials.alerts.simulation [SEEDS [FIRST [WEEKS [WORKERS]]]]    plays them, says what became of mails
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from mailsla.adapters.database.engine import open_engine
from mailsla.adapters.database.store import store_on
from mailsla.bootstrap.hand_over_time import slowest_hand_over
from mailsla.core.alerts.outgoing import DIGEST
from tests.trials.alerts.baton import Baton
from tests.trials.alerts.daemon import RELAY, Daemon, Office
from tests.trials.alerts.derived import Derived
from tests.trials.alerts.judge import Judge
from tests.trials.alerts.world import World
from tests.trials.servers.postgresql import PostgresqlServer
from tests.trials.stores import new_store, upgraded

FIRST, FIRST_OF_YEARS = date(2026, 4, 13), date(2024, 4, 8)
SEEDS, WEEKS, MOST_WEEKS = 1_000, 6, 156
"""A stretch that has its holidays; three years, all of which the calendar knows."""

KEPT = Path(__file__).with_name("kept_seeds.txt")
"""What once was wrong, each line a `Played` with what it was: every run of the tests plays it again."""


class Played(NamedTuple):
    """What is played: who reads the seed, for how long, how many workers there are."""

    seed: int
    weeks: int = WEEKS
    workers: int = 1


class Simulation:
    """One office through its weeks.

    Attributes:
        counts: What happened, and what became of mails.
        wrong: What was wrong with them.
    """

    def __init__(self, played: Played, engine: Engine, is_locked: Callable[[], bool]) -> None:
        self._weeks = played.weeks
        self._world = World(played.seed, FIRST if played.weeks <= WEEKS else FIRST_OF_YEARS)
        self._judge = Judge(self._world)
        self._office = Office(
            self._world, store_on(engine, slowest_hand_over(RELAY)), self._judge, Derived(self._world)
        )
        is_alone = played.workers == 1
        self._daemons = [
            Daemon(f"worker {number}", self._office, is_alone=is_alone) for number in range(played.workers)
        ]
        self._play: Callable[[Sequence[Callable[[], None]]], None] = _in_order
        if not is_alone:
            met_lock = partial(self._world.counts.update, ["locks of the other worker met"])
            baton = Baton(self._world.chance, is_locked, met_lock)
            baton.listen(engine)
            self._play, self._office.pause, self._office.at_one_instant = baton.play, baton.pause, baton.kept
        self._looked_on = date.min
        self.counts, self.wrong = self._world.counts, self._judge.wrong

    def run(self) -> None:
        """Let all weeks pass."""
        for _week in range(self._weeks):
            end = self._world.real.replace(hour=0, minute=0) + timedelta(days=7 - self._world.real.weekday())
            while self._world.real < end:
                self._turn(self._world.pass_time())
            self._world.forget()

    def _turn(self, long: float) -> None:
        world = self._world
        for daemon in self._daemons:
            daemon.live(long)
        self._office.kills = world.chance.choice([0, 0, 0.1])
        up = [daemon for daemon in self._daemons if daemon.is_up]
        if not up or (self._is_quiet() and world.chance.random() < 0.85):
            return
        self._play([daemon.read for daemon in up])
        self._play([daemon.do_rounds for daemon in up])
        if any(daemon.has_looked for daemon in up):
            self._looked_on, world.is_moved = world.now.date(), False
            self._look_for_missed()

    def _is_quiet(self) -> bool:
        """Tell whether nothing can happen: nothing waits to leave, and either no mail may, or all was looked at."""
        world = self._world
        was_looked_at = not world.is_moved and self._looked_on == world.now.date()
        return not self._office.waiting and (was_looked_at or not world.oracle.is_hour(world.now))

    def _look_for_missed(self) -> None:
        world = self._world
        works = world.server_up_since is not None and world.server_up_since <= world.real - timedelta(hours=2)
        if works and not world.set_back and not self._office.kills:
            self._judge.look_for_missed(self._office.store.outbox.recipients(DIGEST, world.now.date()))


def _in_order(acts: Sequence[Callable[[], None]]) -> None:
    for act in acts:
        act()


@contextmanager
def in_memory() -> Iterator[tuple[Engine, Callable[[], bool]]]:
    """Give an empty store that no disk holds, in which nobody waits for a lock."""
    file = bytearray(new_store())
    # No write-ahead log: what is in memory can have none (sqlite.org/fileformat.html, 1.3.3).
    file[18:20] = b"\1\1"
    engine = open_engine("sqlite://")
    with engine.connect() as connection:
        connection.connection.driver_connection.deserialize(bytes(file))  # type: ignore[union-attr]  # (sqlite3's)
    yield engine, lambda: False
    engine.dispose()


class Databases:
    """Empty stores on one PostgreSQL."""

    def __init__(self, server: PostgresqlServer) -> None:
        self._server = server
        self._template = server.create_database()
        upgraded(self._template)

    @contextmanager
    def new(self) -> Iterator[tuple[Engine, Callable[[], bool]]]:
        """Give an empty store, and what tells whether somebody waits for a lock in it; then delete it."""
        url = self._server.create_database(like=self._template)
        engine, watching = open_engine(url), open_engine(url)
        try:
            yield engine, partial(_is_locked, watching)
        finally:
            engine.dispose()
            watching.dispose()
            self._server.drop_database(url)


def _is_locked(engine: Engine) -> bool:
    blocked = (
        "select 1 from pg_stat_activity where datname = current_database() and pg_blocking_pids(pid) <> '{}'"
    )
    with engine.connect() as connection:
        return connection.exec_driver_sql(blocked).first() is not None


def simulated(played: Played, databases: Databases | None = None) -> Simulation:
    """Return an office after some weeks: of one worker, or of several that share one of the databases."""
    with in_memory() if databases is None else databases.new() as (engine, is_locked):
        simulation = Simulation(played, engine, is_locked)
        simulation.run()
        return simulation


def kept() -> list[Played]:
    """Return what once was wrong."""
    lines = [line.partition("#")[0].split() for line in KEPT.read_text(encoding="utf-8").splitlines()]
    return [Played(*map(int, line)) for line in lines if line]


_shared: list[Databases] = []
"""What a process that plays seeds has of the one that started it."""


def _ended(played: Played) -> tuple[Played, Counter[str], list[str]]:
    simulation = simulated(played, *_shared)
    return played, simulation.counts, simulation.wrong


def main(arguments: Sequence[str]) -> int:
    """Play some seeds and print what became of all mails; fail when one is wrong, and keep its seed."""
    given = [*map(int, arguments)]
    seeds, first, weeks, workers = (*given, *(SEEDS, 0, WEEKS, 1)[len(given) :])
    all_played = [Played(seed, weeks, workers) for seed in range(first, first + seeds)]
    total: Counter[str] = Counter()
    failing = 0
    with ExitStack() as stack:
        shared = [] if workers == 1 else [Databases(stack.enter_context(PostgresqlServer()))]
        processes = ProcessPoolExecutor(os.cpu_count(), get_context("fork"), _shared.extend, (shared,))
        ended = stack.enter_context(processes).map(_ended, all_played)
        for number, (played, counts, wrong) in enumerate(ended, 1):
            total.update(counts)
            if number % 50 == 0:
                print(f"{number} of {seeds} played", flush=True)
            if wrong:
                failing += 1
                print(*(f"{' '.join(map(str, played))}: {what}" for what in wrong[:5]), sep="\n", flush=True)
                _keep(played, wrong[0])
    print(f"{seeds} offices through {weeks} weeks each, with {workers} worker{'s' * (workers > 1)}")
    for name, count in sorted(total.items()):
        print(f"{count:8} {name}")
    if failing:
        print(f"{failing} seeds failed, and are kept in {KEPT.name}")
    return int(failing > 0)


def _keep(played: Played, wrong: str) -> None:
    if played not in kept():
        with KEPT.open("a", encoding="utf-8") as file:
            file.write(f"{' '.join(map(str, played))}  # {wrong}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
