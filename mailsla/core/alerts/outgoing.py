"""Mails that mailsla itself sends."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

DIGEST = "digest"
"""The purpose of a head's daily mail."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail to hand over.

    Attributes:
        message_id: Its Message-ID, without angle brackets; the same at every try.
        recipient: One address.
        purpose: What it is for; with `recipient` and `day` it names the mail.
        day: The local date it is for.
        subject: As read.
        text: Plain text.
        number: The outbox's own number; 0 before it is there.
        attempts: How often it was tried.
    """

    message_id: str
    recipient: str
    purpose: str
    day: date
    subject: str
    text: str
    number: int = 0
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class OutgoingState:
    """Where an outgoing mail stands; its text is not shown."""

    recipient: str
    purpose: str
    day: date
    created_at: datetime
    sent_at: datetime | None
    attempts: int
    refused: str | None
    announced: int


def message_id(recipient: str, purpose: str, day: date, domain: str) -> str:
    """Return the Message-ID of the mail that `recipient` gets that day: always the same one."""
    said = f"{purpose}\0{recipient}\0{day.isoformat()}".encode()
    return f"mailsla.{day:%Y%m%d}.{hashlib.sha256(said).hexdigest()[:24]}@{domain}"
