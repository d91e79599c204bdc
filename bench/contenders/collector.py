"""mailsla: a first collection into an empty store, then its requests."""

from __future__ import annotations

from pathlib import Path

from bench.contenders.target import Stopwatch, Target, contend
from bench.site import NOW, settings_of
from mailsla.bootstrap.application import open_application


def work(target: Target, stopwatch: Stopwatch) -> int:
    """Collect everything and derive everything."""
    settings = settings_of(Path(target.folder), target.account)
    with open_application(settings, now=lambda: NOW) as app:
        stopwatch.start()
        result = app.poll(app.accounts[0])
        stopwatch.lap("fetched, decoded, stored")
        app.derive()
        stopwatch.lap("… and paired")
    assert result.reason is None, result.reason
    return result.tally.messages


if __name__ == "__main__":
    contend(work)
