"""Ten weeks of an office, collected day by day: the figure printed of a week once it is over is the one it keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tests.trials.command_line import command
from tests.trials.office import account_of, document, toml

if TYPE_CHECKING:
    from tests.trials.servers.dovecot import DovecotServer

PARIS = ZoneInfo("Europe/Paris")
DAY = timedelta(days=1)
HOLIDAYS = {date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 14), date(2026, 5, 25)}
FIRST = date(2026, 2, 16)
WEEKS = range(11, 21)
"""The weeks of which figures are held: Easter, 1 and 8 May and Ascension Day lie in them."""

LAST = date.fromisocalendar(2026, WEEKS[-1] + 1, 5)
"""The Friday after the last of them: mail comes until then, and for two weeks more."""

THREE_MONTHS = 13 * 7 * DAY


@dataclass(frozen=True)
class Delivered:
    """One mail, put in a mailbox at an instant."""

    at: datetime
    mailbox: str
    raw: bytes


def mail(number: int, part: str, at: datetime, *cited: str) -> Delivered:
    """Return a mail of the exchange with one citizen; the office writes its replies."""
    is_reply = part == "reply"
    citizen, office = f"camille{number}@example.org", "contact@pref.example.fr"
    found = EmailMessage()
    found["Message-ID"] = key(number, part)
    found["Date"] = format_datetime(at)
    found["From"], found["To"] = (office, citizen) if is_reply else (citizen, office)
    found["Subject"] = "Relance" if part == "reminder" else f"{'RE : ' if cited else ''}Dossier {number}"
    if cited:
        found["In-Reply-To"] = key(number, cited[-1])
        found["References"] = " ".join(key(number, item) for item in cited)
    found.set_content("Bonjour.\n")
    return Delivered(at, "Sent" if is_reply else "INBOX", found.as_bytes())


def key(number: int, part: str) -> str:
    return f"<{part}.{number}@{'pref.example.fr' if part == 'reply' else 'mail.example'}>"


def mails() -> Iterator[Delivered]:
    """Yield an office's mail: most requests are answered within two weeks, some late, some never."""
    chance = Random(20260316)
    for number in range(280):
        came = datetime.combine(FIRST, time(7), PARIS) + chance.uniform(0, (LAST - FIRST).days + 14) * DAY
        yield mail(number, "request", came)
        if chance.random() < 0.15:
            yield mail(number, "reminder", came + chance.uniform(3, 30) * DAY, "request")
        if chance.random() < 0.88:
            days = chance.uniform(0.1, 12) if chance.random() < 0.7 else chance.uniform(8, 60)
            yield mail(number, "reply", came + days * DAY, "request")
            if chance.random() < 0.2:
                suite = came + (days + chance.uniform(1, 20)) * DAY
                yield mail(number, "follow-up", suite, "request", "reply")


def working_day_after(on: date) -> date:
    on += DAY
    while on.weekday() >= 5 or on in HOLIDAYS:
        on += DAY
    return on


def looks() -> dict[date, list[int]]:
    """Return on which days which weeks are looked at: the first working day after one, and its Friday."""
    found: dict[date, list[int]] = {}
    for week in WEEKS:
        sunday = date.fromisocalendar(2026, week, 7)
        for on in (working_day_after(sunday), sunday + 5 * DAY):
            found.setdefault(on, []).append(week)
    return found


@dataclass
class Office:
    """An office whose mailbox is collected each morning."""

    server: DovecotServer
    user: str
    config: Path
    waiting: list[Delivered]

    def collect(self, on: date) -> None:
        """Deliver what came by a morning, then collect."""
        now = self._morning(on)
        came = [item for item in self.waiting if item.at <= now]
        self.waiting = [item for item in self.waiting if item.at > now]
        for mailbox in ("INBOX", "Sent"):
            items = [(item.raw, item.at, ()) for item in came if item.mailbox == mailbox]
            self.server.append_many(self.user, mailbox, items)
        command(now, ["poll", "--config", str(self.config)])

    def figures(self, on: date, week: int) -> dict[str, Any]:
        """Return the counts, the share and the finality of a week on a morning, by either cohort."""
        words = ["report", "--period", f"2026-W{week}", "--format", "json", "--config", str(self.config)]
        printed = {
            cohort: json.loads(
                command(self._morning(on) + timedelta(minutes=5), [*words, "--cohort", cohort])
            )
            for cohort in ("due", "received")
        }
        return {
            cohort: (found["population"], found["attainment"]["share"], found["definitive"])
            for cohort, found in printed.items()
        }

    def _morning(self, on: date) -> datetime:
        return datetime.combine(on, time(8, 30), PARIS)


@pytest.fixture
def office(dovecot: DovecotServer, tmp_path: Path) -> Office:
    user = dovecot.new_user(f"contact-{uuid4().hex[:8]}@pref.example.fr")
    with dovecot.client(user) as client:
        if not client.folder_exists("Sent"):
            client.create_folder("Sent")
    account = account_of(dovecot, user, sent=["Sent"], every_seconds=86_400)
    config = tmp_path / "mailsla.toml"
    config.write_text(toml(document(account)), encoding="utf-8")
    config.chmod(0o600)
    return Office(dovecot, user, config, sorted(mails(), key=lambda item: item.at))


@pytest.mark.in_parts(2)
def test_what_is_printed_of_a_week_once_it_is_over_is_what_it_keeps(office: Office) -> None:
    printed: dict[tuple[int, date], dict[str, Any]] = {}
    wanted = looks()
    for on in (FIRST + n * DAY for n in range((LAST - FIRST).days + 1)):
        if on.weekday() < 5:
            office.collect(on)
        for week in wanted.get(on, ()):
            printed[week, on] = office.figures(on, week)
    for on in (LAST + n * 7 * DAY for n in range(1, 14)):
        office.collect(on)
    kept = {week: office.figures(LAST + THREE_MONTHS, week) for week in WEEKS}

    assert office.waiting == []
    assert len(printed) == 20
    assert [look for look in printed if printed[look]["due"] != kept[look[0]]["due"]] == []
    assert all(is_definitive for _counts, _share, is_definitive in (kept[week]["due"] for week in WEEKS))
    # What could have failed: the same weeks by receipt became others, and no week was all kept, nor empty.
    assert sum(printed[look]["received"] != kept[look[0]]["received"] for look in printed) >= 15
    assert all(0.2 < kept[week]["due"][1] < 1 for week in WEEKS)
    assert len({str(kept[week]["due"]) for week in WEEKS}) > 5
