"""The end of personal data: conversations that are over are sealed, and what they count stays (DOMAIN: Privacy)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Protocol

from mailsla.core.clock.local_days import LocalDays
from mailsla.core.pairing.configured import Configured
from mailsla.core.pairing.rules import PairingRules
from mailsla.core.rate.exchange import Exchange
from mailsla.core.rate.standard import Standard
from mailsla.core.retention.ended import Retention
from mailsla.core.retention.purged import Purged
from mailsla.core.retention.separable import separable
from mailsla.usecases.derive import DerivationWork, bring_up_to_date

AT_ONCE = 500
"""Conversations looked at in one transaction: others write between two."""

Told = Callable[[int, int], object]
"""Told how many conversations were looked at, and of how many."""


def silent(_done: int, _total: int) -> None:
    """Show no progress."""


class Tied(Protocol):
    """Conversations whose mails are tied to each other, and to no others."""

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """They, by number."""

    def stands_without(self, gone: Sequence[Exchange]) -> bool:
        """Tell whether what is derived of the others stays what it is once these are sealed."""


class Look(Protocol):
    """What may go."""

    def older(self, before: datetime, after: int, most: int) -> Sequence[int]:
        """Return the conversations whose last mail came before an instant, by number, from beyond a number on."""

    def older_count(self, before: datetime) -> int:
        """Count them."""

    def naming(self, address: str) -> Sequence[int]:
        """Return the conversations of the mails that name an address, by number."""

    def words(self, address: str) -> int:
        """Return in how many places people's words name an address."""

    def tied(self, conversations: Collection[int]) -> Iterable[Tied]:
        """Yield some conversations, with all that are tied to them, in groups of those tied to each other."""


class Work(Look, Protocol):
    """What goes, in one transaction that holds the derivations."""

    @property
    def derivation(self) -> DerivationWork:
        """The derivations."""

    def seal(self, numbers: Collection[int], at: datetime) -> int:
        """Seal whole conversations, by the numbers of all their messages; return how many requests they have."""

    def blank_outgoing(self, through: date) -> bool:
        """Blank whom mails of ours up to a day were for, and their words, but of what still may be told again.

        Returns whether there was any.
        """

    def erase_words(self, address: str, at: datetime) -> int:
        """Erase an address from what people wrote in their own words; return in how many places it stood."""

    def forget_words(self) -> None:
        """Forget the words by which figures knew requests that were left out, once no request has them any more."""

    def note(
        self, at: datetime, through: date | None, messages: int, requests: int, *, office: bool = False
    ) -> None:
        """Note that so many messages were sealed; of the office's own, that any of it went."""


class Purges(Protocol):
    """Where personal data ends."""

    def looking(self, rules: PairingRules, days: LocalDays) -> AbstractContextManager[Look]:
        """Look at what may go; nothing is written."""

    def sealing(self, rules: PairingRules, days: LocalDays) -> AbstractContextManager[Work]:
        """Open a transaction in which messages are sealed."""

    def is_clean(self) -> bool:
        """Tell whether nothing that went is left in free pages."""

    def clean(self, at: datetime) -> None:
        """Make the database's files anew, without what went from it."""


@dataclass(frozen=True)
class Ending:
    """What personal data ends by.

    Attributes:
        retention: How long it is kept.
        standard: By which requests fall due.
        rules: By which mails are paired.
        configured: What the site's configuration says of itself.
        now: The present instant.
    """

    retention: Retention
    standard: Standard
    rules: PairingRules
    configured: Configured
    now: datetime

    @property
    def through(self) -> date:
        """The last day whose data is kept no more."""
        return self.retention.last_ended(self.standard.clock.calendar.local_date(self.now))

    @property
    def before(self) -> datetime:
        """The first instant after that day."""
        zone = self.standard.clock.calendar.zone
        return datetime.combine(self.through + timedelta(days=1), time.min, zone)

    def has_ended(self, exchange: Exchange) -> bool:
        """Tell whether a conversation is kept no more."""
        return exchange.has_ended(self.through, self.standard, self.now)


def would_purge(purges: Purges, ending: Ending, told: Told = silent) -> Purged:
    """Return what a purge would seal now; nothing is written."""
    found = Purged(ending.through)
    with purges.looking(ending.rules, ending.configured.days) as look:
        total, done, seen = look.older_count(ending.before), 0, set[int]()
        for conversations in parts(partial(look.older, ending.before)):
            for tied in look.tied(conversations):
                _count(tied, ending, found, seen)
            done += len(conversations)
            told(done, total)
    return found


def purge(purges: Purges, ending: Ending, told: Told = silent) -> Purged:
    """Seal every conversation that is over, some at once, and return what was sealed.

    Each transaction brings the derivations up to date first: what is sealed is what follows from all that is known.
    """
    found, seen = Purged(ending.through), set[int]()
    after = done = total = 0
    while True:
        with purges.sealing(ending.rules, ending.configured.days) as work:
            bring_up_to_date(work.derivation, ending.rules, ending.configured)
            if not after:
                total = work.older_count(ending.before)
            conversations = work.older(ending.before, after, AT_ONCE)
            if not conversations:
                if work.blank_outgoing(ending.through):
                    work.note(ending.now, ending.through, 0, 0)
                return found
            gone = [item for tied in work.tied(conversations) for item in _count(tied, ending, found, seen)]
            numbers = [number for exchange in gone for number in exchange.numbers]
            if numbers:
                requests = work.seal(numbers, ending.now)
                work.note(ending.now, ending.through, len(numbers), requests)
        after, done = conversations[-1], done + len(conversations)
        told(done, total)


def parts(following: Callable[[int, int], Sequence[int]]) -> Iterator[Sequence[int]]:
    """Yield conversations by number, some at once; `following` gives those from beyond a number on, so many at most."""
    after = 0
    while conversations := following(after, AT_ONCE):
        yield conversations
        after = conversations[-1]


def _count(tied: Tied, ending: Ending, found: Purged, seen: set[int]) -> list[Exchange]:
    """Return what may go of some tied conversations, and count them, each once."""
    new = [item for item in tied.exchanges if item.conversation not in seen]
    seen.update(item.conversation for item in new)
    gone = separable([item for item in new if ending.has_ended(item)], tied.stands_without)
    return _tally(found, [item for item in new if item.last_at < ending.before], gone)


def _tally(found: Purged, looked_at: Sequence[Exchange], gone: list[Exchange]) -> list[Exchange]:
    """Count what goes, and what waits of what was looked at; return what goes."""
    found.conversations += len(gone)
    found.messages += sum(len(item.numbers) for item in gone)
    found.requests += sum(len(item.cases) for item in gone)
    found.waiting += len(looked_at) - len(gone)
    return gone


def would_erase(purges: Purges, ending: Ending, address: str) -> Purged:
    """Return what would be sealed now of the conversations that name an address; nothing is written."""
    found = Purged(None)
    with purges.looking(ending.rules, ending.configured.days) as look:
        _of_person(look, ending, address, found)
        found.words = look.words(address)
    return found


def erase(purges: Purges, ending: Ending, address: str) -> Purged:
    """Seal every conversation that names an address, whatever its age, and erase it from people's words.

    What waits: a request that has not fallen due, and what another conversation rests on.
    """
    found = Purged(None)
    with purges.sealing(ending.rules, ending.configured.days) as work:
        bring_up_to_date(work.derivation, ending.rules, ending.configured)
        gone = _of_person(work, ending, address, found)
        numbers = [number for exchange in gone for number in exchange.numbers]
        found.words = work.erase_words(address, ending.now)
        requests = work.seal(numbers, ending.now) if numbers else 0
        if numbers or found.words:
            # Words alone may have gone: their pages are cleaned too.
            work.note(ending.now, None, len(numbers), requests)
        bring_up_to_date(work.derivation, ending.rules, ending.configured)
        work.forget_words()
    return found


def _of_person(look: Look, ending: Ending, address: str, found: Purged) -> list[Exchange]:
    wanted, all_gone = set(look.naming(address)), list[Exchange]()
    for tied in look.tied(wanted):
        theirs = [item for item in tied.exchanges if item.conversation in wanted]
        over = [item for item in theirs if item.has_fallen_due(ending.standard, ending.now)]
        all_gone += _tally(found, theirs, separable(over, tied.stands_without))
    return all_gone
