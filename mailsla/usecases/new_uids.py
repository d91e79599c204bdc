"""The UIDs of what is new in a mailbox, in stretches, looked for as they are needed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Protocol

from mailsla.usecases.terms import Terms


class UidSource(Protocol):
    """A connection to one opened mailbox."""

    def uids(self, first: int, last: int | None, *, since: date | None) -> Sequence[int]:
        """List the opened mailbox's UIDs from one to another, or to the end, those received before `since` left out."""

    def highest_uid(self) -> int:
        """Return the highest UID of the opened mailbox; 0 when it is empty."""


class NewUids:
    """The UIDs of an opened mailbox from one on, in stretches of some thousands, looked for as they are needed.

    Args:
        source: The connection.
        terms: What was received before which day is left out; how long a stretch is.
        first: The first that is wanted.
        messages: How many the mailbox holds.
        aside: Those that are left out.
        listed: All of them, when they were listed as the mailbox was opened.

    Attributes:
        expected: How many there should be; the mailbox's count until its end has been looked at.
    """

    def __init__(
        self,
        source: UidSource,
        terms: Terms,
        first: int,
        messages: int,
        aside: Collection[int],
        listed: Sequence[int] | None = None,
    ) -> None:
        self._source, self._terms = source, terms
        self._first, self._messages, self._aside, self._listed = first, messages, aside, listed
        self.expected = messages

    def __iter__(self) -> Iterator[Sequence[int]]:
        count = 0
        for found, is_last in self._windows():
            uids = [uid for uid in found if uid not in self._aside]
            count += len(uids)
            if is_last:
                self.expected = count
            yield uids

    def _windows(self) -> Iterator[tuple[Sequence[int], bool]]:
        """Yield the UIDs found in stretches, wider where few are; the last one is open: UIDNEXT may be wrong."""
        source, since, limits = self._source, self._terms.since, self._terms.limits
        first, width = self._first, limits.window
        if not self._messages:
            yield (), True
            return
        if self._listed is not None:
            yield self._listed, True
            return
        end = source.highest_uid() if self._messages > limits.window else 0
        while first + width <= end:
            found = source.uids(first, first + width - 1, since=since)
            yield found, False
            first += width
            width = limits.widest if len(found) < limits.window // 4 else limits.window
        yield source.uids(first, None, since=since), True
