"""What a collection has just added to the store, as it stands there: whoever derives it need not read it back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mailsla.adapters.database.rows import MESSAGE_OF_COPY

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Added:
    """The messages of one batch.

    Attributes:
        numbers: Of all its messages, known before or not.
        messages: Rows of `rows.STORED_MESSAGE`, by number, of those that nobody knew before.
        copies: Rows of `rows.STORED_COPY` of each of these: all that there are.
        ties: The (name, number) of all their ties, in order.
    """

    numbers: Sequence[int]
    messages: Mapping[int, Row] = field(default_factory=dict)
    copies: Mapping[int, Sequence[Row]] = field(default_factory=dict)
    ties: Sequence[tuple[int, int]] = ()

    def with_copies(self, copies: Sequence[Row]) -> Added:
        """Return the same with the copies of its messages, given with those of others."""
        if not self.messages:
            return self
        by_message: dict[int, list[Row]] = {number: [] for number in self.messages}
        for copy in copies:
            if (number := copy[MESSAGE_OF_COPY]) in by_message:
                by_message[number].append(copy)
        return replace(self, copies=by_message)

    def unknown(self, numbers: Collection[int]) -> list[int]:
        """Return those of some messages of which this knows nothing."""
        return [number for number in numbers if number not in self.messages]

    def copies_of(self, numbers: Collection[int]) -> Iterator[Row]:
        """Yield the copies of some messages that it knows."""
        for number in numbers:
            yield from self.copies.get(number, ())


NOTHING_ADDED = Added(())
