"""The alerts of a day to come, as they will be unless something is received, answered or decided until then."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from mailsla.core.alerts.digests import Digest
from mailsla.core.alerts.memory import Told
from mailsla.core.alerts.terms import AlertTerms
from mailsla.usecases.notify import Sources, ToldSource, due_digests

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Supposed:
    """What people were told, and what they will have been."""

    told_by_now: ToldSource
    then: list[Told] = field(default_factory=list)

    def told(self, keys: Collection[str]) -> Sequence[Told]:
        wanted = frozenset(keys)
        return [*self.told_by_now.told(keys), *(item for item in self.then if item.request in wanted)]


def alerts_ahead(
    sources: Sources,
    terms: AlertTerms,
    taken: Callable[[date], Collection[str]],
    now: datetime,
    at: datetime,
) -> tuple[Digest, ...]:
    """Return the digests due at `at`, once those of every day from now to then have left.

    Every account is supposed to be read until then.

    Args:
        sources: Where requests are, and what was told of them.
        terms: What decides, on a calendar that reaches as far.
        taken: Returns who has a mail of a day by now.
        now: The present instant.
        at: The instant to come.
    """
    supposed = _Supposed(sources.told)
    sources = replace(sources, told=supposed)
    for instant in _hours(terms, now, at):
        found = due_digests(
            sources, _read_at(terms, instant), instant, taken(terms.calendar.local_date(instant))
        )
        supposed.then.extend(told for digest in found for told in digest.told)
    last = terms.calendar.local_date(at)
    return due_digests(sources, _read_at(terms, at), at, taken(last))


def _hours(terms: AlertTerms, now: datetime, at: datetime) -> Iterator[datetime]:
    """Yield when the mails of each day before that of `at` leave."""
    calendar = terms.calendar
    day, last = calendar.local_date(now), calendar.local_date(at)
    while day < last:
        instant = max(now, datetime.combine(day, terms.rule.send_at, calendar.zone))
        if calendar.local_date(instant) == day:
            yield instant
        day += ONE_DAY


def _read_at(terms: AlertTerms, instant: datetime) -> AlertTerms:
    return replace(terms, read={name: replace(read, last=instant) for name, read in terms.read.items()})
