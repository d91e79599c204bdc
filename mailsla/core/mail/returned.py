"""A mail of mailsla's own that came back: which one, and what its report says became of it (RFC 3464).

Reports are in any language; their fields are not, and the Message-ID that mailsla gave is in the header that they
quote.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mailsla.core.mail.content_type import parameter, whole_type
from mailsla.core.mail.header import BODY_RETURNS, Header
from mailsla.core.mail.weak_signs import says_failed

_OUR_ID = re.compile(r"mailsla\.[a-z0-9-]{1,40}\.[0-9a-f]{24}@[\w.-]{1,253}", re.ASCII)
"""As `mailsla.core.alerts.outgoing.message_id` and the alarms make them."""

_OURS = re.compile(rb"(?i)\bmessage-id:\s{0,100}<(" + _OUR_ID.pattern.encode() + rb")>")

_ACTION = re.compile(rb"(?im)^action:[ \t]{0,100}([a-z]{1,20})")
_STATUS = re.compile(rb"(?im)^status:[ \t]{0,100}([245]\.\d{1,3}\.\d{1,3})")


class Returned(NamedTuple):
    """What a report says of a mail of ours.

    Attributes:
        message_id: The mail's, without angle brackets.
        has_failed: Whether it will not be delivered: not only later, and not delivered by now.
        status: Why, as RFC 3463 numbers it; empty when the report does not say.
    """

    message_id: str
    has_failed: bool
    status: str

    @property
    def kept(self) -> str:
        """The same as one line, as it is kept with the report's header."""
        return f"{self.message_id} {'failed' if self.has_failed else 'delayed'} {self.status}".rstrip()


def is_structured(header: Header) -> bool:
    """Tell whether a mail is a delivery report with the parts of RFC 3464."""
    written = header.field("content-type")
    return (
        whole_type(written) == "multipart/report" and parameter(written, "report-type") == "delivery-status"
    )


def returned(header: Header, body: bytes) -> Returned | None:
    r"""Return what a report says of a mail of ours; None when it is about none.

    Args:
        header: Its header, which may cite the mail (Exchange), or say by its subject alone what became of it.
        body: The beginning of its text.

    >>> body = b"Action: delayed\r\nMessage-ID: <mailsla.20261113.0123456789abcdef01234567@pref.example.fr>"
    >>> returned(Header(subject="Undeliverable"), body).has_failed
    False
    """
    quoted = _OURS.search(body)
    cited = filter(_OUR_ID.fullmatch, (*header.in_reply_to, *header.references))
    ours = next(cited, None) if quoted is None else quoted[1].decode()
    if ours is None:
        return None
    action, status = _ACTION.search(body), _STATUS.search(body)
    failed = says_failed(header) if action is None else action[1].lower() == b"failed"
    return Returned(ours, failed, "" if status is None else status[1].decode())


def kept_return(value: str) -> Returned:
    """Read what `Returned.kept` wrote."""
    message_id, what, *status = value.split(" ")
    return Returned(message_id, what == "failed", *(status or [""]))


def return_of(header: Header) -> Returned | None:
    """Return what a report's header, as it is kept, says of a mail of ours."""
    value = header.field(BODY_RETURNS)
    return kept_return(value) if value else None
