"""A ready-written mail as mail clients send it, once somebody has clicked on its link and completed it.

Written after what Outlook for Microsoft 365, Thunderbird 128, Mail of iOS 18 and a webmail send: the encodings, the
wrapping, the signatures and the headers that such a mail has. Nothing else is theirs.
"""

from __future__ import annotations

import base64
import html
import quopri
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Opened:
    """What a client opens: whom to write to, under which subject, with which text; lines end with LF."""

    to: str
    subject: str
    body: str

    def completed(self, typed: Mapping[str, str]) -> Opened:
        """Return the same once somebody has typed behind some of its labels, each by how it begins."""
        lines = [
            line + next((said for label, said in typed.items() if line.startswith(label)), "")
            for line in self.body.split("\n")
        ]
        return Opened(self.to, self.subject, "\n".join(lines))


def opened(link: str) -> Opened:
    """Return what a `mailto:` link opens (RFC 6068)."""
    url = urlsplit(link)
    said = parse_qs(url.query, keep_blank_values=True)
    return Opened(url.path.replace("%2B", "+"), said["subject"][0], said["body"][0].replace("\r\n", "\n"))


@dataclass(frozen=True)
class Sending:
    """From whom, under which id and when a mail leaves, and the Received: lines that its way added."""

    sender: str
    message_id: str
    at: datetime
    trace: tuple[str, ...] = ()

    def header(self, mail: Opened, *fields: str) -> str:
        """Return the header's lines, the blank one included."""
        subject = Header(mail.subject, "utf-8", maxlinelen=75, header_name="Subject").encode(linesep="\r\n")
        return "\r\n".join(
            [
                *self.trace,
                f"From: {self.sender}",
                f"To: <{mail.to}>",
                f"Subject: {subject}",
                f"Date: {format_datetime(self.at)}",
                f"Message-ID: <{self.message_id}>",
                "MIME-Version: 1.0",
                *fields,
                "",
                "",
            ]
        )


def outlook(mail: Opened, sending: Sending) -> bytes:
    """Outlook: two alternatives in Windows-1252, quoted-printable, paragraphs apart, long lines as they are."""
    text = mail.body.replace("\n", "\n\n") + "\n\nCordialement,\nService des permis\n"
    paragraphs = "".join(
        f"<p class=MsoNormal><span lang=FR>{html.escape(line) or '<o:p>&nbsp;</o:p>'}</span></p>\n"
        for line in mail.body.split("\n")
    )
    parts = (
        ("text/plain", text),
        ("text/html", f"<html><body lang=FR><div class=WordSection1>{paragraphs}</div></body></html>"),
    )
    written = "".join(
        f'--_000_AM9P\r\nContent-Type: {kind}; charset="Windows-1252"\r\n'
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        f"{quopri.encodestring(content.encode('cp1252')).decode().replace(chr(10), chr(13) + chr(10))}\r\n"
        for kind, content in parts
    )
    header = sending.header(
        mail,
        "Thread-Index: " + base64.b64encode(bytes(22)).decode(),
        'Content-Type: multipart/alternative; boundary="_000_AM9P"',
        "X-Mailer: Microsoft Outlook 16.0",
    )
    return f"{header}{written}--_000_AM9P--\r\n".encode()


def thunderbird(mail: Opened, sending: Sending) -> bytes:
    """Thunderbird: one text in UTF-8, flowed at 72 characters (RFC 3676)."""
    # A space before a line's end says that the next line goes on.
    text = "\n".join(" \n".join(textwrap.wrap(line, 72)) for line in mail.body.split("\n"))
    header = sending.header(
        mail,
        "Content-Type: text/plain; charset=UTF-8; format=flowed",
        "Content-Transfer-Encoding: 8bit",
        "User-Agent: Mozilla Thunderbird",
    )
    return (header + text.replace("\n", "\r\n") + "\r\n-- \r\nLe chef de service\r\n").encode()


def phone(mail: Opened, sending: Sending) -> bytes:
    """Mail of iOS: quoted-printable UTF-8, no-break spaces where the keyboard puts them, its own last line."""
    text = mail.body.replace(" :", "\u00a0:") + "\n\nEnvoyé de mon iPhone"
    body = quopri.encodestring(text.encode()).decode().replace("\n", "\r\n")
    header = sending.header(
        mail,
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable",
        "X-Mailer: iPhone Mail (22A3354)",
    )
    return f"{header}{body}\r\n".encode()


def webmail(mail: Opened, sending: Sending) -> bytes:
    """A webmail that writes HTML alone, in base64, and breaks long words for its own page."""
    lines = "<br />".join(
        "<wbr>".join(textwrap.wrap(html.escape(line), 30, drop_whitespace=False))
        if len(line) > 30 and " " not in line
        else html.escape(line)
        for line in mail.body.split("\n")
    )
    body = base64.encodebytes(f"<html><body><div>{lines}</div></body></html>".encode()).decode()
    header = sending.header(
        mail, "Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: base64"
    )
    return (header + body.replace("\n", "\r\n")).encode()


CLIENTS: dict[str, Callable[[Opened, Sending], bytes]] = {
    "Outlook": outlook,
    "Thunderbird": thunderbird,
    "phone": phone,
    "webmail": webmail,
}
