"""The daemon under traffic for long: its facts equal the planted truth, its memory and descriptors stay flat.

    python -m tests.soak [MINUTES]      30 minutes unless told (`make soak`)

Requests, replies, moves between 200 mailboxes, expunges, dropped connections, all against a real Dovecot on
loopback, while `mailsla run` watches. At the end every message is where the truth says, and every reply counted.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from imapclient import IMAPClient

from tests.e2e.daemon import Installation
from tests.servers.dovecot import DovecotServer

USER = "contact@pref.example.fr"
MAILBOXES = 200
SETTLE_SECONDS = 90
CONFIGURATION = """\
[site]
name = "Préfecture d'essai"
departement = "18"
[office]
domains = ["pref.example.fr"]
[[accounts]]
name = "contact"
host = "{host}"
port = {port}
tls = "none"
user = "{user}"
password = "{password}"
every_seconds = 10
timeout_seconds = 10
"""


@dataclass
class Truth:
    """What an observer who misses nothing knows: where each message is, and which request each reply answers."""

    places: dict[str, str] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)
    born: dict[str, float] = field(default_factory=dict)


class Traffic:
    """Citizens, agents and a mail server that drops connections, drawn from a seed."""

    def __init__(self, server: DovecotServer, client: IMAPClient, seed: int) -> None:
        self.server, self.client, self.draw = server, client, random.Random(seed)
        self.truth = Truth()
        self.number = 0
        self.mailboxes = ["INBOX", "Junk", *(f"Dossier {number:03}" for number in range(MAILBOXES - 3))]
        for name in self.mailboxes[2:]:
            client.create_folder(name)

    def step(self) -> None:
        """Do one thing."""
        happening = self.draw.random()
        if happening < 0.45 or len(self.truth.places) < 20:
            self._ask()
        elif happening < 0.70:
            self._reply()
        elif happening < 0.94:
            self._move()
        elif happening < 0.995:
            self._expunge()
        else:
            self.server.kick(USER)
            self.client.noop()

    def _append(self, mailbox: str, **fields: str) -> str:
        self.number += 1
        message_id = f"s{self.number}.{self.number:06}@example.org"
        at = datetime.now(UTC)
        lines = {"Message-ID": f"<{message_id}>", "Date": format_datetime(at), **fields}
        raw = "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\nCorps.\r\n"
        self.client.append(mailbox, raw.encode(), msg_time=at)
        self.truth.places[message_id] = mailbox
        self.truth.born[message_id] = time.monotonic()
        return message_id

    def _ask(self) -> None:
        mailbox = "INBOX" if self.draw.random() < 0.7 else self.draw.choice(self.mailboxes)
        sender = f"usager{self.number}@example.org"
        fields = {"From": sender, "To": USER, "Subject": f"Demande {self.number}"}
        self._append(mailbox, **fields)

    def _reply(self) -> None:
        asked = self.draw.choice([name for name, box in self.truth.places.items() if box != "Sent"] or [""])
        if not asked or asked in self.truth.answered.values() or asked.startswith("r"):
            return
        number = int(asked[1:].partition(".")[0])
        reply = self._append(
            "Sent",
            **{
                "From": USER,
                "To": f"usager{number - 1}@example.org",
                "Subject": f"RE : Demande {number - 1}",
                "In-Reply-To": f"<{asked}>",
            },
        )
        self.truth.answered[reply] = asked

    def _find(self, message_id: str) -> int | None:
        self.client.select_folder(self.truth.places[message_id])
        found = self.client.search(["HEADER", "Message-ID", message_id])
        return found[0] if found else None

    def _movable(self, older_than: float) -> str | None:
        now = time.monotonic()
        known = [
            name
            for name, box in self.truth.places.items()
            if box != "Sent" and now - self.truth.born[name] > older_than
        ]
        return self.draw.choice(known) if known else None

    def _move(self) -> None:
        message_id = self._movable(0)
        if message_id is None:
            return
        uid, target = self._find(message_id), self.draw.choice(self.mailboxes)
        if uid is not None and target != self.truth.places[message_id]:
            self.client.move([uid], target)
            self.truth.places[message_id] = target

    def _expunge(self) -> None:
        # What lived for less than two polls was perhaps never seen: an observer of a mailbox is no camera.
        message_id = self._movable(60)
        uid = None if message_id is None else self._find(message_id)
        if message_id is not None and uid is not None:
            self.client.delete_messages([uid])
            self.client.uid_expunge([uid])
            del self.truth.places[message_id]


@contextmanager
def connected(server: DovecotServer) -> Iterator[IMAPClient]:
    """Log the traffic in; a kicked connection is opened again by whoever uses it."""
    with server.client(USER) as client:
        yield client


def measured(pid: int) -> tuple[float, int]:
    """Return a process's resident memory in MB and its open descriptors."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(resident.split()[1]) / 1024, len(list(Path(f"/proc/{pid}/fd").iterdir()))


def differences(store: Path, truth: Truth) -> list[str]:
    """Return in what the store differs from the truth."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
        placed = connection.execute(
            "select m.message_id, b.name from location l join message m on m.id = l.message_id "
            "join mailbox b on b.id = l.mailbox_id where l.gone_at is null"
        ).fetchall()
        answers = connection.execute(
            "select r.key, m.message_id, r.answered_at from derived_request r join message m on m.key = r.key"
        ).fetchall()
    found = []
    places = dict(placed)
    if len(places) != len(placed):
        found.append(f"{len(placed) - len(places)} messages in two places")
    found += [
        f"{name}: {places.get(name)} instead of {box}"
        for name, box in truth.places.items()
        if places.get(name) != box
    ]
    found += [f"{name}: still in {box}" for name, box in places.items() if name not in truth.places]
    asked = set(truth.answered.values())
    seen = {message_id: answered is not None for _key, message_id, answered in answers}
    for name, answered in seen.items():
        if answered != (name in asked) and truth.places.get(name) != "Junk":
            found.append(f"{name}: {'answered' if answered else 'unanswered'}")
    return found


def main(minutes: float, seed: int = 1) -> int:
    """Run the traffic, print the figures, and return the exit code."""
    with DovecotServer() as server, tempfile.TemporaryDirectory() as name:
        text = CONFIGURATION.format(
            host=server.host, port=server.imap_port, user=USER, password=server.password
        )
        installation = Installation(Path(name), text)
        with connected(server) as client, installation.daemon() as daemon:
            traffic = Traffic(server, client, seed)
            end = time.monotonic() + 60 * minutes
            steps, following, figures = 0, 0.0, []
            while time.monotonic() < end and daemon.poll() is None:
                try:
                    traffic.step()
                except (OSError, IMAPClient.Error):
                    client.shutdown()
                    client.__init__(server.host, server.imap_port, ssl=False)
                    client.login(USER, server.password)
                steps += 1
                time.sleep(0.02)
                if time.monotonic() >= following:
                    figures.append(measured(daemon.pid))
                    memory, descriptors = figures[-1]
                    print(f"{steps} steps, {memory:.0f} MB, {descriptors} descriptors", flush=True)
                    following = time.monotonic() + 60
            assert daemon.poll() is None, installation.log()[-2_000:]
            store = Path(name) / "mailsla.sqlite3"
            deadline = time.monotonic() + SETTLE_SECONDS
            while (left := differences(store, traffic.truth)) and time.monotonic() < deadline:
                time.sleep(2)
            figures.append(measured(daemon.pid))
    for line in left[:20]:
        print(line)
    third = figures[len(figures) // 3 :]
    print(
        f"{minutes:g} minutes, {steps} steps, {traffic.number} messages, {len(left)} differences; memory "
        f"{third[0][0]:.0f} → {third[-1][0]:.0f} MB, descriptors {third[0][1]} → {third[-1][1]}"
    )
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 30))
