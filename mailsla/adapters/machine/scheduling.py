"""Runs jobs at intervals until told to stop; a job never overlaps itself, and its failure stops nothing."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from mailsla.adapters.machine import service_manager
from mailsla.adapters.machine.logs import LOG
from mailsla.adapters.machine.watchdog import Watchdog

GRACE_SECONDS = 4
"""How long jobs may take to end after SIGTERM; systemd and people expect a few seconds."""

TURN_SECONDS = 0.5
"""A job that ends so shortly before its next turn may have missed it: the scheduler starts jobs a little late."""

LOOK_SECONDS = 2
JUMP_SECONDS = 10
"""A clock that goes on by so much more or less than it should was set; less than that only shifts a turn."""


@dataclass(frozen=True)
class Job:
    """Something to do at intervals, the first time at once."""

    name: str
    seconds: float
    act: Callable[[], object]


@dataclass(frozen=True)
class Shift:
    """Jobs that run together, until another shift relieves them or the process ends.

    Attributes:
        jobs: What to do.
        stop: Set when the jobs are to end; they look at it between two steps.
        interrupt: Wakes a job that waits for the network.
        close: Called once they have ended.
    """

    jobs: Sequence[Job]
    stop: threading.Event
    interrupt: Callable[[], object]
    close: Callable[[], object] = lambda: None


def run_shifts(first: Callable[[], Shift], following: Callable[[], Shift | None] = lambda: None) -> None:
    """Run jobs until SIGTERM or SIGINT, then end within 5 seconds; at SIGHUP, another shift may relieve them.

    Whatever a job writes is in transactions, so that one still busy after `GRACE_SECONDS` can be abandoned:
    it is as if the machine had been switched off, and the next start repeats it. A shift that is relieved is
    waited for: the next one begins once its last job has ended. A signal that comes before the first shift has
    begun is heard then.

    Args:
        first: Returns the jobs to begin with.
        following: Returns what relieves those at work, None when they are to go on.
    """
    asked: SimpleQueue[int] = SimpleQueue()

    def ask(number: int, _frame: FrameType | None) -> None:
        # A queue of this kind, unlike locks, may be written to in a signal's handler.
        asked.put(number)
        if number != signal.SIGHUP:
            signal.alarm(GRACE_SECONDS)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, ask)
    signal.signal(signal.SIGALRM, _abandon)
    watchdog = Watchdog()
    shift: Shift | None = first()
    while shift is not None:
        shift = _worked(shift, watchdog, asked, following)
    signal.alarm(0)
    LOG.info("stopped")


def _worked(
    shift: Shift, watchdog: Watchdog, asked: SimpleQueue[int], following: Callable[[], Shift | None]
) -> Shift | None:
    """Run a shift until it is relieved, and return what relieves it; None when everything is to end."""
    watchdog.watch({job.name: job.seconds for job in shift.jobs})
    scheduler = _scheduler(shift.jobs, shift.stop, watchdog)
    scheduler.start()
    service_manager.tell("READY=1")
    relief = _until_relieved(scheduler, watchdog, asked, following)
    shift.stop.set()
    shift.interrupt()
    # Its jobs are watched until the last has ended: one that never does must not hold back the next shift for ever.
    ending = threading.Thread(target=scheduler.shutdown)
    ending.start()
    while ending.is_alive():
        watchdog.look()
        ending.join(LOOK_SECONDS)
    shift.close()
    return relief


def _until_relieved(
    scheduler: BackgroundScheduler,
    watchdog: Watchdog,
    asked: SimpleQueue[int],
    following: Callable[[], Shift | None],
) -> Shift | None:
    """Wait until another shift is to begin, and return it; None when everything is to end."""
    while True:
        number = _keep_time(scheduler, watchdog, asked)
        if number != signal.SIGHUP:
            LOG.info("stopping")
            service_manager.tell("STOPPING=1")
            return None
        service_manager.tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1_000}")
        relief = following()
        if relief is not None:
            return relief
        service_manager.tell("READY=1")


def _keep_time(scheduler: BackgroundScheduler, watchdog: Watchdog, asked: SimpleQueue[int]) -> int:
    """Wait for a signal and return it; whenever the clock is set, either way, every job is due at once.

    The scheduler goes by the wall clock alone: set back by a year, it would wait for that year.
    """
    before = _ahead()
    while True:
        watchdog.look()
        with suppress(Empty):
            return asked.get(timeout=LOOK_SECONDS)
        ahead = _ahead()
        if abs(ahead - before) > JUMP_SECONDS:
            LOG.warning("clock set", seconds=round(ahead - before))
            for job in scheduler.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))
            before = ahead


def _ahead() -> float:
    """Return how far the wall clock is ahead of one that nobody sets, in seconds."""
    return datetime.now(UTC).timestamp() - time.monotonic()


def _scheduler(jobs: Sequence[Job], stop: threading.Event, watchdog: Watchdog) -> BackgroundScheduler:
    scheduler = BackgroundScheduler(
        # A store shared between processes would run jobs twice (APScheduler 3's own FAQ): memory only.
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(max(2, len(jobs)))},
        timezone=UTC,
    )
    for job in jobs:
        scheduler.add_job(
            _guarded(job, stop, watchdog),
            "interval",
            seconds=job.seconds,
            next_run_time=datetime.now(UTC),
            id=job.name,
            name=job.name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    return scheduler


def _guarded(job: Job, stop: threading.Event, watchdog: Watchdog) -> Callable[[], None]:
    # A pool's threads know nothing of the context they are started from, such as the language to speak.
    context = copy_context()

    def once() -> None:
        with watchdog.at_work(job.name):
            job.act()

    def act() -> None:
        # APScheduler leaves out the turn that comes while a job still runs: it is made up for at once.
        late = True
        while late and not stop.is_set():
            started = time.monotonic()
            try:
                context.copy().run(once)
            except Exception as error:  # noqa: BLE001 (a job's failure must not end the daemon)
                LOG.error("job failed", job=job.name, exc_info=error)
            late = time.monotonic() - started > job.seconds - TURN_SECONDS

    return act


def _abandon(_signal: int, _frame: FrameType | None) -> None:
    LOG.warning("abandoned jobs that were still busy")
    os._exit(0)
