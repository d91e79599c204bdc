"""From UIDs to messages: headers fetched in pieces of bounded size, read here or by a second process.

Pieces are some ahead of what is stored: the server, whoever reads and whoever stores work at the same time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Protocol

from mailsla.core.collection.on_server import Fetched
from mailsla.core.collection.to_store import Batch, NewMessage, SetAside, new_messages, unforeseen
from mailsla.core.errors import (
    FetchCut,
    FetchRefused,
    MessageError,
    OversizedMessage,
    TransientError,
    Unforeseen,
    apart,
)
from mailsla.core.mail.header import Header
from mailsla.core.mail.header_reading import read_header
from mailsla.core.office.body_evidence import (
    needs_body,
    needs_structure,
)
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.ties import ties_digest
from mailsla.language import gettext as _
from mailsla.usecases.bodies import BodySource, with_bodies
from mailsla.usecases.terms import Limits, Terms


class HeaderSource(BodySource, Protocol):
    """A connection to one opened mailbox."""

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        """Fetch headers as they come; what has vanished meanwhile is left out, `FetchRefused` after what came."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some headers; every message asked for up to `through` is in this piece or in an earlier one, `refused` too."""

    fetched: list[Fetched]
    through: int
    refused: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """What a piece's headers say; those in `unsure` do not say enough without the body."""

    ready: list[NewMessage]
    unsure: list[NewMessage]
    set_aside: list[SetAside]
    through: int


def read_batches(
    source: HeaderSource, uids: Iterable[int], uid_validity: int, terms: Terms
) -> Iterator[Batch]:
    """Yield the messages of some UIDs in batches, each with the UID up to which all are covered.

    A header that announces more than can be read is set aside alone, and costs the connection: the next
    collection goes on without it.

    Args:
        source: The connection.
        uids: In ascending order.
        uid_validity: What they belong to.
        terms: Knows whose bodies must be looked into, what does the reading, and the limits.

    Raises:
        FetchCut: When the connection fails; what was fetched before has been yielded.
        TransientError: When a header was too big; it has been yielded as set aside.
    """
    held: list[Batch] = []
    count = 0
    try:
        for batch in _read_pieces(source, uids, uid_validity, terms):
            held.append(batch)
            count += len(batch.messages) + len(batch.set_aside)
            if count >= terms.limits.stored:
                yield _joined(held)
                held, count = [], 0
    except TransientError:
        if held:
            yield _joined(held)
        raise
    if held:
        yield _joined(held)


def _joined(batches: list[Batch]) -> Batch:
    """Return batches that follow each other as one."""
    last = batches[-1]
    messages = tuple(message for batch in batches for message in batch.messages)
    set_aside = tuple(item for batch in batches for item in batch.set_aside)
    return Batch(last.uid_validity, last.last_uid, messages, set_aside, last.tied_by)


def _read_pieces(
    source: HeaderSource, uids: Iterable[int], uid_validity: int, terms: Terms
) -> Iterator[Batch]:
    """Yield a batch for each piece, as soon as it is read."""
    office, limits = terms.office, terms.limits
    fetching, tied_by = _Fetching(source, uids, limits), ties_digest(office)
    unsure: list[NewMessage] = []
    for read in terms.spread(partial(_read_piece, replace(office)), fetching):
        unsure += read.unsure
        fetching.is_wanted = bool(unsure)
        ready = read.ready
        if unsure and not fetching.is_busy:
            looked_into, failed = with_bodies(source, unsure, office, limits.bodies)
            ready = ready + looked_into
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


class _Fetching:
    """The pieces of a fetch.

    Attributes:
        is_busy: Whether the connection is in the midst of a FETCH: nothing else can be asked then.
        is_wanted: Whether something else is to be asked: no FETCH begins before that is done.
        through: Every message asked for up to this UID has been fetched.
        oversized: The message whose header ended the fetch before its end.
    """

    def __init__(self, source: HeaderSource, uids: Iterable[int], limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._uids = iter(uids)
        self.is_busy = self.is_wanted = False
        self.through = 0
        self.oversized: int | None = None

    def __iter__(self) -> Iterator[_Piece]:
        while self.oversized is None and (uids := list(islice(self._uids, self._limits.slice))):
            while self.is_wanted:
                # What is read ahead is yielded only when more comes.
                yield _Piece([], self.through)
            yield from self._pieces(uids)

    def _pieces(self, uids: list[int]) -> Iterator[_Piece]:
        missing = set(uids)
        held: list[Fetched] = []
        refused: list[int] = []
        size, limits = 0, self._limits
        self.is_busy = True
        try:
            for fetched in self._messages(uids, missing, refused):
                # A full piece waits for what follows it: the last one comes when the connection is free again.
                if size >= limits.piece_bytes or len(held) >= limits.piece_messages:
                    yield self._piece(held, uids, missing)
                    held, size = [], 0
                missing.remove(fetched.uid)
                held.append(fetched)
                size += len(fetched.header)
            if len(refused) == len(uids):
                # Nothing tells one message from a server that refuses everything.
                raise FetchRefused(_("le serveur a refusé une commande."))
        except OversizedMessage as error:
            if error.uid is None:
                yield self._piece(held, uids, missing)
                raise FetchCut(
                    _("un en-tête démesuré a interrompu la relève."), min(missing, default=uids[-1])
                ) from error
            self.oversized = error.uid
        except TransientError as error:
            yield self._piece(held, uids, missing)
            raise FetchCut(str(error), min(missing, default=uids[-1])) from error
        else:
            missing.clear()
        # A header that was given up half-way leaves a connection of no use.
        self.is_busy = self.oversized is not None
        yield self._piece(held, uids, missing, refused)

    def _messages(self, uids: list[int], missing: set[int], refused: list[int]) -> Iterator[Fetched]:
        """Fetch each message once; what the server left out is asked for once more: that decides."""
        yield from self._asked(uids, missing, refused)
        left_out = sorted(missing.difference(refused))
        if left_out:
            yield from self._asked(left_out, missing, refused)

    def _asked(self, uids: list[int], missing: set[int], refused: list[int]) -> Iterator[Fetched]:
        """Fetch what is missing; when the server refuses, by halves, down to the messages that it refuses."""
        try:
            for fetched in self._source.fetch(uids):
                if fetched.uid in missing:
                    yield fetched
        except FetchRefused:
            if len(refused) == self._limits.most_refused:
                raise
            rest = [uid for uid in uids if uid in missing]
            if rest == uids[:1]:
                refused += rest
                return
            for half in (rest[: len(rest) // 2], rest[len(rest) // 2 :]):
                yield from self._asked(half, missing, refused)

    def _piece(
        self, held: list[Fetched], uids: list[int], missing: set[int], refused: Sequence[int] = ()
    ) -> _Piece:
        self.through = min(missing) - 1 if missing else uids[-1]
        return _Piece(held, self.through, refused)


def _read_piece(office: Office, piece: _Piece) -> _Read:
    """Read every header of a piece; pure, so that another process can do it."""
    read = _Read([], [], [SetAside(uid, None, "refused") for uid in piece.refused], piece.through)
    for outcome in _outcomes(piece.fetched, office):
        if isinstance(outcome, SetAside):
            read.set_aside.append(outcome)
        else:
            message, is_unsure = outcome
            (read.unsure if is_unsure else read.ready).append(message)
    return read


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
