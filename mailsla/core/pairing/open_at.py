"""Which of some requests were unanswered at an instant, found without looking at those that were answered."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import NamedTuple

from mailsla.core.pairing.request import Request

NEVER = datetime.max.replace(tzinfo=UTC)


def is_open(request: Request, at: datetime) -> bool:
    """Tell whether a request was unanswered at an instant."""
    return request.answered is None or request.answered.at > at


def by_receipt(request: Request) -> tuple[datetime, str]:
    """Return what requests are sorted by."""
    return (request.received.at, request.key)


class ByReceipt:
    """Some requests in order of receipt.

    Attributes:
        requests: Those, sorted.
    """

    def __init__(self, requests: Iterable[Request]) -> None:
        self.requests = sorted(requests, key=by_receipt)

    def between(self, since: datetime, until: datetime) -> Stretch:
        """Return those received from one instant to another, both included."""
        first = bisect_left(self._received, since)
        return Stretch(self, first, max(first, bisect_right(self._received, until)))

    def runs_open(self, first: int, after: int, at: datetime) -> Iterator[tuple[int, int]]:
        """Yield where requests were open at an instant, as (first, after the last), in order."""
        if after - first == 1:
            # Most citizens have no other: blocks are of no help.
            return iter([(first, after)] if is_open(self.requests[first], at) else [])
        return self._runs(len(self._answered) - 1, 0, (first, after), at)

    def other_conversation_before(self, number: int) -> int:
        """Return the number of the last request before this one in another conversation; -1 when there is none."""
        return self._others[number]

    def _runs(
        self, level: int, block: int, within: tuple[int, int], at: datetime
    ) -> Iterator[tuple[int, int]]:
        first, after = block << level, min((block + 1) << level, len(self.requests))
        if after <= within[0] or first >= within[1]:
            return
        earliest, latest = self._answered[level][block]
        if latest <= at:
            return
        if earliest > at and within[0] <= first and after <= within[1]:
            yield first, after
            return
        yield from self._runs(level - 1, 2 * block, within, at)
        yield from self._runs(level - 1, 2 * block + 1, within, at)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The requests' keys."""
        return tuple(request.key for request in self.requests)

    @cached_property
    def _received(self) -> list[datetime]:
        return [request.received.at for request in self.requests]

    @cached_property
    def _answered(self) -> list[list[tuple[datetime, datetime]]]:
        """When the first and the last request of each block was answered: blocks of one, of two, of four…"""
        ends = [request.answered.at if request.answered else NEVER for request in self.requests]
        levels = [[(end, end) for end in ends]]
        while len(levels[-1]) > 1:
            below = levels[-1]
            pairs = (below[place : place + 2] for place in range(0, len(below), 2))
            levels.append([(min(pair)[0], max(last for _first, last in pair)) for pair in pairs])
        return levels

    @cached_property
    def _others(self) -> list[int]:
        others = [-1] if self.requests else []
        for number in range(1, len(self.requests)):
            same = self.requests[number].conversation == self.requests[number - 1].conversation
            others.append(others[-1] if same else number - 1)
        return others


class Stretch(NamedTuple):
    """Requests that follow each other in order of receipt.

    Attributes:
        among: The requests.
        first: Number of the first.
        after: Number after the last.
    """

    among: ByReceipt
    first: int
    after: int

    @property
    def conversations(self) -> tuple[str, ...]:
        """Two of their conversations; one when all have the same, none without any request."""
        if self.first == self.after:
            return ()
        numbers = (self.after - 1, self.among.other_conversation_before(self.after - 1))
        return tuple(self.among.requests[number].conversation for number in numbers if number >= self.first)

    @property
    def last(self) -> Request:
        """The last of them."""
        return self.among.requests[self.after - 1]

    def open_at(self, at: datetime) -> Iterator[Request]:
        """Yield those that were open at an instant, the first one first."""
        for first, after in self.among.runs_open(self.first, self.after, at):
            yield from self.among.requests[first:after]

    def keys_open(self, at: datetime) -> tuple[str, ...]:
        """Return the keys of those that were open at an instant."""
        runs = self.among.runs_open(self.first, self.after, at)
        return tuple(key for first, after in runs for key in self.among.keys[first:after])


def keys_open(stretches: Sequence[Stretch], at: datetime, without: Collection[str] = ()) -> tuple[str, ...]:
    """Return the keys of the requests that were open at an instant, by receipt, but for some."""
    if len(stretches) == 1:
        found = stretches[0].keys_open(at)
    else:
        by_key = {request.key: request for stretch in stretches for request in stretch.open_at(at)}
        found = tuple(request.key for request in sorted(by_key.values(), key=by_receipt))
    return tuple(key for key in found if key not in without) if without else found
