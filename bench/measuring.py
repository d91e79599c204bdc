"""Times pieces of work in turn, and prints each beside the first."""

from __future__ import annotations

import compileall
import resource
import shlex
import sqlite3
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import mailsla


def compare(
    works: dict[str, Callable[[], object]], *, rounds: int = 5, per: int = 1, unit: str = "s"
) -> dict[str, float]:
    """Run each work once a round, in turn, and print the median of each and its ratio to the first one.

    Args:
        works: What to run, by name.
        rounds: How often.
        per: How many things one run does; times are printed for one of them.
        unit: "s", "ms" or "µs".
    """
    scale = {"s": 1, "ms": 1e3, "µs": 1e6}[unit]
    times: dict[str, list[float]] = {name: [] for name in works}
    for _round in range(rounds):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - start)
    medians = {name: median(found) for name, found in times.items()}
    first = next(iter(medians.values()))
    for name, found in medians.items():
        print(f"{name:<44} {found / per * scale:>10.3f} {unit}  {found / first:>8.2f} ×")
    return medians


def judge(goal: str, value: float, most: float, unit: str = "") -> None:
    """Print whether a goal holds."""
    unit = f" {unit}" if unit else ""
    verdict = "holds" if value <= most else "FAILS"
    print(f"{verdict}  {goal}: {value:.2f}{unit}, at most {most:g}{unit}", flush=True)


def interpreter() -> str:
    """Return which Python runs, and how it was built: without profiles (PGO) it takes a tenth longer, or more."""
    return f"Python {sys.version.split()[0]}, {_built()}; SQLite {sqlite3.sqlite_version}"


def _built() -> str:
    if not sysconfig.get_config_var("PGO_PROF_USE_FLAG"):
        # What was asked of the compiler was taken out of what Python knows of itself.
        return "whose build is not told (Debian's and Ubuntu's are built with PGO and LTO)"
    arguments = shlex.split(sysconfig.get_config_var("CONFIG_ARGS") or "")
    built = {"PGO": "--enable-optimizations", "LTO": "--with-lto"}
    said = " and ".join(
        f"{'with' if any(one.partition('=')[0] == option for one in arguments) else 'without'} {name}"
        for name, option in built.items()
    )
    return f"built {said}"


def as_installed() -> None:
    """Compile the package's modules, as an installer does: else their compilation is measured with what they do."""
    compileall.compile_dir(str(Path(mailsla.__file__).parent), quiet=1)


def processor_seconds() -> float:
    """Return the processor time of this process, and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def peak_memory_mb() -> float:
    """Return the largest resident size this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
