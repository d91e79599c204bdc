"""Lists of requests, each read and judged only as it is shown: memory does not grow with a list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import islice
from random import Random
from typing import Protocol, TypeVar

from mailsla.core.clock.verdict import Outcome
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.request import Grounds
from mailsla.core.rate.case import Case
from mailsla.core.rate.disputes import disputes
from mailsla.core.rate.narrowed import Narrowed
from mailsla.core.rate.promises import Promise
from mailsla.core.rate.selection import Look, Selection, State
from mailsla.core.rate.standard import Judged, Standard, Variant
from mailsla.usecases.narrowing import narrowed

_Item = TypeVar("_Item")
_Grounds = TypeVar("_Grounds")

AT_ONCE = 1_000
"""Requests judged at once."""


class ListedRequests(Protocol):
    """What a list of requests is read from."""

    def cases_of(self, wanted: Narrowed) -> Iterator[Case]:
        """Yield some requests and follow-ups, by receipt."""

    def cases_with_grounds(self, wanted: Narrowed) -> Iterator[tuple[Case, Grounds]]:
        """Yield the same, each with what it rests on."""

    def doubts(self) -> Sequence[Doubt]:
        """Return what a person must look at, by date."""


class DecidedKeys(Protocol):
    """What people decided about."""

    def decided(self) -> frozenset[str]:
        """Return the keys of the requests and mails about which a decision is in force."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How many to draw at random, and the seed: the same one draws the same ones."""

    size: int
    seed: int = 0


def sampled(items: Sequence[_Item], sample: Sample | None) -> tuple[_Item, ...]:
    """Return some items, or so many of them drawn at random, in their order."""
    if sample is None or sample.size >= len(items):
        return tuple(items)
    draw = Random(sample.seed)  # noqa: S311 (whoever has the seed must draw the same lines)
    chosen = sorted(draw.sample(range(len(items)), sample.size))
    return tuple(items[number] for number in chosen)


@dataclass(frozen=True)
class Asked:
    """What is asked for in a list.

    Attributes:
        selection: Which requests.
        standard: What they are held against, before the selection's variant.
        now: The instant the verdicts speak of.
        sample: How many of them; None for all.
        promise: Only those that this promise is about, with their verdicts by it.
        count_follow_ups: Whether follow-ups are in the rate.
    """

    selection: Selection
    standard: Standard
    now: datetime
    sample: Sample | None = None
    promise: Promise | None = None
    count_follow_ups: bool = False

    @cached_property
    def varied(self) -> Standard:
        """What requests are held against, with the selection's variant."""
        variant = self.selection.variant
        return self.standard if variant is None else self.standard.varied(variant)

    @cached_property
    def _opened(self) -> Standard:
        """The same, had the site declared no closure."""
        return self.varied.varied(Variant.WITHOUT_CLOSURES)

    def narrowed(self) -> Narrowed:
        """Return which requests are to be read for it."""
        count = self.count_follow_ups
        return narrowed(self.selection, self.varied, self.now, self.promise, count_follow_ups=count)

    def of(self, cases: Sequence[Case], doubts: Mapping[str, Collection[DoubtCode]]) -> tuple[Judged, ...]:
        """Return those of some requests that are selected, in the same order, given the doubts about any."""
        if self.selection.variant is Variant.MAIL_ALONE:
            cases = [case.by_mail_alone for case in cases]
        is_about_closures = self.selection.state is State.CLOSURE_CHANGED
        look = Look(
            self.varied,
            self.now,
            doubts=doubts,
            closure_changed=self._changed_by_closures(cases) if is_about_closures else (),
            count_follow_ups=self.count_follow_ups,
        )
        judged: Sequence[Judged] = self.varied.judge(cases, self.now)
        if self.promise is not None:
            judged = self.promise.held(judged, self.varied, self.now, count_follow_ups=self.count_follow_ups)
        return self.selection.of(judged, look)

    def _changed_by_closures(self, cases: Iterable[Case]) -> frozenset[str]:
        known = [case for case in cases if case.received_at <= self.now]
        stands, would_stand = (item.standings(known, self.now) for item in (self.varied, self._opened))
        return frozenset(
            case.key
            for case, closed, opened in zip(known, stands, would_stand, strict=True)
            if (closed.outcome is Outcome.MISSED) is not (opened.outcome is Outcome.MISSED)
        )


class Listing:
    """Some requests with their verdicts, by receipt, or a sample of them: each is read as it is asked for.

    Args:
        source: Where they are read.
        decisions: What people decided.
        asked: Which.
        with_doubts: Whether it is to be told in the end what a person must look at about them.

    Attributes:
        decided: Keys of whatever a decision in force is about, among these or not.
        found: How many there are, once they were read; of a sample, how many it was drawn from.
    """

    def __init__(
        self, source: ListedRequests, decisions: DecidedKeys, asked: Asked, *, with_doubts: bool = True
    ) -> None:
        self.decided = decisions.decided()
        self.found = 0
        self._source = source
        self._asked = asked
        needed = with_doubts or asked.selection.state in {State.TO_CHECK, State.UNSEEN_REPLY}
        self._known = [doubt for doubt in source.doubts() if doubt.at <= asked.now] if needed else []
        self._codes: dict[str, set[DoubtCode]] = defaultdict(set)
        for doubt in self._known:
            for key in doubt.candidates:
                self._codes[key].add(doubt.code)
        self._disputes: dict[str, list[Doubt]] = defaultdict(list)
        self._doubtful: set[str] = set()

    def __iter__(self) -> Iterator[Judged]:
        """Yield them."""
        return (item for item, _nothing in self._read(self._alone))

    def with_grounds(self) -> Iterator[tuple[Judged, Grounds]]:
        """Yield them, each with what it rests on."""
        return self._read(self._source.cases_with_grounds)

    def doubts(self) -> tuple[Doubt, ...]:
        """Return what a person must look at about those that were yielded, by date."""
        selection, calendar = self._asked.selection, self._asked.varied.clock.calendar
        about = [
            doubt
            for doubt in self._known
            if self._doubtful.intersection(doubt.candidates)
            or (not doubt.candidates and selection.has_mail(doubt.at, calendar))
        ]
        disputed = (
            doubt for key, doubts in self._disputes.items() if key in self._doubtful for doubt in doubts
        )
        return tuple(sorted((*about, *disputed), key=lambda doubt: doubt.at))

    def _alone(self, wanted: Narrowed) -> Iterator[tuple[Case, None]]:
        return ((case, None) for case in self._source.cases_of(wanted))

    def _read(
        self, read: Callable[[Narrowed], Iterator[tuple[Case, _Grounds]]]
    ) -> Iterator[tuple[Judged, _Grounds]]:
        wanted, sample = self._asked.narrowed(), self._asked.sample
        found = 0
        if sample is not None:
            keys = [item.case.key for item, _nothing in self._selected(self._alone(wanted))]
            wanted = replace(wanted, keys=sampled(keys, sample))
            self.found = len(keys)
        for item, grounds in self._selected(read(wanted)):
            found += 1
            if item.case.key in self._codes:
                self._doubtful.add(item.case.key)
            yield item, grounds
        self.found = found if sample is None else self.found

    def _selected(self, read: Iterator[tuple[Case, _Grounds]]) -> Iterator[tuple[Judged, _Grounds]]:
        while batch := dict(islice(((case.key, (case, grounds)) for case, grounds in read), AT_ONCE)):
            cases = [case for case, _grounds in batch.values()]
            for doubt in disputes(cases, self._asked.standard, self._asked.now):
                if doubt.code not in self._codes[doubt.mail]:
                    self._codes[doubt.mail].add(doubt.code)
                    self._disputes[doubt.mail].append(doubt)
            for item in self._asked.of(cases, self._codes):
                yield item, batch[item.case.key][1]
