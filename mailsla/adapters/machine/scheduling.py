"""Runs jobs at intervals until told to stop; a job never overlaps itself, and its failure stops nothing."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from types import FrameType

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

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


def run_jobs(jobs: Sequence[Job], stop: threading.Event, interrupt: Callable[[], None]) -> None:
    """Run `jobs` until SIGTERM or SIGINT, then end within 5 seconds.

    Whatever a job writes is in transactions, so that one still busy after `GRACE_SECONDS` can be abandoned:
    it is as if the machine had been switched off, and the next start repeats it.

    Args:
        jobs: What to do.
        stop: Set when the jobs are to end; they look at it between two steps.
        interrupt: Wakes a job that waits for the network.
    """

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    scheduler = _scheduler(jobs, stop)
    scheduler.start()
    _keep_time(scheduler, stop)
    structlog.get_logger().info("stopping")
    interrupt()
    watchdog = threading.Timer(GRACE_SECONDS, _abandon)
    watchdog.daemon = True
    watchdog.start()
    scheduler.shutdown(wait=True)
    watchdog.cancel()
    structlog.get_logger().info("stopped")


def _keep_time(scheduler: BackgroundScheduler, stop: threading.Event) -> None:
    """Wait until `stop`; whenever the clock is set, either way, every job is due at once.

    The scheduler goes by the wall clock alone: set back by a year, it would wait for that year.
    """
    before = _ahead()
    while not stop.wait(LOOK_SECONDS):
        ahead = _ahead()
        if abs(ahead - before) > JUMP_SECONDS:
            structlog.get_logger().warning("clock set", seconds=round(ahead - before))
            for job in scheduler.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))
            before = ahead


def _ahead() -> float:
    """Return how far the wall clock is ahead of one that nobody sets, in seconds."""
    return datetime.now(UTC).timestamp() - time.monotonic()


def _scheduler(jobs: Sequence[Job], stop: threading.Event) -> BackgroundScheduler:
    scheduler = BackgroundScheduler(
        # A store shared between processes would run jobs twice (APScheduler 3's own FAQ): memory only.
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(max(2, len(jobs)))},
        timezone=UTC,
    )
    for job in jobs:
        scheduler.add_job(
            _guarded(job, stop),
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


def _guarded(job: Job, stop: threading.Event) -> Callable[[], None]:
    # A pool's threads know nothing of the context they are started from, such as the language to speak.
    context = copy_context()

    def act() -> None:
        # APScheduler leaves out the turn that comes while a job still runs: it is made up for at once.
        late = True
        while late and not stop.is_set():
            started = time.monotonic()
            try:
                context.copy().run(job.act)
            except Exception as error:  # noqa: BLE001 (a job's failure must not end the daemon)
                structlog.get_logger().error("job failed", job=job.name, exc_info=error)
            late = time.monotonic() - started > job.seconds - TURN_SECONDS

    return act


def _abandon() -> None:
    structlog.get_logger().warning("abandoned jobs that were still busy")
    os._exit(0)
