"""A message, as far as mailsla needs to know it: its header's evidence, never its body nor a name.

Everything here is a fact read from the wire. What a message *means* (a request, a reply, an automatic
answer) is derived from it by the other modules of `core`.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

KEPT_FIELDS = (
    "auto-submitted",
    "content-class",
    "content-description",
    "content-type",
    "delivered-to",
    "feedback-id",
    "list-help",
    "list-id",
    "list-post",
    "list-subscribe",
    "list-unsubscribe",
    "mailing-list",
    "precedence",
    "return-path",
    "x-auto-response-suppress",
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-beenthere",
    "x-failed-recipients",
    "x-mailer",
    "x-mailsla",
    "x-ms-exchange-generated-message-source",
    "x-ms-exchange-inbox-rules-loop",
    "x-ms-exchange-message-is-ndr",
    "x-original-to",
    "x-spam-flag",
    "x-spam-status",
    "x-vacation",
)
"""Names, in lower case, of the header fields kept to tell what kind of mail a message is."""

BODY_SAYS = "body-says"
"""Stands among the kept fields, as if a header said so, when the body's beginning told a message's kind."""

REQUESTED_FIELDS = (
    "bcc",
    "cc",
    "date",
    "from",
    "in-reply-to",
    "message-id",
    "received",
    "references",
    "reply-to",
    "sender",
    "subject",
    "thread-index",
    "to",
    *KEPT_FIELDS,
)
"""Names of every header field that a collection asks for."""


class Header(NamedTuple):
    """What one header says, decoded as far as it can be. A tuple: quick to make and to send to another process.

    Attributes:
        message_id: The Message-ID without its angle brackets (RFC 5322 §3.6.4), or None.
        in_reply_to: Ids named by In-Reply-To, in order, without duplicates.
        references: Ids named by References, oldest first, without duplicates.
        thread_index: The root of Outlook's Thread-Index as 44 lower-case hexadecimal digits (its first
            22 bytes, shared by a whole conversation: [MS-OXOMSG] §2.2.1.3), or None.
        subject: Decoded, on one line, without control characters.
        sent_at: The instant of `Date:`, UTC; None when there is none or it cannot be read.
        hop_at: The instant of the topmost `Received:`, UTC, or None.
        senders: Addresses of From, as compared: see `mailsla.core.mail.addresses`.
        sender: Addresses of Sender.
        reply_to: Addresses of Reply-To.
        to: Addresses of To.
        cc: Addresses of Cc.
        bcc: Addresses of Bcc, which a sent copy may keep.
        asked_by: The address that a web form's body names, when the header gives none.
        kept: The fields of `KEPT_FIELDS` that are present, as (lower-case name, value) in their order.
    """

    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    thread_index: str | None = None
    subject: str = ""
    sent_at: datetime | None = None
    hop_at: datetime | None = None
    senders: tuple[str, ...] = ()
    sender: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    asked_by: tuple[str, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def recipients(self) -> tuple[str, ...]:
        """Every address the message was written to: To, then Cc, then Bcc."""
        return self.to + self.cc + self.bcc

    def field(self, name: str) -> str:
        """Return the first kept field of that lower-case name, or an empty string."""
        for kept, value in self.kept:
            if kept == name:
                return value
        return ""

    def has(self, name: str) -> bool:
        """Tell whether a kept field of that lower-case name is present, even empty."""
        return any(kept == name for kept, _ in self.kept)
