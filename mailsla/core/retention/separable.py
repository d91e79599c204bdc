"""What can go of mails that are tied together: only what the rest does not rest on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

_Item = TypeVar("_Item")


def separable(ended: Sequence[_Item], stands_without: Callable[[Sequence[_Item]], bool]) -> list[_Item]:
    """Return those that can go together; what one half hinders is looked for in halves.

    Args:
        ended: What should go.
        stands_without: Tells whether the rest stays what it is without some of them.

    >>> separable([1, 2, 3], lambda some: 2 not in some)
    [1, 3]
    """
    return _with_more([], ended, stands_without)


def _with_more(
    gone: list[_Item], more: Sequence[_Item], stands_without: Callable[[Sequence[_Item]], bool]
) -> list[_Item]:
    if not more or stands_without([*gone, *more]):
        return [*gone, *more]
    if len(more) == 1:
        return gone
    half = len(more) // 2
    return _with_more(_with_more(gone, more[:half], stands_without), more[half:], stands_without)
