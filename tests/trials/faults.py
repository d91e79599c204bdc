"""Collections through cuts, stalls, garbled bytes and kills: in the end, the facts of a clean pass, row for row.

    python -m tests.trials.faults            500 seeds (`make faults`)
    python -m tests.trials.faults 17 23      these seeds

Over TLS, as on any network: a garbled byte is then a broken connection, never a wrong fact. Before some of
the collections the daemon itself is killed (`kill -9`) at a byte, while it writes, or while it derives. What
never struck proved nothing: the faults that did are counted, by kind.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from queue import Queue
from uuid import uuid4

from sqlalchemy import text

from mailsla.adapters.database.engine import reading
from mailsla.adapters.machine.present import NOW_VARIABLE
from mailsla.bootstrap.application import Application, open_application
from mailsla.config import load
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.collection.retry import RETRIED_AFTER
from tests.trials.kills import Moment, Victim, kills
from tests.trials.office import account_of, document, toml
from tests.trials.servers.dovecot import DovecotServer
from tests.trials.servers.fault_plan import ON_THE_WIRE
from tests.trials.servers.fault_proxy import Fault, FaultProxy, faults
from tests.trials.servers.imap_server import MailboxState
from tests.trials.warm_start import WarmStart

NOW = datetime(2026, 11, 13, 9, tzinfo=UTC)
SEEDS = 500
WORKERS = 2
UPGRADING = threading.Lock()
MOST_ATTEMPTS = 12
WITHIN = 60_000
"""A whole collection of the mailboxes below is about that many bytes."""

DUMPS = (
    "select key, message_id, subject, ids, people, kept, sent_at from message order by key",
    (
        "select m.key, b.name, l.uid_validity, l.uid, l.internal_at, l.hop_at, l.gone_at is null "
        "from location l join message m on m.id = l.message_id join mailbox b on b.id = l.mailbox_id "
        "order by b.name, l.uid_validity, l.uid"
    ),
    (
        "select b.name, s.uid_validity, s.uid, s.reason from set_aside s join mailbox b on b.id = s.mailbox_id "
        "where s.reason <> 'unfetchable' or s.gone_at is null "
        "order by b.name, s.uid"
    ),
    "select name, role, uid_validity, last_uid, uid_next, messages from mailbox order by name",
    (
        "select m.key, named.key, r.follow_up, r.received_at, r.answered_at, r.service from derived_request r "
        "join message m on m.id = r.message_id join message named on named.id = r.conversation order by m.key"
    ),
)


Rows = list[list[tuple[object, ...]]]
"""What each of the `DUMPS` gives."""


def letter(number: int, at: datetime) -> bytes:
    """Return a generated mail; one in three answers another."""
    asked = number - number % 3
    sender, recipient = f"usager{asked}@example.org", "contact@pref.example.fr"
    fields = {"Message-ID": f"<m{number}.faults@example.org>", "Date": f"{at:%d %b %Y %H:%M:%S +0000}"}
    if number % 3:
        sender, recipient = recipient, sender
        fields["In-Reply-To"] = f"<m{asked}.faults@example.org>"
    fields |= {"From": sender, "To": recipient, "Subject": f"Demande n° {asked}", "X-Padding": "x" * 200}
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() + b"\r\nCorps.\r\n"


@dataclass
class Office:
    """A mailbox on a real server, before and after something happened to it."""

    server: DovecotServer
    user: str

    def fill(self) -> None:
        """Put the first mails there."""
        self._append("INBOX", range(60))
        self._append("Sent", range(61, 90))
        self.server.append(self.user, "Junk", b"\r\nno header\r\n", internal_date=NOW)

    def change(self) -> None:
        """Have mails come, move between mailboxes, and vanish."""
        self._append("INBOX", range(90, 120))
        with self.server.client(self.user) as client:
            client.select_folder("INBOX")
            client.move([3, 4, 5], "Junk")
            client.delete_messages([7, 8])
            client.expunge()

    def _append(self, mailbox: str, numbers: range) -> None:
        at = NOW - timedelta(days=20)
        messages = [
            (letter(number, at + timedelta(hours=number)), at + timedelta(hours=number), ())
            for number in numbers
        ]
        self.server.append_many(self.user, mailbox, messages)

    def states(self) -> dict[str, MailboxState]:
        """Return what no collection may change."""
        return {name: self.server.state(self.user, name) for name in ("INBOX", "Sent", "Junk")}

    def configured(self, store: Path, port: int) -> Path:
        """Write the configuration of a store for this mailbox, reached over TLS at `port`."""
        config = store.with_suffix(".toml")
        account = account_of(
            self.server,
            self.user,
            port=port,
            tls="implicit",
            ca_file=str(self.server.ca_pem),
            timeout_seconds=1,
        )
        written = toml(document(account, store={"url": f"sqlite:///{store}"}))
        config.write_text(written, encoding="utf-8")
        return config


@contextmanager
def opened(config: Path) -> Iterator[Application]:
    """Open the store of a configuration."""
    with ExitStack() as stack:
        # Alembic's `op` and `context` belong to the whole process: one migration at a time.
        with UPGRADING:
            app = stack.enter_context(open_application(load(config), now=lambda: NOW))
        yield app


def _after(minutes: int, later: timedelta = timedelta()) -> datetime:
    return NOW + timedelta(minutes=minutes) + later


def facts(app: Application) -> Rows:
    """Return everything that was collected, but when."""
    app.derive()
    with reading(app.engine) as connection:
        return [[tuple(row) for row in connection.execute(text(query))] for query in DUMPS]


def collect(office: Office, store: Path, planned: Sequence[Fault], struck: Counter[str]) -> Rows:
    """Collect until it succeeds, through some faults, and return the facts.

    A message at which the connection was cut again and again is set aside and asked for the next day: that day comes.

    Args:
        office: Whose mail.
        store: The SQLite file.
        planned: The faults.
        struck: Those that struck are added here, by kind.

    Raises:
        AssertionError: When a failure is not one that may pass, or the attempts are too many.
    """
    with (
        FaultProxy(office.server.imaps_port, planned) as proxy,
        opened(office.configured(store, proxy.port)) as app,
    ):
        for attempt in range(MOST_ATTEMPTS):
            # A minute each: nobody is let log in again and again within one.
            app.now = partial(_after, attempt)
            result = app.poll(app.accounts[0])
            if result.outcome is RunOutcome.OK:
                assert proxy.connections <= len(planned) + 1, "one connection a collection, never more"
                if any(item.reason == "unfetchable" for item in app.store.set_aside.all()):
                    app.now = partial(_after, attempt, RETRIED_AFTER)
                    assert app.poll(app.accounts[0]).outcome is RunOutcome.OK
                struck.update(fault.kind.value for fault in proxy.struck)
                return facts(app)
            assert result.outcome is RunOutcome.TRANSIENT, f"{result.outcome}: {result.reason}"
    raise AssertionError(f"still failing after {MOST_ATTEMPTS} attempts")


@dataclass
class Trial:
    """Two mailboxes with the facts of clean passes over them: one collected at once, one in two steps."""

    full: Office
    changed: Office
    half_way: Path
    expected_full: Rows
    expected_changed: Rows
    states: list[dict[str, MailboxState]]

    @classmethod
    def prepare(cls, server: DovecotServer, folder: Path) -> Trial:
        """Fill the mailboxes and collect them without any fault."""
        full, changed = (Office(server, f"faults.{uuid4().hex[:8]}@pref.example.fr") for _ in range(2))
        full.fill()
        changed.fill()
        half_way = folder / "half-way.sqlite3"
        collect(changed, half_way, (), Counter())
        changed.change()
        clean = folder / "clean.sqlite3"
        shutil.copy(half_way, clean)
        return cls(
            full,
            changed,
            half_way,
            collect(full, folder / "full.sqlite3", (), Counter()),
            collect(changed, clean, (), Counter()),
            [full.states(), changed.states()],
        )

    def run(self, seed: int, folder: Path, warm: WarmStart) -> Counter[str]:
        """Collect both through the kills and faults of one seed, compare, and return what struck, by kind.

        Args:
            seed: What the plans are drawn from.
            folder: Where the stores go.
            warm: Starts the daemons that are killed.

        Raises:
            AssertionError: When a fact differs.
        """
        struck: Counter[str] = Counter()
        store, again = folder / "first.sqlite3", folder / "again.sqlite3"
        found = _through(self.full, store, seed, warm, struck)
        assert found == self.expected_full, "first collection"
        shutil.copy(self.half_way, again)
        found = _through(self.changed, again, seed + 1_000_000, warm, struck)
        assert found == self.expected_changed, "incremental collection"
        return struck

    def is_untouched(self) -> bool:
        """Tell whether no flag and no UID changed on the server."""
        return self.states == [self.full.states(), self.changed.states()]


def _through(office: Office, store: Path, seed: int, warm: WarmStart, struck: Counter[str]) -> Rows:
    """Have daemons killed, then collect through the faults, as a seed says; return the facts."""
    victim = Victim(warm, office.server.imaps_port, {NOW_VARIABLE: NOW.isoformat()})
    for kill in kills(seed):
        struck[victim.run(kill, store, partial(office.configured, store)).value] += 1
    return collect(office, store, faults(seed, within=WITHIN), struck)


@dataclass
class Progress:
    """What has become of the seeds so far."""

    started: float = field(default_factory=time.monotonic)
    struck: Counter[str] = field(default_factory=Counter)
    failed: list[int] = field(default_factory=list)
    done: int = 0

    def note(self, seed: int, struck: Counter[str] | Exception) -> None:
        """Note the end of a seed."""
        self.done += 1
        if isinstance(struck, Exception):
            self.failed.append(seed)
            print(f"seed {seed}: {type(struck).__name__}: {str(struck).partition(chr(10))[0]}", flush=True)
        else:
            self.struck += struck
        if self.done % 50 == 0:
            seconds = time.monotonic() - self.started
            print(f"{self.done} seeds, {seconds:.0f} s, {len(self.failed)} failed", flush=True)

    def missing(self) -> set[str]:
        """Return the kinds that never struck."""
        return {kind.value for kind in (*ON_THE_WIRE, *Moment)} - set(self.struck)

    def summary(self) -> str:
        """Return the figures in one line."""
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.struck.items()))
        return (
            f"{self.done} seeds: {self.struck.total():,} faults struck ({kinds}); {len(self.failed)} failed"
        )


def tried(trial: Trial, seed: int, warm: Queue[WarmStart]) -> Counter[str] | Exception:
    """Run a seed with one of the warm starts, in a folder of its own; return what struck, or what was wrong."""
    mine = warm.get()
    try:
        with tempfile.TemporaryDirectory() as folder:
            return trial.run(seed, Path(folder), mine)
    except Exception as error:  # noqa: BLE001 (whatever it is, the other seeds go on)
        return error
    finally:
        warm.put(mine)


def main(seeds: Sequence[int]) -> int:
    """Run the seeds, print the failures and the figures, and return the exit code."""
    progress = Progress()
    with ExitStack() as stack:
        server = stack.enter_context(DovecotServer())
        trial = Trial.prepare(server, Path(stack.enter_context(tempfile.TemporaryDirectory())))
        warm: Queue[WarmStart] = Queue()
        for _worker in range(WORKERS):
            # From this thread: they end with whoever started them.
            warm.put(stack.enter_context(WarmStart()))
        workers = stack.enter_context(ThreadPoolExecutor(WORKERS))
        trials = {workers.submit(tried, trial, seed, warm): seed for seed in seeds}
        for ended in as_completed(trials):
            progress.note(trials[ended], ended.result())
        untouched = trial.is_untouched()
    print(progress.summary())
    print(f"seeds to look at: {sorted(progress.failed)}; mailboxes {'untouched' if untouched else 'CHANGED'}")
    missing = progress.missing() if len(seeds) >= SEEDS else set()
    if missing:
        print(f"never struck: {sorted(missing)}")
    return 1 if progress.failed or missing or not untouched else 0


if __name__ == "__main__":
    sys.exit(main([int(seed) for seed in sys.argv[1:]] or range(SEEDS)))
