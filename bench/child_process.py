"""Runs a program as a process of its own: how long it took, and how much memory it and its children ever held."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.05
LONGEST_SECONDS = 1_800
ENDING_SECONDS = 60


@dataclass(frozen=True)
class Run:
    """One run of one program.

    Attributes:
        laps: Seconds that it took by its own watch, up to each of its laps.
        processor: Seconds of processor time in those laps, its children's too.
        whole_seconds: From its start to its end, seen from outside.
        peak_mb: Peak resident size (VmHWM), that of the children alive beside it added: pages that they share
            count for each.
    """

    laps: dict[str, float]
    processor: float
    whole_seconds: float
    peak_mb: float


def run(command: Sequence[str]) -> Run:
    """Run a program that prints one line of laps, then waits for the end of its input.

    VmHWM begins at exec. `ru_maxrss` would not do: it takes over what the parent held when it forked.

    Raises:
        RuntimeError: When it fails.
        TimeoutError: When it takes longer than `LONGEST_SECONDS`.
    """
    started = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            peak_mb = _watch(process, started + LONGEST_SECONDS)
            printed, _errors = process.communicate(timeout=ENDING_SECONDS)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    whole_seconds = time.perf_counter() - started
    if process.returncode != 0:
        raise RuntimeError(f"{command[2]} ended with {process.returncode}")
    said = json.loads(printed)
    return Run(said["laps"], said["processor"], whole_seconds, peak_mb)


def _watch(process: subprocess.Popen[str], deadline: float) -> float:
    """Return the peak, in MB, when the program has printed something or ended."""
    assert process.stdout is not None
    peak = 0
    printed = False
    while not printed:
        if time.perf_counter() > deadline:
            raise TimeoutError(f"not within {LONGEST_SECONDS} s")
        printed = bool(select.select([process.stdout], [], [], SAMPLE_SECONDS)[0])
        peak = max(peak, sum(_peak_kb(pid) for pid in _programs(process.pid)))
    return peak / 1024


def _programs(pid: int) -> Iterator[int]:
    """Yield a process and its descendants, but those that are still its copy: they share its memory until exec."""
    own = _command_line(pid)
    return (one for one in _family(pid) if one == pid or _command_line(one) != own)


def _command_line(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _family(pid: int) -> Iterator[int]:
    """Yield a process and its descendants."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text(encoding="ascii").split():
                yield from _family(int(child))


def _peak_kb(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0
