"""The whole way of a mail, on real servers: written, answered, collected, counted, reported, alerted on."""

from __future__ import annotations

import email
import email.policy
import signal
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests import imap_page
from tests.trials.daemon import Installation, wait_until
from tests.trials.office import account_of, document, toml

if TYPE_CHECKING:
    from tests.trials.servers.dovecot import DovecotServer
    from tests.trials.servers.smtp import SmtpRelay

NOW = "2026-11-13T09:00:00+01:00"  # a Friday
SOON = "2026-11-13T09:00:10+01:00"
"""Shortly before a mail is free again whose worker died: sixteen answers of a second later."""


def letter(
    message_id: str,
    *,
    at: str,
    by: str = "camille.durand@example.org",
    to: str = "contact@pref.example.fr",
    subject: str = "Renouvellement de mon titre",
    replies_to: str | None = None,
) -> bytes:
    date = datetime.fromisoformat(at).strftime("%a, %d %b %Y %H:%M:%S %z")
    lines = [
        f"Message-ID: <{message_id}>",
        f"Date: {date}",
        f"From: {by}",
        f"To: {to}",
        f"Subject: {subject}",
        *([f"In-Reply-To: <{replies_to}>"] if replies_to else []),
        "Content-Type: text/plain; charset=utf-8",
        "",
        "Bonjour.",
        "",
    ]
    return "\r\n".join(lines).encode()


class Office:
    """A préfecture's mailbox on the test's Dovecot, and the mailsla that watches it."""

    def __init__(self, dovecot: DovecotServer, relay: SmtpRelay, folder: Path) -> None:
        self.dovecot = dovecot
        self.contact = f"contact-{uuid4().hex[:8]}@pref.example.fr"
        self.head = f"chef-{uuid4().hex[:8]}@pref.example.fr"
        configuration = document(
            account_of(dovecot, self.contact, every_seconds=5),
            services=[{"name": "Étrangers", "addresses": [self.contact], "head": self.head}],
            smtp={
                "host": relay.host,
                "port": relay.port,
                "tls": "none",
                "sender": "qualite@pref.example.fr",
                "timeout_seconds": 1,
            },
        )
        self.installation = Installation(folder, toml(configuration), now=NOW)

    def receive(self, raw: bytes, at: str, mailbox: str = "INBOX") -> None:
        self.dovecot.append(self.contact, mailbox, raw, internal_date=datetime.fromisoformat(at))

    def alerts(self) -> list[email.message.EmailMessage]:
        """Return the mails in the head's own mailbox."""
        with self.dovecot.client(self.head) as client:
            client.select_folder("INBOX", readonly=True)
            found = client.fetch(client.search(), ["BODY.PEEK[]"])
        return [
            email.message_from_bytes(item[b"BODY[]"], policy=email.policy.default) for item in found.values()
        ]


def said(alert: email.message.EmailMessage) -> str:
    """Return the text of an alert; its HTML says the same."""
    text = alert.get_body(("plain",))
    assert text is not None
    content: str = text.get_content()
    return content


@pytest.fixture
def office(dovecot: DovecotServer, smtp_relay: SmtpRelay, tmp_path: Path) -> Office:
    return Office(dovecot, smtp_relay, tmp_path)


def one_met_one_overdue(office: Office) -> None:
    """A citizen is answered after 2 working days; another has waited since 29 October: due on 12 November.

    Nobody could warn of that one: its head is told of a third alone, which is due today.
    """
    office.receive(letter("a@mail.example", at="2026-10-29T10:00:00+01:00"), "2026-10-29T10:00:05+01:00")
    office.receive(
        letter(
            "ra@pref.example.fr",
            at="2026-11-02T15:00:00+01:00",
            by=office.contact,
            to="camille.durand@example.org",
            subject="RE : Renouvellement de mon titre",
            replies_to="a@mail.example",
        ),
        "2026-11-02T15:00:05+01:00",
        "Sent",
    )
    office.receive(
        letter(
            "b@mail.example",
            at="2026-10-29T11:00:00+01:00",
            by="claude.petit@example.net",
            to=office.contact,
            subject="Regroupement familial",
        ),
        "2026-10-29T11:00:05+01:00",
    )
    office.receive(
        letter(
            "c@mail.example",
            at="2026-10-30T11:00:00+01:00",
            by="dominique.martin@example.net",
            to=office.contact,
            subject="Naturalisation",
        ),
        "2026-10-30T11:00:05+01:00",
    )


POPULATION = {"met": 1, "missed": 1, "not_due_answered": 0, "not_due_waiting": 1, "excluded": 0}


def test_from_two_letters_to_one_met_one_missed_and_one_digest(office: Office) -> None:
    one_met_one_overdue(office)

    with office.installation.daemon() as daemon:
        wait_until(lambda: len(office.alerts()) == 1, what="the digest")
        time.sleep(7)  # one more collection and alert round
        started = time.monotonic()
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(timeout=10) == 0
        assert time.monotonic() - started < 5

    report = office.installation.json("report", "--period", "2026")
    requests = office.installation.json("requests")["requests"]
    by_id = {request["message_id"]: request for request in requests}
    [alert] = office.alerts()
    assert report["population"] == POPULATION
    assert (by_id["a@mail.example"]["verdict"], by_id["a@mail.example"]["working_days"]) == ("met", 2)
    assert (by_id["b@mail.example"]["verdict"], by_id["b@mail.example"]["working_days"]) == ("missed", 10)
    assert by_id["b@mail.example"]["due_on"] == "2026-11-12"
    assert alert["To"] == office.head
    assert alert["Auto-Submitted"] == "auto-generated"
    assert "Naturalisation" in said(alert)
    assert "dominique.martin" not in said(alert)
    assert "Regroupement" not in said(alert)
    assert "Renouvellement" not in said(alert)


def test_the_logs_hold_no_address_and_no_subject(office: Office) -> None:
    one_met_one_overdue(office)

    with office.installation.daemon():
        wait_until(lambda: len(office.alerts()) == 1, what="the digest")

    log = office.installation.log()
    assert '"account": "contact"' in log
    assert not any(word in log for word in ("@", "Naturalisation", "Renouvellement", office.dovecot.password))


@pytest.mark.in_parts(2)
def test_a_daemon_killed_before_the_hand_over_still_delivers(office: Office, smtp_relay: SmtpRelay) -> None:
    one_met_one_overdue(office)
    smtp_relay.hold_before_delivery.set()

    with office.installation.daemon() as daemon:
        smtp_relay.wait_until_held(timeout=30)
        daemon.send_signal(signal.SIGKILL)
        daemon.wait(timeout=10)
    smtp_relay.release()
    assert office.alerts() == []
    office.installation.environment["MAILSLA_NOW"] = SOON
    with office.installation.daemon():
        wait_until(lambda: len(office.alerts()) >= 1, seconds=90, what="the digest after the restart")
        time.sleep(7)

    assert len(office.alerts()) == 1


@pytest.mark.in_parts(2)
def test_a_daemon_killed_before_the_mark_repeats_the_same_message_id(
    office: Office, smtp_relay: SmtpRelay
) -> None:
    one_met_one_overdue(office)
    smtp_relay.hold_after_delivery.set()

    with office.installation.daemon() as daemon:
        smtp_relay.wait_until_held(timeout=30)
        daemon.send_signal(signal.SIGKILL)
        daemon.wait(timeout=10)
    smtp_relay.release()
    office.installation.environment["MAILSLA_NOW"] = SOON
    with office.installation.daemon():
        wait_until(lambda: len(office.alerts()) >= 2, seconds=90, what="the repeated digest")
        time.sleep(7)

    ids = [alert["Message-ID"] for alert in office.alerts()]
    assert len(ids) == 2
    assert len(set(ids)) == 1


@pytest.mark.in_parts(2)
def test_a_bad_account_never_stops_the_others(office: Office) -> None:
    one_met_one_overdue(office)
    config = office.installation.config
    text = config.read_text(encoding="utf-8")
    account = text[text.index("[[accounts]]") : text.index("[[services]]")]
    broken = account.replace('name = "contact"', 'name = "broken"').replace(
        office.dovecot.password, "not-the-password"
    )
    config.write_text(text.replace(account, broken + account), encoding="utf-8")

    with office.installation.daemon():
        wait_until(lambda: len(office.alerts()) == 1, what="the digest")

    assert "incomplète" in said(office.alerts()[0])
    assert office.installation.json("report")["incomplete"][0]["account"] == "broken"


def test_collection_touches_nothing(office: Office) -> None:
    for number in range(5):
        office.receive(
            letter(f"unseen-{number}@mail.example", at="2026-11-10T10:00:00+01:00"),
            "2026-11-10T10:00:05+01:00",
        )
    # Its header does not say whether it is a delivery report: the beginning of its body is looked into.
    returned = letter("x@mail.example", at="2026-11-10T10:00:00+01:00", by="mailer-daemon@mail.example")
    office.receive(returned, "2026-11-10T10:00:05+01:00")
    before = {name: office.dovecot.state(office.contact, name) for name in ("INBOX", "Sent")}

    office.installation.run("poll")
    office.installation.run("poll")
    with office.installation.daemon() as daemon:
        wait_until(lambda: "IDLE" in office.dovecot.commands(office.contact), what="the wait for news")
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(timeout=10)

    after = {name: office.dovecot.state(office.contact, name) for name in ("INBOX", "Sent")}
    said = imap_page.recognised(office.dovecot.commands(office.contact))
    verbs = {form.removeprefix("UID ").partition(" ")[0] for form in said}
    assert before == after
    assert verbs >= {"LIST", "EXAMINE", "SEARCH", "FETCH", "IDLE", "LOGOUT"}
    assert any("BODY.PEEK[TEXT]" in form for form in said)


@pytest.mark.in_parts(2)
def test_a_collection_killed_half_way_ends_in_the_store_of_a_clean_pass(
    office: Office, tmp_path: Path
) -> None:
    office.dovecot.append_many(
        office.contact,
        "INBOX",
        [
            (
                letter(
                    f"m{number}@mail.example", at="2026-11-10T10:00:00+01:00", subject=f"Demande {number}"
                ),
                datetime.fromisoformat("2026-11-10T10:00:05+01:00"),
                (),
            )
            for number in range(3000)
        ],
    )
    for kill_after in (0.5, 0.7, 0.9):
        with office.installation.daemon() as daemon:
            time.sleep(kill_after)
            daemon.send_signal(signal.SIGKILL)
            daemon.wait(timeout=10)
    office.installation.run("poll")
    killed = office.installation.run("requests", "--format", "csv").stdout

    (tmp_path / "mailsla.sqlite3").unlink()
    for leftover in tmp_path.glob("mailsla.sqlite3-*"):
        leftover.unlink()
    office.installation.run("poll")

    assert office.installation.run("requests", "--format", "csv").stdout == killed
    assert killed.count("\n") == 3001
