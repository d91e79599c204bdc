"""Streams over streams: a beginning that was looked at, a bound on what is unpacked, UTF-16 as UTF-8."""

from __future__ import annotations

import codecs
import io
from abc import abstractmethod
from typing import Any, BinaryIO

CHUNK = 64 * 1024


class SwollenError(OSError):
    """A packed file unpacks to far more than mail does."""


class Budget:
    """How many bytes one file may still unpack to, all that is inside together."""

    def __init__(self, left: int) -> None:
        self._left = left

    @property
    def is_spent(self) -> bool:
        """Whether nothing more may be unpacked."""
        return self._left < 0

    def spend(self, count: int) -> None:
        """Take bytes from the budget.

        Raises:
            SwollenError: When it is used up.
        """
        self._left -= count
        if self.is_spent:
            raise SwollenError


class _Reading(io.RawIOBase):
    """A stream that is only read, forward."""

    def readable(self) -> bool:
        """Tell that it is read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill as much of a buffer as the next piece does."""
        piece = self._read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    @abstractmethod
    def _read(self, most: int) -> bytes:
        """Return the next piece, of so many bytes at most; empty at the end."""


class _Rejoined(_Reading):
    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start, self._rest = start, rest

    def _read(self, most: int) -> bytes:
        if not self._start:
            return self._rest.read(most)
        piece, self._start = self._start[:most], self._start[most:]
        return piece


class _Bounded(_Reading):
    def __init__(self, source: BinaryIO, budgets: tuple[Budget, ...]) -> None:
        self._source, self._budgets = source, budgets

    def _read(self, most: int) -> bytes:
        piece = self._source.read(most)
        for budget in self._budgets:
            budget.spend(len(piece))
        return piece


class _AsUtf8(_Reading):
    def __init__(self, source: BinaryIO, encoding: str) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ready = b""

    def _read(self, most: int) -> bytes:
        while not self._ready:
            chunk = self._source.read(CHUNK)
            self._ready = self._decoder.decode(chunk, final=not chunk).encode("utf-8", "replace")
            if not chunk:
                break
        piece, self._ready = self._ready[:most], self._ready[most:]
        return piece


def looked_at(source: BinaryIO, most: int) -> tuple[bytes, BinaryIO]:
    """Return the first bytes of a stream, and the stream with them."""
    start = b""
    while len(start) < most and (piece := source.read(most - len(start))):
        start += piece
    return start, _buffered(_Rejoined(start, source))


def bounded(source: BinaryIO, *budgets: Budget) -> BinaryIO:
    """Return a stream whose reading uses up budgets, and raises `SwollenError` when one is."""
    return _buffered(_Bounded(source, budgets))


def as_utf8(source: BinaryIO, encoding: str) -> BinaryIO:
    """Return a text in another encoding as UTF-8."""
    return _buffered(_AsUtf8(source, encoding))


def _buffered(raw: io.RawIOBase) -> BinaryIO:
    return io.BufferedReader(raw, CHUNK)
