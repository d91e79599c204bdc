"""One arena for all threads, where glibc would give each its own."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailsla.adapters.machine.one_arena import give_back_what_is_free, use_one_arena

ROOT = Path(__file__).parents[2]

ALLOCATE = """
import ctypes, re, sys, threading
if "one" in sys.argv:
    from mailsla.adapters.machine.one_arena import use_one_arena
    assert use_one_arena()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.open_memstream.restype = ctypes.c_void_p
together = threading.Barrier(4)
def allocate():
    together.wait()
    for _ in range(100):
        libc.malloc(1000)
threads = [threading.Thread(target=allocate) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
text, size = ctypes.c_char_p(), ctypes.c_size_t()
stream = ctypes.c_void_p(libc.open_memstream(ctypes.byref(text), ctypes.byref(size)))
libc.malloc_info(0, stream)
libc.fclose(stream)
print(len(re.findall(b"<heap nr", text.value)))
"""


FREE = """
import ctypes
from mailsla.adapters.machine.one_arena import give_back_what_is_free, use_one_arena
assert use_one_arena()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
def held():
    with open("/proc/self/status") as status:
        return next(line.split()[1] for line in status if line.startswith("VmRSS"))
told = [held()]
blocks = [libc.malloc(1_000) for _ in range(40_000)]
told.append(held())
for block in blocks[:-1]: libc.free(block)
told.append(held())
assert give_back_what_is_free()
told.append(held())
print(*told)
"""


def arenas(*arguments: str, **environment: str) -> int:
    """Return how many arenas a process with four threads ends with (malloc_info(3))."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    done = subprocess.run(
        [sys.executable, "-c", ALLOCATE, *arguments],
        env={**clean, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def test_threads_share_one_arena_where_each_would_have_its_own() -> None:
    assert arenas() > 1
    assert arenas("one") == 1


def test_what_an_operator_has_set_is_left_as_it_is() -> None:
    assert arenas("one", MALLOC_ARENA_MAX="8") > 1


def test_what_is_free_below_a_lasting_block_is_given_back_when_asked() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FREE],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    before, peak, freed, given_back = map(int, done.stdout.split())

    assert peak - before > 30_000
    assert freed - before > 30_000, "one lasting block keeps it all"
    assert given_back - before < 10_000


def test_a_library_without_the_call_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    # As musl's and macOS's are: nothing by that name.
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    assert use_one_arena() is False
    assert give_back_what_is_free() is False
