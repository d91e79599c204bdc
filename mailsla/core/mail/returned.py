"""Mails that came back: which one, and what its report says became of it (RFC 3464).

Reports are in any language; their fields are not, and the Message-ID of the mail is in the header that they quote.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mailsla.core.mail.addresses import parse_addresses
from mailsla.core.mail.content_type import parameter, whole_type
from mailsla.core.mail.header import BODY_FAILED, BODY_RETURNS, Header
from mailsla.core.mail.message_ids import LONGEST_ID, parse_message_ids
from mailsla.core.mail.weak_signs import says_failed

_OUR_ID = re.compile(r"mailsla\.[a-z0-9-]{1,40}\.[0-9a-f]{24}@[\w.-]{1,253}", re.ASCII)
"""As `mailsla.core.alerts.outgoing.message_id` and the alarms make them."""

_OURS = re.compile(rb"(?i)\bmessage-id:\s{0,100}<(" + _OUR_ID.pattern.encode() + rb")>")

_ACTION = re.compile(rb"(?im)^action:[ \t]{0,100}([a-z]{1,20})")
_STATUS = re.compile(rb"(?im)^status:[ \t]{0,100}([245]\.\d{1,3}\.\d{1,3})")

_QUOTED_ID = re.compile(rb"(?im)^message-id:\s{0,100}(<[^<>\s]{1,%d}>)" % LONGEST_ID)
_RECIPIENT = re.compile(
    rb"(?im)^(?:final|original)-recipient:[ \t]{0,100}rfc822[ \t]{0,100};([^\r\n]{1,400})"
)
_BLOCKS = re.compile(rb"\r?\n[ \t]*\r?\n")


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
        # Of most letters this is all that is looked at.
        "report" in written.lower()
        and whole_type(written) == "multipart/report"
        and parameter(written, "report-type") == "delivery-status"
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


def with_returned(header: Header, body: bytes) -> Header:
    r"""Return a report's header with what it says of somebody's mail: its id, and for whom it failed.

    The id is added where the header names none. What became of each recipient is known from the fields of RFC 3464
    alone.

    >>> body = b"Final-Recipient: rfc822; a@example.org\r\nAction: failed\r\n\r\nMessage-ID: <a.1@pref.example.fr>"
    >>> found = with_returned(Header(), body)
    >>> found.references, found.field("x-failed-recipients"), found.field(BODY_FAILED)
    (('a.1@pref.example.fr',), 'a@example.org', 'yes')
    """
    quoted = None if header.in_reply_to or header.references else _QUOTED_ID.search(body)
    if quoted is not None:
        header = header._replace(references=parse_message_ids(quoted[1].decode("latin-1")))
    actions = [
        (action[1].lower(), block) for block in _BLOCKS.split(body) if (action := _ACTION.search(block))
    ]
    if not actions:
        return header
    failed = [block for action, block in actions if action == b"failed"]
    said = [(BODY_FAILED, "yes" if failed else "no")]
    written = b",".join(address for block in failed for address in _RECIPIENT.findall(block))
    addresses = parse_addresses(written.decode("latin-1"))
    if addresses and not header.has("x-failed-recipients"):
        said.append(("x-failed-recipients", ", ".join(addresses)))
    return header._replace(kept=(*header.kept, *said))


def has_failed(header: Header) -> bool:
    """Tell whether a delivery report, as it is kept, says that a mail was not delivered to somebody."""
    said = header.field(BODY_FAILED)
    return said == "yes" if said else says_failed(header)
