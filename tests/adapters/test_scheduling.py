"""The daemon's jobs: each has its turns, and one that lasts too long makes up for the turn it missed."""

from __future__ import annotations

import os
import signal
import threading
import time

from mailsla.adapters.scheduling import Job, run_jobs


def starts(job_seconds: float, lasting: float, wanted: int) -> list[float]:
    """Return when a job that lasts so long was started, in seconds from the first time."""
    stop = threading.Event()
    found: list[float] = []

    def act() -> None:
        found.append(time.monotonic())
        if len(found) == wanted:
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            stop.wait(lasting)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    run_jobs([Job("work", job_seconds, act)], stop, lambda: None)
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
