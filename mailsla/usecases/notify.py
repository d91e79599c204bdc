"""Alerts: decided and written to an outbox in one transaction, then handed over; at least once, never lost.

A crash before the hand-over leaves the mail in the outbox. A crash between the hand-over and its mark makes it
leave again, with the same Message-ID, so that the recipient's server or client can tell it is one mail.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailsla.core.alerts.digests import AlertRule, Digest, Waiting, digests, to_announce, told_about
from mailsla.core.alerts.outgoing import DIGEST, Outgoing, message_id
from mailsla.core.errors import PermanentError, TransientError
from mailsla.core.office.correspondents import Office
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.core.pairing.request import Request
from mailsla.core.rate.standard import Standard


class RequestSource(Protocol):
    """Where derived requests are read."""

    def waiting(self, received_from: datetime, received_before: datetime) -> Sequence[Waiting]:
        """Return the requests and follow-ups of [received_from, received_before[ that nothing answered."""

    def requests_of(self, keys: Collection[str]) -> Sequence[Request]:
        """Return some requests."""

    def doubts_about(self, keys: Collection[str]) -> Sequence[Doubt]:
        """Return what a person must look at about some requests."""


class Outbox(Protocol):
    """Where outgoing mails wait."""

    def announced(self, keys: Collection[str]) -> set[tuple[str, str]]:
        """Return (request key, level) of everything announced of some requests."""

    def add(self, mail: Outgoing, announced: Sequence[tuple[str, str]], at: datetime) -> bool:
        """Add a mail and what it announces in one transaction; False when there is one for that day already."""

    def claim(self, at: datetime) -> Outgoing | None:
        """Take the next mail to hand over, for this worker alone; None when there is none."""

    def mark_sent(self, number: int, at: datetime) -> None:
        """Note that a mail was handed over, and forget its text."""

    def put_back(self, number: int, at: datetime, *, refused: str | None) -> None:
        """Note that a mail could not be handed over; it is tried again later."""


class Mailer(Protocol):
    """What hands mails over."""

    def send(self, mail: Outgoing) -> None:
        """Hand a mail over; raises `TransientError` or `PermanentError`."""


@dataclass(frozen=True)
class AlertSetting:
    """Everything that decides alerts, besides the requests and the time."""

    standard: Standard
    office: Office
    rule: AlertRule
    domain: str


def due_digests(
    source: RequestSource, outbox: Outbox, setting: AlertSetting, now: datetime
) -> tuple[Digest, ...]:
    """Return the digests that are due at `now` and were not announced.

    A round that tells nobody reads little: what waits and may be spoken of, and what was said of it.
    """
    standard, office, rule = setting.standard, setting.office, setting.rule
    stretch = told_about(standard, rule, now)
    if stretch is None:
        return ()
    waiting = source.waiting(*stretch)
    announced = outbox.announced([item.key for item in waiting])
    keys = to_announce(waiting, announced, standard, office, rule, now)
    if not keys:
        return ()
    replies = [doubt for doubt in source.doubts_about(keys) if doubt.code.is_about_a_reply]
    doubtful = {key for doubt in replies for key in doubt.candidates}
    # The head may well have answered from a mailbox that nobody reads: whoever checks the figures has it.
    unseen = {key for doubt in replies if doubt.code is DoubtCode.UNSEEN_REPLY for key in doubt.candidates}
    return digests(
        source.requests_of([key for key in keys if key not in unseen]),
        announced=announced,
        doubtful=doubtful,
        standard=standard,
        office=office,
        rule=rule,
        now=now,
    )


def prepare(
    source: RequestSource,
    outbox: Outbox,
    setting: AlertSetting,
    write: Callable[[Digest], tuple[str, str]],
    now: datetime,
    is_ours: Callable[[], bool] = lambda: True,
) -> int:
    """Write the digests that are due to the outbox and return how many; at most one a head and a day.

    Args:
        source: The requests.
        outbox: Where mails wait.
        setting: What decides.
        write: Turns a digest into a subject and a text.
        now: The present instant.
        is_ours: Tells whether the requests follow from this site's rules. It is asked once they were read: nobody is
            told of what other rules made.
    """
    added = 0
    found = due_digests(source, outbox, setting, now)
    for digest in found if found and is_ours() else ():
        subject, text = write(digest)
        mail = Outgoing(
            message_id=message_id(digest.recipient, DIGEST, digest.on, setting.domain),
            recipient=digest.recipient,
            purpose=DIGEST,
            day=digest.on,
            subject=subject,
            text=text,
        )
        added += outbox.add(mail, [(notice.request.key, notice.level) for notice in digest.notices], now)
    return added


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one round of hand-overs did."""

    sent: int
    failed: int


def deliver(
    outbox: Outbox, mailer: Mailer, now: Callable[[], datetime], stopping: Callable[[], bool] = lambda: False
) -> Delivery:
    """Hand over every mail that waits; one that is refused stays, and does not stop the others."""
    sent = failed = 0
    while not stopping() and (mail := outbox.claim(now())) is not None:
        try:
            mailer.send(mail)
        except TransientError:
            outbox.put_back(mail.number, now(), refused=None)
            failed += 1
        except PermanentError as error:
            outbox.put_back(mail.number, now(), refused=str(error))
            failed += 1
        else:
            outbox.mark_sent(mail.number, now())
            sent += 1
    return Delivery(sent, failed)
