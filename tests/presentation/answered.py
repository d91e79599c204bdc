"""What the commands answer as JSON, in every state that the demonstration can be brought to, and on no mail at all."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, product
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from mailsla.adapters.database.acts import Acts
from mailsla.adapters.database.days_of_requests import ALWAYS
from mailsla.adapters.database.engine import open_engine, reading, writing
from mailsla.adapters.database.outbox import Outbox
from mailsla.adapters.database.tables import (
    DECISION,
    DERIVED_DAYS,
    DERIVED_REQUEST,
    KEYWORD,
    LOCATION,
    MESSAGE,
    PUBLICATION,
    PURGE,
)
from mailsla.cli import run
from mailsla.core.alerts.asked_action import Act, ActOutcome, ActReason
from mailsla.core.alerts.memory import Told
from mailsla.core.alerts.outgoing import DropReason, Outgoing
from mailsla.core.alerts.signed_action import MailAction
from mailsla.core.rate.period import Grain
from mailsla.core.rate.selection import State
from mailsla.core.rate.standard import Variant
from mailsla.demo.letters import sample_requests
from mailsla.demo.office import NOW
from tests.trials.office import document, toml

COMMANDS = (
    "clock 2026-04-28",
    "clock 2026-04-28 2026-05-15",
    "clock 2026-04-30T22:30 2026-05-15 --hours 40",
    "clock 2026-04-28 --hours 40 --comparison at_most",
    "clock 2026-05-01 2026-05-09 --unit calendar_days --days 15 --departement 67",
    "clock 2026-05-01 2026-05-01 --cutoff 17:00 --closed-day-receipt next_working_day",
    "calendar 2026",
    "calendar 2031 --departement 974",
    "report",
    *(f"report --period 2026-10 --by {grain}" for grain in Grain),
    "report --period 2026-11-13",
    "report --period 2025",
    "report --period 2027-11",
    "requests",
    *(f"requests --state {state}" for state in State if state is not State.LEFT_OUT),
    "requests --period 2026-W44",
    "requests --promise delai-annonce",
    "requests --unassigned --follow-ups",
    *(f"requests --variant {variant}" for variant in Variant),
    "decisions",
    "decisions --period 2026-10",
    "notes",
    "notes --period 2026-Q3",
    "publications",
    "publications --period 2026-11",
    "alerts",
    "actions",
    "check --quick",
    "check",
    "conversations",
)
"""Commands for any office."""

OF_A_SERVICE = ("report --service Étrangers", "requests --service Étrangers")

HEAD = "chef@pref.example.fr"
"""Who is told of what is late."""

MAY_FAIL = {"check", "classify", "conversations", "import"}
"""Commands that answer, and exit with 1 when something is wrong."""


@dataclass(frozen=True)
class Office:
    """A configuration, or the demonstration's, and the answers of the commands on it, given by this process."""

    config: Path
    is_demonstration: bool = False

    def printed(self, *arguments: str) -> str:
        """Return what a command prints."""
        printed = io.StringIO()
        where = ["--demo"] if self.is_demonstration else ["--config", str(self.config)]
        with contextlib.redirect_stdout(printed):
            code = run([*arguments, *where])
        assert code == 0 or arguments[0] in MAY_FAIL, arguments
        return printed.getvalue()

    def json(self, *arguments: str) -> Any:
        """Return the document that a command prints."""
        return json.loads(self.printed(*arguments, "--format", "json"))

    def keys(self, state: State) -> list[str]:
        """Return the keys of the requests in a state."""
        return [item["key"] for item in self.json("requests", "--state", state)["requests"]]


def every_answer(folder: Path) -> dict[str, list[Any]]:
    """Return what the commands answer, by command; on the demonstration's day, its folder being in `folder`."""
    demonstration, nothing = demonstrated(folder), never_read(folder)
    asked = [(office, command) for office in (demonstration, nothing) for command in COMMANDS]
    asked += [(demonstration, command) for command in OF_A_SERVICE]
    found: dict[str, list[Any]] = {}
    for office, command in asked:
        found.setdefault(command.split()[0], []).append(office.json(*command.split()))
    files = str(mail_files(folder))
    found["conversations"].append(demonstration.json("conversations", files))
    lines = demonstration.printed("classify", files, "--format", "json").splitlines()
    found["classify"] = [json.loads(line) for line in lines]
    listed = [item for answer in found["requests"] for item in answer["requests"]]
    keys = {
        item["key"] for item in listed if item["decided"] or item["follow_up"] or item["message_id"] is None
    }
    keys.update(item["key"] for item in listed[:100:4])
    (folder / "cut.gz").write_bytes(b"\x1f\x8b")
    found["import"] = [nothing.json("import", files, str(folder / "cut.gz"))]
    found["show"] = [demonstration.json("show", key) for key in sorted(keys)]
    found["left-out"] = [
        demonstration.json("requests", "--state", State.LEFT_OUT, *options)
        for options in ((), ("--sample", "3"))
    ]
    found["mails"] = [
        demonstration.json("mails", *options) for options in ((), ("--copies",), ("--sample", "3"))
    ]
    found["person"] = [
        json.loads(demonstration.printed("person", address, "--export"))
        for address in ("contact@val-fleuri.example.fr", HEAD.upper())
    ]
    mails = {item["message"] for item in found["left-out"][0]["mails"]}
    mails |= {item["message"] for answer in found["requests"] for item in answer["doubts"]}
    mails |= {item["target"] for answer in found["show"] for item in answer["decisions"]}
    found["mail"] = [
        demonstration.json("show", key) for key in sorted(mails - {item["key"] for item in listed})
    ]
    leave_to_nobody(demonstration.config)
    erase_somebody(demonstration)
    found["report"].append(demonstration.json("report"))
    end_a_year(demonstration.config.with_name("mailsla.sqlite3"))
    found["report"].append(demonstration.json("report"))
    return found


def erase_somebody(office: Office) -> None:
    """Erase who asked first and was answered."""
    addresses = {request.message_id: request.address for request in sample_requests()}
    first = next(
        item
        for item in office.json("requests", "--state", State.MET)["requests"]
        if item["message_id"] in addresses
    )
    office.printed("person", addresses[first["message_id"]], "--erase", "--yes")


def end_a_year(store: Path) -> None:
    """Note that a year's personal data ended, in which there was none."""
    engine = open_engine(f"sqlite:///{store}")
    with writing(engine) as connection:
        ended = {"at": NOW, "through": date(2024, 12, 31), "messages": 0, "requests": 0, "cleaned_at": NOW}
        connection.execute(insert(PURGE).values(ended))
    engine.dispose()


def leave_to_nobody(config: Path) -> None:
    """Take a head, and the referent, out of the demonstration's configuration: nobody is told of some requests then."""
    written = config.read_text(encoding="utf-8")
    for named in ('head = "chef.permis@', 'referent = "qualite@'):
        line = f'{named}val-fleuri.example.fr"\n'
        assert line in written
        written = written.replace(line, "")
    config.write_text(written, encoding="utf-8")


def demonstrated(folder: Path) -> Office:
    """Make the demonstration with figures published, every kind of decision taken, mails handed over and refused."""
    subprocess.run([sys.executable, "-m", "mailsla", "demo"], capture_output=True, check=True)
    [config] = folder.rglob("mailsla.toml")
    office = Office(config, is_demonstration=True)
    office.printed("report", "--publish")
    import_mails(office, folder / "more.mbox")
    decide(office)
    note(office)
    office.printed("report", "--publish", "--reason", f"essai, vu avec {HEAD}")
    office.printed("report", "--publish", "--period", "2026-11-02")
    fill_outbox(config.with_name("mailsla.sqlite3"))
    fill_acts(config.with_name("mailsla.sqlite3"))
    mark(config.with_name("mailsla.sqlite3"))
    dispute(config.with_name("mailsla.sqlite3"))
    forget_who_recorded(config.with_name("mailsla.sqlite3"))
    return office


def import_mails(office: Office, archive: Path) -> None:
    """Import a mail to each of two citizens, on another subject than the request that waits, and one without id.

    And a citizen's answer to a mail that nobody has seen.
    """
    addresses = {request.message_id: request.address for request in sample_requests()}
    unanswered = office.json("requests", "--state", State.UNANSWERED)["requests"]
    waiting = [item for item in unanswered if item["message_id"] in addresses][4:6]
    mails = [
        f"From: contact@val-fleuri.example.fr\nTo: {addresses[item['message_id']]}\nSubject: Votre dossier\n"
        f"Message-ID: <{item['request']}@val-fleuri.example.fr>\n"
        for item in waiting
    ]
    mails.append("From: camille@example.org\nTo: contact@val-fleuri.example.fr\nSubject: Permis\n")
    proven = next(
        item["message_id"]
        for item in unanswered
        if item["message_id"] in addresses and "2026-11-02" <= item["due_on"] <= "2026-11-08"
    )
    mails.append(
        f"From: {addresses[proven]}\nTo: contact@val-fleuri.example.fr\nSubject: RE:\n"
        "Message-ID: <suite.1@mail.example>\nIn-Reply-To: <jamais.vue@val-fleuri.example.fr>\n"
        f"References: <{proven}>\n"
    )
    mark, date_field = "From x Thu Nov 12 10:00:00 2026\n", "Date: Thu, 12 Nov 2026 10:00:00 +0100\n"
    archive.write_text("".join(f"{mark}{date_field}{mail}\nBonjour.\n\n" for mail in mails), encoding="utf-8")
    office.printed("import", str(archive))


def decide(office: Office) -> None:
    """Decide everything that can be decided; the figures that were published are no longer the same."""
    waiting, met = office.keys(State.UNANSWERED), office.keys(State.MET)
    messages = office.json("show", met[0])["messages"]
    reply = next(message["message"] for message in messages if message["part"] == "reply")
    possible = office.json("requests", "--state", State.TO_CHECK)["doubts"][0]
    for arguments in (
        (waiting[0], "exclude"),
        (waiting[0], "undo", "--number", "1"),
        (waiting[0], "answered", "--on", "2026-11-12", "--channel", "téléphone"),
        (waiting[1], "assign", "--service", "Associations"),
        (waiting[1], "category", "--category", "information"),
        (met[0], "split", "--message", reply),
        (waiting[2], "join", "--message", reply),
        (possible["candidates"][0], "dismiss", "--message", possible["message"]),
        (met[1], "exclude"),
    ):
        office.printed("decide", *arguments, "--reason", f"essai, vu avec {HEAD}", "--by", "Camille Durand")


def note(office: Office) -> None:
    """Note something of each kind, and take one back."""
    for arguments in (
        ("cause", "Deux absents", "--period", "2026-08", "--service", "Étrangers"),
        ("taken", "Modèles de réponse", "--period", "2026-Q3"),
        ("planned", "Une formation", "--period", "2026"),
        ("undo", "Erreur", "--number", "1"),
    ):
        office.printed("note", *arguments, "--by", "Camille Durand")


def fill_outbox(store: Path) -> None:
    """Add one mail that was handed over, one that was refused, and one that never left."""
    engine = open_engine(f"sqlite:///{store}")
    outbox = Outbox(engine, timedelta(minutes=1))
    for number in (1, 2, 3):
        day = date(2026, 11, 10 + number)
        mail = Outgoing(f"{number}@pref.example.fr", HEAD, "digest", day, "Objet", "Texte")
        outbox.add(mail, NOW)
        outbox.claim(NOW)
    outbox.mark_sent(1, NOW, [Told(32 * "1", HEAD, "overdue", None, date(2026, 11, 11))])
    outbox.put_back(2, NOW, refused="552")
    outbox.drop(3, NOW, DropReason.NOTHING_LEFT)
    engine.dispose()


def fill_acts(store: Path) -> None:
    """Add what became of mails that asked for actions: everything that can."""
    engine = open_engine(f"sqlite:///{store}")
    acts = Acts(engine)
    with reading(engine) as connection:
        seen, other = connection.execute(select(MESSAGE.c.key).limit(2)).scalars()
    acts.note(Act(seen, NOW, ActOutcome.REFUSED, ActReason.EXPIRED, MailAction.ANSWERED))
    acts.note(Act(other, NOW, ActOutcome.REFUSED, ActReason.NO_TOKEN))
    mails = count(1)
    for outcome, reasons in (
        (ActOutcome.DONE, [None]),
        (ActOutcome.WAITING, [ActReason.PROPOSED, ActReason.NOT_BELIEVED]),
        (ActOutcome.REFUSED, ActReason),
    ):
        for reason, action in product(reasons, (None, *MailAction)):
            detail = "Donnez une raison." if reason is ActReason.CHECKED else ""
            target = None if action is None else seen
            acts.note(Act(f"{next(mails):032x}", NOW, outcome, reason, action, target, detail=detail))
    acts.note(Act("e" * 32, NOW, ActOutcome.DONE, None, MailAction.REMIND, seen, until=NOW.date()))
    acts.note(Act("f" * 32, NOW, ActOutcome.DONE, None, MailAction.ANSWERED, seen, "t" * 32, 1))
    engine.dispose()


def mark(store: Path) -> None:
    """Add a keyword that a mail bears, and one that it bore."""
    engine = open_engine(f"sqlite:///{store}")
    with writing(engine) as connection:
        copy = connection.execute(select(LOCATION.c.id).limit(1)).scalar_one()
        for name, gone_at in (("$Doublon", None), ("$Traite", NOW)):
            row = {"location_id": copy, "name": name, "first_seen_at": NOW, "gone_at": gone_at}
            connection.execute(insert(KEYWORD).values(row))
    engine.dispose()


def dispute(store: Path) -> None:
    """Have another witness dispute the instants of the requests that came last."""
    engine = open_engine(f"sqlite:///{store}")
    later = NOW + timedelta(days=1)
    with writing(engine) as connection:
        connection.execute(
            update(DERIVED_REQUEST)
            .where(DERIVED_REQUEST.c.received_at >= NOW - timedelta(days=40))
            .values(received_disputed=DERIVED_REQUEST.c.received_at)
        )
        connection.execute(
            update(DERIVED_REQUEST)
            .where(DERIVED_REQUEST.c.excluded.is_not(None), DERIVED_REQUEST.c.answered_at.is_not(None))
            .values(answered_disputed=later)
        )
        connection.execute(
            update(DERIVED_REQUEST)
            .where(
                DERIVED_REQUEST.c.received_disputed.is_not(None), DERIVED_REQUEST.c.answered_at.is_not(None)
            )
            .values(answered_disputed=later)
        )
        # What counts requests is told that more than their days matters now.
        connection.execute(update(DERIVED_DAYS).values(apart_until=ALWAYS))
    engine.dispose()


def forget_who_recorded(store: Path) -> None:
    """Have some of what was decided and published be of before the machine's own word was noted."""
    engine = open_engine(f"sqlite:///{store}")
    nobody = {"recorded_by": None, "recorded_at": None}
    with writing(engine) as connection:
        connection.execute(update(DECISION).where(DECISION.c.id.in_([1, 6])).values(nobody))
        connection.execute(
            update(PUBLICATION)
            .where(PUBLICATION.c.id == 1)
            .values(nobody | {"said_by": None, "definitive": None})
        )
    engine.dispose()


def never_read(folder: Path) -> Office:
    """Configure an office that promises hours and whose account was never read."""
    config = folder / "mailsla.toml"
    account = {"host": "localhost", "user": "contact", "password": "essai"}
    chosen = {"days": 15, "comparison": "at_most", "target": 1, "chosen_by_site": True}
    promise = [{"category": "information", "hours": 40}, {"category": "complaint", **chosen}]
    config.write_text(
        toml(document(account, commitments=promise, receipt={"cutoff": "17:00"})), encoding="utf-8"
    )
    return Office(config)


def mail_files(folder: Path) -> Path:
    """Write a citizen's mail twice, its reply in an mbox beside a list's, a damaged mail, and a table."""
    files = folder / "files"
    files.mkdir()
    asked = (
        "Message-ID: <a@example.org>\nDate: Thu, 29 Oct 2026 10:00:00 +0100\nFrom: camille@example.org\n"
        "To: contact@val-fleuri.example.fr\nSubject: Permis\n\nBonjour.\n"
    )
    mbox = (
        "From x Fri Oct 30 10:00:00 2026\nMessage-ID: <b@val-fleuri.example.fr>\nIn-Reply-To: <a@example.org>\n"
        "Date: Fri, 30 Oct 2026 10:00:00 +0100\nFrom: contact@val-fleuri.example.fr\nTo: camille@example.org\n"
        "Subject: RE : Permis\n\nBonjour.\n\n"
        "From x Fri Oct 30 11:00:00 2026\nFrom: lettre@example.org\nList-Id: <lettre.example.org>\n"
        "Precedence: list\nSubject: Lettre\n\nBonjour.\n"
    )
    for name, text in {
        "a.eml": asked,
        "again.eml": asked,
        "b.mbox": mbox,
        "c.eml": "\n\n",
        "d.csv": "a;b",
    }.items():
        (files / name).write_text(text, encoding="utf-8")
    return files
