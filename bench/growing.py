"""A store that grows to 600,000 messages: processor time a message for each further 100,000, and bytes in the file.

Messages are stored, then paired, as by a first collection, without the wire. Longer: `python -m bench.growing 12`.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import timedelta
from itertools import islice
from pathlib import Path

from bench import years
from bench.measuring import judge, processor_seconds
from bench.site import NOW
from bench.stores import configure, grow
from mailsla.bootstrap.application import open_application
from mailsla.config import load

STEP = 100_000
STEPS = 6


def main(steps: int = STEPS) -> None:
    """Print the table, and whether the goals hold."""
    print(f"{'messages':>12}{'stored, µs':>12}{'paired, µs':>12}{'×':>8}{'bytes a message':>18}")
    # Two messages of a hundred are receipts or have come too late to be answered: there are enough of them.
    generated = years.letters(steps * STEP, NOW - timedelta(weeks=52 * steps), NOW)
    found = []
    with tempfile.TemporaryDirectory(prefix="mailsla-bench-") as name:
        folder = Path(name)
        config = configure(folder)
        for number in range(1, steps + 1):
            letters = list(islice(generated, STEP))
            stored, paired = _step(config, letters)
            found.append((stored, stored + paired))
            size = sum(path.stat().st_size for path in folder.glob("mailsla.sqlite3*")) / (number * STEP)
            print(
                f"{number * STEP:>12,}{stored:>12.0f}{paired:>12.0f}{found[-1][1] / found[0][1]:>8.2f}{size:>18,.0f}",
                flush=True,
            )
    for what, first, last in zip(("stored", "stored and paired"), found[0], found[-1], strict=True):
        judge(f"a message {what} at {steps * STEP:,}, × one at {STEP:,}", last / first, 1.2)
    judge("bytes a message", size, 1_000)


def _step(config: Path, letters: list[tuple[years.Letter, bytes]]) -> tuple[float, float]:
    """Store letters and pair them; return the microseconds of processor time that each took."""
    started = processor_seconds()
    with open_application(load(config), now=lambda: NOW) as app:
        assert grow(app, iter(letters)) == len(letters)
    stored = processor_seconds()
    with open_application(load(config), now=lambda: NOW) as app:
        app.derive()
    # What other processes did is known when they have ended: with the application.
    paired = processor_seconds()
    return (stored - started) * 1e6 / len(letters), (paired - stored) * 1e6 / len(letters)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
