"""Mails that mailsla itself sends: that one is due to somebody, and what is handed over in the end."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

DIGEST = "digest"
"""The kind, and the whole purpose, of what people are told of requests on one day."""

ACTIONS = "actions"
"""Likewise, of what whoever checks the figures is told of actions asked for by mail."""


class DropReason(StrEnum):
    """Why a mail that was due never left."""

    DAY_OVER = "day-over"
    CLOSED_DAY = "closed-day"
    NOTHING_LEFT = "nothing-left"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """That a mail is due.

    Attributes:
        message_id: Its Message-ID, without angle brackets; the same at every try.
        recipient: One address.
        purpose: What it is for; with `recipient` and `day` it names the mail. Its first word is its kind.
        day: The local date it is for.
        subject: As read; empty where it is written at hand-over.
        text: Plain text; empty where it is written at hand-over.
        number: The outbox's own number; 0 before it is there.
        attempts: How often it was tried.
    """

    message_id: str
    recipient: str
    purpose: str
    day: date
    subject: str = ""
    text: str = ""
    number: int = 0
    attempts: int = 0

    @property
    def kind(self) -> str:
        """By whom it is written at hand-over: nobody, where nothing knows its kind."""
        return kind_of(self.purpose)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail; its type is as RFC 2045 writes it."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says once it is handed over.

    Attributes:
        subject: As read.
        text: Plain text.
        html: The same words as HTML; None for plain text alone.
        attachments: What goes with it.
        reply_to: Who gets an answer; None for the sender.
        list_name: What the series is called that it belongs to; empty for none (RFC 2919).
    """

    subject: str
    text: str
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    reply_to: str | None = None
    list_name: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingState:
    """Where an outgoing mail stands; its text is not shown. `dropped` says why it never left."""

    recipient: str
    purpose: str
    day: date
    created_at: datetime
    sent_at: datetime | None
    attempts: int
    refused: str | None
    announced: int
    dropped: DropReason | None = None

    @property
    def kind(self) -> str:
        """What it is for, without what it is about."""
        return kind_of(self.purpose)


def kind_of(purpose: str) -> str:
    """Return the kind of a mail: the first word of its purpose.

    >>> kind_of("report 2026-W46")
    'report'
    """
    return purpose.partition(" ")[0]


def message_id(recipient: str, purpose: str, day: date, domain: str) -> str:
    """Return the Message-ID of the mail that `recipient` gets that day: always the same one."""
    said = f"{purpose}\0{recipient}\0{day.isoformat()}".encode()
    return f"mailsla.{day:%Y%m%d}.{hashlib.sha256(said).hexdigest()[:24]}@{domain}"
