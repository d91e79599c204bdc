"""What a process has in use of its memory, as only itself can tell: mailsla, writing it down at each SIGUSR1.

    python -m tests.trials.memory_in_use FILE ARGUMENTS…

Runs `mailsla ARGUMENTS…`. The handler runs in the main thread: one more thread would have an arena of its own.
"""

from __future__ import annotations

import ctypes
import signal
import sys
from dataclasses import dataclass
from pathlib import Path


class _Mallinfo2(ctypes.Structure):
    """glibc's `struct mallinfo2` (mallinfo(3)): ten numbers, bytes unless said."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    ]


@dataclass(frozen=True)
class InUse:
    """What is allocated and not freed.

    Attributes:
        blocks: Python's own, by number.
        megabytes: What was asked of malloc: heap and large blocks.
    """

    blocks: int
    megabytes: float

    @classmethod
    def now(cls) -> InUse:
        """Return what this process has in use."""
        mallinfo2 = ctypes.CDLL(None).mallinfo2
        mallinfo2.restype = _Mallinfo2
        found = mallinfo2()
        return cls(sys.getallocatedblocks(), (found.uordblks + found.hblkhd) / 2**20)

    def written(self) -> str:
        """Return the line that holds it."""
        return f"{self.blocks} {self.megabytes:.3f}\n"

    @classmethod
    def last_of(cls, path: Path) -> InUse | None:
        """Return what a process last wrote; None when it has not yet."""
        lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
        if not lines:
            return None
        blocks, megabytes = lines[-1].split()
        return cls(int(blocks), float(megabytes))


def main(file: Path, arguments: list[str]) -> None:
    """Run mailsla, which tells at each SIGUSR1 what it has in use."""
    from mailsla.cli import main as mailsla  # noqa: PLC0415 (what is asked for loads nothing of the application)

    with file.open("w", encoding="ascii", buffering=1) as told:
        signal.signal(signal.SIGUSR1, lambda _number, _frame: told.write(InUse.now().written()) and None)
        mailsla(arguments)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
