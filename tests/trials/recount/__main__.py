"""2,700 conversations of six territories, judged at four dates under eight options: `make recount`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.trials.command_line import command
from tests.trials.recount.comparing import DATES, OPTIONS, TERRITORIES, Tally, compare

CONVERSATIONS = 450


def main(number: int) -> int:
    """Compare so many conversations of each territory; print the counts, and every difference."""
    tally = Tally()
    for departement in TERRITORIES:
        with tempfile.TemporaryDirectory() as folder:
            tally.add(compare(Path(folder), command, departement, number))
        print(departement, tally, flush=True)
    print(*tally.differences, sep="\n")
    print(f"{len(TERRITORIES)} territories, {len(OPTIONS)} options, {len(DATES)} dates: {tally}")
    return 1 if tally.differences else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else CONVERSATIONS))
