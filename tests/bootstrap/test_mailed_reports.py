"""Reports that come by themselves, from a real mailbox through a real relay: once each, whole, and readable."""

from __future__ import annotations

import email
import email.policy
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import openpyxl
import pypdf
import pytest

from mailsla.bootstrap import alerts, commands, decisions, mailed_reports
from mailsla.bootstrap.application import Application, open_application
from mailsla.config import parse
from mailsla.core.alerts.outgoing import Letter
from mailsla.core.alerts.scheduled_reports import DueReport
from mailsla.core.rate.selection import Selection
from mailsla.usecases.decide import Answered, Signature
from mailsla.usecases.hand_over import Delivery
from tests.factories import paris
from tests.trials.office import account_of, document

if TYPE_CHECKING:
    from tests.trials.servers.dovecot import DovecotServer
    from tests.trials.servers.smtp import SmtpRelay

SUBJECT = "Permis 18-2026-004512 <b>pour</b> sophie.martin@example.org"


def mail(number: int, at: datetime, *, answers: int | None = None) -> bytes:
    found = EmailMessage()
    citizen, contact = f"sophie{answers or number}@example.org", "contact@pref.example.fr"
    found["Message-ID"] = f"<{number}@{'pref.example.fr' if answers else 'example.org'}>"
    found["Date"] = format_datetime(at)
    found["From"], found["To"] = (
        (contact, citizen) if answers else (citizen, f"permis@pref.example.fr, {contact}")
    )
    found["Subject"] = f"RE: {SUBJECT}" if answers else SUBJECT
    if answers:
        found["In-Reply-To"] = f"<{answers}@example.org>"
    found.set_content("Bonjour.\n")
    return found.as_bytes()


class Office:
    """An office with a mailbox, a referent and the head of a service, each with a mailbox of their own."""

    def __init__(self, dovecot: DovecotServer, relay: SmtpRelay, folder: Path) -> None:
        self.relay, self.now = relay, paris("2026-11-06 09:00")
        contact, self.referent, self.head = (
            dovecot.new_user(f"{name}-{uuid4().hex[:8]}@pref.example.fr")
            for name in ("contact", "referent", "chef")
        )
        asked = [(number, paris(f"2026-10-{number + 11} 10:00")) for number in range(1, 9)]
        with dovecot.client(contact) as client:
            if not client.folder_exists("Sent"):
                client.create_folder("Sent")
        dovecot.append_many(contact, "INBOX", [(mail(number, at), at, ()) for number, at in asked])
        replies = [(100 + number, at + timedelta(days=2), number) for number, at in asked[:6]]
        dovecot.append_many(
            contact, "Sent", [(mail(number, at, answers=of), at, ()) for number, at, of in replies]
        )
        self.settings = document(
            account_of(dovecot, contact, sent=["Sent"]),
            services=[{"name": "Permis", "addresses": ["permis@pref.example.fr"], "head": self.head}],
            alerts={"referent": self.referent, "send_at": "23:59"},
            smtp={"host": relay.host, "port": relay.port, "tls": "none", "sender": "qualite@pref.example.fr"},
            reports=[
                {"every": "week", "to": [self.referent], "attach": ["pdf", "xlsx"]},
                {"every": "week", "heads": True, "short": True},
            ],
            store={"url": f"sqlite:///{folder / 'mailsla.sqlite3'}"},
        )
        self.folder = folder

    def open(self) -> Iterator[Application]:
        with open_application(parse(self.settings, folder=self.folder), lambda: self.now) as app:
            yield app

    def round(self, app: Application, at: str) -> Delivery:
        """Do at an instant what the daemon does of reports."""
        self.now = paris(at)
        alerts.prepare_reports(app)
        return alerts.deliver(app)

    def received(self, recipient: str) -> list[EmailMessage]:
        found = [item.raw for item in self.relay.received if recipient in item.recipients]
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in found]


@pytest.fixture
def office(dovecot: DovecotServer, smtp_relay: SmtpRelay, tmp_path: Path) -> Office:
    return Office(dovecot, smtp_relay, tmp_path)


@pytest.fixture
def app(office: Office) -> Iterator[Application]:
    for app in office.open():
        for account in app.accounts:
            app.poll(account)
        app.derive()
        yield app


def test_each_reader_gets_the_week_once_with_what_he_asked_for(office: Office, app: Application) -> None:
    before = office.round(app, "2026-11-09 07:59")
    on_monday = office.round(app, "2026-11-09 08:00")
    again = office.round(app, "2026-11-09 08:01")
    later = office.round(app, "2026-11-13 15:00")

    assert (before.sent, on_monday.sent, again.sent, later.sent) == (0, 2, 0, 0)
    [referent], [head] = office.received(office.referent), office.received(office.head)
    year = commands.report(app).sections[-1].population
    for found in (referent, head):
        assert "semaine 45 de 2026" in str(found["Subject"])
        assert (found["Auto-Submitted"], str(found["Reply-To"])) == ("auto-generated", office.referent)
        plain, html = (found.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]  # (both are there, or the test fails)
        for said in (plain, html):
            shown = " ".join(said.replace("\u00a0", " ").replace("\u202f", " ").split())
            assert f"{year.met} sur {year.fallen_due}" in shown
            assert "example.org" not in shown
            assert "004512" not in shown
        assert "<script" not in html
        assert "<style" not in html
        assert "var(" not in html
    assert "Permis" in str(head["Subject"])
    assert [part.get_filename() for part in head.iter_attachments()] == []
    names = [part.get_filename() for part in referent.iter_attachments()]
    assert names == ["rapport-2026-W45.pdf", "rapport-2026-W45.xlsx"]


def test_what_is_attached_has_the_figures_and_no_more_of_subjects_than_the_mail(
    office: Office, app: Application
) -> None:
    request = commands.request_named(app, next(iter(commands.requests(app, Selection()))).case.key)
    reason = "dossier 18-2026-004512 de sophie.martin@example.org, classé"
    answered = Answered(app.now(), "téléphone 06 12 00 45 12")
    decisions.decide(app, request, answered, Signature(reason, "a.martin", app.now()))
    office.round(app, "2026-11-10 09:00")

    [referent] = office.received(office.referent)
    pdf, xlsx = (part.get_content() for part in referent.iter_attachments())
    year = commands.report(app).sections[-1].population
    text = " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())
    cells = [
        str(cell.value)
        for sheet in openpyxl.load_workbook(io.BytesIO(xlsx))
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert f"{year.met} sur {year.fallen_due}" in text.replace("\u00a0", " ")
    assert str(year.met) in cells
    assert "dossier … de …, classé" in cells
    for said in (text, " ".join(cells)):
        assert "004512" not in said.replace(" ", "")
        assert "martin@" not in said


def test_all_who_get_the_same_report_get_the_same_words_counted_once(
    office: Office, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[DueReport] = []
    counts = mailed_reports.letter

    def letter(app: Application, due: DueReport) -> Letter:
        counted.append(due)
        return counts(app, due)

    monkeypatch.setattr(mailed_reports, "letter", letter)
    orders = [{"every": "week", "to": [office.referent, office.head]}]
    office.settings |= {"reports": orders}
    for again in office.open():
        assert office.round(again, "2026-11-10 09:00") == Delivery(sent=2)

    [one], [other] = office.received(office.referent), office.received(office.head)
    assert str(one["Subject"]) == str(other["Subject"])
    assert [due.reader.service for due in counted] == [None]


def test_a_relay_that_is_down_loses_no_report_and_a_closed_day_sends_none(
    office: Office, app: Application
) -> None:
    office.relay.refuse_with("451 4.3.0 plus tard")
    refused = office.round(app, "2026-11-10 08:00")
    office.relay.refuse_with(None)
    # 11 November is a holiday.
    closed = office.round(app, "2026-11-11 10:00")
    open_again = office.round(app, "2026-11-12 08:30")

    assert (refused.sent, refused.failed) == (0, 2)
    assert closed == Delivery()
    assert open_again.sent == 2


def test_a_report_that_waited_until_the_next_one_is_due_gives_way_to_it(
    office: Office, app: Application
) -> None:
    office.relay.refuse_with("451 4.3.0 plus tard")
    office.round(app, "2026-11-10 08:00")
    office.relay.refuse_with(None)

    next_week = office.round(app, "2026-11-16 08:00")

    assert (next_week.sent, next_week.dropped) == (2, 2)
    assert ["semaine 46 de 2026" in str(item["Subject"]) for item in office.received(office.referent)] == [
        True
    ]
