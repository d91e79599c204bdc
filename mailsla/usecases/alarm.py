"""The alarm: whoever runs mailsla is told, once, that collection has stopped, and once that it goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from mailsla.core.outgoing import Outgoing

STOPPED, RESUMED = "collection-stopped", "collection-resumed"


class Interrupted(Protocol):
    """A stretch of failed collections."""

    @property
    def account(self) -> str:
        """The account's name."""

    @property
    def since(self) -> datetime:
        """When it last succeeded, or was first tried."""

    @property
    def until(self) -> datetime | None:
        """When it succeeded again; None while it does not."""


class AlarmOutbox(Protocol):
    """Where outgoing mails wait."""

    def has(self, message_id: str) -> bool:
        """Tell whether a mail was ever added."""

    def add(self, mail: Outgoing, announced: Sequence[tuple[str, str]], at: datetime) -> bool:
        """Add a mail; False when it is there already."""


@dataclass(frozen=True)
class AlarmRule:
    """Who is told, and when.

    Attributes:
        operator: Their address; None for nobody.
        after: How old a collection may be before it is an alarm.
        domain: Of the Message-IDs.
    """

    operator: str | None
    after: timedelta
    domain: str


Write = Callable[[str, Interrupted], tuple[str, str]]
"""Turns a purpose and a stretch into a subject and a text."""


def sound(
    outbox: AlarmOutbox,
    holes: Iterable[Interrupted],
    refused: Iterable[str],
    rule: AlarmRule,
    write: Write,
    now: datetime,
    today: date,
) -> int:
    """Write the alarms that are due to the outbox and return how many.

    A refusal that a person must act on is told at once, anything else when it has lasted `rule.after`. Each
    stretch is told once, whatever the restarts, and its end only when its beginning was.

    Args:
        outbox: Where mails wait.
        holes: The stretches of failed collections, those that are over too.
        refused: Accounts whose last failure needs a person.
        rule: Who is told, and when.
        write: Says it.
        now: The present instant.
        today: Its local date.
    """
    if rule.operator is None:
        return 0
    added, stopped = 0, set(refused)
    for hole in holes:
        begun = _message_id(STOPPED, hole, rule)
        if hole.until is None and (hole.account in stopped or now - hole.since >= rule.after):
            added += _add(outbox, STOPPED, begun, hole, rule.operator, write, now, today)
        elif hole.until is not None and outbox.has(begun):
            ended = _message_id(RESUMED, hole, rule)
            added += _add(outbox, RESUMED, ended, hole, rule.operator, write, now, today)
    return added


def _add(
    outbox: AlarmOutbox,
    purpose: str,
    message_id: str,
    hole: Interrupted,
    operator: str,
    write: Write,
    now: datetime,
    today: date,
) -> bool:
    if outbox.has(message_id):
        return False
    subject, text = write(purpose, hole)
    name = f"{purpose} {hole.account} {hole.since.isoformat()}"
    return outbox.add(Outgoing(message_id, operator, name, today, subject, text), (), now)


def _message_id(purpose: str, hole: Interrupted, rule: AlarmRule) -> str:
    said = f"{purpose}\0{hole.account}\0{hole.since.isoformat()}\0{rule.operator}".encode()
    return f"mailsla.{purpose}.{hashlib.sha256(said).hexdigest()[:24]}@{rule.domain}"
