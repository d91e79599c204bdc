"""Who is told of a request: a service's head or whoever stands in, then, as it grows late, those above."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Deputy:
    """Somebody who is told in a head's stead, from one day to another, both included."""

    address: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Contacts:
    """Who is told of a service's requests.

    Attributes:
        head: Who runs it; None when nobody is named.
        also: Who is told as well.
        deputies: Who stands in for the head, and when.
    """

    head: str | None = None
    also: tuple[str, ...] = ()
    deputies: tuple[Deputy, ...] = ()

    @property
    def everybody(self) -> tuple[str, ...]:
        """All who may be told, whoever is away."""
        head = () if self.head is None else (self.head,)
        return tuple(dict.fromkeys((*head, *self.also, *(item.address for item in self.deputies))))

    def on(self, day: date) -> tuple[str, ...]:
        """Return who is told on a day.

        >>> away = Deputy("adjointe@example.fr", date(2026, 12, 21), date(2026, 12, 31))
        >>> Contacts("chef@example.fr", deputies=(away,)).on(date(2026, 12, 31))
        ('adjointe@example.fr',)
        """
        standing_in = tuple(item.address for item in self.deputies if item.first <= day <= item.last)
        head = () if self.head is None else (self.head,)
        return tuple(dict.fromkeys((standing_in or head) + self.also))


@dataclass(frozen=True, slots=True)
class Ladder:
    """Who is told besides, of what nobody has and of what grows late.

    Attributes:
        referent: Who answers for the figures; None when the site names nobody.
        unassigned: Who is told of requests that no service has, or one without anybody; None for the referent.
        referent_after: From how many working days late the referent is told of any; None for never.
        secretary_general: Who is told last; None for nobody.
        secretary_general_after: From how many working days late.
    """

    referent: str | None = None
    unassigned: str | None = None
    referent_after: int | None = 5
    secretary_general: str | None = None
    secretary_general_after: int = 10

    @property
    def everybody(self) -> tuple[str, ...]:
        """All who may be told."""
        named = (self.referent, self.unassigned, self.secretary_general)
        return tuple(dict.fromkeys(address for address in named if address is not None))

    def above(self, late: int) -> Iterator[str]:
        """Yield who is told of a request that is so many working days late, besides its service."""
        if self.referent is not None and self.referent_after is not None and late >= self.referent_after:
            yield self.referent
        if self.secretary_general is not None and late >= self.secretary_general_after:
            yield self.secretary_general

    def oversees(self, address: str) -> bool:
        """Tell whether somebody is told of requests that are not a service's of theirs."""
        return address in self.everybody


class Because(StrEnum):
    """Why somebody is told of a request."""

    SERVICE = "service"
    NOBODY_ELSE = "nobody-else"
    LATE = "late"


def because(contacts: Contacts, ladder: Ladder, day: date, recipient: str) -> Because:
    """Return why one of the recipients of a request is told: he has it, or nobody has, or it has grown late."""
    own = contacts.on(day)
    if recipient in own:
        return Because.SERVICE
    fallback = ladder.unassigned or ladder.referent
    return Because.NOBODY_ELSE if not own and recipient == fallback else Because.LATE


def recipients(contacts: Contacts, ladder: Ladder, day: date, late: int) -> tuple[str, ...]:
    """Return who is told of a request on a day; nobody where the site names nobody.

    Args:
        contacts: Who its service has; none of a request that no service has.
        ladder: Who is told besides.
        day: The local day.
        late: How many working days late it is; 0 while it is not.
    """
    found = contacts.on(day)
    fallback = ladder.unassigned or ladder.referent
    own = found or (() if fallback is None else (fallback,))
    return tuple(dict.fromkeys((*own, *ladder.above(late))))
