"""What the daemon does every minute, in a store of any size: processor time inside one process, start-up left out.

python -m bench.rounds CONFIGURATION                   does it, and prints milliseconds as JSON
python -m bench.rounds CONFIGURATION CONFIGURATION     polls in turns in two stores, and prints times the first one's
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import format_datetime
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median

from bench.site import NOW
from bench.stores import INBOX, SENT
from bench.years import id_of
from mailsla.bootstrap.application import Application, open_application
from mailsla.bootstrap.daemon import SiteWork
from mailsla.config import load
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.collection.to_store import Batch, new_message
from mailsla.core.mail.header_reading import read_header

TIMES = 10
TURNS = 30
PENDING = 500

ALERTS = "an alert round"
NOTHING = "a poll with nothing new"
FIVE = "five mails stored and paired"
MANY = f"{PENDING} mails stored and paired"


def main(config: Path) -> None:
    """Print what each costs."""
    with open_application(load(config), now=lambda: NOW) as app:
        work = SiteWork(app)
        # Of accounts that nobody reads, nobody is told anything.
        for at in (NOW - timedelta(days=365), NOW - timedelta(minutes=1)):
            run = app.store.runs.start("contact", at)
            app.store.runs.finish(run, at, RunOutcome.OK, reason=None, messages=0, set_aside=0)
        # The first of them writes what is due today; every minute then looks whether anything is.
        work.prepare_alerts()
        found = {ALERTS: _each(work.prepare_alerts)}
        if len(app.accounts) > 1:
            found[NOTHING] = _each(lambda: _nothing_new(app))
        numbers = count(1)
        found[FIVE] = _each(lambda: _come(app, numbers, 5))
        found[MANY] = _milliseconds(lambda: _come(app, numbers, PENDING))
    print(json.dumps(found))


def grown(few: Path, many: Path) -> None:
    """Print what polls cost in the second store, × the first, in turns: what else the machine does slows both."""
    with (
        open_application(load(few), now=lambda: NOW) as one,
        open_application(load(many), now=lambda: NOW) as other,
    ):
        # After those of `main`.
        numbers = count(2 * PENDING)
        found = {FIVE: _times(lambda app: _come(app, numbers, 5), one, other)}
        if len(one.accounts) > 1:
            found[NOTHING] = _times(_nothing_new, one, other)
    print(json.dumps(found))


def _times(work: Callable[[Application], object], one: Application, other: Application) -> float:
    """Return the median that work takes in another store, × that in one; the first of each is not counted."""
    took: dict[bool, list[float]] = {False: [], True: []}
    for _time in range(1 + TURNS):
        for is_other, app in ((False, one), (True, other)):
            took[is_other].append(_milliseconds(partial(work, app)))
    return median(took[True][1:]) / median(took[False][1:])


def _each(work: Callable[[], object]) -> float:
    """Return the median of some times; the first is not counted: it asks for what the later ones know."""
    work()
    return median(_milliseconds(work) for _time in range(TIMES))


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return 1000 * (time.process_time() - started)


def _nothing_new(app: Application) -> None:
    result = app.poll(app.accounts[1])
    assert result.reason is None, result.reason
    app.derive()


def _come(app: Application, numbers: Iterator[int], mails: int) -> None:
    """Store so many mails, as a collection hands them over, and derive them: new requests, and replies to old ones."""
    for mailbox, header, many in ((INBOX, _request, mails - mails // 2), (SENT, _reply, mails // 2)):
        cursor = app.store.mailboxes.cursor("contact", mailbox)
        new = tuple(
            new_message(uid, NOW, read_header(header(next(numbers))), app.site.office)
            for uid in range(cursor.last_uid + 1, cursor.last_uid + 1 + many)
        )
        app.store.messages.add(cursor, Batch(1, cursor.last_uid + many, new, ()), NOW)
    app.derive()


def _request(number: int) -> bytes:
    return _letter(f"new{number}@example.org", f"nouveau{number}@example.org", "accueil@pref.example.fr")


def _reply(number: int) -> bytes:
    """Return a further reply to a request of the store's first year."""
    cited = f"In-Reply-To: {id_of(number)}\r\n"
    by, to = "accueil@pref.example.fr", f"usager{number}@example.org"
    return cited.encode() + _letter(f"new{number}@pref.example.fr", by, to)


def _letter(name: str, by: str, to: str) -> bytes:
    fields = {
        "Message-ID": f"<{name}>",
        "Date": format_datetime(NOW),
        "From": by,
        "To": to,
        "Subject": "Carte grise",
    }
    return "".join(f"{field}: {value}\r\n" for field, value in fields.items()).encode() + b"\r\n"


if __name__ == "__main__":
    named = [Path(argument) for argument in sys.argv[1:]]
    main(*named) if len(named) == 1 else grown(*named)
