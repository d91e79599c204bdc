"""Cuts messages into parts of bounded size that share no tie: each part can be derived without the others."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator

NONE = -1


def tied_parts(numbers: Iterable[int], ties: Iterable[tuple[int, int]], size: int) -> Iterator[list[int]]:
    """Yield every number once, in parts of about `size`; numbers tied to each other, even through others, go together.

    A part is larger than `size` only when it is one group of tied messages. Memory: some bytes a message.

    Args:
        numbers: The messages' numbers, positive, in ascending order.
        ties: (name, number) of every tie, sorted: those of one name follow each other. Other numbers are ignored.
        size: How many numbers a part should have.

    >>> list(tied_parts([1, 2, 3, 4], [(7, 1), (7, 4), (8, 2)], 2))
    [[1, 4], [2, 3]]
    """
    known = array("q", numbers)
    above = array("q", range(len(known)))
    is_sparse = _is_sparse(known)
    first = known[0] if known else 0
    last_name, last_index = None, 0
    for name, number in ties:
        index = bisect_left(known, number) if is_sparse else number - first
        if not 0 <= index < len(known) or known[index] != number:
            continue
        if name == last_name:
            _join(above, index, last_index)
        last_name, last_index = name, index
    part: list[int] = []
    for members in _groups(above):
        group = [known[index] for index in members]
        if part and len(part) + len(group) > size:
            yield part
            part = []
        part += group
    if part:
        yield part


def _groups(above: array[int]) -> Iterator[list[int]]:
    """Yield the members of each group, in order; a group is named by the first of them."""
    last = array("q", range(len(above)))
    following = array("q", [NONE]) * len(above)
    for index in range(len(above)):
        root = _find(above, index)
        if root != index:
            following[last[root]] = index
            last[root] = index
    for index in range(len(above)):
        if above[index] == index:
            group = [index]
            while (member := following[group[-1]]) != NONE:
                group.append(member)
            yield group


def _is_sparse(known: array[int]) -> bool:
    """Tell whether numbers are missing between the first and the last, so that a place must be looked up."""
    return bool(known) and known[-1] - known[0] + 1 != len(known)


def _find(above: array[int], index: int) -> int:
    while above[index] != index:
        above[index] = index = above[above[index]]
    return index


def _join(above: array[int], one: int, other: int) -> None:
    """Put two in one group, named by its smallest index: groups come in the order of their first member."""
    first, second = _find(above, one), _find(above, other)
    above[max(first, second)] = min(first, second)
