"""A poll that finds nothing new in 20 mailboxes: round trips, bytes and time, with and without LIST-STATUS."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median

from bench.contenders.target import Target
from bench.counting_proxy import Count, CountingProxy
from bench.site import NOW, settings_of
from mailsla.adapters.imap.connecting import connect
from mailsla.bootstrap import access
from mailsla.bootstrap.application import Application, open_application
from mailsla.core.collection.outcome import RunOutcome
from mailsla.usecases.poll import Collected, poll
from mailsla.usecases.terms import Terms
from tests.trials.mail.samples import letters
from tests.trials.servers.dovecot import DovecotServer

USER = "contact@pref.example.fr"
# Beside them the server makes INBOX, Sent, Junk, Trash, Archive, and Drafts, which is never read.
FOLDERS = [f"Dossier {number:02}" for number in range(1, 16)]
MAILBOXES = len(FOLDERS) + 5
LETTERS = 20
ROUNDS = 20


def main() -> None:
    """Print the table, and whether the goal holds."""
    with DovecotServer(rawlog=False) as able:
        capability = " ".join(_capabilities(able) - {"LIST-STATUS"})
        with DovecotServer(rawlog=False, capability=capability) as plain:
            print(f"{MAILBOXES} mailboxes, nothing new; medians of {ROUNDS}, round trips of loopback")
            print(f"{'':<56}{'commands':>9}{'round trips':>12}{'sent, B':>9}{'received, B':>12}{'ms':>8}")
            least = measure("LIST-STATUS", able)
            measure("a STATUS for each mailbox", plain)
    print(f"{'holds' if least == 1 else 'FAILS'}  one round trip with LIST-STATUS: {least}")


def measure(name: str, server: DovecotServer) -> int:
    """Print the two lines of a server, and return the round trips of a poll on an open connection."""
    _fill(server)
    with CountingProxy(server.host, server.imap_port) as proxy, _installed(server, proxy) as app:
        _nothing_new(app.poll(app.accounts[0]), messages=LETTERS * MAILBOXES)
        with _poller(app) as again:
            open_already = _median(proxy, again)
        from_connection = _median(proxy, lambda: _nothing_new(app.poll(app.accounts[0])))
    _show(f"{name}: on an open connection", open_already)
    _show(f"{name}: with connection, login and logout", from_connection)
    return open_already.flights


@contextmanager
def _poller(app: Application) -> Iterator[Callable[[], None]]:
    """Give a function that polls, over the same connection each time."""
    account = app.accounts[0]
    with connect(access.imap_account(account)) as session:
        yield lambda: _nothing_new(
            poll(
                lambda: nullcontext(session),
                app.store,
                Terms(account.name, app.now, app.site.office, app.site.keywords),
                worker="bench",
            )
        )


def _nothing_new(result: Collected, messages: int = 0) -> None:
    assert result.outcome is RunOutcome.OK, result.reason
    assert (result.tally.mailboxes, result.tally.messages) == (MAILBOXES, messages), result


def _median(proxy: CountingProxy, work: Callable[[], None]) -> Count:
    """Return what passes each time, with the median of the times."""
    counts = []
    # The first asks for what the later ones know, such as the capabilities.
    for _round in range(ROUNDS + 1):
        with proxy.counting() as count:
            work()
        counts.append(count)
    last = counts[-1]
    last.seconds = median(count.seconds for count in counts[1:])
    return last


def _show(name: str, count: Count) -> None:
    print(
        f"{name:<56}{len(count.commands):>9}{count.flights:>12}{count.sent:>9,}{count.received:>12,}"
        f"{count.seconds * 1000:>8.1f}",
        flush=True,
    )


def _capabilities(server: DovecotServer) -> set[str]:
    with server.client(USER) as client:
        return {capability.decode() for capability in client.capabilities()}


def _fill(server: DovecotServer) -> None:
    with server.client(USER) as client:
        for folder in FOLDERS:
            client.create_folder(folder)
    for mailbox in ("INBOX", "Sent", "Junk", "Trash", "Archive", *FOLDERS):
        server.append_many(USER, mailbox, [(raw, at, ()) for raw, at in letters(LETTERS)])


@contextmanager
def _installed(server: DovecotServer, proxy: CountingProxy) -> Iterator[Application]:
    target = Target("127.0.0.1", proxy.port, USER, server.password, LETTERS)
    with (
        tempfile.TemporaryDirectory(prefix="mailsla-bench-") as folder,
        open_application(settings_of(Path(folder), target.account), now=lambda: NOW) as app,
    ):
        yield app


if __name__ == "__main__":
    main()
