"""Many lists of requests at once: each request is read and judged once, and told with the lists that it is in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import chain, islice
from typing import Generic, TypeVar

from mailsla.core.clock.working_days import WorkingCalendar
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.rate.belonging import Belonging
from mailsla.core.rate.case import Case
from mailsla.core.rate.disputes import disputes
from mailsla.core.rate.narrowed import Narrowed
from mailsla.core.rate.period import Period
from mailsla.core.rate.promises import Promise
from mailsla.core.rate.selection import Look, Selection
from mailsla.core.rate.standard import Judged, Standard, Variant
from mailsla.usecases.listing import AT_ONCE, ListedRequests
from mailsla.usecases.narrowing import HANDLED, UNANSWERED, narrowed

_Name = TypeVar("_Name", bound=Hashable)
_Service = tuple[bool, str | None]

BEGINNING = datetime.fromtimestamp(0, UTC)
"""Before any mail."""

ANY: _Service = (False, None)
"""Requests of any service, or of none; one service's are (True, its name)."""


@dataclass
class _Kind(Generic[_Name]):
    """Lists of the same requests, but for their period and their service."""

    selection: Selection
    names: dict[tuple[Period | None, _Service], list[_Name]] = field(
        default_factory=lambda: defaultdict(list)
    )
    periods: dict[date, list[Period]] = field(default_factory=lambda: defaultdict(list))
    known: set[Period] = field(default_factory=set)

    def add(self, asked: Selection, name: _Name) -> None:
        service: _Service = (asked.unassigned or asked.service is not None, asked.service)
        self.names[asked.period, service].append(name)
        if asked.period is not None and asked.period not in self.known:
            self.known.add(asked.period)
            for number in range(asked.period.first.toordinal(), asked.period.last.toordinal() + 1):
                self.periods[date.fromordinal(number)].append(asked.period)

    def of(self, item: Judged, calendar: WorkingCalendar) -> Iterator[_Name]:
        """Yield the lists that a request of this kind is in."""
        on = _date(self.selection, item, calendar)
        periods = chain([None], () if on is None else self.periods.get(on, ()))
        for period in periods:
            for service in (ANY, (True, item.case.service)):
                yield from self.names.get((period, service), ())


def _date(selection: Selection, item: Judged, calendar: WorkingCalendar) -> date | None:
    if selection.state in HANDLED:
        return item.verdict.answered_on
    if selection.by is Belonging.DUE:
        return item.verdict.due_on
    return calendar.local_date(item.case.received_at)


@dataclass(frozen=True)
class Told(Generic[_Name]):
    """A request, judged by its own promise, with the lists that it is in.

    Attributes:
        item: The request.
        lists: By a variant of the rule, or by another promise, its verdict then, and the names of the lists.
    """

    item: Judged
    lists: Sequence[tuple[Judged, Sequence[_Name]]]


class ManyLists(Generic[_Name]):
    """Lists of requests that are read together.

    Args:
        source: Where requests are read.
        standard: What they are held against.
        now: The instant the verdicts speak of.
        wanted: Each selection, with the promise by which it is judged beside the main one, and the list's name; a
            list may be of several selections.
        since: All requests received since then are told, whether any list has them or not.
        count_follow_ups: Whether follow-ups are in the rate.
    """

    def __init__(
        self,
        source: ListedRequests,
        standard: Standard,
        now: datetime,
        wanted: Iterable[tuple[Selection, Promise | None, _Name]],
        *,
        since: datetime,
        count_follow_ups: bool,
    ) -> None:
        self._source, self._standard, self._now, self._count = source, standard, now, count_follow_ups
        self._since, self._answered_since = since, since
        self._codes: dict[str, set[DoubtCode]] = defaultdict(set)
        for doubt in source.doubts():
            if doubt.at <= now:
                self._note(doubt)
        self._ways: dict[tuple[Variant | None, Promise | None], dict[Selection, _Kind[_Name]]] = {}
        for selection, promise, name in wanted:
            self._add(selection, promise, name)

    def __iter__(self) -> Iterator[Told[_Name]]:
        """Yield each request that a list has, or that was received lately, by receipt but for the oldest."""
        read = chain.from_iterable(map(self._source.cases_of, self._read()))
        while cases := list(islice(read, AT_ONCE)):
            for doubt in disputes(cases, self._standard, self._now):
                self._note(doubt)
            yield from self._told(cases)

    def _note(self, doubt: Doubt) -> None:
        for key in doubt.candidates:
            self._codes[key].add(doubt.code)

    def _add(self, asked: Selection, promise: Promise | None, name: _Name) -> None:
        standard = self._standard if asked.variant is None else self._standard.varied(asked.variant)
        wanted = narrowed(asked, standard, self._now, promise, count_follow_ups=self._count)
        # What is bounded by nothing but that nothing answered it is read whenever it was received.
        if asked.state in HANDLED:
            self._answered_since = min(self._answered_since, wanted.answered_from or BEGINNING)
        elif wanted.received_from is not None or asked.state not in UNANSWERED:
            self._since = min(self._since, wanted.received_from or BEGINNING)
        kinds = self._ways.setdefault((asked.variant, promise), {})
        whole = replace(asked, period=None, service=None, unassigned=False)
        kinds.setdefault(whole, _Kind(whole)).add(asked, name)

    def _read(self) -> Iterator[Narrowed]:
        """Yield what is read, no request twice: of the oldest, those that nothing answered, or that were lately."""
        before = Narrowed(self._now, received_before=self._since)
        yield replace(before, answered=False)
        yield replace(before, answered=True, answered_from=self._answered_since)
        yield Narrowed(self._now, received_from=self._since)

    def _told(self, cases: Sequence[Case]) -> Iterator[Told[_Name]]:
        found: dict[str, list[tuple[Judged, list[_Name]]]] = defaultdict(list)
        main = self._standard.judge(cases, self._now)
        for (variant, promise), kinds in self._ways.items():
            standard = self._standard if variant is None else self._standard.varied(variant)
            items: Sequence[Judged] = main
            if variant is not None:
                alone = [case.by_mail_alone for case in cases] if variant is Variant.MAIL_ALONE else cases
                items = standard.judge(alone, self._now)
            if promise is not None:
                items = promise.held(items, standard, self._now, count_follow_ups=self._count)
            for key, told in self._in_lists(items, standard, kinds.values()).items():
                found[key].append(told)
        for item in main:
            yield Told(item, found.get(item.case.key, ()))

    def _in_lists(
        self, items: Sequence[Judged], standard: Standard, kinds: Collection[_Kind[_Name]]
    ) -> Mapping[str, tuple[Judged, list[_Name]]]:
        look = Look(standard, self._now, self._codes, count_follow_ups=self._count)
        found: dict[str, tuple[Judged, list[_Name]]] = {}
        for kind in kinds:
            for item in kind.selection.of(items, look):
                names = found.setdefault(item.case.key, (item, []))[1]
                names += kind.of(item, look.calendar)
        return {key: told for key, told in found.items() if told[1]}
