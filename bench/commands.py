"""What users feel: the commands, each format, and the daemon's rounds, on a store of an office with years behind it.

python -m bench.commands 10000 100000        on SQLite
python -m bench.commands --postgresql 100000
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bench import cost, rounds
from bench.measuring import as_installed, judge
from bench.site import NOW
from bench.stores import copied, week_of
from tests.trials.mail.samples import letters
from tests.trials.office import account_of
from tests.trials.servers.dovecot import DovecotServer
from tests.trials.servers.postgresql import PostgresqlServer

SIZES = (10_000, 100_000, 1_000_000)
LARGE = 200_000
"""Of more requests than that, nobody lists them all."""

WEEK = week_of(NOW)
START_UP = ("--help", "clock 2026-11-02 2026-11-10")
PAGE = "report --format html -o page.html"
EVERY = (
    "report",
    "report --format json",
    PAGE,
    "report --format pdf -o page.pdf",
    "check",
    f"requests --period {WEEK}",
)
LISTS = (
    *(
        f"{name}{format_}"
        for name in ("requests", "mails")
        for format_ in ("", " --format csv", " --format json")
    ),
    "report --format xlsx -o sheets.xlsx",
)
SITE = "pages site"
SMALL = 20_000
"""Of more requests than that, a whole site takes minutes."""
ENDS_WITH = {"check": 1}
"""No server answers for the account whose mail is there, which `check` says."""


class Goal(NamedTuple):
    """The most that a command may take.

    Attributes:
        seconds: Of processor time.
        mb: Of memory, at its peak.
    """

    seconds: float
    mb: float | None = None


GOALS: Mapping[tuple[str, int | None], Goal] = {
    ("--help", None): Goal(0.3),
    (START_UP[1], None): Goal(0.3),
    ("report", 100_000): Goal(1.2),
    ("report", 1_000_000): Goal(2, 200),
    (PAGE, 1_000_000): Goal(5),
    **{("check", size): Goal(1.2, 110) for size in SIZES},
    **{(command, 100_000): Goal(5, 200) for command in LISTS if command.startswith("requests")},
    (f"requests --period {WEEK}", 1_000_000): Goal(1.2),
}
"""By command and number of requests; None: with no store."""

ROUND_GOALS: Mapping[tuple[str, int], float] = {(rounds.ALERTS, 1_000_000): 20, (rounds.MANY, 100_000): 1_000}
"""The most milliseconds that a round may take."""

GROWTH = 1.1
"""How much more a poll may take in the largest store than in the smallest."""


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds of processor time, and its peak memory in MB."""

    seconds: float
    mb: float


@dataclass(frozen=True)
class Measured:
    """What was measured on one store, and its configuration."""

    requests: int
    config: Path
    commands: Mapping[str, Cost]
    rounds: Mapping[str, float]


def main(sizes: Sequence[int] = SIZES, *, postgresql: bool | None = None, has_site: bool = True) -> None:
    """Print the tables of each database (both by default), and whether the goals hold."""
    as_installed()
    starts = {line: measure(line.split(), {}) for line in START_UP}
    print("no store")
    _show(starts)
    for line, found in starts.items():
        _judge(line, GOALS[line, None], found)
    databases = (False, True) if postgresql is None else (postgresql,)
    with DovecotServer(rawlog=False) as server:
        for is_postgresql in databases:
            with _database(is_postgresql=is_postgresql) as database, ExitStack() as copies:
                _judge_all([of_store(size, server, database, copies, has_site=has_site) for size in sizes])


@contextmanager
def _database(*, is_postgresql: bool) -> Iterator[PostgresqlServer | None]:
    with ExitStack() as stack:
        yield stack.enter_context(PostgresqlServer()) if is_postgresql else None


def of_store(
    requests: int,
    server: DovecotServer,
    database: PostgresqlServer | None,
    copies: ExitStack,
    *,
    has_site: bool,
) -> Measured:
    """Measure everything on a copy of one store, which stays as long as `copies` do; print it and return it."""
    user = f"guichet{requests}@pref.example.fr"
    server.append_many(user, "INBOX", [(raw, at, ()) for raw, at in letters(20)])
    url = database.create_database() if database else None
    if database and url:
        copies.callback(database.drop_database, url)
    config = copies.enter_context(copied(requests, url, **account_of(server, user)))
    print(f"{requests:,} requests, {'PostgreSQL' if url else 'SQLite'}", flush=True)
    asked = (
        *EVERY,
        *(() if requests > LARGE else LISTS),
        *((SITE,) if has_site and requests <= SMALL else ()),
    )
    environment = {"MAILSLA_NOW": NOW.isoformat(), "MAILSLA_CONFIG": str(config)}
    commands = {line: measure(line.split(), environment, ENDS_WITH.get(line, 0)) for line in asked}
    _show(commands)
    found = _rounds(config)
    for name, milliseconds in found.items():
        print(f"{name:<44}{milliseconds:>10.1f} ms", flush=True)
    return Measured(requests, config, commands, found)


def measure(arguments: Sequence[str], environment: Mapping[str, str], code: int = 0) -> Cost:
    """Run a command, and return what it took.

    Raises:
        RuntimeError: When it ends otherwise than with `code`.
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAILSLA_")}
    with tempfile.TemporaryDirectory(prefix="mailsla-bench-") as folder:
        asked = [sys.executable, "-I", "-S", str(Path(cost.__file__))]
        done = subprocess.run(
            [*asked, sys.executable, "-m", "mailsla", *arguments],
            cwd=folder,
            env={**clean, **environment},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    ended, seconds, mb = json.loads(done.stdout)
    if ended != code:
        raise RuntimeError(f"{' '.join(arguments)} ended with {ended}")
    return Cost(seconds, mb)


def _rounds(*configs: Path) -> dict[str, float]:
    asked = [sys.executable, "-m", "bench.rounds", *map(str, configs)]
    found: dict[str, float] = json.loads(
        subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True).stdout
    )
    return found


def _show(found: Mapping[str, Cost]) -> None:
    for line, one in found.items():
        print(f"{line:<44}{one.seconds:>10.2f} s{one.mb:>8.0f} MB", flush=True)


def _judge_all(found: Iterable[Measured]) -> None:
    stores = list(found)
    for one in stores:
        for line, spent in one.commands.items():
            if goal := GOALS.get((line, one.requests)):
                _judge(f"{line}, {one.requests:,} requests", goal, spent)
        for name, milliseconds in one.rounds.items():
            if most := ROUND_GOALS.get((name, one.requests)):
                judge(f"{name}, {one.requests:,} requests", milliseconds, most, "ms")
    few, many = stores[0], stores[-1]
    if many.requests > few.requests:
        for name, growth in _rounds(few.config, many.config).items():
            judge(f"{name}, {many.requests:,} requests, × {few.requests:,}", growth, GROWTH)


def _judge(what: str, goal: Goal, spent: Cost) -> None:
    judge(f"{what}, processor", spent.seconds, goal.seconds, "s")
    if goal.mb is not None:
        judge(f"{what}, peak memory", spent.mb, goal.mb, "MB")


if __name__ == "__main__":
    given = sys.argv[1:]
    main([int(size) for size in given if size.isdigit()] or SIZES, postgresql="--postgresql" in given)
