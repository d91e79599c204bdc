"""The daemon's jobs: each has its turns, and one that lasts too long makes up for the turn it missed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

import apscheduler.executors.base
import apscheduler.schedulers.base
import apscheduler.triggers.interval
import pytest

from mailsla.adapters.machine import scheduling
from mailsla.adapters.machine.scheduling import Job, Shift, run_shifts

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM)


def starts(
    job_seconds: float, lasting: float, wanted: int, turn: Callable[[], object] = lambda: None
) -> list[float]:
    """Return when a job that lasts so long, and does `turn`, was started, in seconds from the first time."""
    stop = threading.Event()
    found: list[float] = []

    def act() -> None:
        found.append(time.monotonic())
        turn()
        if len(found) == wanted:
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            stop.wait(lasting)

    before = {number: signal.getsignal(number) for number in SIGNALS}
    run_shifts(lambda: Shift([Job("work", job_seconds, act)], stop, lambda: None))
    for number, handler in before.items():
        signal.signal(number, handler)
    return [at - found[0] for at in found]


def test_a_job_that_lasts_past_its_turn_is_run_again_at_once() -> None:
    [_first, second, third] = starts(2, lasting=2.1, wanted=3)

    assert 2.1 <= second < 2.4
    assert 4.2 <= third < 4.7


def test_a_job_that_ends_in_time_waits_for_its_turn() -> None:
    [_first, second, third] = starts(1, lasting=0.2, wanted=3)

    assert 0.9 <= second < 1.4
    assert 1.9 <= third < 2.4


@pytest.mark.parametrize("days", [-365, 365])
def test_a_clock_set_back_or_forward_stops_no_job(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    shift = [timedelta(0)]

    class SetClock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # (its result is no SetClock)
            return datetime.now(tz) + shift[0]

    for module in (
        apscheduler.schedulers.base,
        apscheduler.triggers.interval,
        apscheduler.executors.base,
        scheduling,
    ):
        monkeypatch.setattr(module, "datetime", SetClock)

    def set_clock() -> None:
        shift[0] = timedelta(days=days)

    [_first, second, third] = starts(
        3, lasting=0.1, wanted=3, turn=lambda: threading.Timer(0.5, set_clock).start()
    )

    assert second < 3 + scheduling.LOOK_SECONDS
    assert third < second + 3 + scheduling.LOOK_SECONDS
