"""The pieces in which headers come: each UID once, commands ahead of answers until something else is to be asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from mailsla.core.collection.on_server import Answered, Fetched
from mailsla.core.errors import FetchCut, FetchRefused, OversizedMessage, TransientError
from mailsla.language import gettext as _
from mailsla.usecases.bodies import BodySource
from mailsla.usecases.terms import Limits


class HeaderSource(BodySource, Protocol):
    """A connection to one opened mailbox."""

    def fetch(self, slices: Iterable[Sequence[int]]) -> Iterator[Fetched | Answered]:
        """Fetch headers as they come, what has vanished left out, and tell the end of each slice, in order.

        A slice is taken, and asked for, while the answer to the one before it may be under way.
        """


@dataclass(frozen=True, slots=True)
class Piece:
    """Some headers; every message asked for up to `through` is in this piece or in an earlier one, `refused` too."""

    fetched: list[Fetched]
    through: int
    refused: Sequence[int] = ()


class Fetching:
    """The pieces of a fetch.

    Attributes:
        is_busy: Whether a FETCH is under way on the connection: nothing else can be asked then.
        is_wanted: Whether something else is to be asked: no FETCH begins before that is done.
        through: Every message asked for up to this UID has been fetched.
        oversized: The message whose header ended the fetch before its end.
    """

    def __init__(self, source: HeaderSource, stretches: Iterable[Sequence[int]], limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._stretches = stretches
        self.is_busy = self.is_wanted = False
        self.through = 0
        self.oversized: int | None = None
        # What was asked for: the slices that are not answered to the end, what has not come, what is refused and not
        # told yet, the last of all.
        self._asked: deque[Sequence[int]] = deque()
        self._missing: set[int] = set()
        self._refused: list[int] = []
        self._last = 0

    def __iter__(self) -> Iterator[Piece]:
        for stretch in self._stretches:
            slices = _slices(stretch, self._limits.slice)
            for uids in slices:
                while self.is_wanted:
                    # What is read ahead is yielded only when more comes.
                    yield Piece([], self.through)
                yield from self._pieces(chain((uids,), slices))
                if self.oversized is not None:
                    return

    def _pieces(self, slices: Iterator[Sequence[int]]) -> Iterator[Piece]:
        """Yield the pieces of one slice, and of those after it until something else is to be asked."""
        held: list[Fetched] = []
        size, limits = 0, self._limits
        self.is_busy = True
        try:
            for fetched in self._messages(slices):
                # A full piece waits for what follows it: the last one comes when the connection is free again.
                if size >= limits.piece_bytes or len(held) >= limits.piece_messages:
                    yield self._piece(held)
                    held, size = [], 0
                self._missing.remove(fetched.uid)
                held.append(fetched)
                size += len(fetched.header)
        except OversizedMessage as error:
            if error.uid is None:
                yield self._piece(held)
                raise FetchCut(_("un en-tête démesuré a interrompu la relève."), self._suspect) from error
            self.oversized = error.uid
        except TransientError as error:
            yield self._piece(held)
            raise FetchCut(str(error), self._suspect) from error
        # A header that was given up half-way leaves a connection of no use.
        self.is_busy = self.oversized is not None
        yield self._piece(held)

    def _messages(self, slices: Iterator[Sequence[int]]) -> Iterator[Fetched]:
        """Fetch each message once; what the server left out or refused is asked for alone, once nothing is under way.

        What it leaves out twice is believed to have vanished.
        """
        short: list[tuple[Sequence[int], bool]] = []
        for said in self._source.fetch(self._sent(slices, short)):
            if isinstance(said, Fetched):
                if said.uid in self._missing:
                    yield said
                continue
            uids = self._asked.popleft()
            if not self._missing.isdisjoint(uids):
                short.append((uids, said.is_refused))
        for uids, is_refused in short:
            self._asked.append(uids)
            yield from self._rest(uids, is_refused=is_refused)
            self._missing.difference_update(uids)
            self._asked.popleft()

    def _sent(
        self, slices: Iterator[Sequence[int]], short: Sequence[tuple[Sequence[int], bool]]
    ) -> Iterator[Sequence[int]]:
        """Yield what to ask for, until something else is to be asked first."""
        for uids in slices:
            self._asked.append(uids)
            self._missing.update(uids)
            self._last = uids[-1]
            yield uids
            if self.is_wanted or short or not self._limits.ahead:
                return

    def _rest(self, uids: Sequence[int], *, is_refused: bool) -> Iterator[Fetched]:
        """Fetch what an answer did not bring; when the server refuses, by halves, down to what it refuses."""
        denied: list[int] = []
        if is_refused:
            yield from self._by_halves(uids, denied)
        left_out = self._still_missing(uids, denied)
        if left_out:
            yield from self._alone(left_out, denied)
        if len(denied) == len(uids):
            # Nothing tells one message from a server that refuses everything.
            raise FetchRefused(_("le serveur a refusé une commande."))
        self._refused += denied

    def _alone(self, uids: Sequence[int], denied: list[int]) -> Iterator[Fetched]:
        is_refused = False
        for said in self._source.fetch([uids]):
            if isinstance(said, Answered):
                is_refused = said.is_refused
            elif said.uid in self._missing:
                yield said
        if is_refused:
            yield from self._by_halves(uids, denied)

    def _by_halves(self, uids: Sequence[int], denied: list[int]) -> Iterator[Fetched]:
        """Fetch what is missing of a slice that the server refuses."""
        if len(denied) == self._limits.most_refused:
            raise FetchRefused(_("le serveur a refusé une commande."))
        rest = self._still_missing(uids)
        if rest == uids[:1]:
            denied += rest
            return
        for half in (rest[: len(rest) // 2], rest[len(rest) // 2 :]):
            if half:
                yield from self._alone(half, denied)

    def _still_missing(self, uids: Sequence[int], but: Sequence[int] = ()) -> list[int]:
        return [uid for uid in uids if uid in self._missing and uid not in but]

    @property
    def _suspect(self) -> int:
        """The first message that had not come, of the FETCH that was being answered."""
        return min(self._missing.intersection(self._asked[0]), default=self._asked[0][-1])

    def _piece(self, held: list[Fetched]) -> Piece:
        """Return what is held, and what was refused since the last piece: neither is missing any more."""
        self.through = min(self._missing) - 1 if self._missing else self._last
        refused, self._refused = self._refused, []
        return Piece(held, self.through, refused)


def _slices(uids: Sequence[int], most: int) -> Iterator[Sequence[int]]:
    """Yield UIDs in slices of bounded size."""
    for first in range(0, len(uids), most):
        yield list(uids[first : first + most])
