"""One new reply: its derivation in a small store and in a large one."""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.report import fill, opened
from bench.site import NOW
from mailsla.bootstrap.application import Application
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.to_store import Batch, new_message
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.header_reading import read_header
from mailsla.core.office.correspondents import UNKNOWN_OFFICE

SIZES = (10_000, 200_000)
REPLIES = 40
ANSWERED = datetime(2026, 11, 5, 10, tzinfo=UTC)


def seconds(app: Application, number: int) -> float:
    """Store one reply and return how long its derivation takes."""
    asked = number * 35
    raw = (
        f"Message-ID: <new{number}.{number:08}@pref.example.fr>\r\nDate: Thu, 05 Nov 2026 10:00:00 +0000\r\n"
        f"From: contact@pref.example.fr\r\nTo: usager{asked}@example.org\r\n"
        f"In-Reply-To: <m{asked}.{asked:08x}@example.org>\r\nSubject: RE : x\r\n\r\n"
    )
    header = read_header(raw.encode())
    cursor = app.store.mailboxes.cursor("contact", ListedMailbox("INBOX", MailboxRole.INBOX))
    uid = cursor.last_uid + 1
    message = new_message(uid, ANSWERED, header, UNKNOWN_OFFICE)
    app.store.messages.add(cursor, Batch(1, uid, (message,), ()), NOW)
    started = time.perf_counter()
    app.derive()
    return time.perf_counter() - started


def main() -> None:
    """Print the median for each size of store, and the ratio."""
    medians = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as app:
            fill(app, size)
            medians.append(statistics.median(seconds(app, number) for number in range(REPLIES)))
        print(f"{size:,} messages: {medians[-1] * 1000:.1f} ms, {medians[-1] / medians[0]:.2f} ×")
