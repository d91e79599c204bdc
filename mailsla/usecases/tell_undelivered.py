"""The mail by which the operator and the referent learn that somebody gets no mails: told once, and as it is then."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from mailsla.core.alerts.outgoing import DropReason, Letter, Outgoing, message_id
from mailsla.core.alerts.undelivered import UNDELIVERED, Undelivered
from mailsla.usecases.alarm import AlarmOutbox
from mailsla.usecases.hand_over import Dropped, Ready, Written


class FailedMails(AlarmOutbox, Protocol):
    """Where outgoing mails wait, and what became of each."""

    def undelivered(self, recipients: Collection[str], now: datetime) -> Sequence[Undelivered]:
        """Return which of some recipients mails do not reach."""


@dataclass(frozen=True)
class UndeliveredMail:
    """Who is told, and how.

    Attributes:
        outbox: Where mails wait.
        named: Whom the site names as readers of mails: what an address that was taken out does not get is no news.
        told: Who is told; nobody of what he does not get himself.
        domain: Of the Message-IDs.
        compose: Puts it into words.
    """

    outbox: FailedMails
    named: Collection[str]
    told: Sequence[str]
    domain: str
    compose: Callable[[Sequence[Undelivered]], Letter]

    def prepare(self, now: datetime, today: date) -> int:
        """Note that it is to be told, unless it was; return to how many."""
        return sum(self._prepare(reader, now, today) for reader in self.told)

    def _prepare(self, reader: str, now: datetime, today: date) -> bool:
        found = self._of_others(reader, now)
        if not found:
            return False
        newest = max(item.known_at for item in found)
        said = self.outbox.purposes(reader, (UNDELIVERED,))
        if said and datetime.fromisoformat(said[-1].partition(" ")[2]) >= newest:
            return False
        purpose = f"{UNDELIVERED} {newest.isoformat()}"
        name = message_id(reader, purpose, today, self.domain)
        return self.outbox.add(Outgoing(name, reader, purpose, today), now)

    def write(self, mail: Outgoing, now: datetime) -> Written:
        """Return the mail as it leaves: nothing is said of what has arrived meanwhile."""
        found = self._of_others(mail.recipient, now)
        return Ready(self.compose(found)) if found else Dropped(DropReason.NOTHING_LEFT)

    def _of_others(self, reader: str, now: datetime) -> list[Undelivered]:
        found = self.outbox.undelivered(self.named, now)
        return [item for item in found if item.recipient != reader]
