"""Writes an office's mail, conversation by conversation, as archives hold it. What it means is not said here.

A scene is one way in which people and offices write to each other. Chance chooses days, hours (often those at which
a day, a cutoff or a closed day begins), how a mail names what it answers, and who kept which witness of an instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from random import Random
from zoneinfo import ZoneInfo

OFFICE, FORM, INSIDE = (f"{name}@pref.example.fr" for name in ("contact", "formulaire", "etrangers"))
SUBJECTS = (
    "Carte grise",
    "Passeport",
    "Titre de séjour",
    "Élections",
    "Permis bateau",
    "Réclamation : accueil",
)
FIRST, LAST = datetime(2025, 9, 1, tzinfo=UTC), datetime(2026, 11, 12, tzinfo=UTC)
EDGES = (time(0, 0), time(16, 59, 59), time(17, 0), time(23, 59, 59), time(12, 30))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True)
class Letter:
    """One mail in a folder of an archive, there from an instant on; without a `From ` line, in a Maildir."""

    folder: str
    at: datetime
    line_at: datetime | None
    id: str
    subject: str
    raw: bytes


class Writer:
    """Writes conversations; the same seed writes the same ones."""

    def __init__(self, seed: int, zone: str) -> None:
        self.chance, self.zone = Random(seed), ZoneInfo(zone)
        self.letters: list[Letter] = []
        self.person = ""

    def write(self, conversations: int) -> list[Letter]:
        """Write some conversations, each with somebody else."""
        for number in range(conversations):
            self.person = f"camille{number}@example.org"
            scene = self.chance.choice(SCENES)
            start = self.later(FIRST, 0, (LAST - FIRST).days)
            scene(self, self.ask(start, self.chance.choice(SUBJECTS)))
        return self.letters

    def later(self, at: datetime, least: float, most: float) -> datetime:
        """Return an instant some days later; half of them at the hours where a rule may turn."""
        found = at + self.chance.uniform(least, most) * DAY
        edge = datetime.combine(found.astimezone(self.zone), self.chance.choice(EDGES), self.zone)
        is_edge = edge > at + 5 * MINUTE and self.chance.random() < 0.5
        return (edge if is_edge else found).astimezone(UTC).replace(microsecond=0)

    def head(
        self, author: str, to: str, subject: str, cited: list[Letter], marks: dict[str, str]
    ) -> EmailMessage:
        """Return a mail but for its Date; it names what it answers in one of the two fields, or in both."""
        head = EmailMessage()
        head["Message-ID"] = (
            f"<{len(self.letters)}.{self.chance.getrandbits(48):x}@{author.partition('@')[2]}>"
        )
        head["From"], head["To"], head["Subject"] = author, to, subject
        fields = self.chance.choice((["In-Reply-To"], ["References"], ["In-Reply-To", "References"]))
        for name in fields if cited else []:
            head[name] = cited[-1].id if name == "In-Reply-To" else " ".join(letter.id for letter in cited)
        for name, value in marks.items():
            del head[name]
            head[name] = value
        head.set_content("Bonjour,\nVoir l'objet.\n")
        return head

    def put(
        self, folder: str, at: datetime, line_at: datetime | None, head: EmailMessage, hop: str = ""
    ) -> Letter:
        """File a mail."""
        letter = Letter(
            folder, at, line_at, head["Message-ID"], head["Subject"], hop.encode() + head.as_bytes()
        )
        self.letters.append(letter)
        return letter

    def written(self, at: datetime) -> str:
        """Write an instant as some clock's zone has it."""
        return format_datetime(
            at.astimezone(ZoneInfo(self.chance.choice(("UTC", "Asia/Tokyo", self.zone.key))))
        )

    def ask(self, at: datetime, subject: str, *cited: Letter, **marks: str) -> Letter:
        """Write a citizen's mail, received at an instant of which one witness of three tells."""
        is_form = not cited and self.chance.random() < 0.1
        marks |= {"Reply-To": self.person, "Auto-Submitted": "auto-generated"} if is_form else {}
        witness = self.chance.choice(("hop", "line", "date"))
        wrong = self.chance.uniform(-40, 40) * DAY if witness != "date" else 0 * DAY
        head = self.head(FORM if is_form else self.person, OFFICE, subject, list(cited), marks)
        head["Date"] = self.written(min(at + wrong, at + DAY))
        hop = f"Received: from mx.example.org by imap.pref.example.fr; {self.written(at)}\n"
        line_at = {"hop": self.chance.choice((None, at + DAY / 2)), "line": at, "date": None}[witness]
        return self.put("INBOX", at, line_at, head, hop if witness == "hop" else "")

    def reply(self, at: datetime, *cited: Letter, subject: str = "", to: str = "", **marks: str) -> Letter:
        """Write the office's mail, dated by the agent's clock; what it cites is what it answers."""
        head = self.head(
            OFFICE, to or self.person, subject or f"RE : {cited[-1].subject}", list(cited), marks
        )
        head["Date"] = self.written(at)
        return self.put("Sent", at, self.chance.choice((None, at)), head)

    def perhaps(self, *cited: Letter) -> None:
        """Answer or not, soon or late."""
        if self.chance.random() < 0.7:
            self.reply(self.later(cited[-1].at, 0.1, 24), *cited)

    def plain(self, asked: Letter) -> None:
        self.perhaps(asked)

    def by_subject(self, asked: Letter) -> None:
        prefix = self.chance.choice(("Re: ", "RE : ", "Re : Re: ", "TR : "))
        self.reply(
            self.later(asked.at, 0.1, self.chance.choice((24, 80))), subject=f"{prefix}{asked.subject}"
        )

    def wrong_clock(self, asked: Letter) -> None:
        at = self.later(asked.at, 1, 20)
        head = self.head(OFFICE, self.person, f"RE : {asked.subject}", [asked], {"In-Reply-To": asked.id})
        head["Date"] = self.written(asked.at - self.chance.uniform(0.1, 5) * DAY)
        self.put("Sent", at, at, head)

    def reminded(self, asked: Letter) -> None:
        words = self.chance.choice(
            ("Relance", "Toujours rien ?", "", "Sans réponse !", f"RELANCE : {asked.subject}")
        )
        again = self.ask(self.later(asked.at, 1, 40), words, asked)
        self.perhaps(*self.chance.choice(((asked, again), (asked,), (again,))))

    def followed(self, asked: Letter) -> None:
        answer = self.reply(self.later(asked.at, 0.1, 20), asked)
        subject = self.chance.choice((f"RE : {asked.subject}", "Merci", "Sans nouvelles"))
        suite = self.ask(self.later(answer.at, 0.1, self.chance.choice((10, 45))), subject, asked, answer)
        if self.chance.random() < 0.3:
            suite = self.ask(self.later(suite.at, 0.1, 9), f"RE : {asked.subject}", asked, answer)
        self.perhaps(asked, answer, suite)

    def anew(self, asked: Letter) -> None:
        cited = [asked]
        if self.chance.random() < 0.5:
            cited.append(self.reply(self.later(asked.at, 0.1, 20), asked))
        other = self.ask(self.later(cited[-1].at, 0.1, 25), "Naturalisation", *cited)
        for letter in (asked, other):
            self.perhaps(letter)

    def acknowledged(self, asked: Letter) -> None:
        at = asked.at + self.chance.choice((20, 400, 4000)) * timedelta(seconds=1)
        mark = self.chance.choice(("auto-replied", "auto-generated"))
        self.reply(at, asked, **{"Auto-Submitted": mark})
        self.perhaps(asked)

    def told_to_wait(self, asked: Letter) -> None:
        words = self.chance.choice(("Réponse d'attente", "Accusé de réception", "Nous avons bien reçu"))
        self.reply(self.later(asked.at, 0.1, 5), asked, subject=f"{words} : {asked.subject}")
        self.perhaps(asked)

    def at_once(self, asked: Letter) -> None:
        self.reply(asked.at + self.chance.choice((30, 60, 61)) * timedelta(seconds=1), asked)
        self.perhaps(asked)

    def twins(self, asked: Letter) -> None:
        self.ask(self.later(asked.at, 0.1, 3), asked.subject)
        self.reply(self.later(asked.at, 4, 12), subject=f"RE : {asked.subject}")

    def passed_on(self, asked: Letter) -> None:
        self.reply(self.later(asked.at, 0.1, 3), asked, subject=f"TR : {asked.subject}", to=INSIDE)
        self.perhaps(asked)

    def returned(self, asked: Letter) -> None:
        answer = self.reply(self.later(asked.at, 0.1, 12), asked)
        if self.chance.random() < 0.5:
            self.ask(answer.at + MINUTE, "Absence du bureau", answer, **{"Auto-Submitted": "auto-replied"})
            return
        marks = {
            "X-Failed-Recipients": self.person,
            "In-Reply-To": answer.id,
            "From": "MAILER-DAEMON@example.org",
        }
        head = self.head("", OFFICE, "Undelivered Mail Returned to Sender", [answer], marks)
        head.replace_header("Content-Type", "multipart/report; report-type=delivery-status; boundary=x")
        head["Date"] = self.written(answer.at + MINUTE)
        self.put("INBOX", answer.at + MINUTE, None, head)
        self.perhaps(asked)

    def filed(self, asked: Letter) -> None:
        folder, at = self.chance.choice(("Sans suite", "Téléphone")), self.later(asked.at, 1, 60)
        self.letters.append(Letter(folder, at, None, asked.id, asked.subject, asked.raw))


SCENES = (
    Writer.plain,
    Writer.plain,
    Writer.by_subject,
    Writer.wrong_clock,
    Writer.reminded,
    Writer.followed,
    Writer.followed,
    Writer.anew,
    Writer.acknowledged,
    Writer.told_to_wait,
    Writer.at_once,
    Writer.twins,
    Writer.passed_on,
    Writer.returned,
    Writer.filed,
)
