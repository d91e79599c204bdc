"""Stores of an office with years behind it, made by the code that collects and derives, and kept for the next run.

    python -m bench.stores 100000        makes the one of so many requests, if it is not there

They lie in `FOLDER`: of a million requests, some three gigabytes and a quarter of an hour. A store of an earlier
version is migrated when it is opened, and derived again if need be, like any office's.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench import years
from bench.site import NOW
from mailsla.adapters.database import schema
from mailsla.adapters.database.copying import copy_store
from mailsla.adapters.database.engine import open_engine
from mailsla.bootstrap.application import Application, open_application
from mailsla.config import load
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.to_store import Batch, NewMessage, new_message
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.header_reading import read_header
from tests.trials.office import document, toml

FOLDER = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mailsla-bench"
MANY = 1_000_000
"""So many requests are those of ten years; fewer, of one."""

BATCH = 5_000
INBOX, SENT = ListedMailbox("INBOX", MailboxRole.INBOX), ListedMailbox("Sent", MailboxRole.SENT)
NOBODY = {"host": "127.0.0.1", "port": 1, "tls": "none", "user": "contact", "password": "essai"}
"""The account whose mail is there already: no server answers for it."""


def configure(folder: Path, url: str | None = None, **account: Any) -> Path:
    """Write the configuration of the office, and return its path.

    Args:
        folder: Where it goes, and the store, but for a `url`.
        url: Another database.
        account: Another account, "guichet", beside the one whose mail is there.
    """
    services = [
        {
            "name": name.capitalize(),
            "addresses": [f"{name}@pref.example.fr"],
            "head": f"{name}@pref.example.fr",
        }
        for name in years.SERVICES
    ]
    sections = {"services": services, **({"store": {"url": url}} if url else {})}
    written = document(NOBODY, **sections)
    if account:
        written["accounts"].append({"name": "guichet", **account})
    config = folder / "mailsla.toml"
    config.write_text(toml(written), encoding="utf-8")
    config.chmod(0o600)
    return config


def made(requests: int) -> Path:
    """Return the folder of a store of about so many requests, made if it is not there; whole or not at all."""
    folder = FOLDER / str(requests)
    if not folder.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        print(f"a store of {requests:,} requests is made, once, in {folder}", flush=True)
        making = Path(tempfile.mkdtemp(dir=FOLDER))
        first = NOW - timedelta(weeks=520 if requests >= MANY else 52)
        with open_application(load(configure(making)), now=lambda: NOW) as app:
            grow(app, years.letters(requests, first, NOW))
            app.derive()
        making.rename(folder)
    return folder


def grow(app: Application, letters: Iterator[tuple[years.Letter, bytes]]) -> int:
    """Store letters in batches, as a collection does, after those that are there; return how many."""
    stored = 0
    waiting: dict[ListedMailbox, list[NewMessage]] = {INBOX: [], SENT: []}
    last = {mailbox: app.store.mailboxes.cursor("contact", mailbox).last_uid for mailbox in waiting}

    def store(mailbox: ListedMailbox) -> None:
        cursor = app.store.mailboxes.cursor("contact", mailbox)
        app.store.messages.add(cursor, Batch(1, last[mailbox], tuple(waiting[mailbox]), ()), NOW)
        waiting[mailbox].clear()

    for letter, raw in letters:
        mailbox = SENT if letter.is_ours else INBOX
        last[mailbox] += 1
        stored += 1
        waiting[mailbox].append(new_message(last[mailbox], letter.at, read_header(raw), app.site.office))
        if len(waiting[mailbox]) == BATCH:
            store(mailbox)
    for mailbox, left in waiting.items():
        if left:
            store(mailbox)
    return stored


@contextmanager
def copied(requests: int, url: str | None = None, **account: Any) -> Iterator[Path]:
    """Give the configuration of a copy of a store, as a file or in the empty PostgreSQL database of a URL."""
    kept = made(requests)
    with tempfile.TemporaryDirectory(prefix="mailsla-bench-") as name:
        folder = Path(name)
        if url is None:
            shutil.copy(kept / "mailsla.sqlite3", folder)
        config = configure(folder, url, **account)
        if url is not None:
            copy_rows(f"sqlite:///{kept / 'mailsla.sqlite3'}", url)
        # Whatever this version has to change in it is no part of what is measured.
        with open_application(load(config), now=lambda: NOW) as app:
            app.derive()
        yield config


def copy_rows(source: str, target: str) -> None:
    """Copy every row of a store into an empty PostgreSQL database, at this version's schema."""
    old, new = open_engine(source), open_engine(target)
    schema.upgrade(old)
    copy_store(old, new, lambda _done, _total: None)
    with new.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum analyze")
    old.dispose()
    new.dispose()


def week_of(now: datetime) -> str:
    """Return the name of an instant's week."""
    year, week, _day = now.isocalendar()
    return f"{year}-W{week:02}"


def main(sizes: Sequence[int]) -> None:
    """Make the stores of some sizes."""
    for size in sizes:
        print(made(size))


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]])
