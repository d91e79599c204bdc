"""A request as derived from facts: when it was received, who had it, when its clock stopped, and by what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from mailsla.core.clock.announcement import Announcement
from mailsla.core.mail.erased import ERASED
from mailsla.core.mail.instants import Basis, Moment
from mailsla.core.pairing.rules import Part


class ServiceBasis(StrEnum):
    """Why a request is a service's."""

    RECIPIENT = "recipient"
    MAILBOX = "mailbox"
    FORWARD = "forward"
    KEYWORD = "keyword"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which service has a request, since when, and why."""

    service: str
    since: datetime
    basis: ServiceBasis


class Grounds(NamedTuple):
    """What a listed request rests on.

    Attributes:
        message_id: Message-ID of the mail that opens it.
        mailboxes: Where that mail lies, as (account, mailbox).
        received: What the instant of its receipt rests on.
        answered: What that of its answer rests on; None while nothing answers it.
        answered_by: Key of the mail that answers it; None when none does, or when it was answered otherwise.
        evidence: What ties that mail: a value of `Evidence`.
    """

    message_id: str | None
    mailboxes: tuple[tuple[str, str], ...]
    received: Basis
    answered: Basis | None
    answered_by: str | None
    evidence: str | None


class Step(NamedTuple):
    """One message in the life of a request."""

    key: str
    part: Part
    moment: Moment


class Request(NamedTuple):
    """A citizen's request, as derived from facts.

    Attributes:
        key: Identity of the message that opens it.
        conversation: Name of its conversation.
        follow_up: True when it is the sequel of an answered request: watched, reported apart.
        received: When it was received, and what that rests on.
        citizens: Addresses at which the citizen can be answered; empty when nothing says who asks.
        answered: When the clock stopped, and what that rests on; None while it runs.
        answered_by: Key of the message that stopped it.
        assignments: The services that had it, first to last.
        steps: Its messages in order, the opening one included.
        category: Which commitment it falls under.
        imported: True when every copy of the opening message came from an archive: no alert is sent for it.
        mailboxes: Where the opening message lies, as (account, mailbox).
        subject: Of the opening message.
        announcements: The holding replies that announced a date before the clock stopped, first to last.
        first_response: The first mail of the office to the citizen, whatever it says; None without any.
        acknowledged: The first acknowledgement, automatic or not; None without any.
        excluded: Why a person left it out of the figures; None when it counts.
        by_mail: Of one that was filed or decided to be answered: when a mail answered it, were it not; else None.
    """

    key: str
    conversation: str
    follow_up: bool
    received: Moment
    citizens: tuple[str, ...]
    answered: Moment | None
    answered_by: str | None
    assignments: tuple[Assignment, ...]
    steps: tuple[Step, ...]
    category: str
    imported: bool
    mailboxes: tuple[tuple[str, str], ...]
    subject: str
    announcements: tuple[Announcement, ...] = ()
    first_response: Moment | None = None
    acknowledged: Moment | None = None
    excluded: str | None = None
    by_mail: Moment | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Its messages, the opening one first."""
        return tuple(dict.fromkeys((self.key, *(step.key for step in self.steps))))

    @property
    def is_sealed(self) -> bool:
        """Whether its personal data is gone: nobody is named any more, and no subject."""
        return self.subject == ERASED and not self.citizens

    @property
    def reminders(self) -> int:
        """How many times the citizen wrote again before any answer."""
        return sum(step.part is Part.REMINDER for step in self.steps)

    @property
    def service(self) -> str | None:
        """The service that has it now."""
        return self.assignments[-1].service if self.assignments else None
