"""From UIDs to messages: headers fetched in pieces of bounded size, read here or by a second process.

Pieces are some ahead of what is stored: the server, whoever reads and whoever stores work at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from mailsla.core.collection.on_server import Fetched
from mailsla.core.collection.to_store import Batch, NewMessage, SetAside, ToStore, new_messages, unforeseen
from mailsla.core.errors import MessageError, TransientError, Unforeseen, apart
from mailsla.core.mail.header import Header
from mailsla.core.mail.header_reading import read_header
from mailsla.core.office.body_evidence import (
    needs_body,
    needs_structure,
)
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.ties import ties_digest
from mailsla.language import gettext as _
from mailsla.usecases.bodies import with_bodies
from mailsla.usecases.pieces import Fetching, HeaderSource, Piece
from mailsla.usecases.terms import Terms

_Answer = TypeVar("_Answer")

AWAITED_SHARE = 0.6
"""Of the time in which a batch comes: what is waited then is as long as storing and deriving the batch takes."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What a piece's headers say; those in `unsure` do not say enough without the body."""

    ready: Sequence[ToStore]
    unsure: list[NewMessage]
    set_aside: list[SetAside]
    through: int


def read_batches(
    source: HeaderSource,
    stretches: Iterable[Sequence[int]],
    uid_validity: int,
    terms: Terms,
    expected: Callable[[], int] | None = None,
) -> Iterator[Batch]:
    """Yield the messages of some UIDs in batches, each with the UID up to which all are covered.

    Towards the end they become smaller: little is left to do then once the last message has come. So they are where
    messages come slowly.

    A header that announces more than can be read is set aside alone, and costs the connection: the next
    collection goes on without it.

    Args:
        source: The connection.
        stretches: The UIDs, in ascending order; a stretch is taken when nothing is under way on the connection.
        uid_validity: What they belong to.
        terms: Knows whose bodies must be looked into, what does the reading, and the limits.
        expected: How many there are, as far as is known by now; without it nobody knows.

    Raises:
        FetchCut: When the connection fails; what was fetched before has been yielded.
        TransientError: When a header was too big; it has been yielded as set aside.
    """
    held: list[Batch] = []
    count = done = 0
    limits, line = terms.limits, _Line(terms.monotonic)
    try:
        for batch in _read_pieces(source, stretches, uid_validity, terms, line):
            held.append(batch)
            count += len(batch.messages) + len(batch.set_aside)
            rest = limits.stored if expected is None else expected() - done - count
            is_late = line.elapsed >= limits.stored_after
            if count >= min(limits.stored, max(limits.least_stored, 0 if is_late else rest)):
                yield _joined(held, line)
                done += count
                held, count = [], 0
                line.begin()
    except TransientError:
        if held:
            yield _joined(held, line)
        raise
    if held:
        yield _joined(held, line)


class _Line:
    """How long a batch takes to come, and how much of that the server is waited for."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self.begin()

    def begin(self) -> None:
        """Begin the next batch."""
        self._since, self._waited = self._monotonic(), 0.0

    @property
    def elapsed(self) -> float:
        """Seconds that the batch has taken."""
        return self._monotonic() - self._since

    @property
    def is_awaited(self) -> bool:
        """Whether the server is waited for long enough to derive meanwhile what it brings."""
        return self._waited >= AWAITED_SHARE * self.elapsed

    def brings(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """Yield what comes."""
        coming = iter(pieces)
        while (piece := self.answers(partial(next, coming, None))) is not None:
            yield piece

    def answers(self, ask: Callable[[], _Answer]) -> _Answer:
        """Return what the server answers; nothing else is done meanwhile."""
        asked = self._monotonic()
        answer = ask()
        self._waited += self._monotonic() - asked
        return answer


def _joined(batches: list[Batch], line: _Line) -> Batch:
    """Return batches that follow each other as one."""
    last = batches[-1]
    messages = tuple(message for batch in batches for message in batch.messages)
    set_aside = tuple(item for batch in batches for item in batch.set_aside)
    return Batch(last.uid_validity, last.last_uid, messages, set_aside, last.tied_by, awaited=line.is_awaited)


def _read_pieces(
    source: HeaderSource, stretches: Iterable[Sequence[int]], uid_validity: int, terms: Terms, line: _Line
) -> Iterator[Batch]:
    """Yield a batch for each piece, as soon as it is read."""
    office, limits = terms.office, terms.limits
    fetching, tied_by = Fetching(source, stretches, limits), ties_digest(office)
    unsure: list[NewMessage] = []
    for read in terms.spread(partial(_read_piece, replace(office), terms.prepare), line.brings(fetching)):
        unsure += read.unsure
        fetching.is_wanted = bool(unsure)
        ready = read.ready
        if unsure and not fetching.is_busy:
            asked = partial(with_bodies, source, unsure, office, limits.bodies)
            looked_into, failed = line.answers(asked)
            ready = [*ready, *looked_into]
            read.set_aside.extend(failed)
            unsure = []
            fetching.is_wanted = False
        through = _covered(read.through, unsure)
        yield Batch(uid_validity, through, tuple(ready), tuple(read.set_aside), tied_by)
    if fetching.oversized is not None:
        aside = (SetAside(fetching.oversized, None, "oversized"),)
        yield Batch(uid_validity, _covered(fetching.through, unsure), (), aside, tied_by)
        raise TransientError(_("un en-tête démesuré a été mis de côté ; la relève reprendra sans lui."))


def _covered(through: int, unsure: list[NewMessage]) -> int:
    """Return the UID up to which everything is ready to be stored."""
    return min([through, *(message.uid - 1 for message in unsure)])


def _read_piece(
    office: Office, prepare: Callable[[Sequence[NewMessage]], Sequence[ToStore]], piece: Piece
) -> _Read:
    """Read every header of a piece; pure, so that another process can do it."""
    ready: list[NewMessage] = []
    unsure: list[NewMessage] = []
    set_aside = [SetAside(uid, None, "refused") for uid in piece.refused]
    for outcome in _outcomes(piece.fetched, office):
        if isinstance(outcome, SetAside):
            set_aside.append(outcome)
        else:
            message, is_unsure = outcome
            (unsure if is_unsure else ready).append(message)
    return _Read(prepare(ready), unsure, set_aside, piece.through)


_Outcome = tuple[NewMessage, bool] | SetAside
"""A message, and whether it does not say enough without its body; or that it could not be read."""


def _outcomes(fetched: Sequence[Fetched], office: Office) -> list[_Outcome]:
    """Read some headers: at once when that works, else each alone."""
    at_once = apart(partial(_read_at_once, fetched, office))
    if not isinstance(at_once, Unforeseen):
        return at_once
    if len(fetched) == 1:
        return [SetAside(fetched[0].uid, fetched[0].internal_at, unforeseen(at_once))]
    return [outcome for one in fetched for outcome in _outcomes([one], office)]


def _read_at_once(fetched: Sequence[Fetched], office: Office) -> list[_Outcome]:
    """Read some headers, each step of all of them before the next; those set aside come first."""
    read: list[tuple[Fetched, Header]] = []
    set_aside: list[_Outcome] = []
    for one in fetched:
        try:
            read.append((one, read_header(one.header)))
        except MessageError as error:
            set_aside.append(SetAside(one.uid, one.internal_at, error.reason))
    messages = new_messages(read, office)
    unsure = [needs_body(header, office) or needs_structure(header, office) for _one, header in read]
    return [*set_aside, *zip(messages, unsure, strict=True)]
