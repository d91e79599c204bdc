"""The lists of the site, as its pages ask for them: each figure that is printed has one, of exactly so many rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mailsla.core.errors import PermanentError
from mailsla.core.pairing.balance import MailClass
from mailsla.core.rate.counted import Counted, CountedMails, CountedRequests, named
from mailsla.core.rate.period import Grain, pieces
from mailsla.core.rate.selection import State
from mailsla.language import gettext as _
from mailsla.presentation.static_site import places

MOST_ROWS = 200
"""Rows of one page of a list: none is larger than 300 kB, whatever its texts."""

MOST_ACTED_ON = 50
"""The same of a list whose rows have ready-written mails: some kilobytes each."""

MANY = 1_000
"""A longer list is read in the lists that it is made of, where the site has them."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list: what it has, how many rows, and where it begins."""

    of: Counted
    count: int
    place: str


@dataclass
class Lists:
    """The lists that pages ask for.

    Attributes:
        by_place: Each of them, by where it begins.
    """

    by_place: dict[str, Listed] = field(default_factory=dict)

    def of(self, counted: Counted, count: int) -> Listed:
        """Return the list that a figure counts.

        Raises:
            PermanentError: When another figure counts the same list, and is another number.
        """
        place = places.of_list(counted)
        found = self.by_place.setdefault(place, Listed(counted, count, place))
        if found.count != count:
            raise uneven(place, found.count, count)
        return found

    def parts(self, of: Listed) -> tuple[Listed, ...]:
        """Return the lists that make up one, in order; none of one that is written itself."""
        if isinstance(of.of, CountedMails):
            return tuple(self._classes(of.of))
        if not isinstance(of.of, CountedRequests) or of.count <= MANY:
            return ()
        for parts in _divided(of.of):
            known = [self.by_place.get(places.of_list(part)) for part in parts]
            found = tuple(part for part in known if part is not None)
            if sum(part.count for part in found) == of.count and of not in found:
                return found
        return ()

    def _classes(self, of: CountedMails) -> Iterator[Listed]:
        """Yield the lists of which the sums of the balance are; none of one class."""
        apart = MailClass.FURTHER_COPY
        for item in self.by_place.values():
            if not isinstance(item.of, CountedMails) or of.mail_class is not None:
                continue
            is_sum, is_further = item.of == CountedMails(), item.of.mail_class is apart
            if (is_sum or is_further) if of.copies else not (is_sum or is_further or item.of.copies):
                yield item


def uneven(place: str, expected: int, found: int) -> PermanentError:
    """Return the error that says that two counts of the same differ: nothing is written then."""
    return PermanentError(
        _(
            "le site n'est pas écrit : un chiffre et sa liste ne disent pas la même chose ({place} : {expected} et "
            "{found}). Si la base changeait, relancez ; sinon, signalez-le."
        ).format(place=place, expected=expected, found=found)
    )


def _divided(of: CountedRequests) -> Iterator[tuple[Counted, ...]]:
    """Yield the ways in which many requests may be parted: by their state, and by months."""
    selection, period = of.selection, of.selection.period
    if selection.state is State.FALLEN_DUE:
        yield tuple(_with(of, state=state) for state in (State.MET, State.MISSED))
    if period is None:
        return
    months = pieces(period, Grain.MONTH)
    if len(months) > 1:
        yield tuple(_with(of, period=named(month.within(period))) for month in months)


def _with(of: CountedRequests, **changes: object) -> CountedRequests:
    return replace(of, selection=replace(of.selection, **changes))  # type: ignore[arg-type]  # (fields of a selection)
