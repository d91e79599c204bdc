"""Memory that a long-lived process frees goes back to the machine, or serves again: one arena for all its threads."""

from __future__ import annotations

import ctypes
import os

ARENA_MAX, TRIM_THRESHOLD, MMAP_THRESHOLD = -8, -1, -3
"""glibc's numbers for what is set (malloc.h, `M_ARENA_MAX`…)."""

SETTINGS = {
    "MALLOC_ARENA_MAX": (ARENA_MAX, 1),
    # As they are at first; left alone, each large block that is freed raises both, up to 32 and 64 MB.
    "MALLOC_TRIM_THRESHOLD_": (TRIM_THRESHOLD, 128 * 1024),
    "MALLOC_MMAP_THRESHOLD_": (MMAP_THRESHOLD, 128 * 1024),
}
"""What is set, by the variables with which an operator sets the same: theirs win."""


def use_one_arena() -> bool:
    """Have glibc keep one arena, and give back what is freed; called before there are threads.

    Each thread would have an arena of its own, in which what was freed stays for that thread's next peak: a daemon
    whose memory in use is flat would grow by 27 MB an hour. musl and macOS have no arenas: nothing is done there.

    Returns:
        Whether it was done.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    wanted = [pair for variable, pair in SETTINGS.items() if variable not in os.environ]
    return all(mallopt(number, value) == 1 for number, value in wanted)


def give_back_what_is_free() -> bool:
    """Have glibc give whole free pages back to the machine, wherever they lie (malloc_trim(3)).

    By itself it gives back what lies at the arena's end alone: one lasting block above the peak of a job keeps that
    peak for as long as the process runs. It takes some milliseconds.

    Returns:
        Whether there was something to give back.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim is not None and trim(0) == 1
