"""What the exploitant is told of a collection that stops, by the real daemon: once, and its end once."""

from __future__ import annotations

import email
import email.policy
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from mailsla.core.collection.pacing import MOST_REFUSALS
from tests.adapters.boxes import AT, letter
from tests.trials.daemon import Installation, wait_until
from tests.trials.office import document, toml
from tests.trials.servers.loopback import free_port

if TYPE_CHECKING:
    from tests.trials.servers.dovecot import DovecotServer
    from tests.trials.servers.smtp import SmtpRelay

EVERY_SECONDS = 5


class Site:
    """A contact mailbox, an exploitant with a mailbox, and the mailsla between them."""

    def __init__(self, dovecot: DovecotServer, relay: SmtpRelay, folder: Path) -> None:
        self.dovecot, self.relay, self.folder = dovecot, relay, folder
        self.contact, self.operator = (
            f"{name}-{uuid4().hex[:8]}@pref.example.fr" for name in ("contact", "si")
        )
        self.password(dovecot.password)
        self.installation = Installation(folder, "")
        self.reach(dovecot.imap_port)

    def password(self, written: str) -> None:
        (self.folder / "password").write_text(written, encoding="utf-8")

    def reach(self, port: int) -> None:
        """Have the mail server expected at `port`."""
        relay = {"host": self.relay.host, "port": self.relay.port, "tls": "none"}
        account = {"host": self.dovecot.host, "port": port, "tls": "none", "user": self.contact}
        configuration = document(
            account | {"password_file": "password", "every_seconds": EVERY_SECONDS, "timeout_seconds": 2},
            alerts={"operator": self.operator, "collection_stopped_after_hours": 1},
            smtp=relay | {"sender": "qualite@pref.example.fr", "timeout_seconds": 2},
        )
        self.installation.config.write_text(toml(configuration), encoding="utf-8")

    @contextmanager
    def daemon(self) -> Iterator[None]:
        """Run the daemon, and stop it as systemd does."""
        with self.installation.daemon() as process:
            yield
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0

    def now(self, instant: str) -> None:
        """Set the clock of what is started from now on."""
        self.installation.environment["MAILSLA_NOW"] = instant

    def steady(self, between: str, later: str) -> None:
        """Have collection go on until the end of the alarm is told: an hour of it, in less than that."""
        self.now(between)
        self.installation.run("poll")
        self.now(later)
        with self.daemon():
            wait_until(lambda: len(self.told()) == 2, what="the end of the alarm")

    def told(self) -> list[str]:
        """Return the subjects of what the exploitant was sent, oldest first."""
        with self.dovecot.client(self.operator) as client:
            client.select_folder("INBOX", readonly=True)
            found = client.fetch(client.search(), ["BODY.PEEK[]"])
        mails = [
            email.message_from_bytes(found[uid][b"BODY[]"], policy=email.policy.default) for uid in found
        ]
        return [str(mail["Subject"]).replace("\u00a0", " ") for mail in mails]

    def come_and_go(self) -> None:
        """Have a mail come, and be thrown away for good."""
        self.dovecot.append_many(self.contact, "INBOX", [(letter(1), AT, ())])
        with self.dovecot.client(self.contact) as client:
            client.select_folder("INBOX")
            client.delete_messages(client.search("ALL"))
            client.expunge()

    def refused(self) -> int:
        """Return how many logins the server refused."""
        return sum(
            "auth failed" in line and f"user=<{self.contact}>" in line
            for line in self.dovecot.log.splitlines()
        )


@pytest.fixture
def site(dovecot: DovecotServer, smtp_relay: SmtpRelay, tmp_path: Path) -> Site:
    return Site(dovecot, smtp_relay, tmp_path)


@pytest.mark.in_parts(2)
def test_a_wrong_password_is_tried_once_and_told_once_and_its_return_too(site: Site) -> None:
    site.password("changed by somebody")
    site.now("2026-11-12T08:00:00+01:00")

    with site.daemon():
        wait_until(lambda: len(site.told()) == 1, what="the alarm")
        time.sleep(2 * EVERY_SECONDS + 1)  # two more collections and rounds of alerts were due
        told_before, refused = site.told(), site.refused()
        site.password(site.dovecot.password)
        wait_until(lambda: '"outcome": "ok"' in site.installation.log(), what="a collection")
        told_at_once = site.told()
    site.steady("2026-11-12T08:40:00+01:00", "2026-11-12T09:20:00+01:00")

    stopped, resumed = site.told()
    assert told_before == told_at_once == [stopped]
    assert refused == site.refused() == 1
    assert stopped.startswith("mailsla : relève de « contact » arrêtée depuis le ")
    assert resumed == "mailsla : relève de « contact » reprise"


@pytest.mark.in_parts(2)
def test_checks_with_a_wrong_password_do_not_lock_the_account_and_leave_no_hole(site: Site) -> None:
    site.installation.run("poll")
    site.password("mistyped")
    checks = [" ".join(site.installation.run("check", check=False).stdout.split()) for _turn in range(5)]
    poll = site.installation.run("poll", check=False).stdout

    assert site.refused() == MOST_REFUSALS
    assert ["pas de nouvel essai avant le" in said for said in checks] == [False] * 3 + [True] * 2
    assert "trop d'essais sans succès" in poll
    assert site.installation.json("report")["incomplete"] == []


@pytest.mark.in_parts(2)
def test_a_server_that_is_down_is_told_with_its_hour_and_reports_name_the_hole(site: Site) -> None:
    site.now("2026-11-12T08:00:00+01:00")
    site.installation.run("poll")
    site.reach(free_port())
    site.now("2026-11-12T09:30:00+01:00")
    with site.daemon():
        wait_until(lambda: len(site.told()) == 1, what="the alarm")
    meanwhile = site.installation.json("report", "--period", "2026-11")["incomplete"]
    site.reach(site.dovecot.imap_port)
    site.come_and_go()
    site.now("2026-11-13T06:00:00+01:00")
    site.installation.run("poll")
    site.steady("2026-11-13T06:40:00+01:00", "2026-11-13T07:20:00+01:00")

    text = site.installation.run("report", "--period", "2026-11").stdout.replace("\u00a0", " ")
    assert site.told() == [
        "mailsla : relève de « contact » arrêtée depuis le 12/11/2026 à 8 h 00",
        "mailsla : relève de « contact » reprise",
    ]
    assert meanwhile == [
        {
            "account": "contact",
            "since": "2026-11-12T08:00:00+01:00",
            "until": None,
            "partial": False,
            "lost": None,
        }
    ]
    said = " ".join(text.split())
    assert "Chiffres incomplets du 12/11/2026 à 8 h 00 au 13/11/2026 à 6 h 00" in said
    assert "1 courriel arrivé et reparti entre-temps n'a pas été vu." in said


@pytest.mark.in_parts(2)
def test_a_machine_that_was_off_leaves_a_hole_until_the_next_read_finds_that_nothing_was_lost(
    site: Site,
) -> None:
    def said() -> str:
        text = site.installation.run("report", "--period", "2026-11").stdout
        return " ".join(text.replace("\u00a0", " ").split())

    site.now("2026-11-02T08:00:00+01:00")
    never = said()
    site.installation.run("poll")
    read = said()
    site.now("2026-11-12T08:00:00+01:00")
    still_off = said()
    site.installation.run("poll")

    assert "n'a encore jamais été relevé en entier" in never
    assert "Chiffres incomplets" not in read
    assert "n'est plus relevé depuis le 02/11/2026 à 8 h 00" in still_off
    assert "Chiffres incomplets" not in said()
