"""What the mails show of an installation: the replies that are seen, and what is not whole. Nothing is worded here."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from mailsla.core.alerts.health import Health


@dataclass(frozen=True, slots=True)
class RepliesSeen:
    """How many mails of the office were seen; a warning when none was."""

    count: int

    @property
    def health(self) -> Health:
        """How well that is."""
        return Health.OK if self.count else Health.WARNING


@dataclass(frozen=True, slots=True)
class RepliesUnseen:
    """Mails of the office that citizens answered and that no mailbox holds.

    Attributes:
        by_service: How many requests of each service they may answer, the most first; None for those of nobody.
        unseen: How many citizens' mails answer such a mail.
        seen: How many answer one that was seen.
    """

    by_service: tuple[tuple[str | None, int], ...]
    unseen: int
    seen: int
    health: Health = Health.WARNING

    @property
    def share(self) -> Fraction:
        """The share of the office's mails that leave unseen, as citizens' answers show it."""
        return Fraction(self.unseen, self.unseen + self.seen)


@dataclass(frozen=True, slots=True)
class AnsweredElsewhere:
    """How many citizens' mails answer a reply to them that no mailbox holds, and of which nothing says that it is ours.

    Whoever wrote it had the citizen's earlier mail: a colleague whose own box is not read, mostly.
    """

    count: int
    health: Health = Health.WARNING


@dataclass(frozen=True, slots=True)
class NotBelieved:
    """How many mails bear an address of ours, and nothing shows that the office wrote them."""

    count: int
    health: Health = Health.WARNING


@dataclass(frozen=True, slots=True)
class ServerVouches:
    """Our own server says what it verified of mails, under a name that the site does not say it trusts.

    Attributes:
        authserv_id: That name.
        is_needed: Whether mails of ours are not believed meanwhile.
    """

    authserv_id: str
    is_needed: bool

    @property
    def health(self) -> Health:
        """How well that is."""
        return Health.WARNING if self.is_needed else Health.OK


@dataclass(frozen=True, slots=True)
class IdsOfOthers:
    """Hosts outside our domains that make the Message-IDs of our mail: what cites one of them answers us.

    `declared` are those that the site names already.
    """

    hosts: tuple[str, ...]
    declared: tuple[str, ...] = ()
    health: Health = Health.OK


@dataclass(frozen=True, slots=True)
class FormsUndeclared:
    """Addresses of ours that write as forms do, with how many mails of each count as requests meanwhile.

    `declared` are those that the site names already. `own` are those of accounts, which cannot be: the office's replies
    would be none of its own.
    """

    senders: tuple[tuple[str, int], ...]
    declared: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    @property
    def to_declare(self) -> tuple[str, ...]:
        """Those that may be declared."""
        return tuple(address for address, _count in self.senders if address not in self.own)

    health: Health = Health.WARNING


MailFinding = (
    RepliesSeen
    | RepliesUnseen
    | AnsweredElsewhere
    | NotBelieved
    | ServerVouches
    | IdsOfOthers
    | FormsUndeclared
)
"""Something that the mails show."""
