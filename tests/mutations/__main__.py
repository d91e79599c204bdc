"""Breaks the core in one place at a time and tells which changes no test notices.

    python -m tests.mutations [--module core/rate] [--sample N --seed S] [--jobs 2]      (`make mutations`)

The exit code is 1 when less than `LEAST` of the changes is noticed, or when a mutation written by hand is not.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections import Counter
from collections.abc import Sequence

from tests.mutations.by_hand import MUTATIONS
from tests.mutations.mutators import ROOT, Mutant, every_mutant
from tests.mutations.running import measured, unnoticed
from tests.mutations.survivors import EQUIVALENT

LEAST = 0.92
"""The share of changes that tests must notice, those that change nothing left out."""


def main(arguments: Sequence[str]) -> int:
    """Try what was asked for, print what nothing noticed, and return the exit code."""
    asked = _parsed(arguments)
    started = time.monotonic()
    mutants = every_mutant(ROOT / "mailsla" / asked.module)
    by_hand = [] if asked.sample else [item.mutant for item in MUTATIONS if asked.module == "core"]
    general = [] if asked.by_hand else [item for item in mutants if item.name not in EQUIVALENT]
    tried = sampled(general, asked.sample, asked.seed)
    survivors = unnoticed(
        [*by_hand, *tried], measured(), asked.jobs, lambda letter: print(letter, end="", flush=True)
    )
    print()
    for survivor in survivors:
        print(survivor)
    known = Counter(_room(item.path) for item in mutants if item.name in EQUIVALENT)
    missed = [mutant for mutant in survivors if mutant in by_hand]
    print(f"{len(by_hand)} mutations written by hand, {len(missed)} noticed by no scenario")
    survivors = [mutant for mutant in survivors if mutant not in missed]
    for room, line in _by_room(tried, survivors).items():
        print(f"{room}: {line}, {known[room]} equivalent")
    share = 1 - len(survivors) / len(tried) if tried else 1.0
    print(f"{len(tried)} changes, {share:.1%} noticed, {time.monotonic() - started:.0f} s")
    return 1 if share < LEAST or missed else 0


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutations")
    parser.add_argument("--module", default="core", help="a folder or a file below mailsla")
    parser.add_argument("--sample", type=int, help="how many changes to try, instead of all")
    parser.add_argument("--seed", default="1", help="which ones")
    parser.add_argument("--by-hand", action="store_true", help="only the mutations written by hand")
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args(arguments)


def sampled(mutants: Sequence[Mutant], size: int | None, seed: str) -> list[Mutant]:
    """Return a sample of fixed size; changes elsewhere in the code leave it as it is."""
    if size is None:
        return list(mutants)

    def draw(mutant: Mutant) -> str:
        return hashlib.sha256("\0".join((seed, *mutant.name)).encode()).hexdigest()

    chosen = set(sorted(mutants, key=draw)[:size])
    return [mutant for mutant in mutants if mutant in chosen]


def _room(path: str) -> str:
    return path.removeprefix("mailsla/core/").partition("/")[0].removesuffix(".py")


def _by_room(tried: Sequence[Mutant], survivors: Sequence[Mutant]) -> dict[str, str]:
    total = Counter(_room(mutant.path) for mutant in tried)
    left = Counter(_room(mutant.path) for mutant in survivors)
    return {
        room: f"{count} changes, {count - left[room]} noticed ({1 - left[room] / count:.1%})"
        for room, count in total.items()
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
