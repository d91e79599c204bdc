"""What would make the figures wrong without anything being broken: what the configuration says, held against the mails,
the servers and the files. Nothing is worded here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from mailsla.core.alerts.health import Health
from mailsla.core.clock.working_days import DayKind

MOST_UNASSIGNED = Fraction(1, 5)
"""A larger share of requests without a service than this is to watch: nobody but the referent is told of them."""

WAITS = timedelta(hours=1)
"""An outgoing mail that is not postponed leaves within minutes; one that waits longer than this does not leave."""


@dataclass(frozen=True, slots=True)
class NamesUnknown:
    """Mailboxes that a key names and no server shows: nothing of theirs is read, or they are read all the same.

    Attributes:
        account: Whose key it is; empty for one that is of no account.
        key: As the file has it: `sent`, `services[1].mailboxes`.
        names: Those names.
        proposed: The whole list with the server's nearest name for each, where there is one; else without it.
    """

    account: str
    key: str
    names: tuple[str, ...]
    proposed: tuple[str, ...]
    health: Health = Health.WARNING


@dataclass(frozen=True, slots=True)
class AddressOutside:
    """The address of an account lies in none of the office's domains: its colleagues count as citizens."""

    account: str
    domain: str
    domains: tuple[str, ...]
    health: Health = Health.WARNING


@dataclass(frozen=True, slots=True)
class DomainsShared:
    """Domains of the office in which anybody has an address: those citizens' mails count as the office's own."""

    domains: tuple[str, ...]
    others: tuple[str, ...]
    health: Health = Health.FAILURE


@dataclass(frozen=True, slots=True)
class ServicesEmpty:
    """Services that no request was ever for, of how many."""

    names: tuple[str, ...]
    total: int
    health: Health = Health.WARNING


@dataclass(frozen=True, slots=True)
class Unassigned:
    """How many requests are for no service, of how many; `has_services` when the site has any."""

    count: int
    total: int
    has_services: bool

    @property
    def health(self) -> Health:
        """How well that is."""
        return Health.WARNING if self.count > MOST_UNASSIGNED * self.total else Health.OK


@dataclass(frozen=True, slots=True)
class SinceAhead:
    """An account is read from a day on that has not come: nothing is."""

    account: str
    on: date
    health: Health = Health.FAILURE


@dataclass(frozen=True, slots=True)
class ClosedAnyway:
    """A declared closure is of a day that never counted: a weekend's, or a legal holiday; perhaps another was meant."""

    on: date
    kind: DayKind
    health: Health = Health.WARNING


@dataclass(frozen=True, slots=True)
class OutboxWaits:
    """Mails that should have left do not: since when the oldest waits, and why the relay refuses, where it says so."""

    count: int
    since: datetime
    refused: tuple[str, ...]
    health: Health = Health.FAILURE


@dataclass(frozen=True, slots=True)
class LeftOutKinds:
    """How many mails were left out as no request, by kind, the most first, beside how many requests there are."""

    kinds: tuple[tuple[str, int], ...]
    requests: int

    @property
    def health(self) -> Health:
        """How well that is."""
        return Health.WARNING if sum(count for _kind, count in self.kinds) > self.requests else Health.OK


@dataclass(frozen=True, slots=True)
class FileOpen:
    """A file with a secret, or with citizens' mails, that every user of the machine may read."""

    path: str
    mode: str
    health: Health = Health.WARNING


@dataclass(frozen=True, slots=True)
class SchemaApart:
    """The store is at another schema than this version's, which converts it at the first command that writes."""

    stored: str
    known: str
    health: Health = Health.FAILURE


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """An outgoing mail that has not left: since when, when it may be tried again, how often it was, and why not."""

    created_at: datetime
    claimed_until: datetime | None
    attempts: int
    refused: str | None

    def is_late(self, now: datetime) -> bool:
        """Tell whether it should have left; one that was postponed never was tried, and has its time."""
        is_postponed = self.attempts == 0 and self.claimed_until is not None
        due = self.claimed_until if is_postponed and self.claimed_until is not None else self.created_at
        return now - due > WAITS


Advice = (
    NamesUnknown
    | AddressOutside
    | DomainsShared
    | ServicesEmpty
    | Unassigned
    | SinceAhead
    | ClosedAnyway
    | OutboxWaits
    | LeftOutKinds
    | FileOpen
    | SchemaApart
)
"""One thing that was looked at beside what works and what does not (`mailsla.core.alerts.findings`)."""
