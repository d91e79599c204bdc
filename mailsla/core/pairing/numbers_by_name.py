"""Numbers under names, in order: what is looked for is found without looking at everything."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence

Name = tuple[str, str | None]
"""A kind of thing that is known of something, and which one it is."""


class NumbersByName:
    """Which numbers stand under which names."""

    def __init__(self) -> None:
        self._numbers: dict[Name, list[int]] = defaultdict(list)

    def under(self, name: Name) -> Sequence[int]:
        """Return the numbers under a name, in ascending order."""
        return self._numbers.get(name, ())

    def put(self, number: int, names: Iterable[Name]) -> None:
        """Put a number under names; where it stands already, nothing changes."""
        for name in names:
            numbers = self._numbers[name]
            place = bisect_left(numbers, number)
            if place == len(numbers) or numbers[place] != number:
                numbers.insert(place, number)

    def take(self, number: int, names: Iterable[Name]) -> None:
        """Take a number away from names under which it stands."""
        for name in names:
            numbers = self._numbers[name]
            del numbers[bisect_left(numbers, number)]


def names_of_words(said: str, known: NumbersByName) -> list[Name]:
    """Return the names under which a subject is put: its words, and the rarest of them so far as its own.

    Args:
        said: Its words, as `mailsla.core.pairing.new_question.said` gives them.
        known: What was put before.
    """
    words = dict.fromkeys(said.split())
    return [*(("word", word) for word in words), ("own", _rarest(words, known))]


def names_near(said: str, known: NumbersByName) -> tuple[Name, ...]:
    """Return the names under which every subject stands that contains this one, or that it contains.

    One that contains it has its rarest word; one that it contains has an own word among its words, or none at all.

    >>> known = NumbersByName()
    >>> for number, said in enumerate((" carte grise ", " carte rose ", "")):
    ...     known.put(number, names_of_words(said, known))
    >>> [[number for name in names_near(said, known) for number in known.under(name)]
    ...  for said in (" carte rose perdue ", " rose ", " permis ")]
    [[2, 0, 1], [1, 2, 1], [2]]
    """
    words = dict.fromkeys(said.split())
    return (("word", _rarest(words, known)), ("own", ""), *(("own", word) for word in words))


def _rarest(words: Iterable[str], known: NumbersByName) -> str:
    return min(words, key=lambda word: len(known.under(("word", word))), default="")
