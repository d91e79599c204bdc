"""The daemon reads its configuration again at SIGHUP: what can be used takes effect, what cannot changes nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from socket import AF_UNIX, SOCK_DGRAM, create_server, socket
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.e2e.test_whole_way import NOW, letter
from tests.trials.daemon import Installation, wait_until
from tests.trials.office import document, toml

if TYPE_CHECKING:
    from tests.trials.servers.dovecot import DovecotServer
    from tests.trials.servers.smtp import SmtpRelay


AT = datetime.fromisoformat("2026-11-10T10:00:05+01:00")
OUTDATED = "another configuration is newer: mails are collected, nothing is derived, nobody is alerted"


class Site:
    """Mailboxes on the test's Dovecot, and the mailsla that watches those of its configuration."""

    def __init__(self, dovecot: DovecotServer, relay: SmtpRelay, folder: Path) -> None:
        self.dovecot, self.relay = dovecot, relay
        self.operator, self.head = (f"{name}-{uuid4().hex[:8]}@pref.example.fr" for name in ("si", "chef"))
        self.users = {name: f"{name}-{uuid4().hex[:8]}@pref.example.fr" for name in ("contact", "permis")}
        (folder / "password").write_text(dovecot.password, encoding="utf-8")
        self.installation = Installation(folder, "", now=NOW)
        self.store: dict[str, Any] = {}

    def configure(self, *accounts: str, permis: Mapping[str, object] | None = None, **sections: Any) -> None:
        """Have those accounts watched, and that of the licences reached otherwise when it is said how."""
        reached = {
            "host": self.dovecot.host,
            "port": self.dovecot.imap_port,
            "tls": "none",
            "password_file": "password",
            "every_seconds": 5,
            "timeout_seconds": 5,
        }
        relay = {
            "host": self.relay.host,
            "port": self.relay.port,
            "tls": "none",
            "sender": "qualite@pref.example.fr",
        }
        configuration = document(
            {}, smtp=relay, **{"alerts": {"operator": self.operator}, **self.store, **sections}
        )
        configuration["accounts"] = [{"name": name, "user": self.users[name], **reached} for name in accounts]
        if permis is not None:
            configuration["accounts"].append(
                {"name": "permis", "user": self.users["permis"], **reached, **permis}
            )
        self.installation.config.write_text(toml(configuration), encoding="utf-8")

    def events(self, event: str) -> list[dict[str, Any]]:
        """Return what the daemon logged under a name."""
        lines = (json.loads(line) for line in self.installation.log().splitlines() if line.startswith("{"))
        return [line for line in lines if line["event"] == event]

    def wait_for(self, event: str, count: int = 1) -> None:
        wait_until(lambda: len(self.events(event)) >= count, seconds=60, what=f"{count} × {event}")

    def collected(self, account: str) -> int:
        """Return how many collections of an account ended well."""
        return sum(line["account"] == account for line in self.events("collected"))

    def told(self, user: str) -> list[str]:
        """Return the subjects in somebody's mailbox."""
        with self.dovecot.client(user) as client:
            client.select_folder("INBOX", readonly=True)
            found = client.fetch(client.search(), ["BODY.PEEK[HEADER.FIELDS (SUBJECT)]"])
        return [str(item) for item in found.values()]


@pytest.fixture
def site(dovecot: DovecotServer, smtp_relay: SmtpRelay, tmp_path: Path) -> Site:
    return Site(dovecot, smtp_relay, tmp_path)


def hang_up(daemon: subprocess.Popen[str]) -> None:
    daemon.send_signal(signal.SIGHUP)


def test_a_good_configuration_takes_effect_and_a_broken_one_is_told_and_changes_nothing(site: Site) -> None:
    site.configure("contact")
    with site.installation.daemon() as daemon:
        wait_until(lambda: site.collected("contact") > 0, seconds=60, what="a collection")

        site.configure(
            "permis", services=[{"name": "Permis", "addresses": [site.users["permis"]], "head": site.head}]
        )
        hang_up(daemon)
        site.wait_for("started", 2)
        wait_until(lambda: site.collected("permis") > 0, seconds=60, what="a collection of the new account")
        contact = site.collected("contact")

        site.installation.config.write_text("[site\n", encoding="utf-8")
        hang_up(daemon)
        site.wait_for("configuration refused, the former one stays")
        hang_up(daemon)
        site.wait_for("configuration refused, the former one stays", 2)
        permis = site.collected("permis")
        wait_until(
            lambda: site.collected("permis") > permis, seconds=60, what="a collection after the refusal"
        )
        wait_until(lambda: bool(site.told(site.operator)), seconds=60, what="the alarm")

        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(timeout=10) == 0

    [first, second] = [line["accounts"] for line in site.events("started")]
    assert (first, second) == (["contact"], ["permis"])
    assert site.collected("contact") == contact
    assert "ligne 1" in site.events("configuration refused, the former one stays")[0]["reason"]
    assert len(site.told(site.operator)) == 1
    assert not site.events("abandoned jobs that were still busy")


@pytest.mark.in_parts(2)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_daemon_takes_nothing_back_until_it_reads_the_newer_file_again(
    site: Site, kind: str, request: pytest.FixtureRequest
) -> None:
    if kind == "postgresql":
        site.store = {"store": {"url": request.getfixturevalue("postgresql_url")}}
    site.configure("contact")
    user = site.users["contact"]
    with site.installation.daemon() as daemon:
        wait_until(lambda: site.collected("contact") > 0, seconds=60, what="a collection")
        site.configure("contact", services=[{"name": "Étrangers", "addresses": [user], "head": site.head}])
        report = site.installation.run("report")
        site.wait_for(OUTDATED)

        mail = letter("a@mail.example", at="2026-11-03T10:00:00+01:00", to=user)
        site.dovecot.append(
            user, "INBOX", mail, internal_date=datetime.fromisoformat("2026-11-03T10:00:05+01:00")
        )
        before = site.collected("contact")
        wait_until(lambda: site.collected("contact") >= before + 2, seconds=60, what="two more collections")
        # The command derives what the daemon only collected, by the newer rules.
        [listed] = site.installation.json("requests")["requests"]
        silent = site.told(site.head)

        hang_up(daemon)
        wait_until(lambda: bool(site.told(site.head)), seconds=60, what="the digest")

    assert "règles ont changé" in " ".join(report.stderr.split())
    assert listed["service"] == "Étrangers"
    assert silent == []
    assert len(site.told(site.operator)) == 1
    assert len(site.events(OUTDATED)) == 1
    assert "règles ont changé" not in " ".join(site.installation.run("report").stderr.split())


@pytest.mark.in_parts(2)
def test_credentials_are_read_again_and_a_collection_under_way_ends_well(site: Site) -> None:
    many = [
        (letter(f"m{number}@mail.example", at="2026-11-10T10:00:00+01:00"), AT, ()) for number in range(2000)
    ]
    site.dovecot.append_many(site.users["contact"], "INBOX", many)
    site.configure("contact")
    with site.installation.daemon() as daemon:
        site.wait_for("started")
        for reload in range(3):
            hang_up(daemon)
            site.wait_for("started", reload + 2)
        wait_until(lambda: site.collected("contact") > 0, seconds=120, what="a whole collection")
        (site.installation.folder / "password").write_text("mistyped", encoding="utf-8")
        hang_up(daemon)
        site.wait_for("collection failed")
        (site.installation.folder / "password").write_text(site.dovecot.password, encoding="utf-8")
        before = site.collected("contact")
        hang_up(daemon)
        wait_until(
            lambda: site.collected("contact") > before,
            seconds=60,
            what="a collection with the right password",
        )
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(timeout=10) == 0

    report = site.installation.json("requests")
    assert len(report["requests"]) == 2000
    assert not site.events("job failed")


def test_the_service_manager_is_told_when_it_has_begun_and_read_its_configuration_again(site: Site) -> None:
    site.configure("contact")
    path = site.installation.folder / "notify"
    told: list[str] = []
    with socket(AF_UNIX, SOCK_DGRAM) as listening:
        listening.bind(str(path))
        listening.settimeout(60)
        site.installation.environment["NOTIFY_SOCKET"] = str(path)
        with site.installation.daemon() as daemon:
            told.append(listening.recv(1000).decode())
            hang_up(daemon)
            told += [listening.recv(1000).decode() for _part in range(2)]
            daemon.send_signal(signal.SIGTERM)
            told.append(listening.recv(1000).decode())
            assert daemon.wait(timeout=10) == 0

    begun, reloading, again, ending = told
    assert (begun, again, ending) == ("READY=1", "READY=1", "STOPPING=1")
    assert reloading.startswith("RELOADING=1\nMONOTONIC_USEC=")


@contextmanager
def manager(site: Site) -> Iterator[socket]:
    """Listen as a service manager does that waits eight seconds for a sign of life."""
    path = site.installation.folder / "notify"
    with socket(AF_UNIX, SOCK_DGRAM) as listening:
        listening.bind(str(path))
        listening.settimeout(60)
        site.installation.environment.update(NOTIFY_SOCKET=str(path), WATCHDOG_USEC="8000000")
        site.installation.environment.pop("WATCHDOG_PID", None)
        yield listening


@contextmanager
def mute() -> Iterator[int]:
    """Listen as a mail server that hangs at the login; yield its port."""
    with create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError), server.accept()[0] as line, line.makefile("rb") as asked:
                line.sendall(b"* OK ready\r\n")
                for command in asked:
                    tag, _space, rest = command.partition(b" ")
                    if rest.startswith(b"CAPABILITY"):
                        line.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def heard(listening: socket, seconds: float) -> int:
    """Return how often all was said to be well within some seconds."""
    until, found = time.monotonic() + seconds, 0
    while (left := until - time.monotonic()) > 0:
        listening.settimeout(left)
        with suppress(TimeoutError):
            found += listening.recv(1000) == b"WATCHDOG=1"
    return found


@pytest.mark.in_parts(2)
def test_the_service_manager_hears_that_all_is_well_until_a_job_hangs(site: Site) -> None:
    """The second account's server takes the connection, and never answers the login."""
    with manager(site) as listening, mute() as port:
        site.configure("contact")
        with site.installation.daemon() as daemon:
            site.wait_for("collected", 2)
            well = heard(listening, 9)
            site.configure("contact", permis={"port": port, "timeout_seconds": 120})
            hang_up(daemon)
            site.wait_for("job gives no sign of life")
            heard(listening, 1)
            hung = heard(listening, 5)

    assert well >= 3
    assert hung == 0
    assert [line["job"] for line in site.events("job gives no sign of life")] == ["collect permis"]


def test_a_signal_that_comes_before_it_has_begun_ends_nothing(site: Site) -> None:
    site.configure("contact")
    with site.installation.daemon() as daemon:
        caught = Path(f"/proc/{daemon.pid}/status")
        wait_until(lambda: is_caught(caught.read_text(encoding="ascii"), signal.SIGHUP), what="its handler")
        hang_up(daemon)
        site.wait_for("started", 2)
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(timeout=10) == 0


def is_caught(status: str, number: int) -> bool:
    [mask] = [line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")]
    return bool(int(mask, 16) >> (number - 1) & 1)
