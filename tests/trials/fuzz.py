"""Fuzzing of import → parse → classify → pair: any bytes give facts or are set aside, in any order, in bounded time.

    python -m tests.trials.fuzz [MINUTES]      10 minutes unless told (`make fuzz`)

Headers are built from the fields that matter and from hostile pieces, then cut, spliced and flipped. A finding is
printed with the bytes that make it, and kept as a case in tests/test_hostile_bytes.py.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailsla.adapters.archives.files import files_of
from mailsla.adapters.archives.reading import read_archive
from mailsla.core.collection.archived import ArchivedMail
from mailsla.core.errors import MessageError
from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.dates import parse_date
from mailsla.core.mail.encoded_words import text_of
from mailsla.core.mail.header import REQUESTED_FIELDS, Header
from mailsla.core.mail.header_reading import read_header
from mailsla.core.mail.identity import identity
from mailsla.core.mail.kinds import kind_of
from mailsla.core.mail.message_ids import parse_message_ids
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
    end = draw.choice((b"", b"\r\n\r\n", b"\n\n"))
    return _damaged(draw, draw.choice((b"\r\n", b"\n", b"\r")).join(lines) + end)


def _gzipped(written: bytes) -> bytes:
    return gzip.compress(written, mtime=0)


def _zipped(written: bytes) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("Mail/INBOX.mbox"), written)
    return into.getvalue()


def _damaged(draw: random.Random, written: bytes) -> bytes:
    """Return bytes of which up to four places are changed, cut or filled."""
    raw = bytearray(written)
    for _ in range(draw.randint(0, 4)):
        if raw:
            at = draw.randrange(len(raw))
            raw[at : at + draw.randint(0, 6)] = draw.randbytes(draw.randint(0, 6))
    return bytes(raw)


def examine(draw: random.Random, raw: bytes, done: Counter[str]) -> list[Mail]:
    """Read, classify and look into one hostile mail; return it, or nothing when it is set aside."""
    body = hostile(draw)
    started = time.process_time()
    try:
        header = read_header(raw)
    except MessageError:
        done["set aside"] += 1
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


PACKINGS: tuple[Callable[[bytes], bytes], ...] = (
    bytes,
    bytes,
    bytes,
    gzip.compress,
    bz2.compress,
    lzma.compress,
    _zipped,
)
NAMES = ("mails.mbox", "Sent.mbox", "un.eml", "1.emlx", "Takeout.zip", "boite", "page.mht", "INBOX.msf")
FROM_LINES = (b"From - Thu Nov  5 10:00:00 2026\n", b"From a@b Thu Nov  5 10:00:00 2026\r\n", b"From \n", b"")
ARCHIVED = 0.2
"""How often a trial's mails are also read from an archive."""


def imported(draw: random.Random, raws: list[bytes], done: Counter[str]) -> list[bytes]:
    """Write mails as an archive, damage it, and return the mails that are read from it: nothing is ever raised."""
    written = b"\n\n".join(draw.choice(FROM_LINES) + raw + b"\n\n" + hostile(draw) for raw in raws)
    for packed in draw.sample(PACKINGS, draw.randint(1, 2)):
        written = packed(written)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, draw.choice(NAMES))
        path.write_bytes(_damaged(draw, written))
        found = [item for file in files_of([path]) for item in read_archive(file)]
    done["archives"] += 1
    done.update(f"from archives: {type(item).__name__}" for item in found)
    return [item.header for item in found if isinstance(item, ArchivedMail)]


def read_both_ways(draw: random.Random) -> None:
    """Read values the short way and the long one, which a few letters more make of it, and require the same."""
    value = text_of(b"".join(draw.choice(PIECES) for _ in range(draw.randint(0, 3))))
    for written in (value, f"<{value}>"):
        assert parse_message_ids(written) == parse_message_ids(f" {written}"), written
    at = ":".join(f"{draw.randint(0, most):02}" for most in (25, 61, 61))
    month, zone = draw.choice(("Jan", "Nov", "fév", "Xyz")), draw.choice(("+0100", "-0330", "+9999", "+0000"))
    date = f"{draw.randint(0, 32)} {month} {draw.randint(0, 9999):04} {at} {zone}"
    assert parse_date(date) == parse_date(f"le {date}"), date
    # A blank at the end of a line has the end of the header looked for the long way.
    raw = hostile(draw)
    assert _read(b"X-Autre: oui\n" + raw) == _read(b"X-Autre: oui \n" + raw), raw


def _read(raw: bytes) -> Header | str:
    try:
        return read_header(raw)
    except MessageError as error:
        return error.reason


def trial(seed: int) -> Counter[str]:
    """Derive a handful of hostile mails in two orders, require the same result, and return what was gone through."""
    draw = random.Random(seed)
    done: Counter[str] = Counter()
    raws = [hostile(draw) for _ in range(draw.randint(1, 12))]
    read_both_ways(random.Random(seed))
    if draw.random() < ARCHIVED:
        raws += imported(draw, raws, done)
    mails = {mail.key: mail for raw in raws for mail in examine(draw, raw, done)}
    ordered = list(mails.values())
    one = derive(ordered, RULES)
    draw.shuffle(ordered)
    other = derive(ordered, RULES)
    assert one.conversations == other.conversations
    assert one.requests == other.requests
    assert one.doubts == other.doubts
    assert one.links == other.links
    assert sorted(key for members in one.conversations.values() for key in members) == sorted(mails)
    done.update({"mails derived": len(mails), "requests": len(one.requests), "doubts": len(one.doubts)})
    return done


def main(minutes: float) -> int:
    """Run trials until the time is over, print the seeds that failed, and return the exit code."""
    end = time.monotonic() + 60 * minutes
    seed = failures = 0
    done: Counter[str] = Counter()
    while time.monotonic() < end and failures < 20:
        try:
            done += trial(seed)
        except Exception as error:  # noqa: BLE001 (any at all is what is looked for)
            failures += 1
            print(f"seed {seed}: {type(error).__name__}: {str(error)[:200]}", flush=True)
        seed += 1
    print(f"{seed} trials in {minutes:g} minutes, {failures} failures")
    print(", ".join(f"{count:,} {what}" for what, count in done.most_common()))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 10))
