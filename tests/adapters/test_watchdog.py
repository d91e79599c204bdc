"""The watchdog: all is well only while every job gives signs of life, and systemd is told so in time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from socket import AF_UNIX, SOCK_DGRAM, socket

import pytest

from mailsla.adapters.machine.service_manager import SOCKET_VARIABLE
from mailsla.adapters.machine.signs_of_life import give_sign
from mailsla.adapters.machine.watchdog import Watchdog, asked_seconds


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket]:
    """Return where a service manager listens."""
    with socket(AF_UNIX, SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        monkeypatch.setenv(SOCKET_VARIABLE, str(tmp_path / "notify"))
        yield listening


def told(manager: socket) -> int:
    """Return how often the manager was told since it was asked last that all is well."""
    found = 0
    while True:
        try:
            assert manager.recv(100) == b"WATCHDOG=1"
        except BlockingIOError:
            return found
        found += 1


def look(dog: Watchdog, clock: Clock, seconds: int) -> None:
    """Look every second for so long."""
    for _second in range(seconds):
        clock.at += 1
        dog.look()


def test_the_manager_is_told_four_times_in_the_time_it_waits(manager: socket) -> None:
    clock = Clock()
    dog = Watchdog(40, clock)
    dog.watch({"collect": 1000})
    look(dog, clock, 40)

    assert told(manager) == 4


def test_a_job_that_gives_no_sign_silences_it_and_one_that_does_lets_it_speak_again(manager: socket) -> None:
    clock = Clock()
    dog = Watchdog(40, clock)
    dog.watch({"collect": 60, "alerts": 60})
    with dog.at_work("collect"):
        look(dog, clock, 40)
        give_sign()
        look(dog, clock, 40)
        before = told(manager)
        look(dog, clock, 40)
        silent = told(manager)
        give_sign()
        dog.look()
        again = told(manager)

    assert (before, silent, again) == (8, 0, 0), "the alerts' turn did not come either"


def test_only_who_is_at_work_gives_the_signs_of_a_job(manager: socket) -> None:
    clock = Clock()
    dog = Watchdog(40, clock)
    dog.watch({"collect": 1000, "alerts": 1000})
    give_sign()
    with dog.at_work("collect"):
        for _turn in range(41):
            clock.at += 1
            give_sign()
        dog.look()
        alive = told(manager)
        clock.at += 41
        dog.look()
        stuck = told(manager)
    dog.look()

    assert (alive, stuck, told(manager)) == (1, 0, 1)


def test_a_job_whose_turn_does_not_come_is_missed(manager: socket) -> None:
    clock = Clock()
    dog = Watchdog(40, clock)
    dog.watch({"alerts": 60})
    look(dog, clock, 100)
    waited = told(manager)
    look(dog, clock, 40)
    missed = told(manager)
    with dog.at_work("alerts"):
        pass
    look(dog, clock, 1)

    assert (waited, missed, told(manager)) == (10, 0, 1)


def test_another_shift_begins_with_its_own_jobs_alone(manager: socket) -> None:
    clock = Clock()
    dog = Watchdog(40, clock)
    dog.watch({"former": 1})
    look(dog, clock, 60)
    told(manager)
    dog.watch({"new": 1})
    with dog.at_work("former"):
        look(dog, clock, 30)

    assert told(manager) == 3


def test_nobody_is_told_who_does_not_ask(manager: socket) -> None:
    clock = Clock()
    dog = Watchdog(None, clock)
    dog.watch({"collect": 1})
    look(dog, clock, 100)

    assert told(manager) == 0


@pytest.mark.parametrize(
    ("asked", "process", "found"),
    [
        ("30000000", None, 30.0),
        ("30000000", "own", 30.0),
        ("30000000", "1", None),
        ("0", None, None),
        ("x", None, None),
        (None, None, None),
    ],
)
def test_what_the_manager_asks_is_of_this_process_alone(
    monkeypatch: pytest.MonkeyPatch, asked: str | None, process: str | None, found: float | None
) -> None:
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    if asked is not None:
        monkeypatch.setenv("WATCHDOG_USEC", asked)
    if process is not None:
        monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if process == "own" else process)

    assert asked_seconds() == found
