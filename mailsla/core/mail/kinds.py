"""What kind of mail a message is, by its header and structure first, by its subject last, always with the reason.

Missing a citizen is the worse error: where kind and doubt meet, the mail stays a person's. So no single
`Auto-Submitted: auto-generated` (web forms carry it), `X-Auto-Response-Suppress` (Exchange puts it on
ordinary mail) or `Precedence: bulk` ever excludes anyone, nor does a subject alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from mailsla.core.mail.header import BODY_SAYS, KEPT_FIELDS, Header


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

_DAEMON = re.compile(
    r"^(?:mailer[-_.]?daemon|post[-_.]?master|mail[-_.]?daemon|mdaemon|mail[-_.]?delivery[-_.]?(?:subsystem|system)|"
    r"microsoftexchange[0-9a-f]{6,}|bounce[sd]?|no-?reply-bounces?|mailer|"
    r"(?:smtp|mta|majordomo|listserv|exim|qmail)-?(?:daemon|admin)?)@"
)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|returned (?:mail|to sender)|return(?:ed)? mail|failure notice|delivery (?:status )?notification|"
    r"delivery (?:has )?fail|delivery problem|delivery report|delivery error|mail delivery|mail system error|"
    r"message (?:could not|not) (?:be )?deliver|message delay|delayed mail|warning: message|"
    r"could not (?:be )?send|couldn't be delivered|failed mail|mail could not|not deliver|non[- ]?deliver|"
    r"^nondeliverable|user unknown|address (?:not found|unknown)|rejected(?: mail|:)|mail rejected|"
    r"échec de (?:la )?(?:remise|distribution)|^non remis\s*:|non distribuable|non[- ]délivré|"
    r"message non (?:remis|distribué|délivré|transmis)|courrier non|avis de non[- ](?:remise|distribution)|"
    r"mail non (?:délivré|remis)|remise (?:différée|retardée)|impossible de remettre|"
    r"配信|送信|宛先|エラー|недоставлен|unzustellbar|non recapitabile|devuelto|no se pudo|mensagem não",
    re.IGNORECASE,
)
_BOUNCE_BODY = re.compile(
    rb"(?im)^(?:final-recipient|reporting-mta|diagnostic-code|x-failed-recipients)[ \t]*:|"
    rb"this is (?:a permanent error|the (?:mail|qmail-send|postfix|mail delivery) (?:system|program))|"
    rb"permanent (?:fatal )?error|did not reach the following recipient|could not be delivered|"
    rb"delivery to the following recipient|failed addresses? follow|undeliverable|not delivered to|"
    rb"no such user|invalid user address"
)
_VACATION_SUBJECT = re.compile(
    r"^(?:réponse automatique|réponse auto\b|automatic reply|auto(?:matic)?[- ]?(?:reply|response)|"
    r"absente?\b|absence\b(?!\s+de\b)|absence du bureau|(?:i am |je suis )?out of (?:the )?office|message d'absence|"
    r"abwesenheits|respuesta automática|risposta automatica)",
    re.IGNORECASE,
)
_RECEIPT_SUBJECT = re.compile(
    r"^(?:(?:lu|non lu|read|not read)\s*:|confirmation de lecture|accusé de lecture)",
    re.IGNORECASE,
)
_VACATION_FIELDS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-vacation")
_LIST_FIELDS = ("list-id", "list-post", "list-unsubscribe", "list-subscribe", "list-help")
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
        return Classification(MailKind(said), Reason("daemon-and-body", "from"))
    for kind, rule in _RULES:
        reason = rule(header, body_start)
        if reason is not None:
            return Classification(kind, reason)
    return A_PERSON


_SIGNS = frozenset({BODY_SAYS, *KEPT_FIELDS}) - {
    "content-type",
    "content-description",
    "delivered-to",
    "return-path",
    "x-mailer",
    "x-original-to",
    "x-spam-status",
}
_STRUCTURE = re.compile(
    r"multipart/report|message/delivery-status|disposition-notification|text/calendar", re.IGNORECASE
)


def looks_machine_made(header: Header) -> bool:
    """Tell whether a machine may have written this, without a sign strong enough to say that it did.

    RFC 3834 §5 `auto-generated`, or what Exchange puts on the mail of an inbox rule. Web forms and ticket tools
    carry these on people's letters too.
    """
    submitted = header.field("auto-submitted").strip().lower()
    return submitted.startswith("auto-") or header.has("x-ms-exchange-inbox-rules-loop")


def _says_nothing(header: Header) -> bool:
    """Tell, quickly, that no rule has anything to look at: the case of most letters."""
    for name, value in header.kept:
        if name in _SIGNS or (name == "content-type" and _STRUCTURE.search(value)):
            return False
    return not looks_returned(header)


def _seen(header: Header, field: str, code: str) -> Reason:
    return Reason(code, field, header.field(field)[:LONGEST_VALUE])


def _own_alert(header: Header, _body: bytes) -> Reason | None:
    return _seen(header, "x-mailsla", "own-alert") if header.has("x-mailsla") else None


def _content_type(header: Header) -> str:
    return header.field("content-type").lower()


def _delivery_report(header: Header, body: bytes) -> Reason | None:
    content_type = _content_type(header)
    if "multipart/report" in content_type and ("delivery-status" in content_type or looks_returned(header)):
        return Reason("rfc3464", "content-type", "multipart/report")
    for field in ("x-failed-recipients", "x-ms-exchange-message-is-ndr"):
        if header.has(field):
            return Reason("failed-recipients", field)
    if "message/delivery-status" in content_type:
        return Reason("delivery-status", "content-type", "message/delivery-status")
    if not looks_returned(header):
        return None
    if _BOUNCE_SUBJECT.search(header.subject):
        return Reason("daemon-and-subject", "from")
    return Reason("daemon-and-body", "from") if body and _BOUNCE_BODY.search(body) else None


def looks_returned(header: Header) -> bool:
    """Tell whether a delivery system wrote this: its name, or the null return path (RFC 5321 §4.5.5)."""
    for address in (*header.senders, *header.sender):
        if _DAEMON.match(address):
            return True
    return not header.senders or header.field("return-path").strip() == "<>"


def _receipt(header: Header, _body: bytes) -> Reason | None:
    content_type = _content_type(header)
    if "disposition-notification" in content_type:
        return Reason("rfc8098", "content-type", "disposition-notification")
    automatic = header.field("auto-submitted").lower().startswith("auto-")
    null_path = header.field("return-path").strip() == "<>"
    if (automatic or null_path) and _RECEIPT_SUBJECT.match(header.subject):
        return Reason("receipt-and-subject", "auto-submitted" if automatic else "return-path")
    return None


def _automatic_reply(header: Header, _body: bytes) -> Reason | None:
    submitted = header.field("auto-submitted").strip().lower()
    if submitted.startswith(("auto-replied", "auto-notified")):
        return _seen(header, "auto-submitted", "rfc3834")
    for field in _VACATION_FIELDS:
        if header.has(field) and header.field(field).strip().lower() not in {"no", "false"}:
            return _seen(header, field, "vacation-field")
    if header.field("precedence").strip().lower() in {"auto_reply", "auto-reply"}:
        return _seen(header, "precedence", "vacation-field")
    return _absence(header, submitted)


def _absence(header: Header, submitted: str) -> Reason | None:
    """Take an absence's subject only with a sign, in the header, that a machine sent it."""
    if not _VACATION_SUBJECT.match(header.subject):
        return None
    if submitted.startswith("auto-"):
        return _seen(header, "auto-submitted", "absence-and-auto-submitted")
    if "all" in header.field("x-auto-response-suppress").lower():
        return Reason("absence-and-exchange", "x-auto-response-suppress")
    if header.has("x-ms-exchange-inbox-rules-loop"):
        return Reason("absence-and-exchange", "x-ms-exchange-inbox-rules-loop")
    if header.field("return-path").strip() == "<>":
        return Reason("absence-and-null-path", "return-path")
    return None


def _calendar(header: Header, _body: bytes) -> Reason | None:
    content_type = _content_type(header)
    if content_type.startswith("text/calendar") and "method=" in content_type:
        return Reason("text-calendar", "content-type", "text/calendar")
    if header.field("content-class").lower().strip() == "urn:content-classes:calendarmessage":
        return _seen(header, "content-class", "calendar-message")
    return None


def _list(header: Header, _body: bytes) -> Reason | None:
    for field in (*_LIST_FIELDS, "x-beenthere", "mailing-list"):
        if header.has(field):
            return Reason("list-field", field)
    if header.field("precedence").strip().lower() == "list":
        return _seen(header, "precedence", "list-field")
    bulk = header.field("precedence").strip().lower() in _BULK
    return Reason("bulk-and-feedback", "precedence") if bulk and header.has("feedback-id") else None


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
