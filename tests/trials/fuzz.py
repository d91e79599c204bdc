"""Fuzzing of parse → classify → pair: any bytes give facts or are set aside, in any order, in bounded time.

    python -m tests.trials.fuzz [MINUTES]      10 minutes unless told (`make fuzz`)

Headers are built from the fields that matter and from hostile pieces, then cut, spliced and flipped. A finding is
printed with the bytes that make it, and kept as a case in tests/test_hostile_bytes.py.
"""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, datetime, timedelta

from mailsla.core.errors import MessageError
from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.header import REQUESTED_FIELDS, Header
from mailsla.core.mail.header_reading import read_header
from mailsla.core.mail.identity import identity
from mailsla.core.mail.kinds import kind_of
from mailsla.core.office.body_evidence import first_text, needs_body, with_body
from mailsla.core.office.sides import classified, read
from mailsla.core.pairing.derivation import derive
from mailsla.core.pairing.ties import ties
from tests.factories import RULES

SEEN = datetime(2026, 11, 13, tzinfo=UTC)
SLOWEST = 2.0
"""Seconds of processor that one header of at most a megabyte may take."""

PIECES = (
    b"<yes>", b"<a@b>", b"<" * 40, b">" * 40, b"@", b"=?utf-8?B?", b"?=", b"=?x?Q?=FF?=", b"=?utf-8*fr?q?=C3=A9?=",
    b"\x00", b"\xff\xfe", b"\xe2\x80\xae", b"\x1b[2J", b"\r", b"\n ", b"\r\n\t", b",", b";", b":", b'"', b"\\",
    b"(" * 60,
    b"contact@pref.example.fr", b"usager@example.org", b"usager+tag@example.org", b"x@xn--d1acufc.example",
    "préfet@exämple.fr".encode(), b"Re: ", b"RE : TR : ", "Rép : ".encode(), b"auto-replied", b"auto-generated",
    b"multipart/report; report-type=delivery-status", b"text/calendar; method=REQUEST",
    b"Thu, 05 Nov 2026 10:00:00 +0100",
    b"31 Feb 2026 25:61:61 +9999", b"01 Jan 0001 00:00:00 +0000", b"31 Dec 9999 23:59:59 -1200", b"AQ" * 20, b"yes",
    b"<>",
)  # fmt: skip
FIELDS = [name.encode() for name in REQUESTED_FIELDS]


def hostile(draw: random.Random) -> bytes:
    """Return a header of random fields made of pieces, then damaged."""
    lines = []
    for _ in range(draw.randint(0, 14)):
        value = b"".join(draw.choice(PIECES) for _ in range(draw.randint(0, 8)))
        if draw.random() < 0.002:
            value *= draw.randint(100, 20_000)
        lines.append(draw.choice(FIELDS) + draw.choice((b": ", b":", b" : ", b"")) + value[:1_000_000])
    raw = bytearray(
        draw.choice((b"\r\n", b"\n", b"\r")).join(lines) + draw.choice((b"", b"\r\n\r\n", b"\n\n"))
    )
    for _ in range(draw.randint(0, 4)):
        if raw:
            at = draw.randrange(len(raw))
            raw[at : at + draw.randint(0, 6)] = draw.randbytes(draw.randint(0, 6))
    return bytes(raw)


def examine(draw: random.Random) -> list[Mail]:
    """Read, classify and look into one hostile mail; return it, or nothing when it is set aside."""
    raw, body = hostile(draw), hostile(draw)
    started = time.process_time()
    try:
        header = read_header(raw)
    except MessageError:
        return []
    assert isinstance(header, Header)
    kind_of(header, body)
    classified(header, RULES.office, body)
    first_text(raw[:2_000], body)
    if needs_body(header, RULES.office):
        header = with_body(header, raw, body, RULES.office)
    places = tuple(
        Copy(
            "contact",
            name,
            role,
            SEEN - timedelta(days=draw.randint(0, 400)),
            header.hop_at,
            present=draw.random() < 0.8,
        )
        for name, role in (
            ("INBOX", MailboxRole.INBOX),
            ("Sent", MailboxRole.SENT),
            ("Junk", MailboxRole.JUNK),
        )
        if draw.random() < 0.5
    )
    mail = Mail(identity(header), header, SEEN, places)
    read(mail, RULES.office)
    ties(mail.header, RULES.office)
    took = time.process_time() - started
    assert took < SLOWEST, f"{took:.1f} s for {len(raw)} bytes"
    return [mail]


def trial(seed: int) -> None:
    """Derive a handful of hostile mails in two orders, and require the same result."""
    draw = random.Random(seed)
    mails = {mail.key: mail for _ in range(draw.randint(1, 12)) for mail in examine(draw)}
    ordered = list(mails.values())
    one = derive(ordered, RULES)
    draw.shuffle(ordered)
    other = derive(ordered, RULES)
    assert one.conversations == other.conversations
    assert one.requests == other.requests
    assert one.doubts == other.doubts
    assert one.links == other.links
    assert sorted(key for members in one.conversations.values() for key in members) == sorted(mails)


def main(minutes: float) -> int:
    """Run trials until the time is over, print the seeds that failed, and return the exit code."""
    end = time.monotonic() + 60 * minutes
    seed = failures = 0
    while time.monotonic() < end and failures < 20:
        try:
            trial(seed)
        except Exception as error:  # noqa: BLE001 (any at all is what is looked for)
            failures += 1
            print(f"seed {seed}: {type(error).__name__}: {str(error)[:200]}", flush=True)
        seed += 1
    print(f"{seed} trials in {minutes:g} minutes, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 10))
