"""imap_tools as it comes, a command for each message: nothing read in the headers, nothing stored."""

from __future__ import annotations

from imap_tools import MailBoxUnencrypted

from bench.contenders.target import Stopwatch, Target, contend


def work(target: Target, stopwatch: Stopwatch) -> int:
    """Fetch, one after the other."""
    return fetch_with(target, stopwatch)


def fetch_with(target: Target, stopwatch: Stopwatch, *, bulk: int = False) -> int:
    """Fetch every header; the messages are let go as they come."""
    stopwatch.start()
    box = MailBoxUnencrypted(target.host, target.port)
    with box.login(target.user, target.password, initial_folder=None):
        box.folder.set("INBOX", readonly=True)
        fetched = sum(1 for _message in box.fetch(mark_seen=False, headers_only=True, bulk=bulk))
    stopwatch.lap("fetched")
    return fetched


if __name__ == "__main__":
    contend(work)
