"""Runs the benchmarks: `python -m bench [collection|clock|report|headers|pairing] …`, all of them by default."""

from __future__ import annotations

import sys

from bench import clock, collection, headers, pairing, report

BENCHMARKS = {
    "headers": headers.main,
    "clock": clock.main,
    "pairing": pairing.main,
    "report": report.main,
    "collection": collection.main,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHMARKS:
        print(f"== {name}", flush=True)
        BENCHMARKS[name]()
