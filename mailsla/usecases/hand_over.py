"""Handing mails over: what is due is written, or given up, at the moment at which it leaves.

A crash before the hand-over leaves the mail in the outbox. A crash between the hand-over and its mark makes it
leave again, with the same Message-ID, so that the recipient's server or client can tell it is one mail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, assert_never

from mailsla.core.alerts.memory import Told
from mailsla.core.alerts.outgoing import DropReason, Letter, Outgoing
from mailsla.core.errors import MailRefused, PermanentError, TransientError


@dataclass(frozen=True, slots=True)
class Ready:
    """A mail leaves, with these words; `told` is what its recipient then knows."""

    letter: Letter
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """A mail that was due never leaves."""

    reason: DropReason


@dataclass(frozen=True, slots=True)
class Postponed:
    """A mail is not to leave before an instant; that is no attempt."""

    until: datetime


Written = Ready | Dropped | Postponed

Write = Callable[[Outgoing, datetime], Written]
"""Writes a mail of one kind at an instant, by what is known then."""


class WaitingMails(Protocol):
    """Where outgoing mails wait."""

    def claim(self, at: datetime) -> Outgoing | None:
        """Take the next mail to hand over, for this worker alone; None when there is none."""

    def mark_sent(self, number: int, at: datetime, told: Sequence[Told] = ()) -> None:
        """Note that a mail was handed over and what it told, in one transaction, and forget its words."""

    def put_back(
        self, number: int, at: datetime, *, refused: str | None, is_undelivered: bool = False
    ) -> None:
        """Note that a mail could not be handed over; it is tried again later.

        Args:
            number: The mail's.
            at: When that was.
            refused: Why a person must act; None where it may pass.
            is_undelivered: Whether it was this mail that was refused, and not all of them.
        """

    def postpone(self, number: int, until: datetime) -> None:
        """Note that a mail is not to leave yet."""

    def drop(self, number: int, at: datetime, reason: DropReason) -> None:
        """Note that a mail never leaves, and why."""


class Mailer(Protocol):
    """What hands mails over."""

    def session(self) -> AbstractContextManager[Callable[[Outgoing, Letter], None]]:
        """Open a line to the server, over which one mail is handed; raises `TransientError` or `PermanentError`."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one round of hand-overs did."""

    sent: int = 0
    failed: int = 0
    dropped: int = 0


@dataclass(frozen=True)
class HandOver:
    """One round of hand-overs.

    Attributes:
        mails: Where they wait.
        mailer: Hands them over.
        kinds: Who writes each kind; what has no kind leaves with the words that it was noted with.
        now: The clock.
    """

    mails: WaitingMails
    mailer: Mailer
    kinds: Mapping[str, Write]
    now: Callable[[], datetime]

    def all(self, stopping: Callable[[], bool] = lambda: False) -> Delivery:
        """Hand over every mail that waits; one that is refused stays, and does not stop the others."""
        sent = failed = dropped = 0
        while not stopping() and (mail := self.mails.claim(self.now())) is not None:
            try:
                written = self._one(mail)
            except TransientError:
                self.mails.put_back(mail.number, self.now(), refused=None)
                failed += 1
            except PermanentError as error:
                is_refused = isinstance(error, MailRefused)
                self.mails.put_back(mail.number, self.now(), refused=str(error), is_undelivered=is_refused)
                failed += 1
            else:
                self._settle(mail, written)
                sent += isinstance(written, Ready)
                dropped += isinstance(written, Dropped)
        return Delivery(sent, failed, dropped)

    def _one(self, mail: Outgoing) -> Written:
        """Hand one mail over unless it is not to leave: known before anybody is called, and again once they answer."""
        written = self._write(mail)
        if isinstance(written, Ready):
            with self.mailer.session() as hand_over:
                written = self._write(mail)
                if isinstance(written, Ready):
                    hand_over(mail, written.letter)
        return written

    def _write(self, mail: Outgoing) -> Written:
        write = self.kinds.get(mail.kind)
        return Ready(Letter(mail.subject, mail.text)) if write is None else write(mail, self.now())

    def _settle(self, mail: Outgoing, written: Written) -> None:
        match written:
            case Ready(told=told):
                self.mails.mark_sent(mail.number, self.now(), told)
            case Dropped(reason):
                self.mails.drop(mail.number, self.now(), reason)
            case Postponed(until):
                self.mails.postpone(mail.number, until)
            case _:
                assert_never(written)
