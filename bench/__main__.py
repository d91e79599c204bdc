"""Runs the benchmarks, all of them by default.

`python -m bench [headers|clock|pairing|crowds|quality|report|one_more|polling|latency|collection|line] …`.

Another seed: `python -m tests.trials.mail.quality 7`; other sizes: `python -m bench.collection 1000 5000`.
"""

from __future__ import annotations

import sys

from bench import clock, collection, crowds, headers, latency, line, one_more, pairing, polling, report
from tests.trials.mail import quality

BENCHMARKS = {
    "headers": headers.main,
    "clock": clock.main,
    "pairing": pairing.main,
    "crowds": crowds.main,
    "quality": quality.main,
    "report": report.main,
    "one_more": one_more.main,
    "polling": polling.main,
    "latency": latency.main,
    "collection": collection.main,
    "line": line.main,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHMARKS:
        print(f"== {name}", flush=True)
        BENCHMARKS[name]()
