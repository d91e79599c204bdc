"""As of a past instant: what is answered is what was printed then, byte for byte, whatever became known later."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from mailsla.adapters.database.as_of import known
from mailsla.adapters.database.engine import reading
from mailsla.adapters.database.tables import METADATA
from mailsla.adapters.database.tied_messages import TiedMessages
from mailsla.bootstrap import alerts, commands, decisions, notes
from mailsla.bootstrap.application import Application, open_application
from mailsla.bootstrap.past import as_known_at
from mailsla.cli import run
from mailsla.config import load
from mailsla.core.alerts.memory import Told
from mailsla.core.alerts.outgoing import Outgoing
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.collection.to_store import Batch, Cursor, NewMessage, SetAside
from mailsla.core.errors import UsageError
from mailsla.core.mail.copies import DRAFT_FLAG, Mail, MailboxRole
from mailsla.core.pairing.decision import Recorded
from mailsla.core.rate.note import Note, NoteKind
from mailsla.core.rate.period import parse_period
from mailsla.core.rate.publication import Published
from mailsla.core.rate.selection import Selection
from mailsla.presentation.documents.alerts import alerts_document
from mailsla.presentation.documents.notes import notes_document
from mailsla.presentation.documents.registers import decisions_document, publications_document
from mailsla.presentation.documents.report import report_document
from mailsla.presentation.documents.request import requests_document
from mailsla.presentation.documents.values import pieces, text
from mailsla.usecases.decide import Answered, Exclude, Signature
from tests.factories import mail, paris, reply
from tests.trials.office import document, toml

INBOX, SENT = ListedMailbox("INBOX", MailboxRole.INBOX), ListedMailbox("Sent", MailboxRole.SENT)
WORDS = ("un titre", "un permis", "une carte grise", "une association", "un passeport", "un visa")
ASKED = [
    mail(f"2026-03-{2 + number:02} 09:00", by=f"usager{number}@example.org", subject=f"Pour {WORDS[number]}")
    for number in range(6)
]
REPLIES = [reply("2026-03-06 15:00", ASKED[0]), reply("2026-03-20 15:00", ASKED[1])]
FIRST = paris("2026-03-09 08:00")


@dataclass
class Life:
    """A store that lives through some days, and what was printed of it at the end of each."""

    app: Application
    at: datetime
    run: int = 0

    def cursor(self, mailbox: ListedMailbox) -> Cursor:
        return self.app.store.mailboxes.cursor("contact", mailbox)

    def add(self, mailbox: ListedMailbox, first: int, *mails: Mail) -> None:
        new = tuple(
            NewMessage(first + number, item.copies[0].internal_at, item.key, item.header)
            for number, item in enumerate(mails)
        )
        self.app.store.messages.add(self.cursor(mailbox), Batch(7, first + len(mails) - 1, new, ()), self.at)

    def aside(self, uid: int) -> None:
        self.app.store.messages.add(
            self.cursor(INBOX), Batch(7, uid, (), (SetAside(uid, None, "refused"),)), self.at
        )

    def mark(self, mailbox: ListedMailbox, keyword: str, *uids: int) -> None:
        self.app.store.copies.set_keyword(self.cursor(mailbox), 7, keyword, uids, self.at)

    def gone(self, mailbox: ListedMailbox, *uids: int) -> None:
        self.app.store.copies.mark_gone(self.cursor(mailbox), 7, uids, self.at)

    def collected(self, outcome: RunOutcome = RunOutcome.OK) -> None:
        """Record a run that began a little before, and ended now."""
        self.begin(self.at - timedelta(minutes=5))
        self.end(outcome)

    def begin(self, at: datetime | None = None) -> None:
        self.run = self.app.store.runs.start("contact", at or self.at)

    def end(self, outcome: RunOutcome = RunOutcome.OK) -> None:
        reason = None if outcome is RunOutcome.OK else "le serveur ne répond pas"
        self.app.store.runs.finish(self.run, self.at, outcome, reason=reason, messages=1, set_aside=0)

    def decide(self, subject: int, wanted: Exclude | Answered) -> None:
        request = commands.request_named(self.app, ASKED[subject].key)
        decisions.decide(self.app, request, wanted, self.signed)

    @property
    def signed(self) -> Signature:
        return Signature("essai", "camille", self.at, Recorded("agent", self.at))

    def undo(self, subject: int, number: int) -> None:
        decisions.undo(self.app, [ASKED[subject].key], number, self.signed)

    def publish(self) -> None:
        built = commands.report(self.app, [parse_period("2026")])
        commands.publish(self.app, built, Published("camille", Recorded("agent", self.at)))

    def note(self) -> None:
        wanted = Note(
            0,
            NoteKind.CAUSE,
            "essai",
            "camille",
            self.at,
            Recorded("agent", self.at),
            parse_period("2026-03"),
        )
        self.app.store.notes.add(wanted)

    def announce(self, day: int) -> None:
        row = Outgoing(
            f"{day}@pref.example.fr", "chef@pref.example.fr", "digest", self.at.date(), "Objet", "Texte"
        )
        self.app.store.outbox.add(row, self.at)
        self.told = Told(ASKED[day].key, row.recipient, "overdue", None, row.day)

    def send(self) -> None:
        waiting = self.app.store.outbox.claim(self.at)
        assert waiting is not None
        self.app.store.outbox.mark_sent(waiting.number, self.at, [self.told])

    def read_again(self) -> None:
        self.app.store.set_aside.to_read_again(self.cursor(INBOX), self.at)


def printed(app: Application) -> str:
    """Return all that reading commands say, as JSON, and what they say it of."""
    app.derive()
    zone = app.site.zone
    listed = commands.requests(app, Selection())
    due = [(digest, alerts.written(app, digest).subject) for digest in alerts.due(app)]
    taken = [(item.decision, item.undone_by, item.effects) for item in commands.registered_decisions(app)]
    published = [
        (item.published, item.revision, item.followed_by) for item in commands.registered_publications(app)
    ]
    documents = (
        report_document(commands.report(app), zone),
        report_document(commands.report(app, [parse_period("2026-03")]), zone),
        requests_document(listed.with_grounds(), listed.doubts, listed.decided, zone),
        alerts_document(due, app.store.outbox.history(), zone),
        decisions_document(taken, zone),
        publications_document(published, 1, zone),
        notes_document(notes.registered(app), zone),
    )
    return "\n".join((*map("".join, map(pieces, documents)), *map(str, mails(app))))


def mails(app: Application) -> list[Mail]:
    """Return the mails as derivation reads them, with what is believed of their copies."""
    with reading(app.engine) as connection:
        read = TiedMessages(connection, 250)
        ground = read.ground(app.site.pairing)
        return [item for part in read.portions(None) for item in part.mails(ground.mailboxes).values()]


Act = Callable[[Life], None]
DAYS: tuple[tuple[Act, ...], ...] = (
    (
        lambda life: life.add(INBOX, 1, *ASKED[:4]),
        lambda life: life.add(SENT, 1, *REPLIES[:1]),
        lambda life: life.collected(),
    ),
    (lambda life: life.decide(2, Exclude()),),
    (
        lambda life: life.mark(INBOX, "sanssuite", 4),
        lambda life: life.aside(9),
        lambda life: life.begin(),
    ),
    (
        lambda life: life.undo(2, 1),
        lambda life: life.gone(SENT, 1),
        lambda life: life.gone(INBOX, 2),
        lambda life: life.end(),
    ),
    (
        lambda life: life.mark(INBOX, "sanssuite"),
        lambda life: life.publish(),
        lambda life: life.note(),
    ),
    (
        lambda life: life.add(INBOX, 2, ASKED[1]),
        lambda life: life.add(SENT, 2, REPLIES[1]),
        lambda life: life.collected(RunOutcome.TRANSIENT),
    ),
    (lambda life: life.mark(INBOX, "sanssuite", 4), lambda life: life.announce(1)),
    (lambda life: life.mark(SENT, DRAFT_FLAG, 2), lambda life: life.read_again()),
    (
        lambda life: life.add(INBOX, 10, *ASKED[4:]),
        lambda life: life.mark(SENT, DRAFT_FLAG),
        lambda life: life.send(),
        lambda life: life.collected(),
    ),
    (
        lambda life: life.mark(INBOX, "sanssuite"),
        lambda life: life.gone(INBOX, 2),
        lambda life: life.publish(),
    ),
    (
        lambda life: life.mark(SENT, DRAFT_FLAG, 2),
        lambda life: life.decide(3, Answered(paris("2026-03-06 10:00"), "guichet")),
    ),
    (
        lambda life: life.add(INBOX, 9, mail("2026-03-01 10:00", by="tard@example.org")),
        lambda life: life.collected(),
    ),
)
"""What happens on each of some days: what is seen, seen to go and to come back, decided, published, sent."""


@pytest.fixture
def config(empty_engine: Engine, tmp_path: Path) -> Path:
    """A site whose store is empty, on each kind of database, where a keyword closes a request."""
    written = tmp_path / "mailsla.toml"
    written.write_text(
        toml(
            document(
                {"host": "127.0.0.1", "tls": "none", "user": "contact", "password": "x"},
                store={"url": empty_engine.url.render_as_string(hide_password=False)},
                closings=[{"effect": "excluded", "reason": "sans suite", "keywords": ["SansSuite"]}],
                site={"name": "Préfecture d'essai", "departement": "18", "minimum": 1},
            )
        ),
        encoding="utf-8",
    )
    written.chmod(0o600)
    return written


@pytest.fixture
def life(config: Path) -> Iterator[Life]:
    lived = Life.__new__(Life)
    with open_application(load(config), now=lambda: lived.at) as app:
        lived.app, lived.at = app, FIRST
        yield lived


def lived_through(life: Life) -> dict[datetime, str]:
    """Live through the days, and return what was printed at the end of each."""
    told = {}
    for number, happens in enumerate(DAYS):
        life.at = FIRST + timedelta(days=2 * number, hours=number)
        life.app.derive()
        for act in happens:
            act(life)
        told[life.at] = printed(life.app)
    return told


def silent(_done: int, _total: int) -> None:
    """Show no progress."""


@pytest.mark.in_parts(2)
def test_what_is_answered_of_an_instant_is_what_was_printed_at_it_byte_for_byte(life: Life) -> None:
    told = lived_through(life)
    life.at += timedelta(days=30)
    again = {}
    for at in told:
        with as_known_at(life.app, at, silent, lambda: None) as then:
            again[at] = printed(then)

    assert again == told
    assert len(set(told.values())) == len(DAYS), "something is told of each day"


def test_the_command_prints_the_same_document(
    life: Life, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    life.add(INBOX, 1, *ASKED[:2])
    life.collected()
    life.app.derive()
    was = text(report_document(commands.report(life.app, [parse_period("2026")]), life.app.site.zone))
    life.at += timedelta(days=1)
    life.add(SENT, 1, REPLIES[0])
    life.collected()
    life.app.derive()
    capsys.readouterr()

    assert (
        run(
            [
                "report",
                "--period",
                "2026",
                "--format",
                "json",
                "--at",
                "2026-03-09 08:00",
                "--config",
                str(config),
            ]
        )
        == 0
    )

    assert capsys.readouterr().out == was + "\n"


COMMANDS = (["report"], ["requests"], ["alerts"], ["requests", "--state", "left-out"])


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_before_anything_was_collected_that_is_said_and_an_instant_to_come_is_refused(
    life: Life, config: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    life.add(INBOX, 1, *ASKED)
    life.app.derive()
    capsys.readouterr()

    before = run([*command, "--at", "2026-03-08", "--config", str(config)]), capsys.readouterr().out
    after = run([*command, "--at", "2090-01-01", "--config", str(config)]), capsys.readouterr().err

    assert before[0] == 0
    assert "rien n'était encore relevé" in " ".join(before[1].replace("\xa0", " ").split())
    assert after[0] == 2
    assert len(after[1].strip().splitlines()) == 1


def test_a_page_says_that_it_speaks_of_then_and_what_was_not_known_is_not_shown(
    life: Life, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    life.add(INBOX, 1, *ASKED[:1])
    life.at += timedelta(days=2)
    life.add(INBOX, 2, *ASKED[1:])
    life.app.derive()
    capsys.readouterr()

    def said(*command: str) -> tuple[int, str]:
        code = run([*command, "--at", "10/03/2026", "--config", str(config)])
        told = capsys.readouterr()
        return code, " ".join((told.out + told.err).replace("\xa0", " ").split())

    listed, known, unknown = said("requests"), said("show", ASKED[0].key), said("show", ASKED[1].key)
    reported = said("report")

    assert "1 demande." in listed[1]
    assert "Situation au 10/03/2026 à 23 h 59, telle que connue alors." in listed[1]
    assert "telle que connue alors" in reported[1]
    assert (known[0], unknown[0]) == (0, 2)
    assert unknown[1].startswith("Situation au 10/03/2026 à 23 h 59, telle que connue alors. Aucun")


def test_nothing_is_published_of_a_past_instant(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "--publish", "--at", "2026-03-10", "--config", str(config)]) == 2
    assert "--at" in capsys.readouterr().err


def test_nothing_is_left_of_what_was_known_then(
    life: Life, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    life.add(INBOX, 1, *ASKED)
    told: list[tuple[int, int]] = []

    def broken() -> None:
        raise UsageError("essai")

    with as_known_at(life.app, life.at, lambda done, total: told.append((done, total)), lambda: None):
        [folder] = (tmp_path / "t").iterdir()
        mode = folder.stat().st_mode & 0o077
    with pytest.raises(UsageError, match="essai"), as_known_at(life.app, life.at, silent, broken):
        pass

    assert (mode, told) == (0, [(6, 6)])
    assert list((tmp_path / "t").iterdir()) == []


def test_mail_of_a_clock_that_went_back_stops_nothing(life: Life) -> None:
    life.add(INBOX, 1, *ASKED[:2])
    life.at -= timedelta(days=3)
    life.add(SENT, 1, ASKED[0], REPLIES[0])
    life.announce(1)

    with as_known_at(life.app, life.at, silent, lambda: None) as then:
        found = then.store.derivations.messages()

    assert [message.key for message in found] == [REPLIES[0].key]


MADE_ANEW = {
    *("derivation", "derived_class", "derived_clue", "derived_days", "derived_shape"),
    *("lapse", "pending", "tie"),
}


def test_every_table_is_copied_as_it_was_or_made_anew() -> None:
    copied = {table.name for table, _rows in known(FIRST)}

    assert copied.isdisjoint(MADE_ANEW)
    assert copied | MADE_ANEW == set(METADATA.tables)


def test_what_was_copied_is_erased_when_the_command_is_asked_to_end(
    life: Life, config: Path, tmp_path: Path
) -> None:
    life.add(INBOX, 1, *ASKED)
    life.app.derive()
    (tmp_path / "t").mkdir()
    asked = [sys.executable, "-c", ENDED, "report", "--at", "2026-03-09 08:00", "--config", str(config)]

    done = subprocess.run(
        asked, env={**os.environ, "TMPDIR": str(tmp_path / "t")}, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (130, "")
    assert list((tmp_path / "t").iterdir()) == []


ENDED = """
import os, signal, sys
from mailsla.bootstrap import commands
from mailsla.cli import run
commands.report = lambda *_asked, **_options: os.kill(os.getpid(), signal.SIGTERM)
sys.exit(run(sys.argv[1:]))
"""
"""A report that is asked to end while it is made."""
