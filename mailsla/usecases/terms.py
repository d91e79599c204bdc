"""What a collection goes by: the office, what is wanted, how it is watched and stopped, and its limits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from mailsla.core.collection.to_store import NewMessage, ToStore
from mailsla.core.office.correspondents import UNKNOWN_OFFICE, Office

Progress = Callable[[str, int, int], None]
"""Called with a mailbox's name, the messages done, and the messages to do."""


def silent(_mailbox: str, _done: int, _total: int) -> None:
    """Show no progress."""


Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
"""Applies a pure function of a module to each item, in order; it may take some items ahead of what it yields."""


class DerivesBeside(Protocol):
    """What derives meanwhile what was just added to the store; `awaited` tells whether the server was waited for."""

    def __call__(self, added: Any, /, *, awaited: bool) -> object:
        """Derive what can be, if it is worth it."""


def nothing_beside(_added: Any, /, *, awaited: bool) -> None:
    """Derive nothing meanwhile."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes that bound a collection's commands, memory and transactions.

    Attributes:
        window: UIDs whose list is asked for at once: a server's answer is one line, and imaplib reads none of a
            million bytes.
        widest: The same where messages are few between UIDs: as many as a line can hold.
        slice: UIDs asked for at once: servers refuse command lines of 20,000 of them, and bodies wait for the end
            of a slice.
        ahead: Whether a slice is asked for before the answer to the one before it has ended.
        piece_bytes: A piece is read and stored when its headers reach so many bytes…
        piece_messages: … or so many messages: memory does not grow with the mailbox.
        stored: Messages stored in one transaction, and then derived: each writes most pages of the indexes again.
        least_stored: The same at the end of a mailbox, where nothing else is done any more, and where as many have
            come only after `stored_after`: over a slow line, progress is seen and little is to be fetched twice.
        stored_after: Seconds for which messages, when they are so many, wait for others to be stored with.
        most_refused: When the server refuses more messages of a slice one by one, it is the server that fails.
        bodies: Beginnings of bodies looked into at once.
    """

    window: int = 20_000
    widest: int = 80_000
    slice: int = 1_000
    ahead: bool = True
    piece_bytes: int = 1024 * 1024
    piece_messages: int = 250
    stored: int = 4_000
    least_stored: int = 500
    stored_after: float = 2.0
    most_refused: int = 20
    bodies: int = 50


@dataclass(frozen=True)
class Terms:
    """What the collection of one account goes by.

    Attributes:
        account: The account's name.
        now: The clock.
        office: Who we are: whose bodies must be looked into, which ties a message has.
        keywords: IMAP keywords that mean something.
        since: What was received before that day is left out; None for nothing.
        progress: Told of what is stored.
        stopping: Says when to end early.
        monotonic: Returns seconds on a clock that nobody sets; without it no time passes.
        spread: Reads the headers.
        prepare: Makes what was read ready for the store, where it is read; a pure function, of a module or partial.
        beside: Derives what was just added to the store, while more is on its way.
        limits: Of sizes.
    """

    account: str
    now: Callable[[], datetime]
    office: Office = UNKNOWN_OFFICE
    keywords: Collection[str] = ()
    since: date | None = None
    progress: Progress = silent
    stopping: Callable[[], bool] = lambda: False
    monotonic: Callable[[], float] = lambda: 0.0
    spread: Map = map
    prepare: Callable[[Sequence[NewMessage]], Sequence[ToStore]] = list
    beside: DerivesBeside = nothing_beside
    limits: Limits = Limits()

    @property
    def first_day(self) -> date:
        """The first day of receipt that is wanted."""
        return self.since or date.min
