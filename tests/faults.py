"""Collections through a proxy that cuts, stalls, garbles: in the end, the facts of a clean pass, row for row.

    python -m tests.faults            500 seeds (`make faults`)
    python -m tests.faults 17 23      these seeds

Over TLS, as on any network: a garbled byte is then a broken connection, never a wrong fact.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from mailsla import bootstrap
from mailsla.adapters.database.engine import reading
from mailsla.bootstrap import Application
from mailsla.config import parse
from mailsla.usecases.poll import Outcome
from tests.servers.dovecot import DovecotServer
from tests.servers.fault_proxy import FaultProxy, faults
from tests.servers.imap_server import MailboxState

NOW = datetime(2026, 11, 13, 9, tzinfo=UTC)
SEEDS = 500
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
        "order by b.name, s.uid"
    ),
    "select name, role, uid_validity, last_uid, uid_next, messages from mailbox order by name",
    "select key, conversation, follow_up, received_at, answered_at, service from derived_request order by key",
)


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


@contextmanager
def opened(office: Office, store: Path, port: int) -> Iterator[Application]:
    """Open a store for that mailbox, reached over TLS at `port`."""
    document = {
        "site": {"name": "Préfecture d'essai", "departement": "18"},
        "office": {"domains": ["pref.example.fr"]},
        "accounts": [
            {
                "name": "contact",
                "host": "127.0.0.1",
                "port": port,
                "tls": "implicit",
                "ca_file": str(office.server.ca_pem),
                "user": office.user,
                "password": office.server.password,
                "timeout_seconds": 1,
            }
        ],
        "store": {"url": f"sqlite:///{store}"},
    }
    with bootstrap.application(parse(document, folder=store.parent), now=lambda: NOW) as app:
        yield app


def facts(app: Application) -> list[list[tuple[object, ...]]]:
    """Return everything that was collected, but when."""
    app.derive()
    with reading(app.engine) as connection:
        return [[tuple(row) for row in connection.execute(text(query))] for query in DUMPS]


def collect(office: Office, store: Path, seed: int | None) -> list[list[tuple[object, ...]]]:
    """Collect until it succeeds, through the faults of a seed when there is one, and return the facts.

    Raises:
        AssertionError: When a failure is not one that may pass, or the attempts are too many.
    """
    planned = () if seed is None else faults(seed, within=WITHIN)
    with FaultProxy(office.server.imaps_port, planned) as proxy, opened(office, store, proxy.port) as app:
        for _attempt in range(MOST_ATTEMPTS):
            result = app.poll(app.accounts[0])
            if result.outcome is Outcome.OK:
                assert proxy.connections <= len(planned) + 1, "one connection a collection, never more"
                return facts(app)
            assert result.outcome is Outcome.TRANSIENT, f"{result.outcome}: {result.reason}"
    raise AssertionError(f"still failing after {MOST_ATTEMPTS} attempts")


@dataclass
class Trial:
    """Two mailboxes with the facts of clean passes over them: one collected at once, one in two steps."""

    full: Office
    changed: Office
    half_way: Path
    expected_full: list[list[tuple[object, ...]]]
    expected_changed: list[list[tuple[object, ...]]]
    states: list[dict[str, MailboxState]]

    @classmethod
    def prepare(cls, server: DovecotServer, folder: Path) -> Trial:
        """Fill the mailboxes and collect them without any fault."""
        full, changed = (Office(server, f"faults.{uuid4().hex[:8]}@pref.example.fr") for _ in range(2))
        full.fill()
        changed.fill()
        half_way = folder / "half-way.sqlite3"
        collect(changed, half_way, None)
        changed.change()
        clean = folder / "clean.sqlite3"
        shutil.copy(half_way, clean)
        return cls(
            full,
            changed,
            half_way,
            collect(full, folder / "full.sqlite3", None),
            collect(changed, clean, None),
            [full.states(), changed.states()],
        )

    def run(self, seed: int, folder: Path) -> None:
        """Collect both through the faults of one seed and compare.

        Raises:
            AssertionError: When a fact differs.
        """
        store = folder / f"{seed}.sqlite3"
        assert collect(self.full, store, seed) == self.expected_full, "first collection"
        again = folder / f"{seed}-again.sqlite3"
        shutil.copy(self.half_way, again)
        assert collect(self.changed, again, seed + 1_000_000) == self.expected_changed, (
            "incremental collection"
        )
        for path in (store, again):
            path.unlink()

    def is_untouched(self) -> bool:
        """Tell whether no flag and no UID changed on the server."""
        return self.states == [self.full.states(), self.changed.states()]


def main(seeds: list[int]) -> int:
    """Run the seeds, print the failures, and return the exit code."""
    failed = []
    started = time.monotonic()
    with DovecotServer() as server, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        trial = Trial.prepare(server, folder)
        for done, seed in enumerate(seeds, 1):
            try:
                trial.run(seed, folder)
            except AssertionError as error:
                failed.append(seed)
                print(f"seed {seed}: {str(error).splitlines()[0]}")
            if done % 50 == 0:
                print(f"{done} seeds, {time.monotonic() - started:.0f} s, {len(failed)} failed", flush=True)
        untouched = trial.is_untouched()
    print(
        f"{len(seeds)} seeds, {len(failed)} failed: {failed}; mailboxes {'untouched' if untouched else 'CHANGED'}"
    )
    return 1 if failed or not untouched else 0


if __name__ == "__main__":
    sys.exit(main([int(seed) for seed in sys.argv[1:]] or list(range(SEEDS))))
