"""The end of a year's personal data at once, as of the day on which all of it is kept no more.

    python -m bench.purge [REQUESTS]

On a copy of a store of `commands`: processor time and memory, how long others wait to write, the file before and after;
then every figure again, and every byte of the file, of its log and of a copy of it, in which nobody is named any more.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bench.measuring import judge, peak_memory_mb, processor_seconds
from bench.site import NOW
from bench.stores import copied
from mailsla.adapters.database.backup import copy_whole
from mailsla.bootstrap import commands, privacy
from mailsla.bootstrap.application import Application, open_application
from mailsla.config import load
from mailsla.core.pairing.decision import Recorded
from mailsla.core.rate.period import parse_period
from mailsla.core.rate.publication import Published
from mailsla.presentation.documents.report import report_document
from mailsla.presentation.documents.values import text

REQUESTS = 100_000
LATER = datetime(2029, 4, 2, 4, tzinfo=NOW.tzinfo)
"""What fell due in 2027 ended the day before."""

YEARS = ("2025", "2026")
NAMING = (b"usager", b"Usager", b"Demande de titre", b"@example.org")
"""Of whom, and of what, the letters of `years` speak."""


def main(requests: int = REQUESTS) -> None:
    """Print what it takes, and whether the goals hold."""
    with copied(requests) as config, open_application(load(config), now=lambda: LATER) as app:
        built = commands.report(app, [parse_period(year) for year in YEARS])
        commands.publish(app, built, Published("bench", Recorded("bench", NOW)))
        before, store = _figures(app), config.with_name("mailsla.sqlite3")
        _show("file before, MB", store.stat().st_size / 1e6)
        waits: list[float] = []
        last = time.perf_counter()

        def told(_done: int, _total: int) -> None:
            nonlocal last
            waits.append(time.perf_counter() - last)
            last = time.perf_counter()

        with _measured("the whole purge"):
            done = privacy.purge(app, told)
        print(f"{done.messages:,} messages, {done.requests:,} requests, {done.waiting:,} wait")
        _show("longest transaction, s", max(waits))
        with _measured("the next day's, of nothing"):
            privacy.purge(app)
        _show("file after, MB", store.stat().st_size / 1e6)
        _show("peak memory, MB", peak_memory_mb())
        judge("figures and publications that differ", float(before != _figures(app)), 0)
        copy = config.with_name("copy.sqlite3")
        copy_whole(f"sqlite:///{store}", copy)
        files = [store, store.with_name(f"{store.name}-wal"), copy]
        held = sum(_found(path) for path in files if path.exists())
        judge("places in which somebody is named", held, 0)


def _figures(app: Application) -> str:
    app.derive()
    built = [report_document(commands.report(app, [parse_period(year)]), app.site.zone) for year in YEARS]
    for found in built:
        del found["sealed"]
    published = [str(item.revision) for item in commands.registered_publications(app)]
    return "\n".join((*map(text, built), *published, str(app.store.mails.balance())))


@contextmanager
def _measured(name: str) -> Iterator[None]:
    began, cost = time.perf_counter(), processor_seconds()
    yield
    print(f"{name}: {time.perf_counter() - began:.1f} s, {processor_seconds() - cost:.1f} s of processor")


def _found(path: Path) -> int:
    content = path.read_bytes()
    return sum(content.count(words) for words in NAMING)


def _show(name: str, value: float) -> None:
    print(f"{name}: {value:,.1f}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
