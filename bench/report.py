"""The report over 100,000 requests, from the store; and deriving them again, a tenth beside the whole."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from bench.measuring import compare, peak_memory_mb
from bench.site import NOW, settings_of
from mailsla.bootstrap.application import Application, open_application
from mailsla.bootstrap.commands import report
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.to_store import Batch, NewMessage, new_message
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.header_reading import read_header
from mailsla.core.office.correspondents import UNKNOWN_OFFICE
from mailsla.core.pairing.configured import RuleNames
from mailsla.core.rate.period import parse_period
from tests.trials.mail.samples import letters

REQUESTS = 100_000


def opened(folder: Path) -> AbstractContextManager[Application]:
    """Open a store of its own in `folder`."""
    account = {"host": "localhost", "user": "contact", "password_env": "NONE"}
    return open_application(settings_of(folder, account), now=lambda: NOW)


def fill(app: Application, count: int) -> None:
    """Store `count` generated messages and derive them."""
    mailbox = ListedMailbox("INBOX", MailboxRole.INBOX)
    batch: list[NewMessage] = []
    cursor = app.store.mailboxes.cursor("contact", mailbox)
    for uid, (raw, at) in enumerate(letters(count), 1):
        header = read_header(raw)
        batch.append(new_message(uid, at, header, UNKNOWN_OFFICE))
        if len(batch) == 5_000:
            app.store.messages.add(cursor, Batch(1, uid, tuple(batch), ()), NOW)
            batch = []
    app.store.messages.add(cursor, Batch(1, count, tuple(batch), ()), NOW)
    app.derive()


def again(app: Application) -> Callable[[], object]:
    """Return a function that derives everything again."""

    def derive() -> object:
        with app.store.derivations.deriving() as work:
            work.finish(RuleNames("other rules", work.ties, work.days))
        return app.derive()

    return derive


def main() -> None:
    """Print the times, and the peak of memory."""
    # Three messages out of five are requests.
    count = REQUESTS * 5 // 3
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as two,
        opened(Path(one)) as small,
        opened(Path(two)) as large,
    ):
        fill(small, count // 10)
        fill(large, count)
        print(f"{len(large.store.derivations.requests()):,} requests")
        compare(
            {
                "report, 10,000 requests": lambda: report(small, [parse_period("2026")]),
                "report, 100,000 requests": lambda: report(large, [parse_period("2026")]),
                "derive again, 10,000 requests": again(small),
                "derive again, 100,000 requests": again(large),
            },
            rounds=3,
        )
    print(f"peak memory {peak_memory_mb():.0f} MB")
