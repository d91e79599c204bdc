"""What kind of mail a message is, by its header and structure first, by its subject last, always with the reason.

Missing a citizen is the worse error: where kind and doubt meet, the mail stays a person's. So no single
`Auto-Submitted: auto-generated` (web forms carry it), `X-Auto-Response-Suppress` (Exchange puts it on
ordinary mail), `Precedence: bulk`, `List-Unsubscribe` (relays add it to letters) or null return path ever excludes
anyone, nor does a subject alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from mailsla.core.mail.content_type import parameter, whole_type
from mailsla.core.mail.header import BODY_SAYS, KEPT_FIELDS, Header
from mailsla.core.mail.machine_words import (
    BOUNCE_BODY,
    BOUNCE_SUBJECT,
    SAYS_REPLY,
    VACATION_FIELDS,
)
from mailsla.core.mail.signs import (
    has_null_path,
    is_called_a_receipt,
    is_of_a_mail_system,
    is_prefixed,
    leaving_field,
    looks_returned,
    submission,
)
from mailsla.core.mail.spelling import without_accents


class MailKind(StrEnum):
    """What kind of mail a message is."""

    PERSON = "person"
    AUTOMATIC_REPLY = "automatic_reply"
    DELIVERY_REPORT = "delivery_report"
    RECEIPT = "receipt"
    LIST = "list"
    CALENDAR = "calendar"
    SPAM = "spam"
    OWN_ALERT = "own_alert"
    DECLARED_SENDER = "declared_sender"
    ACTION = "action"
    UNDERIVED = "underived"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a message is of its kind.

    Attributes:
        code: The rule's name.
        field: The header field that decided, in lower case; empty when none did.
        value: The beginning of its value; never an address nor a subject.
    """

    code: str
    field: str = ""
    value: str = ""

    @property
    def text(self) -> str:
        """The reason on one line: `rfc3834 (auto-submitted: auto-replied)`."""
        if not self.field:
            return self.code
        return f"{self.code} ({self.field}: {self.value})" if self.value else f"{self.code} ({self.field})"


@dataclass(frozen=True, slots=True)
class Classification:
    """A message's kind; `reason` is None for a person's ordinary letter."""

    kind: MailKind
    reason: Reason | None = None


A_PERSON = Classification(MailKind.PERSON)
LONGEST_VALUE = 60

LIST_FIELDS = ("list-id", "list-post", "x-beenthere", "mailing-list")
MAY_BE_LEFT = "may-be-left"
"""The reason for a list of which nothing is known but how to leave it."""

_CALENDARS = frozenset({"calendar-notification@google.com"})
"""Addresses that send nothing but invitations and their answers, several parts deep (Sender, or From)."""

_CARDS = frozenset({"text/x-vcard", "text/vcard", "text/directory"})
"""What a contact is shown as, alone and without a sender; somebody may send one, too."""

_BULK = frozenset({"bulk", "list", "junk"})


def kind_of(header: Header, body_start: bytes = b"") -> Classification:
    """Return the kind of a message and the reason.

    Args:
        header: What its header says.
        body_start: The beginning of its body when it is at hand; only delivery reports of systems that mark
            them nowhere else need it.

    >>> kind_of(Header(kept=(("auto-submitted", "auto-generated"),))).kind  # a web form's mail carries that
    <MailKind.PERSON: 'person'>
    """
    if _says_nothing(header):
        return A_PERSON
    said = header.field(BODY_SAYS)
    if said:
        kind = MailKind(said)
        return Classification(kind, _SAID_BY_PARTS if kind is MailKind.CALENDAR else _SAID_BY_BODY)
    for kind, rule in _RULES:
        reason = rule(header, body_start)
        if reason is not None:
            return Classification(kind, reason)
    return A_PERSON


_SAID_BY_PARTS = Reason("calendar-part", "content-type", "text/calendar")
_SAID_BY_BODY = Reason("daemon-and-body", "from")

_SIGNS = frozenset({BODY_SAYS, *KEPT_FIELDS}) - {
    "content-type",
    "return-path",
    "x-original-to",
}
_STRUCTURE = re.compile(
    r"multipart/report|message/delivery-status|disposition-notification|text/calendar|ms-tnef|signed-receipt"
    r"|text/(?:x-)?vcard|text/directory",
)
"""Of a Content-Type whose case was folded: a pattern that ignores case looks five times as long."""


_REPORT_FIELDS = {
    "tls-report-domain": "rfc8460",
    "x-failed-recipients": "failed-recipients",
    "x-ms-exchange-message-is-ndr": "failed-recipients",
}
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_REPORTS = {"delivery-status": "rfc3464", "feedback-report": "rfc5965", "tlsrpt": "rfc8460"}


def _says_nothing(header: Header) -> bool:
    """Tell, quickly, that no rule has anything to look at: the case of most letters."""
    for name, value in header.kept:
        if name == "delivered-to":
            if "@" not in value:
                return False
        elif name in _SIGNS or (name == "content-type" and _STRUCTURE.search(value.casefold())):
            return False
    return not (looks_returned(header) or _is_of_a_calendar(header))


def _seen(header: Header, field: str, code: str) -> Reason:
    return Reason(code, field, header.field(field)[:LONGEST_VALUE])


def _own_alert(header: Header, _body: bytes) -> Reason | None:
    return _seen(header, "x-mailsla", "own-alert") if header.has("x-mailsla") else None


def _delivery_report(header: Header, body: bytes) -> Reason | None:
    return _by_structure(header) or (_by_words(header, body) if is_of_a_mail_system(header) else None)


def _by_structure(header: Header) -> Reason | None:
    written = header.field("content-type")
    content_type = whole_type(written)
    if content_type == "multipart/report":
        standard = _REPORTS.get(
            parameter(written, "report-type"), "rfc3464" if looks_returned(header) else ""
        )
        if standard:
            return Reason(standard, "content-type", content_type)
    if content_type == "message/delivery-status":
        return Reason("delivery-status", "content-type", content_type)
    field = next((name for name in _REPORT_FIELDS if header.has(name)), None)
    return None if field is None else Reason(_REPORT_FIELDS[field], field)


def _by_words(header: Header, body: bytes) -> Reason | None:
    if BOUNCE_SUBJECT.search(without_accents(header.subject)):
        return Reason("daemon-and-subject", "from")
    return Reason("daemon-and-body", "from") if body and BOUNCE_BODY.search(body) else None


def _receipt(header: Header, _body: bytes) -> Reason | None:
    written = header.field("content-type")
    content_type = whole_type(written)
    if content_type == "message/disposition-notification" or (
        content_type == "multipart/report" and parameter(written, "report-type") == "disposition-notification"
    ):
        return Reason("rfc8098", "content-type", "disposition-notification")
    if parameter(written, "smime-type") == "signed-receipt":
        return Reason("rfc2634", "content-type", "signed-receipt")
    if content_type in _TNEF and is_called_a_receipt(header):
        return Reason("tnef-and-subject", "content-type", content_type)
    automatic = submission(header).startswith("auto-")
    if (automatic or has_null_path(header)) and is_called_a_receipt(header):
        return Reason("receipt-and-subject", "auto-submitted" if automatic else "return-path")
    return None


def _automatic_reply(header: Header, _body: bytes) -> Reason | None:
    submitted = submission(header)
    if submitted.startswith(("auto-replied", "auto-notified")):
        return _seen(header, "auto-submitted", "rfc3834")
    for field in VACATION_FIELDS:
        if header.has(field) and header.field(field).strip().lower() not in {"no", "false"}:
            return _seen(header, field, "vacation-field")
    for field, says in SAYS_REPLY:
        if says.match(header.field(field).strip().lower()):
            return _seen(header, field, "vacation-field")
    return _prefixed(header, submitted)


def _prefixed(header: Header, submitted: str) -> Reason | None:
    """Take a mail system's prefix only with a sign, in the header, that a machine sent it."""
    if not is_prefixed(header):
        return None
    if submitted.startswith("auto-"):
        return _seen(header, "auto-submitted", "prefix-and-auto-submitted")
    for field in ("x-auto-response-suppress", "x-ms-exchange-inbox-rules-loop"):
        if header.field(field).strip():
            return Reason("prefix-and-exchange", field)
    if has_null_path(header):
        return Reason("prefix-and-null-path", "return-path")
    return None


def _is_of_a_calendar(header: Header) -> bool:
    return not (_CALENDARS.isdisjoint(header.senders) and _CALENDARS.isdisjoint(header.sender))


def _calendar(header: Header, _body: bytes) -> Reason | None:
    """Return why a mail is of the calendar, or a contact's card: a server may show both as mails (Zimbra, Exchange)."""
    written = header.field("content-type")
    if whole_type(written) in _CARDS and not header.senders:
        return Reason("contact-card", "content-type", whole_type(written))
    if whole_type(written) == "text/calendar" and parameter(written, "method"):
        return Reason("text-calendar", "content-type", "text/calendar")
    if header.field("content-class").lower().strip() == "urn:content-classes:calendarmessage":
        return _seen(header, "content-class", "calendar-message")
    return Reason("calendar-sender", "sender") if _is_of_a_calendar(header) else None


def _list(header: Header, _body: bytes) -> Reason | None:
    for field in LIST_FIELDS:
        if header.has(field):
            return Reason("list-field", field)
    precedence = header.field("precedence").strip().lower()
    if precedence == "list":
        return _seen(header, "precedence", "list-field")
    bulk, feedback = precedence in _BULK, header.has("feedback-id")
    if bulk and feedback:
        return Reason("bulk-and-feedback", "precedence")
    leaving = leaving_field(header)
    if leaving is None or ((header.in_reply_to or header.references) and not (bulk or feedback)):
        return None
    return Reason("list-field" if bulk or feedback else MAY_BE_LEFT, leaving)


def _spam(header: Header, _body: bytes) -> Reason | None:
    return (
        Reason("spam-flag", "x-spam-flag") if header.field("x-spam-flag").strip().lower() == "yes" else None
    )


_Rule = Callable[[Header, bytes], Reason | None]
_RULES: tuple[tuple[MailKind, _Rule], ...] = (
    (MailKind.OWN_ALERT, _own_alert),
    (MailKind.RECEIPT, _receipt),
    (MailKind.DELIVERY_REPORT, _delivery_report),
    (MailKind.AUTOMATIC_REPLY, _automatic_reply),
    (MailKind.CALENDAR, _calendar),
    (MailKind.SPAM, _spam),
    (MailKind.LIST, _list),
)
"""In order: the first that says yes decides."""
