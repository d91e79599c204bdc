"""Ten years of one small office, in a few minutes: the store, the idle daemon and `check --quick` after each of some.

    python -m bench.ten_years [REQUESTS A YEAR]

Each year has its mail, paired as it comes; a collection every eleven hours, one in a hundred of which fails; and the
end of what personal data is kept no more, as of that year's last day. Then the daemon runs on a real server, where
nothing comes: what it takes at rest is measured for a while, once it has settled.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path

from bench import years
from bench.measuring import judge, processor_seconds
from bench.site import NOW
from bench.stores import configure, grow
from mailsla.bootstrap.application import Application, open_application
from mailsla.bootstrap.privacy import DailyPurge
from mailsla.config import load
from mailsla.core.collection.outcome import RunOutcome
from tests.trials.daemon import wait_until
from tests.trials.office import account_of
from tests.trials.servers.dovecot import DovecotServer

REQUESTS = 500
YEARS = 10
LOOKED_AT = (1, 5, 10)
A_YEAR = timedelta(weeks=52)
BETWEEN = timedelta(hours=11)
"""Twelve would be a hole each."""

IN_MEMORY = Path("/dev/shm")
"""Where no write waits for a disk: what is measured is processor time."""

SETTLED_SECONDS, REST_SECONDS = 10, 20
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Found:
    """What was measured after a year: megabytes, thousandths of a core, seconds."""

    messages: int
    megabytes: float
    resident: float
    at_rest: float
    quick: float

    @property
    def each(self) -> float:
        """How many bytes of the store each message takes."""
        return self.megabytes * 1e6 / self.messages


def main(requests: int = REQUESTS) -> None:
    """Print the table, and whether the goals hold."""
    print(
        f"{'year':>4}{'messages':>10}{'store, MB':>11}{'B a message':>13}{'idle, MB':>10}{'idle, ‰':>9}{'check, s':>10}"
    )
    found = []
    within = IN_MEMORY if IN_MEMORY.is_dir() else None
    with (
        tempfile.TemporaryDirectory(prefix="mailsla-bench-", dir=within) as name,
        DovecotServer(rawlog=False) as server,
    ):
        config = configure(Path(name), **account_of(server, "guichet@pref.example.fr"))
        first = NOW - YEARS * A_YEAR
        coming = years.letters(requests * YEARS, first, NOW)
        for year in range(1, YEARS + 1):
            until = first + year * A_YEAR
            messages = _pass(config, coming, until)
            if year in LOOKED_AT:
                found.append(_look(config, until, messages))
                _show(year, found[-1])
    before, after = found[0], found[-1]
    judge("the idle daemon after ten years, ‰ of a core", after.at_rest, 5)
    judge("its memory after ten years, × after one", after.resident / before.resident, 1.1)
    judge("check --quick after ten years, × after one", after.quick / before.quick, 1.2)
    judge("bytes a message after ten years, × after one", after.each / before.each, 1.05)


def _pass(config: Path, coming: Iterator[tuple[years.Letter, bytes]], until: datetime) -> int:
    """Let a year pass; return how many messages there are then."""
    with open_application(load(config), now=lambda: until) as app:
        grow(app, takewhile(lambda item: item[0].at < until, coming))
        app.derive()
        _collections(app, until - A_YEAR, until)
        DailyPurge(app).purge(lambda _done, _total: None)
        return app.store.mails.balance().seen


def _collections(app: Application, first: datetime, until: datetime) -> None:
    """Record a year's collections of every account."""
    for number in range((until - first) // BETWEEN):
        at = first + number * BETWEEN
        fails = number % 100 == 99
        for account in app.intervals:
            run = app.store.runs.start(account, at)
            outcome, reason = (RunOutcome.TRANSIENT, "essai") if fails else (RunOutcome.OK, None)
            app.store.runs.finish(run, at, outcome, reason=reason, messages=0, set_aside=0)


def _look(config: Path, now: datetime, messages: int) -> Found:
    environment = {**os.environ, "MAILSLA_NOW": now.isoformat()}
    command = [sys.executable, "-m", "mailsla", "--config", str(config)]
    log = config.with_name("daemon.log")
    with log.open("w", encoding="utf-8") as said:
        daemon = subprocess.Popen([*command, "run"], env=environment, stdout=said, stderr=said)
        try:
            wait_until(lambda: '"collected"' in log.read_text(encoding="utf-8"), what="a collection")
            time.sleep(SETTLED_SECONDS)
            before = _ticks(daemon.pid)
            time.sleep(REST_SECONDS)
            at_rest = (_ticks(daemon.pid) - before) / TICKS / REST_SECONDS * 1_000
            resident = _resident(daemon.pid)
        finally:
            daemon.terminate()
            daemon.wait(20)
    started = processor_seconds()
    subprocess.run([*command, "check", "--quick"], env=environment, capture_output=True, check=False)
    quick = processor_seconds() - started
    size = sum(path.stat().st_size for path in config.parent.glob("mailsla.sqlite3*"))
    return Found(messages, size / 1e6, resident, at_rest, quick)


def _ticks(process: int) -> int:
    """Return the processor time of a process, its children's left out (proc_pid_stat(5))."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _resident(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _show(year: int, found: Found) -> None:
    print(
        f"{year:>4}{found.messages:>13,}{found.megabytes:>13.1f}{found.each:>13,.0f}"
        f"{found.resident:>13.1f}{found.at_rest:>13.1f}{found.quick:>13.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
