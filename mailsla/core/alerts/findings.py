"""What a look at an installation finds, part by part: facts, and how well each is. Nothing is worded here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mailsla.core.alerts.advice import Advice
from mailsla.core.alerts.alert_findings import AlertFinding
from mailsla.core.alerts.health import Health
from mailsla.core.alerts.mail_findings import MailFinding
from mailsla.core.alerts.privacy_findings import PrivacyFinding
from mailsla.core.collection.gap import Gap
from mailsla.core.collection.on_server import ListedMailbox


class Part(StrEnum):
    """What may not work at all."""

    STORE = "store"
    ACCOUNT = "account"
    SENDING = "sending"


@dataclass(frozen=True, slots=True)
class Broken:
    """A part that does not work; `reason` is the sentence of its error, and `account` names an account.

    Of a server, `host` and `port` say which; elsewhere they are empty.
    """

    part: Part
    reason: str
    account: str = ""
    host: str = ""
    port: int = 0
    health: Health = Health.FAILURE


@dataclass(frozen=True, slots=True)
class ConfigurationRead:
    """The configuration is read from `path`."""

    path: str
    health: Health = Health.OK


@dataclass(frozen=True, slots=True)
class ConfigurationKept:
    """None is read: the rules are those that the store keeps."""

    health: Health = Health.OK


@dataclass(frozen=True, slots=True)
class StoreSuperseded:
    """The store is kept by other rules, of a configuration saved after the one that is read, which derives nothing."""

    saved_at: datetime | None
    health: Health = Health.FAILURE


@dataclass(frozen=True, slots=True)
class WorkerOutdated:
    """A mailsla that runs has an older configuration than the store's: it collects, and neither derives nor alerts."""

    health: Health = Health.FAILURE


@dataclass(frozen=True, slots=True)
class MailboxesListed:
    """An account lets itself be logged in to, and its server lists these mailboxes."""

    account: str
    mailboxes: Sequence[ListedMailbox]
    host: str = ""
    port: int = 0
    health: Health = Health.OK


@dataclass(frozen=True, slots=True)
class NoSentMailbox:
    """None of an account's mailboxes holds what was sent."""

    account: str
    health: Health = Health.WARNING


@dataclass(frozen=True, slots=True)
class RequestsKnown:
    """The store opens, and knows of that many requests and follow-ups."""

    count: int
    health: Health = Health.OK


@dataclass(frozen=True, slots=True)
class StoreSize:
    """How many bytes the store takes, how many of them are free for what comes, and of how many messages it is."""

    total: int
    free: int
    messages: int
    health: Health = Health.OK

    @property
    def a_message(self) -> int:
        """How many bytes a message takes, all that is known and derived of it included; 0 without any."""
        return (self.total - self.free) // self.messages if self.messages else 0


@dataclass(frozen=True, slots=True)
class DerivationLate:
    """Mails that were collected wait to be derived since an instant: no request of them is known yet."""

    since: datetime
    health: Health = Health.FAILURE


@dataclass(frozen=True, slots=True)
class MailSetAside:
    """A mail that could not be read, or not derived: where it lies, and why, in a word."""

    account: str
    mailbox: str
    uid: int
    reason: str
    health: Health = Health.WARNING


@dataclass(frozen=True, slots=True)
class CollectedInPart:
    """The last successful collection of an account left something out; `reason` says what."""

    account: str
    reason: str
    health: Health = Health.WARNING


@dataclass(frozen=True, slots=True)
class NotCollected:
    """An account is not read any more, or never was."""

    gap: Gap
    health: Health = Health.WARNING


@dataclass(frozen=True, slots=True)
class LastCollected:
    """When an account was last collected with success; None for never. A failure when that is not recent."""

    account: str
    at: datetime | None
    recent: bool

    @property
    def health(self) -> Health:
        """How well that is."""
        return Health.OK if self.recent else Health.FAILURE


@dataclass(frozen=True, slots=True)
class NextWorkingDay:
    """The calendar is a territory's, and says which working day comes next."""

    territory: str
    on: date
    health: Health = Health.OK


@dataclass(frozen=True, slots=True)
class ClockShows:
    """What time it is taken to be."""

    at: datetime
    health: Health = Health.OK


InstallationFinding = (
    Broken
    | ConfigurationRead
    | ConfigurationKept
    | StoreSuperseded
    | WorkerOutdated
    | MailboxesListed
    | NoSentMailbox
    | RequestsKnown
    | StoreSize
    | DerivationLate
    | MailSetAside
    | CollectedInPart
    | NotCollected
    | LastCollected
    | NextWorkingDay
    | ClockShows
)
"""Something that was found of the installation itself."""

Finding = InstallationFinding | MailFinding | AlertFinding | PrivacyFinding | Advice
"""One thing that was looked at."""
