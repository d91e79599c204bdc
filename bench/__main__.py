"""Runs the benchmarks, all of them by default.

`python -m bench headers clock …`: those, by their names in `BENCHMARKS`;
`python -m bench --quick`: those that are felt most, in five minutes.

Another seed: `python -m tests.trials.mail.quality 7`; other sizes: `python -m bench.collection 1000 5000`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial

from bench import (
    clock,
    collection,
    commands,
    crowds,
    growing,
    headers,
    latency,
    line,
    measuring,
    one_more,
    pairing,
    polling,
    purge,
    report,
    ten_years,
)
from tests.trials.mail import quality

BENCHMARKS: dict[str, Callable[[], None]] = {
    "headers": headers.main,
    "clock": clock.main,
    "pairing": pairing.main,
    "crowds": crowds.main,
    "quality": quality.main,
    "report": report.main,
    "commands": commands.main,
    "growing": growing.main,
    "ten_years": ten_years.main,
    "purge": purge.main,
    "one_more": one_more.main,
    "polling": polling.main,
    "latency": latency.main,
    "collection": collection.main,
    "line": line.main,
}

QUICK: dict[str, Callable[[], None]] = {
    "headers": headers.main,
    "polling": polling.main,
    "commands": partial(commands.main, commands.SIZES[:2], postgresql=False, has_site=False),
    "collection": partial(collection.main, collection.SIZES[:1]),
}
"""In five minutes, once the stores are made: what is felt most, at 10,000 and 100,000 requests, on SQLite."""


def main(names: list[str]) -> None:
    """Say what runs, then run the benchmarks of these names."""
    print(f"{measuring.interpreter()}; {os.cpu_count()} processors", flush=True)
    benchmarks = QUICK if names == ["--quick"] else BENCHMARKS
    for name in benchmarks if names == ["--quick"] else names or benchmarks:
        print(f"== {name}", flush=True)
        benchmarks[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
