"""Parts of tied messages: everything once, no tie cut, bounded unless one group is larger."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailsla.core.pairing.tied_parts import tied_parts

NUMBERS = st.sets(st.integers(1, 60), max_size=40).map(sorted)
TIES = st.sets(st.tuples(st.integers(0, 25), st.integers(1, 60)), max_size=60).map(sorted)


def groups(numbers: list[int], ties: list[tuple[int, int]]) -> set[frozenset[int]]:
    """Group by the slow and plain way: merge until nothing changes."""
    found = [{number} for number in numbers]
    for name in {name for name, _number in ties}:
        together = {number for tie, number in ties if tie == name}
        touched = [group for group in found if group & together]
        found = [group for group in found if not group & together]
        if touched:
            found.append(set().union(*touched))
    return {frozenset(group) for group in found}


@given(NUMBERS, TIES, st.integers(1, 8))
def test_every_number_is_in_one_part_and_no_group_is_cut(
    numbers: list[int], ties: list[tuple[int, int]], size: int
) -> None:
    parts = list(tied_parts(numbers, ties, size))
    expected = groups(numbers, ties)

    assert sorted(number for part in parts for number in part) == numbers
    for group in expected:
        assert sum(bool(group & set(part)) for part in parts) == 1
    for part in parts:
        assert len(part) <= size or frozenset(part) in expected


def test_numbers_beside_those_known_tie_nothing_and_hide_no_tie() -> None:
    assert list(tied_parts([1, 2, 3], [(7, 0), (7, 1), (7, 3), (7, 4)], 1)) == [[1, 3], [2]]
    assert list(tied_parts([1, 5, 9], [(7, 0), (7, 1), (7, 4), (7, 9), (7, 10)], 1)) == [[1, 9], [5]]
    assert list(tied_parts([1, 2, 3], [(7, 1), (7, 2), (7, 3)], 1)) == [[1, 2, 3]]


def test_nothing_gives_no_part() -> None:
    assert list(tied_parts([], [(1, 2)], 10)) == []
