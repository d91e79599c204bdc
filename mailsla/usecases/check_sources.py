"""What a look at the installation asks: stores, servers, and what the mails show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.outcome import RecordedRun
from mailsla.usecases.advise import Counts
from mailsla.usecases.attempts import Attempts


class Runs(Protocol):
    """What is remembered of collections."""

    def last(self) -> Sequence[RecordedRun]:
        """Return, for each account, its last ended run and its last successful one."""


class SetAside(Protocol):
    """A mail that could not be read."""

    @property
    def account(self) -> str:
        """Whose it is."""

    @property
    def mailbox(self) -> str:
        """Where it lies."""

    @property
    def uid(self) -> int:
        """Its UID there."""

    @property
    def reason(self) -> str:
        """Why, in a word."""


class Waiting(Protocol):
    """What is still to be made of the mails."""

    def waiting_since(self) -> datetime | None:
        """Return since when the oldest message waits to be derived; None when none does."""


class Configurations(Protocol):
    """What is known of the configurations that a store is worked on with."""

    def outdated_at(self) -> datetime | None:
        """Return when a process which has an older configuration last worked on this store."""


class KnownRequests(Waiting, Configurations, Protocol):
    """What was made of the mails."""

    def request_count(self) -> int:
        """Count the requests and follow-ups."""


class AnsweredUnseen(Protocol):
    """How many mails of the office leave unseen, as citizens' answers show it."""

    @property
    def by_service(self) -> tuple[tuple[str | None, int], ...]:
        """How many requests of each service are concerned, the most first."""

    @property
    def unseen(self) -> int:
        """How many citizens' mails answer a mail of ours that no mailbox holds."""

    @property
    def seen(self) -> int:
        """How many answer one that was seen."""


class Clues(Counts, Protocol):
    """What the mails show of an installation that is not whole."""

    def outbound_count(self) -> int:
        """Count the messages of the office to someone outside."""

    def answered_unseen(self) -> AnsweredUnseen:
        """Count the citizens' mails that answer a mail of the office, seen or not, and whose requests are concerned."""

    def answered_elsewhere(self) -> int:
        """Count the citizens' mails that answer a reply to them that is not here, and that nothing says is ours."""

    def undeclared_forms(self) -> tuple[tuple[str, int], ...]:
        """Return the addresses of ours that write as forms do, each with how many mails, the most first."""

    def unproven_count(self) -> int:
        """Count the messages that bear an address of ours, and are not believed to be ours."""


class Listing(Protocol):
    """A connection that lists mailboxes."""

    def mailboxes(self) -> Sequence[ListedMailbox]:
        """List the mailboxes to collect."""

    @property
    def listed(self) -> Sequence[str]:
        """The names of all that there are, read or not."""


class RememberedAttempts(Attempts, Protocol):
    """Where logins are remembered, those of a check too."""

    def note_refused_check(self, account: str, at: datetime) -> None:
        """Remember a refused login that was no collection."""
