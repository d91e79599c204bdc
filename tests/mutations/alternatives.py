"""The alternatives of regular expressions and of lists of words: each can be forgotten."""

from __future__ import annotations

from collections.abc import Iterator


def without_each(pattern: str) -> Iterator[tuple[str, str]]:
    """Yield (what is dropped, what is left) for each alternative of a pattern, at whatever depth it stands.

    >>> [left for _dropped, left in without_each("a|b(?:c|d)[|]")]
    ['b(?:c|d)[|]', 'a', 'a|b(?:d)[|]', 'a|b(?:c)[|]']
    """
    for bounds in _groups(pattern):
        for index in range(len(bounds) - 1) if len(bounds) > 2 else ():
            start, end = bounds[index] + 1, bounds[index + 1]
            left = pattern[: start - 1] + pattern[end:] if index else pattern[:start] + pattern[end + 1 :]
            yield pattern[start:end], left


def _groups(pattern: str) -> list[list[int]]:
    """Return, for the whole and for each group, where its alternatives begin and end: the places of `(`, `|`, `)`."""
    groups: list[list[int]] = [[-1]]
    stack = [0]
    position = 0
    while position < len(pattern):
        letter = pattern[position]
        if letter == "\\":
            position += 1
        elif letter == "[":
            position = _end_of_class(pattern, position)
        elif letter == "(":
            stack.append(len(groups))
            groups.append([_after_opening(pattern, position)])
        elif letter == "|":
            groups[stack[-1]].append(position)
        elif letter == ")" and len(stack) > 1:
            groups[stack.pop()].append(position)
        position += 1
    groups[0].append(len(pattern))
    return groups


def _after_opening(pattern: str, position: int) -> int:
    """Return the last place of a group's opening: `(`, `(?:`, `(?=`, `(?<!`, `(?P<name>`."""
    if pattern[position + 1 : position + 2] != "?":
        return position
    if pattern.startswith("(?P<", position):
        return pattern.index(">", position)
    return position + (3 if pattern[position + 2] == "<" else 2)


def _end_of_class(pattern: str, position: int) -> int:
    position += 2 if pattern[position + 1] == "^" else 1
    position += pattern[position] == "]"
    while pattern[position] != "]":
        position += 2 if pattern[position] == "\\" else 1
    return position


def without_each_word(words: str) -> Iterator[tuple[str, str]]:
    """Yield (what is dropped, what is left) for each word of a list written as one text."""
    found = words.split()
    for index, word in enumerate(found):
        yield word, " ".join(found[:index] + found[index + 1 :])
