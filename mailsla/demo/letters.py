"""The sample préfecture's mail: every message that `requests.csv` and `others.csv` describe, as a server has it.

The tables are written by hand and read like a register; `truth.csv` says, request by request, what a person
counting by hand finds, and `truth_by_due_date.csv` week by week and month by month, of the requests that fall due
in each. Nothing here is random: the same messages come out each time.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.charset import BASE64, QP, Charset
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
DOMAIN = "val-fleuri.example.fr"
CONTACT = f"contact@{DOMAIN}"
FORM = f"formulaire@{DOMAIN}"
MAILBOXES = {"etrangers": "Etrangers", "permis": "Permis"}
FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class SampleMessage:
    """One message of the sample, in one mailbox.

    Attributes:
        mailbox: Its IMAP mailbox.
        raw: The message, with CRLF line ends.
        internal_at: The server's INTERNALDATE, aware.
    """

    mailbox: str
    raw: bytes
    internal_at: datetime


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """One row of `requests.csv`; instants in Paris time.

    `via` says how it came: `service` (to the service's own address), `contact`, `contact-forward` (then
    forwarded inside), `form`, or `reuses:ID` (a reply to the answer of an old request).
    """

    id: str
    received: datetime
    answered: datetime | None
    service: str
    to: str
    via: str
    name: str
    address: str
    subject: str
    written: str
    reply: str

    @property
    def message_id(self) -> str:
        """The Message-ID of the citizen's mail."""
        return f"{self.id}.demande@{self.address.partition('@')[2]}"

    @property
    def reply_id(self) -> str:
        """The Message-ID of the office's reply."""
        return f"{self.id}.reponse@{DOMAIN}"

    @property
    def mailbox(self) -> str:
        """Where the server puts the citizen's mail."""
        return MAILBOXES.get(self.to, "INBOX")


def sample_requests() -> list[SampleRequest]:
    """Return the rows of `requests.csv`."""
    return [
        SampleRequest(
            id=row["id"],
            received=_paris(row["received"]),
            answered=_paris(row["answered"]) if row["answered"] else None,
            service=row["service"],
            to=row["to"],
            via=row["via"],
            name=row["name"],
            address=row["address"],
            subject=row["subject"],
            written=row["written"],
            reply=row["reply"],
        )
        for row in _rows("requests.csv")
    ]


def sample_messages() -> list[SampleMessage]:
    """Return every message of the sample, oldest first in each mailbox, as a server would number them."""
    requests = {request.id: request for request in sample_requests()}
    found: list[SampleMessage] = []
    for request in requests.values():
        found += _request_messages(request, requests)
    for number, row in enumerate(_rows("others.csv"), 1):
        found += _other(row, number, requests)
    return sorted(found, key=lambda message: (message.internal_at, message.raw))


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _paris(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=PARIS)


def _request_messages(request: SampleRequest, requests: dict[str, SampleRequest]) -> Iterator[SampleMessage]:
    message = _letter(
        message_id=request.message_id,
        by=f"{request.name} <{request.address}>" if request.via != "form" else FORM,
        to=f"{request.to}@{DOMAIN}",
        subject=request.subject,
        at=request.received - timedelta(minutes=1),
    )
    if request.via == "form":
        message["Reply-To"] = request.address
        message["Auto-Submitted"] = "auto-generated"
    if request.via.startswith("reuses:"):
        old = requests[request.via.partition(":")[2]]
        _cite(message, old.reply_id, old.message_id)
    yield _received(message, request.mailbox, request.received, request.written)
    if request.via == "contact-forward":
        yield _forward(request)
    if request.answered is not None:
        yield _reply(request, request.answered)


def _forward(request: SampleRequest) -> SampleMessage:
    at = request.received + timedelta(minutes=25)
    service = {
        "Étrangers": "etrangers",
        "Permis de conduire": "permis",
        "Cartes grises": "cartes-grises",
        "Associations": "associations",
        "Élections et réglementation": "reglementation",
    }[request.service]
    message = _letter(
        message_id=f"{request.id}.transfert@{DOMAIN}",
        by=f"Accueil <{CONTACT}>",
        to=f"{service}@{DOMAIN}",
        subject=f"TR : {request.subject}",
        at=at,
    )
    _cite(message, request.message_id)
    return SampleMessage("Sent", _bytes(message), at)


def _reply(request: SampleRequest, at: datetime) -> SampleMessage:
    """Return the office's reply, in the way that the row names."""
    prefix = {"rep": "Rép\u00a0: ", "re-nbsp": "RE\u00a0: "}.get(request.reply, "RE : ")
    by_service = request.reply == "service-copy" and request.to != "contact"
    message = _letter(
        message_id=request.reply_id,
        by=f"{request.to}@{DOMAIN}" if by_service else f"Préfecture du Val-Fleuri <{CONTACT}>",
        to=request.address,
        subject=f"{prefix}{request.subject}",
        at=at,
        cc=CONTACT if by_service else None,
    )
    if request.reply == "references":
        message["References"] = f"<{request.message_id}>"
    elif request.reply != "subject-only":
        _cite(message, request.message_id)
    return SampleMessage("INBOX" if by_service else "Sent", _bytes(message), at)


def _other(row: dict[str, str], number: int, requests: dict[str, SampleRequest]) -> Iterator[SampleMessage]:
    kind = row["kind"]
    about = [requests[row["ref"]]] if row["ref"] in requests else []
    if row["ref"] == "form":
        about = [request for request in requests.values() if request.via == "form"]
    if not about:
        yield _unrelated(row, number)
    for request in about:
        if kind == "duplicate":
            [copy] = [item for item in _request_messages(request, requests) if _is_opening(item, request)]
            yield SampleMessage("Archives", copy.raw, copy.internal_at + timedelta(minutes=3))
        else:
            at = request.received + timedelta(minutes=1) if row["at"] == "+1 min" else _paris(row["at"])
            yield _RELATED[kind](request, row["subject"].format(subject=request.subject), at, number)


def _is_opening(message: SampleMessage, request: SampleRequest) -> bool:
    return f"Message-ID: <{request.message_id}>".encode() in message.raw


def _from_citizen(request: SampleRequest, subject: str, at: datetime, number: int) -> SampleMessage:
    message = _letter(
        message_id=f"o{number}.{request.id}@{request.address.partition('@')[2]}",
        by=f"{request.name} <{request.address}>",
        to=CONTACT,
        subject=subject,
        at=at,
    )
    answered = request.answered is not None and request.answered < at
    _cite(message, *([request.reply_id] if answered else []), request.message_id)
    return _received(message, "INBOX", at, "utf8-q")


def _from_office(request: SampleRequest, subject: str, at: datetime, number: int) -> SampleMessage:
    message = _letter(
        message_id=f"o{number}.{request.id}@{DOMAIN}",
        by=f"Préfecture du Val-Fleuri <{CONTACT}>",
        to=request.address,
        subject=subject,
        at=at,
    )
    _cite(message, request.message_id)
    return SampleMessage("Sent", _bytes(message), at)


def _acknowledgement(request: SampleRequest, subject: str, at: datetime, number: int) -> SampleMessage:
    sent = _from_office(request, subject, at, number)
    return SampleMessage("Sent", b"Auto-Submitted: auto-replied\r\n" + sent.raw, at)


def _vacation(request: SampleRequest, subject: str, at: datetime, number: int) -> SampleMessage:
    came = _from_citizen(request, subject, at, number)
    return SampleMessage(
        "INBOX", b"Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\n" + came.raw, at
    )


def _read_receipt(request: SampleRequest, subject: str, at: datetime, number: int) -> SampleMessage:
    came = _from_citizen(request, subject, at, number)
    typed = b"multipart/report; report-type=disposition-notification; boundary=x"
    return SampleMessage("INBOX", came.raw.replace(b"text/plain; charset=utf-8", typed, 1), at)


def _delivery_report(request: SampleRequest, subject: str, at: datetime, number: int) -> SampleMessage:
    message = _letter(
        message_id=f"o{number}.{request.id}@{DOMAIN}",
        by=f"MAILER-DAEMON@{DOMAIN}",
        to=CONTACT,
        subject=subject,
        at=at,
    )
    _cite(message, request.reply_id)
    return SampleMessage("INBOX", _as_delivery_report(_bytes(message)), at)


def _as_delivery_report(raw: bytes) -> bytes:
    typed = b"multipart/report; report-type=delivery-status; boundary=x"
    return raw.replace(b"text/plain; charset=utf-8", typed, 1)


_RELATED: dict[str, Callable[[SampleRequest, str, datetime, int], SampleMessage]] = {
    "reminder": _from_citizen,
    "thanks": _from_citizen,
    "follow-up": _from_citizen,
    "follow-up-reply": _from_office,
    "holding": _from_office,
    "acknowledgement": _acknowledgement,
    "vacation": _vacation,
    "receipt": _read_receipt,
    "bounce": _delivery_report,
}


def _unrelated(row: dict[str, str], number: int) -> SampleMessage:
    """Return a mail that belongs to no request: newsletter, invitation, spam, internal mail, old bounce."""
    at = _paris(row["at"])
    message = _letter(
        message_id=f"o{number}@{row['from'].partition('@')[2]}",
        by=row["from"],
        to=CONTACT,
        subject=row["subject"],
        at=at,
    )
    if row["kind"] == "newsletter":
        message["List-Id"] = f"<lettre.{row['from'].partition('@')[2]}>"
        message["List-Unsubscribe"] = f"<mailto:{row['from']}?subject=stop>"
    raw = _bytes(message)
    if row["kind"] == "bounce":
        raw = _as_delivery_report(raw)
    if row["kind"] == "calendar":
        raw = raw.replace(b"text/plain; charset=utf-8", b"text/calendar; method=REQUEST; charset=utf-8", 1)
    return SampleMessage("Junk" if row["kind"] == "spam" else "INBOX", raw, at)


def _letter(
    *, message_id: str, by: str, to: str, subject: str, at: datetime, cc: str | None = None
) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<{message_id}>"
    message["Date"] = format_datetime(at)
    message["From"] = by
    message["To"] = to
    if cc is not None:
        message["Cc"] = cc
    message["Subject"] = subject
    message.set_content(
        "Bonjour,\n\nVoir l'objet.\n\nCordialement\n", charset="utf-8", cte="quoted-printable"
    )
    return message


def _cite(message: EmailMessage, *ids: str) -> None:
    message["In-Reply-To"] = f"<{ids[0]}>"
    message["References"] = " ".join(f"<{cited}>" for cited in reversed(ids))


def _received(message: EmailMessage, mailbox: str, at: datetime, written: str) -> SampleMessage:
    hop = f"Received: from relais.example ([192.0.2.25]) by imap.{DOMAIN};\r\n\t{format_datetime(at)}\r\n"
    return SampleMessage(mailbox, hop.encode() + _subject_as(written, message), at)


def _bytes(message: EmailMessage) -> bytes:
    raw = message.as_bytes()
    # The library quotes the charset's name; most clients do not.
    return raw.replace(b'charset="utf-8"', b"charset=utf-8", 1)


def _subject_as(written: str, message: EmailMessage) -> bytes:
    """Return the message with its subject written as some client would."""
    subject = str(message["Subject"])
    encoded = {
        "utf8-b": lambda: _encoded(subject, "utf-8", "b"),
        "utf8-q": lambda: _encoded(subject, "utf-8", "q"),
        "latin1-q": lambda: _encoded(subject, "iso-8859-1", "q"),
        "raw8": lambda: subject.encode("utf-8"),
    }.get(written)
    if encoded is None:
        return _bytes(message)
    message.replace_header("Subject", "@@subject@@")
    return _bytes(message).replace(b"@@subject@@", encoded(), 1)


def _encoded(subject: str, charset: str, encoding: str) -> bytes:

    chosen = Charset(charset)
    chosen.header_encoding = BASE64 if encoding == "b" else QP
    return Header(subject, chosen, maxlinelen=200).encode().encode("ascii")
