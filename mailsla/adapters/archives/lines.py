"""Lines of an mbox that can be looked at before they are taken."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

LONGEST = 64 * 1024
"""A longer line comes in pieces."""

ENDS = (b"\n", b"\r")
"""What a line ends with; a piece of a long line does not, but its last one."""


class Lines:
    """The lines of a stream, ended by LF, CRLF or a lone CR."""

    def __init__(self, stream: BinaryIO) -> None:
        self._source = _pieces(stream)
        self._ahead: deque[bytes] = deque()

    def __iter__(self) -> Iterator[bytes]:
        ahead = self._ahead
        while True:
            while ahead:
                yield ahead.popleft()
            for line in self._source:
                yield line
                if ahead:
                    break
            else:
                if not ahead:
                    return

    def coming(self) -> Iterator[bytes]:
        """Yield the lines to come without taking them; what is looked at stays in memory until it is taken."""
        yield from tuple(self._ahead)
        for line in self._source:
            self._ahead.append(line)
            yield line


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """Yield lines, in pieces of at most twice `LONGEST` bytes."""
    rest = b""
    while chunk := stream.readline(LONGEST):
        if rest:
            chunk = rest + chunk
            rest = b""
        if b"\r" not in chunk or chunk.find(b"\r") == len(chunk) - 2 == chunk.find(b"\r\n"):
            yield chunk
            continue
        pieces = chunk.splitlines(keepends=True)
        # The last piece may go on in the next chunk; a CR at its end may be half of a CRLF.
        if not pieces[-1].endswith(b"\n"):
            rest = pieces.pop()
        yield from pieces
    if rest:
        yield rest
