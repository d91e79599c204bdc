"""Writes conversations as raw mail, and keeps what each message really is: the planted truth.

A `Scene` is one conversation of one office habit. Everything it writes goes through `read_header`, as a
server's mail would; only the truth beside it is known from the start.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from email.header import Header as EncodedHeader
from email.utils import format_datetime
from enum import Enum
from typing import Any

from mailsla.core.mail.base_subject import base_subject, key_subject
from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.header_reading import read_header
from mailsla.core.mail.identity import identity
from mailsla.core.mail.kinds import MailKind
from mailsla.core.office.correspondents import Office, Service
from mailsla.core.office.forms import Form
from mailsla.core.office.sides import Side
from mailsla.core.pairing.rules import PairingRules, Part

START = datetime(2025, 1, 6, 7, 0, tzinfo=UTC)
SPREAD = timedelta(days=300)
DOMAIN = "pref.example.net"
CONTACT = f"contact@{DOMAIN}"
FORM = f"formulaire@{DOMAIN}"
FORM_SUBJECT = "Formulaire de contact"
OUTSIDE_DESK = "permanence@example.net"
SERVICES = (f"etrangers@{DOMAIN}", f"permis@{DOMAIN}", f"elections@{DOMAIN}")
AGENTS = tuple(f"agent{number}@{DOMAIN}" for number in range(1, 13))
RULES = PairingRules(
    Office(
        domains=(DOMAIN,),
        addresses=frozenset({OUTSIDE_DESK}),
        services=tuple(Service(address.partition("@")[0], (address,)) for address in SERVICES),
        forms=(Form(frozenset({FORM})),),
    )
)

LONG_SUBJECT = (
    "Demande d’information sur l’état d’avancement de mon dossier"
    " de demande de titre de séjour étudiant, déposé en ligne"
)
SUBJECTS = (
    "Renouvellement de mon titre de séjour",
    "Titre de séjour",
    "Carte grise",
    "Changement d'adresse carte grise",
    "Permis de conduire",
    "Échange de permis étranger",
    "Demande de rendez-vous",
    "Naturalisation",
    "Passeport",
    "Visite médicale",
    "Dossier n° 2025",
    "Récépissé",
    "Regroupement familial",
    "Association loi 1901",
    "Manifestation sportive",
    "Duplicata",
    "Suspension de permis",
    "Carte nationale d'identité",
    "Expulsion locative",
    "Installation classée",
    "Élections",
    "Médaille du travail",
    "Document de circulation pour mineur",
    "Recours gracieux",
    "ANTS",
    "Vidéoprotection",
    "Taxi : carte professionnelle",
    "Question [urgent]",
    "Visa - retour",
    LONG_SUBJECT,
)
GENERIC = (
    "Bonjour",
    "Demande de renseignements",
    "Demande",
    "Question",
    "Renseignement",
    "RDV",
    "Urgent",
    "",
)
ZONES = (timezone(timedelta(hours=1)), timezone(timedelta(hours=2)), UTC, timezone(timedelta(hours=-4)))


class Tie(Enum):
    """What a reply's header keeps of the message it answers."""

    FULL = "In-Reply-To and References"
    IN_REPLY_TO = "In-Reply-To"
    REFERENCES = "References"
    THREAD_INDEX = "Thread-Index"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Answer:
    """A true pair, seen from the reply.

    Attributes:
        request: Key of the request answered.
        carried: Whether evidence 1 to 4 stands in the headers, so that the pair must be made alone.
    """

    request: str
    carried: bool


@dataclass(eq=False, slots=True)
class Letter:
    """One message as planted.

    Attributes:
        habit: Name of the habit it was written for.
        scene: Number of its conversation.
        raw: Its header's bytes.
        copies: Where it lies.
        at: When it was sent.
        mail: The same, as the store would know it.
        by: Its author.
        to: Its first recipient.
        subject: As written.
        message_id: Its Message-ID; None without one.
        chain: What a reply to it would cite before it.
        thread_index: Outlook's, in bytes; empty without one.
        side: Who it truly comes from and goes to.
        kind: What kind of mail it truly is.
        part: What a citizen's mail truly is in the life of a request; None when it says nothing.
        answers: For the office's mail, the requests it truly answers.
        undecidable: Requests one of which it answers, when nobody could tell which: it must be a doubt.
        note: A word on what makes it hard.
    """

    habit: str
    scene: int
    raw: bytes
    copies: list[Copy]
    at: datetime
    mail: Mail
    by: str
    to: str
    subject: str
    message_id: str | None
    chain: tuple[str, ...]
    thread_index: bytes
    side: Side
    kind: MailKind
    part: Part | None = None
    answers: list[Answer] = field(default_factory=list)
    undecidable: list[str] = field(default_factory=list)
    note: str = ""

    @property
    def key(self) -> str:
        """The mail's identity."""
        return self.mail.key


class World:
    """All the scenes of one seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.letters: list[Letter] = []
        self.scenes = 0
        self.citizens = 0
        self.known: list[tuple[str, set[str]]] = []

    def stranger(self) -> str:
        """Return the address of a citizen who never wrote before."""
        self.citizens += 1
        domain = self.rng.choice(("example.org", "example.org", "courriel.example.org", "example.net"))
        return f"usager{self.citizens}@{domain}"

    def mails(self) -> list[Mail]:
        """Return what the store would hold, in no order: one mail per identity, with all its copies."""
        merged: dict[str, Mail] = {}
        for letter in self.letters:
            held = merged.get(letter.key)
            places = tuple(letter.copies)
            seen = letter.mail.first_seen_at
            if held is not None:
                places, seen = held.copies + places, min(seen, held.first_seen_at)
            merged[letter.key] = (held or letter.mail)._replace(copies=places, first_seen_at=seen)
        found = list(merged.values())
        self.rng.shuffle(found)
        return found


class Scene:
    """One conversation being written.

    Args:
        world: Where it is written.
        habit: The habit's name.
        subjects: What its subject is drawn from.
        regular: Whether the citizen may have written before, and may write again, about something else.
        citizen: Who writes; drawn when None.
    """

    def __init__(
        self,
        world: World,
        habit: str,
        *,
        subjects: Sequence[str] = SUBJECTS,
        regular: bool = False,
        citizen: str | None = None,
    ) -> None:
        self.world, self.habit, self.rng = world, habit, world.rng
        world.scenes += 1
        self.number = world.scenes
        self.at = START + SPREAD * self.rng.random()
        self.subject = self.rng.choice(subjects)
        self.citizen = citizen or self._citizen(regular=regular)
        self.agent = self.rng.choice(AGENTS)
        self._count = 0

    def _citizen(self, *, regular: bool) -> str:
        base = base_subject(self.subject)
        if regular and self.world.known and self.rng.random() < 0.2:
            citizen, asked = self.rng.choice(self.world.known)
            if base not in asked:
                asked.add(base)
                return citizen
        citizen = self.world.stranger()
        if regular:
            self.world.known.append((citizen, {base}))
        return citizen

    def chance(self, share: float) -> bool:
        """Tell, once in a while, yes."""
        return self.rng.random() < share

    def wait(self, least: float, most: float) -> None:
        """Let that many days go by."""
        self.at += timedelta(days=self.rng.uniform(least, most))

    def fresh_id(self, by: str) -> str:
        """Return a Message-ID such as clients make."""
        self._count += 1
        domain = by.rpartition("@")[2]
        left = f"{self.rng.getrandbits(64):016x}.{self.number}.{self._count}"
        return f"{left}@{self.rng.choice(('mail.', '', 'smtp.'))}{domain}"

    def thread_root(self) -> bytes:
        """Return a new Thread-Index, 22 bytes."""
        return b"\x01" + self.rng.randbytes(21)

    # What people write.

    def ask(
        self,
        *,
        by: str | None = None,
        subject: str | None = None,
        part: Part | None = Part.REQUEST,
        parent: Letter | None = None,
        tie: Tie = Tie.NOTHING,
        **options: Any,
    ) -> Letter:
        """Write a citizen's mail to the contact box, by default the one that opens the conversation."""
        by = by or self.citizen
        return self.post(
            by=by,
            to=(CONTACT,),
            subject=self.subject if subject is None else subject,
            side=Side.CITIZEN,
            part=part,
            parent=parent,
            tie=tie,
            **options,
        )

    def again(self, parent: Letter, part: Part, **options: Any) -> Letter:
        """Write a citizen's next mail in the conversation: a reminder, a follow-up, thanks."""
        options.setdefault("subject", self.replied(parent.subject))
        options.setdefault("tie", self.rng.choice((Tie.FULL, Tie.FULL, Tie.IN_REPLY_TO)))
        return self.ask(parent=parent, part=part, **options)

    def answer(
        self,
        parent: Letter,
        *requests: Letter,
        tie: Tie = Tie.FULL,
        carried: bool = True,
        undecidable: Iterable[Letter] = (),
        **options: Any,
    ) -> Letter:
        """Write the office's reply to `parent`, which truly answers `requests`, or else `parent` itself."""
        options.setdefault("by", self.rng.choice((CONTACT, CONTACT, self.agent)))
        options.setdefault("to", (parent.by if parent.by != FORM else self.citizen,))
        options.setdefault("subject", self.replied(parent.subject))
        letter = self.post(parent=parent, tie=tie, side=Side.OUTBOUND, **options)
        letter.undecidable = [one.key for one in undecidable]
        if not letter.undecidable:
            letter.answers = [Answer(one.key, carried) for one in requests or (parent,)]
        return letter

    def replied(self, subject: str) -> str:
        """Return a subject with a reply's prefix, unless it already has one."""
        if key_subject(subject) != " ".join(subject.split()).casefold() and self.chance(0.6):
            return subject
        return self.rng.choice(("RE: ", "Re: ", "RE : ", "Re : ", "RE\u00a0: ", "re: ")) + subject

    def post(
        self,
        *,
        by: str,
        to: Sequence[str],
        subject: str,
        side: Side,
        kind: MailKind = MailKind.PERSON,
        part: Part | None = None,
        parent: Letter | None = None,
        tie: Tie = Tie.NOTHING,
        cc: Sequence[str] = (),
        bcc: Sequence[str] = (),
        sender: str = "",
        reply_to: Sequence[str] = (),
        message_id: str | None = "",
        cites: Sequence[str] = (),
        thread_index: bytes = b"",
        fields: Sequence[tuple[str, str]] = (),
        role: MailboxRole | None = None,
        clock: timedelta = timedelta(),
        note: str = "",
    ) -> Letter:
        """Write a message at the scene's present instant.

        Args:
            by: Its author; empty for none.
            to: Its recipients.
            subject: Its subject.
            side: Who it truly comes from and goes to.
            kind: What it truly is.
            part: What it truly is in the life of a request.
            parent: What it answers.
            tie: What its header keeps of that.
            cc: Copies.
            bcc: Blind copies that the header shows.
            sender: Address of Sender.
            reply_to: Addresses of Reply-To.
            message_id: Its id; None for none, empty for a new one.
            cites: Ids for In-Reply-To and References, instead of the parent's.
            thread_index: Its Thread-Index, unless the tie gives one.
            fields: Other header fields.
            role: Of the mailbox where it lies; by its author when None.
            clock: By how much its author's clock is wrong.
            note: What makes it hard.
        """
        own = self.fresh_id(by) if message_id == "" else message_id
        replying, references = _cited(parent, tie) if not cites else (tuple(cites[-1:]), tuple(cites))
        thread_index = self._thread_index(parent, tie, thread_index)
        if role is None:
            role = MailboxRole.SENT if side in {Side.OUTBOUND, Side.INTERNAL} else MailboxRole.INBOX
        threading = [
            ("Message-ID", f"<{own}>" if own else ""),
            ("In-Reply-To", " ".join(f"<{one}>" for one in replying)),
            ("References", "\r\n ".join(f"<{one}>" for one in references)),
            ("Thread-Index", base64.b64encode(thread_index).decode()),
        ]
        dated = (self.at + clock).replace(microsecond=0)
        lines = [
            ("Date", format_datetime(dated.astimezone(self.rng.choice(ZONES)))),
            ("From", self._named(by)),
            ("Sender", sender),
            ("Reply-To", ", ".join(reply_to)),
            ("To", ", ".join(self._named(one) for one in to)),
            ("Cc", ", ".join(self._named(one) for one in cc)),
            ("Bcc", ", ".join(bcc)),
            ("Subject", self.encoded(subject)),
            *threading,
            *fields,
        ]
        if not any(name == "Content-Type" for name, _ in fields):
            lines.append(("Content-Type", "text/plain; charset=utf-8"))
        raw = _raw([*self.hops(), *(line for line in lines if line[1])], keep_empty_subject=not subject)
        letter = Letter(
            self.habit,
            self.number,
            raw,
            [],
            dated,
            _mail(raw, self.at),
            by,
            to[0] if to else "",
            subject,
            own,
            (*(references or replying), own) if own else references,
            thread_index,
            side,
            kind,
            part,
            note=note,
        )
        letter.copies = [self.place(letter, role)]
        self.world.letters.append(letter)
        return letter

    def place(self, letter: Letter, role: MailboxRole, *, present: bool = True) -> Copy:
        """Return a copy of a letter, as a server would date it now."""
        name = {MailboxRole.SENT: "Sent", MailboxRole.JUNK: "Junk"}.get(role, "INBOX")
        hop = letter.mail.header.hop_at if role is not MailboxRole.SENT else None
        internal = self.at + timedelta(seconds=self.rng.randrange(2, 90))
        return Copy("contact", name, role, internal, hop, present=present)

    def deliver_again(self, letter: Letter, *, tag: str = "") -> Letter:
        """Deliver the same mail once more: other hops, another instant, the subject perhaps tagged."""
        _hops, _date, rest = letter.raw.partition(b"Date:")
        if tag:
            rest = rest.replace(b"Subject: ", b"Subject: " + tag.encode() + b" ", 1)
        raw = _raw(self.hops(), bare=True) + b"Date:" + rest
        copy = replace(letter, raw=raw, mail=_mail(raw, self.at), answers=list(letter.answers))
        copy.copies = [self.place(copy, MailboxRole.INBOX)]
        self.world.letters.append(copy)
        return copy

    def hops(self) -> list[tuple[str, str]]:
        """Return one to three Received fields, the last hop first."""
        date = format_datetime(self.at.replace(microsecond=0))
        return [("Received", self._hop(hop, date)) for hop in range(self.rng.randrange(1, 4), 0, -1)]

    def _hop(self, hop: int, date: str) -> str:
        origin = f"from mx{hop}.example.org (mx{hop}.example.org [192.0.2.{hop}])"
        return f"{origin}\r\n\tby relay.{DOMAIN} with ESMTPS id {self.rng.getrandbits(40):010X};\r\n\t{date}"

    def encoded(self, subject: str) -> str:
        """Return a subject as some client would write it on the wire."""
        if subject.isascii() and len(subject) < 60:
            return subject
        if self.chance(0.1):
            return subject  # raw UTF-8 (RFC 6532)
        charset = self.rng.choice(("utf-8", "utf-8", "iso-8859-1", "windows-1252"))
        try:
            subject.encode(charset)
        except UnicodeEncodeError:
            charset = "utf-8"
        return EncodedHeader(subject, charset, header_name="Subject").encode(linesep="\r\n")

    def _named(self, address: str) -> str:
        name = self.rng.choice(("", "", "Usager", "=?utf-8?Q?=C3=89lo=C3=AFse?= Usager", '"Usager, Camille"'))
        shown = address.upper() if self.chance(0.03) else address
        return f"{name} <{shown}>" if name and address else shown

    def _thread_index(self, parent: Letter | None, tie: Tie, own: bytes) -> bytes:
        if parent is not None and parent.thread_index and tie in {Tie.FULL, Tie.THREAD_INDEX}:
            return parent.thread_index + self.rng.randbytes(5)
        return own


def _cited(parent: Letter | None, tie: Tie) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what In-Reply-To and References name."""
    if parent is None or parent.message_id is None or tie in {Tie.NOTHING, Tie.THREAD_INDEX}:
        return (), ()
    replying = () if tie is Tie.REFERENCES else (parent.message_id,)
    return replying, () if tie is Tie.IN_REPLY_TO else parent.chain


def _raw(fields: Iterable[tuple[str, str]], *, keep_empty_subject: bool = False, bare: bool = False) -> bytes:
    lines = [f"{name}: {value}\r\n" for name, value in fields]
    if keep_empty_subject:
        lines.append("Subject: \r\n")
    return ("".join(lines) + ("" if bare else "MIME-Version: 1.0\r\n\r\n")).encode()


def _mail(raw: bytes, at: datetime) -> Mail:
    header = read_header(raw)
    return Mail(identity(header), header, at + timedelta(minutes=5))
