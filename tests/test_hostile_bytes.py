"""A sample of the fuzz run, and what it once found."""

from __future__ import annotations

import pytest

from tests.trials.fuzz import trial

FOUND: tuple[int, ...] = ()


@pytest.mark.in_parts(3)
@pytest.mark.parametrize("seed", [*range(0, 2_000, 40), *FOUND])
def test_any_bytes_become_facts_or_are_set_aside(seed: int) -> None:
    for number in range(seed, seed + 40):
        trial(number)
