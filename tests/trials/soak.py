"""The daemon under traffic for long: its facts equal the planted truth, its memory and descriptors stay flat.

    python -m tests.trials.soak [MINUTES]      30 minutes unless told (`make soak`)

Requests, replies, moves between 200 mailboxes, expunges, dropped connections, all against a real Dovecot on
loopback, while `mailsla run` watches. At the end every message is known and where the truth says, every reply
answers what it answered, and no flag was set. It ends by itself in any case, and leaves no process.
"""

from __future__ import annotations

import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import fmean, linear_regression, median, quantiles
from types import FrameType
from typing import Any

from mailsla.adapters.database.column_values import instant_of
from mailsla.adapters.database.rows import instant
from mailsla.core.collection.pacing import MOST_LOGINS
from tests.trials.daemon import Installation
from tests.trials.memory_in_use import InUse
from tests.trials.office import account_of, document, toml
from tests.trials.servers.dovecot import DovecotServer
from tests.trials.servers.fault_proxy import FaultProxy
from tests.trials.traffic import JUNK, Traffic, Truth

USER = "contact@pref.example.fr"
MAILBOXES = 200
PAUSE_SECONDS = 0.02
SAMPLE_SECONDS = 1.0
SETTLE_SECONDS = 90
END_SECONDS = 120
"""What the start, the end and its checks may take beyond that."""

WARM_UP_SECONDS = 600
"""Until then the allocator and the database's caches take what they keep."""
MOST_SHARE = 0.02
"""What is in use, by the median of a third, may differ so much from the first third to the last, once all is warm."""
MOST_MB_AN_HOUR = 5.0
"""The slope of what the process holds of the machine's memory (RSS), once all is warm."""
WARMING_MB = 40
"""What RSS may grow by, from the first third to the last, in a run too short to be warm."""
MOST_DESCRIPTORS = 2
QUICK_SECONDS = 60
"""A reply so soon may be a machine's: a person is to look at it, and it answers nothing."""

PLACED = """
select m.message_id, b.name from location l join message m on m.id = l.message_id
join mailbox b on b.id = l.mailbox_id where l.gone_at is null
"""
PAIRED = """
select m.message_id, asked.message_id from derived_message d join message m on m.id = d.message_id
left join message asked on asked.id = d.tied_to where d.side = 'outbound'
"""
REQUESTED = """
select m.message_id, r.answered_at from derived_request r join message m on m.id = r.message_id
where not r.follow_up and r.excluded is null
"""
FIRST_SEEN = "select message_id, first_seen_at from message"
COLLECTED = "select started_at, finished_at from collection where outcome = 'ok' order by finished_at"


class Store:
    """The daemon's store, looked at while it writes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=30) as connection:
            found = connection.execute(query).fetchall()
        connection.close()
        return found

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(self.rows(f"select count(*) from {table}")[0][0])

    def differences(self, truth: Truth) -> list[str]:
        """Return in what the store differs from the truth."""
        unseen = self.unseen(truth)
        return [
            *self._lost(truth, unseen),
            *self._misplaced(truth),
            *self._unpaired(truth, unseen),
            *self._misjudged(truth, unseen),
        ]

    def unseen(self, truth: Truth) -> set[str]:
        """Return what no collection could see: none took place whole while it lay where it was removed from.

        That takes a line that is down for a minute and more.
        """
        known = {name for (name,) in self.rows("select message_id from message")}
        runs = [(instant(first), instant(last)) for first, last in self.rows(COLLECTED)]
        return {
            name
            for name, (since, until) in truth.last_stays.items()
            if name not in known and not any(since <= first and last <= until for first, last in runs)
        }

    def longest_silence(self) -> float:
        """Return the most seconds between the ends of two collections."""
        ends = [instant(last) for _first, last in self.rows(COLLECTED)]
        return max(((after - before).total_seconds() for before, after in pairwise(ends)), default=0)

    def _lost(self, truth: Truth, unseen: set[str]) -> list[str]:
        known = Counter(str(row[0]) for row in self.rows("select message_id from message"))
        planted = Counter(truth.sent.keys() - unseen)
        lost = [f"{name}: never seen" for name in planted - known]
        added = [f"{name}: never sent, or twice there" for name in known - planted]
        aside = self.count("set_aside")
        return [*lost, *added, *([f"{aside} set aside"] if aside else [])]

    def _misplaced(self, truth: Truth) -> list[str]:
        placed = Counter((name, box) for name, box in self.rows(PLACED))
        there = Counter(truth.copies.items())
        missing = [f"{name}: not in {box}" for name, box in there - placed]
        return [*missing, *(f"{name}: still in {box}" for name, box in placed - there)]

    def _unpaired(self, truth: Truth, unseen: set[str]) -> list[str]:
        paired = {(name, asked) for name, asked in self.rows(PAIRED)}
        answers = {
            (reply, None if asked in unseen else asked)
            for asked, reply in truth.answered.items()
            if reply not in unseen
        }
        return [f"{wrong}: paired so here or there only" for wrong in sorted(map(str, paired ^ answers))]

    def _misjudged(self, truth: Truth, unseen: set[str]) -> list[str]:
        replies = {name: truth.sent[reply].at for name, reply in truth.answered.items()}
        took = {name: (at - truth.sent[name].at).total_seconds() for name, at in replies.items()}
        unsure = unseen | {name for name, seconds in took.items() if abs(seconds - QUICK_SECONDS) <= 2}
        expected = {
            (name, replies[name] if took.get(name, 0) > QUICK_SECONDS else None)
            for name, mail in truth.sent.items()
            if mail.answers is None and truth.copies.get(name) != JUNK and name not in unsure
        }
        found = {
            (name, instant_of(answered)) for name, answered in self.rows(REQUESTED) if name not in unsure
        }
        return [f"{wrong}: judged so here or there only" for wrong in sorted(map(str, expected ^ found))]

    def latencies(self, truth: Truth) -> dict[str, list[float]]:
        """Return the seconds from delivery to store: of the inbox, which is listened to, and of the rest."""
        found: dict[str, list[float]] = {"INBOX": [], "elsewhere": []}
        for name, seen in self.rows(FIRST_SEEN):
            mail = truth.sent[name]
            at = instant(seen)
            found["INBOX" if mail.mailbox == "INBOX" else "elsewhere"].append(
                (at - mail.delivered_at).total_seconds()
            )
        return found


@dataclass(frozen=True)
class Sample:
    """What the daemon held at an instant, and how often it had logged in."""

    seconds: float
    memory_mb: float
    descriptors: int
    logins: int
    in_use: InUse

    @classmethod
    def take(cls, seconds: float, pid: int, logins: int, in_use: InUse) -> Sample:
        """Look at a process, which told what it has in use."""
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        return cls(seconds, int(resident.split()[1]) / 1024, descriptors, logins, in_use)


@dataclass
class Trend:
    """The samples of a run; in a long one the trend leaves out the time in which the daemon warms up."""

    samples: list[Sample] = field(default_factory=list)

    @property
    def is_warm(self) -> bool:
        """Whether most of the run came after the warm-up."""
        return self.samples[-1].seconds > 2 * WARM_UP_SECONDS

    @property
    def _judged(self) -> list[Sample]:
        least = min(WARM_UP_SECONDS, self.samples[-1].seconds / 2)
        return [sample for sample in self.samples if sample.seconds >= least]

    def thirds(self) -> tuple[list[Sample], list[Sample]]:
        """Return the first and the last third."""
        third = max(1, len(self._judged) // 3)
        return self._judged[:third], self._judged[-third:]

    def most_logins(self) -> int:
        """Return the most logins within any minute."""
        return max(
            later.logins - sample.logins
            for index, sample in enumerate(self.samples)
            for later in self.samples[index : index + int(60 / SAMPLE_SECONDS)]
            if later.seconds - sample.seconds <= 60
        )

    def slope(self) -> float:
        """Return by how many MB an hour RSS grows."""
        hours = [sample.seconds / 3600 for sample in self._judged]
        return float(linear_regression(hours, [sample.memory_mb for sample in self._judged]).slope)

    def in_use(self) -> dict[str, tuple[float, float]]:
        """Return what is in use in the first third and in the last, by the median: jobs come and go."""
        first, last = self.thirds()
        return {
            "blocks of Python": _medians(first, last, lambda sample: sample.in_use.blocks),
            "MB of malloc": _medians(first, last, lambda sample: sample.in_use.megabytes),
        }

    def memory_faults(self) -> list[str]:
        """Return what grew."""
        if not self.is_warm:
            first, last = self.thirds()
            growth = fmean(sample.memory_mb for sample in last) - fmean(sample.memory_mb for sample in first)
            return [f"memory grew by {growth:.1f} MB, more than {WARMING_MB}"] if growth > WARMING_MB else []
        found = [
            f"in use: {before:.1f} → {after:.1f} {what}"
            for what, (before, after) in self.in_use().items()
            if abs(after - before) > MOST_SHARE * before
        ]
        if self.slope() > MOST_MB_AN_HOUR:
            found.append(f"RSS grows by {self.slope():.1f} MB an hour, more than {MOST_MB_AN_HOUR}")
        return found

    def faults(self) -> list[str]:
        """Return what grew, and when the account was logged in to too often."""
        first, last = self.thirds()
        found = self.memory_faults()
        held = [max(sample.descriptors for sample in part) for part in (first, last)]
        if held[1] > held[0] + MOST_DESCRIPTORS:
            found.append(f"descriptors grew from {held[0]} to {held[1]}")
        if self.most_logins() > MOST_LOGINS:
            found.append(f"{self.most_logins()} logins within a minute, more than {MOST_LOGINS}")
        return found

    def figures(self) -> str:
        """Return the trend in words."""
        first, last = self.thirds()
        memory = [fmean(sample.memory_mb for sample in part) for part in (first, last)]
        held = [max(sample.descriptors for sample in part) for part in (first, last)]
        in_use = "; ".join(
            f"{before:.1f} → {after:.1f} {what} ({after / before - 1:+.1%})"
            for what, (before, after) in self.in_use().items()
        )
        return (
            f"from the first third to the last after {self._judged[0].seconds:.0f} s, in use {in_use}; RSS "
            f"{memory[0]:.1f} → {memory[1]:.1f} MB, at most {max(sample.memory_mb for sample in self.samples):.1f}, "
            f"slope {self.slope():+.1f} MB/hour; "
            f"descriptors at most {held[0]} → {held[1]}; "
            f"{self.samples[-1].logins} logins, {self.most_logins()} within a minute at the most"
        )


def _medians(first: list[Sample], last: list[Sample], of: Callable[[Sample], float]) -> tuple[float, float]:
    return median(map(of, first)), median(map(of, last))


def spread(seconds: Sequence[float]) -> str:
    """Return the median, the 95th centile and the most."""
    ordered = sorted(seconds)
    if len(ordered) < 2:
        return "none"
    return (
        f"median {median(ordered):.2f} s, p95 {quantiles(ordered, n=20)[-1]:.2f} s, max {ordered[-1]:.2f} s "
        f"({len(ordered)})"
    )


def live(traffic: Traffic, seconds: float, sample: Callable[[float], None]) -> int:
    """Have traffic pass for some seconds, looking at the daemon meanwhile; return how many steps that was."""
    started = time.monotonic()
    steps, following = 0, 0.0
    while (elapsed := time.monotonic() - started) < seconds:
        if elapsed >= following:
            sample(elapsed)
            following += SAMPLE_SECONDS
        traffic.step()
        steps += 1
        time.sleep(PAUSE_SECONDS)
    return steps


def main(minutes: float, seed: int = 1) -> int:
    """Run the traffic, print the figures, and return the exit code."""
    end_in_any_case(60 * minutes + SETTLE_SECONDS + END_SECONDS)
    trend = Trend()
    with ExitStack() as stack:
        server = stack.enter_context(DovecotServer())
        # It counts the daemon's connections.
        proxy = stack.enter_context(FaultProxy(server.imap_port))
        account = account_of(server, USER, port=proxy.port, every_seconds=60)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        installation = Installation(folder, toml(document(account)))
        traffic = stack.enter_context(Traffic(server, USER, MAILBOXES, seed))
        told = folder / "in-use"
        daemon = stack.enter_context(installation.daemon(telling(installation, told)))
        store = Store(folder / "mailsla.sqlite3")

        def sample(elapsed: float) -> None:
            assert daemon.poll() is None, installation.log()[-2_000:]
            in_use = InUse.last_of(told)
            if in_use is not None:
                trend.samples.append(Sample.take(elapsed, daemon.pid, proxy.connections, in_use))
            if told.exists():
                daemon.send_signal(signal.SIGUSR1)
            if trend.samples and len(trend.samples) % int(60 / SAMPLE_SECONDS) == 0:
                last = trend.samples[-1]
                print(f"{elapsed:.0f} s: {last}", flush=True)

        steps = live(traffic, 60 * minutes, sample)
        wrong = settled(store, traffic.truth)
        wrong += trend.faults()
        wrong += [f"flag {flag}" for flag in traffic.flags()]
        latencies = store.latencies(traffic.truth) if not wrong else {}
        polls, unseen, silence = (
            store.count("collection"),
            store.unseen(traffic.truth),
            store.longest_silence(),
        )
        daemon.send_signal(signal.SIGTERM)
        code = daemon.wait(timeout=10)
        wrong += [f"the daemon ended with {code}"] if code else []
    for line in wrong[:20]:
        print(line)
    truth = traffic.truth
    print(
        f"{minutes:g} minutes, {steps} steps, {len(truth.sent)} mails, {len(truth.answered)} answered, "
        f"{len(truth.graves)} expunged, {traffic.drops} times dropped; {polls} collections"
    )
    print(trend.figures())
    for where, seconds in latencies.items():
        print(f"from delivery to store, {where}: {spread(seconds)}")
    print(f"longest time without a collection: {silence:.0f} s; lay and went in such a time: {len(unseen)}")
    print(f"{len(wrong)} differences")
    return 1 if wrong else 0


def telling(installation: Installation, told: Path) -> list[str]:
    """Return the command line of a daemon that writes into a file, when asked, what it has in use."""
    python, _module, _mailsla, *arguments = installation.command("run")
    return [python, "-m", "tests.trials.memory_in_use", str(told), *arguments]


def settled(store: Store, truth: Truth) -> list[str]:
    """Return the differences that are left when the daemon has had time to catch up."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while (left := store.differences(truth)) and time.monotonic() < deadline:
        time.sleep(2)
    return left


def end_in_any_case(seconds: float) -> None:
    """Have this process end in order when told to, and by itself after that time."""

    def give_up(number: int, _frame: FrameType | None) -> None:
        # Leaving the blocks ends the servers and the daemon.
        sys.exit(f"ended by {signal.Signals(number).name}")

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 30))
