"""imap_tools, told to fetch in bulk: nothing read in the headers, nothing stored."""

from __future__ import annotations

from bench.contenders.imap_tools_default import fetch_with
from bench.contenders.target import Stopwatch, Target, contend

# One command for all (`bulk=True`) is a longer line than servers read.
BULK = 500


def work(target: Target, stopwatch: Stopwatch) -> int:
    """Fetch, so many in a command."""
    return fetch_with(target, stopwatch, bulk=BULK)


if __name__ == "__main__":
    contend(work)
