"""The requests of one conversation as it is read, found by whose they are, what they are about, and their mails.

Strangers decide how many requests a conversation has: nothing here looks at all of them because of one mail.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from heapq import merge
from itertools import groupby
from typing import NamedTuple

from mailsla.core.mail.base_subject import base_subject
from mailsla.core.mail.instants import Moment
from mailsla.core.office.sides import Reading
from mailsla.core.pairing.followed import Followed
from mailsla.core.pairing.forest import Forest
from mailsla.core.pairing.new_question import said
from mailsla.core.pairing.numbers_by_name import Name, NumbersByName, names_near, names_of_words
from mailsla.core.pairing.rules import Part

FEW = 8
"""So many requests are looked at one by one: to name all that is known of them would take longer."""

ANYBODY: Name = ("who", None)
"""The name of every request."""

ANYBODY_PLAIN: Name = ("plain", None)
"""The name of requests whose mails ask for no answer elsewhere than at their author's."""

NOBODY: Name = ("nobody", None)
"""The name of requests of which nothing says who asks."""


class Wanted(NamedTuple):
    """Which requests are looked for.

    Attributes:
        ways: Names, each line of which has every request that is wanted under it, and perhaps others.
        is_it: Tells one that is wanted.
    """

    ways: tuple[tuple[Name, ...], ...]
    is_it: Callable[[Followed], bool]

    def narrowed(self, way: tuple[Name, ...], is_it: Callable[[Followed], bool]) -> Wanted:
        """Return what is looked for, under one more condition."""
        return Wanted((*self.ways, way), lambda case: self.is_it(case) and is_it(case))

    def with_step(self, key: str | None) -> Wanted:
        """Return those of which a mail is a step."""
        return self.narrowed((("step", key),), lambda case: case.has(key))


def answered_at(addresses: Collection[str]) -> Wanted:
    """Return the requests that are answered at one of some addresses."""
    way = tuple(("who", address) for address in addresses)
    return Wanted((way,), lambda case: not case.askers.isdisjoint(addresses))


class Register:
    """The requests of one conversation, in the order in which they were opened.

    Args:
        reminder_words: What else presses, on this site, as `PairingRules` has it.
        few: How many requests are looked at one by one.
    """

    def __init__(self, reminder_words: tuple[str, ...] = (), few: int = FEW) -> None:
        self.cases: list[Followed] = []
        self._reminder_words, self._few = reminder_words, few
        self._by_opening: dict[str, Followed] = {}

    def enter(self, case: Followed, part: Part) -> None:
        """Take a request, with the mail that opens it."""
        case.add(case.opening, part)
        self.cases.append(case)
        self._by_opening[case.opening.key] = case
        if self._is_indexed:
            for known in self.cases if len(self.cases) == self._few + 1 else [case]:
                self._put_all(known)

    def add(self, case: Followed, reading: Reading, part: Part) -> None:
        """Take a mail as a step of a request."""
        case.add(reading, part)
        if self._is_indexed:
            header = reading.mail.header
            roots = [header.thread_index] if header.thread_index else []
            self._put_mails(case, [reading.key], [base_subject(header.subject)], roots)

    def widen(self, case: Followed, citizens: Collection[str], reply_to: Collection[str]) -> None:
        """Add addresses of who asks, at which it is answered, and those of them that its mails ask for."""
        before = (bool(case.citizens), bool(case.reply_to))
        known = next(iter(case.citizens), None)
        case.citizens.update(citizens)
        case.askers.update(citizens)
        case.reply_to.update(reply_to)
        if not self._is_indexed:
            return
        _join(self._people, [*citizens, known] if known is not None else citizens)
        if before == (bool(case.citizens), bool(case.reply_to)):
            self._put_people(case, citizens, reply_to)
        else:
            self._take(case, [name for name in case.names if name[0] in {"plain", "nobody"}])
            self._put_people(case, case.citizens, case.reply_to)

    def answer(self, case: Followed, moment: Moment, by: str | None) -> None:
        """Stop a request's clock, if it runs."""
        was_open = case.answered is None
        case.answer(moment, by)
        if was_open and self._is_indexed:
            self._open.take(case.number, case.names)

    def take_back(self, case: Followed, key: str) -> None:
        """Let a request's clock run again, when this reply stopped it."""
        was_open = case.answered is None
        case.take_back(key)
        if case.answered is None and not was_open and self._is_indexed:
            self._open.put(case.number, case.names)

    def opened_by(self, key: str | None) -> Followed | None:
        """Return the request that a mail opened."""
        return None if key is None else self._by_opening.get(key)

    def find(self, wanted: Wanted, *, is_open: bool = False) -> Iterator[Followed]:
        """Yield requests, the last one first; only those whose clock runs, if so told."""
        for case in self._on_the_way(wanted.ways, is_open=is_open):
            if wanted.is_it(case) and not (is_open and case.answered is not None):
                yield case

    def last(self, wanted: Wanted, *, is_open: bool = False) -> Followed | None:
        """Return the last such request."""
        return next(self.find(wanted, is_open=is_open), None)

    def about(self, subject: str, among: Wanted, *, is_open: bool = False) -> Followed | None:
        """Return the last such request in which a subject asks nothing new."""
        asked = said(subject, self._reminder_words)
        if not asked:
            return self.last(among, is_open=is_open)
        way = names_near(asked, self._open if is_open else self._all) if self._is_indexed else ()
        return self.last(among.narrowed(way, lambda case: not case.subjects.is_new(subject)), is_open=is_open)

    def apart(self, who: Collection[str]) -> list[set[str]]:
        """Return some addresses in groups; of several, those at which no request is answered are left out.

        Of all these requests, those of two groups share no citizen, not even through another.
        """
        if len(who) == 1:
            return [set(who)]
        groups: dict[Hashable, set[str]] = {}
        for address in who:
            if self.last(answered_at({address})) is not None:
                # Whoever no request links, no request of these links; in a few, that is not known.
                name = self._people.find(address) if self._is_indexed else None
                groups.setdefault(name, set()).add(address)
        return [part for group in groups.values() for part in self._linked(group)]

    def _linked(self, group: set[str]) -> Collection[set[str]]:
        """Cut addresses into those that the requests answered there link, looking at no more than it takes."""
        if len(group) == 1:
            return [group]
        links = Forest()
        for case in self.find(answered_at(group)):
            _join(links, case.askers)
            if len({links.find(address) for address in group}) == 1:
                break
        parts: dict[Hashable, set[str]] = {}
        for address in group:
            parts.setdefault(links.find(address), set()).add(address)
        return parts.values()

    @cached_property
    def _all(self) -> NumbersByName:
        return NumbersByName()

    @cached_property
    def _open(self) -> NumbersByName:
        """Those whose clock runs."""
        return NumbersByName()

    @cached_property
    def _people(self) -> Forest:
        """Who is linked by a request, directly or through others."""
        return Forest()

    @property
    def _is_indexed(self) -> bool:
        return len(self.cases) > self._few

    def _on_the_way(self, ways: Iterable[tuple[Name, ...]], *, is_open: bool) -> Iterator[Followed]:
        """Yield the requests of the shortest of some ways, the last one first."""
        if not self._is_indexed:
            return reversed(self.cases)
        lists = ([self._under(name, is_open=is_open) for name in way] for way in ways)
        shortest = min(lists, key=lambda way: sum(map(len, way)))
        numbers = merge(*map(reversed, shortest), reverse=True)
        return (self.cases[number] for number, _again in groupby(numbers))

    def _under(self, name: Name, *, is_open: bool) -> Sequence[int]:
        return (self._open if is_open and name[0] != "step" else self._all).under(name)

    def _put_all(self, case: Followed) -> None:
        """Put a request under all that is known of it."""
        self._put(case, [ANYBODY])
        self._put_people(case, case.citizens, case.reply_to)
        _join(self._people, case.citizens)
        self._put_mails(case, [step.key for step in case.steps], case.subjects, case.roots)

    def _put_people(self, case: Followed, citizens: Iterable[str], reply_to: Iterable[str]) -> None:
        """Put a request under some of its addresses."""
        self._put(case, [("who", address) for address in citizens])
        self._put(case, [("reply", address) for address in reply_to])
        if not case.reply_to:
            self._put(case, [ANYBODY_PLAIN, *(("plain", address) for address in citizens)])
        if not case.citizens:
            self._put(case, [NOBODY])

    def _put_mails(
        self, case: Followed, keys: Iterable[str], subjects: Iterable[str], roots: Iterable[str]
    ) -> None:
        """Put a request under some of its mails."""
        self._all.put(case.number, [("step", key) for key in keys])
        self._put(case, [("root", root) for root in roots])
        for subject in subjects:
            if ("subject", subject) not in case.names:
                words = names_of_words(said(subject, self._reminder_words), self._all)
                self._put(case, [("subject", subject), *words])

    def _put(self, case: Followed, names: Collection[Name]) -> None:
        case.names.update(names)
        self._all.put(case.number, names)
        if case.answered is None:
            self._open.put(case.number, names)

    def _take(self, case: Followed, names: Collection[Name]) -> None:
        case.names.difference_update(names)
        self._all.take(case.number, names)
        if case.answered is None:
            self._open.take(case.number, names)


def _join(links: Forest, addresses: Collection[str]) -> None:
    for address in addresses:
        links.join(address, next(iter(addresses)))
