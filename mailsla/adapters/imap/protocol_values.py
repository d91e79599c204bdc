"""Numbers and names as IMAP says them: a mailbox's status, sequence sets, the parts of a message."""

from __future__ import annotations

import imaplib
from collections.abc import Sequence
from typing import Any

from mailsla.core.collection.on_server import MailboxStatus
from mailsla.core.mail.header import REQUESTED_FIELDS
from mailsla.core.office.body_evidence import invites

HEADER_FIELDS = f"BODY.PEEK[HEADER.FIELDS ({' '.join(name.upper() for name in REQUESTED_FIELDS)})]"

CONTENT_FIELDS = "BODY.PEEK[HEADER.FIELDS (CONTENT-TYPE CONTENT-TRANSFER-ENCODING)]"

LARGEST_NUMBER = (1 << 63) - 1
"""Of any that a server may say of a mailbox: a HIGHESTMODSEQ (RFC 7162 §7)."""


def status_of(said: dict[bytes, Any], count: bytes) -> MailboxStatus:
    """Return the numbers that a server said of a mailbox; `count` names that of its messages."""
    return MailboxStatus(
        uid_validity=_number(said.get(b"UIDVALIDITY")),
        uid_next=_number(said.get(b"UIDNEXT")),
        messages=_number(said.get(count)),
        highest_modseq=_number(said.get(b"HIGHESTMODSEQ")),
    )


def opened_status(said: dict[bytes, Any]) -> MailboxStatus:
    """Return the numbers of a mailbox as a server opened it."""
    if b"EXISTS" not in said:
        # It has to (RFC 9051 §6.3.2): what is not said is not taken for none.
        raise imaplib.IMAP4.error("no EXISTS")
    return status_of(said, b"EXISTS")


def _number(said: Any) -> int:
    # SELECT's response codes come as lists.
    value = said[0] if isinstance(said, (list, tuple)) and said else said
    number = int(value) if isinstance(value, (int, bytes)) else 0
    if number > LARGEST_NUMBER:
        raise OverflowError
    return number


def sequence_set(uids: Sequence[int]) -> str:
    """Return UIDs as an IMAP sequence set, on the shortest line.

    >>> sequence_set([1, 2, 3, 7])
    '1:3,7'
    """
    ranges: list[list[int]] = []
    for uid in sorted(set(uids)):
        if ranges and ranges[-1][1] == uid - 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in ranges)


def is_invitation(structure: Any) -> bool:
    """Tell whether a body's structure (RFC 9051 §7.5.2) has a calendar part that invites, or answers an invitation.

    >>> calendar = (b"TEXT", b"CALENDAR", (b"CHARSET", b"utf-8", b"method", b"REQUEST"), None, None, b"7BIT", 9, 1)
    >>> is_invitation(([calendar], b"ALTERNATIVE")), is_invitation((b"TEXT", b"CALENDAR", None))
    (True, False)
    >>> is_invitation(([calendar, (b"TEXT", b"CALENDAR", (b"NAME", b"x.ics"))], b"MIXED"))
    True
    >>> is_invitation(([(b"TEXT", b"CALENDAR", (b"METHOD", b"PUBLISH"))], b"MIXED"))
    False
    """
    waiting = [structure]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, tuple) or len(part) < 2:
            continue
        if isinstance(part[0], list):
            waiting += part[0]
        elif (
            _is_calendar(part) and len(part) > 2 and isinstance(part[2], tuple) and invites(_method(part[2]))
        ):
            return True
    return False


def _method(parameters: tuple[Any, ...]) -> str:
    """Return what the parameters of a part, names and values in turn, say of its method."""
    for name, value in zip(parameters[::2], parameters[1::2], strict=False):
        if isinstance(name, bytes) and isinstance(value, bytes) and name.lower() == b"method":
            return value.decode("latin-1")
    return ""


def _is_calendar(part: tuple[Any, ...]) -> bool:
    types = part[:2]
    return all(isinstance(item, bytes) for item in types) and b"/".join(types).lower() == b"text/calendar"


def item_of(items: dict[bytes, Any], name: bytes) -> bytes:
    """Return the text of the first item of a FETCH whose name begins so; empty when there is none."""
    found = next((value for key, value in items.items() if key.startswith(name)), None)
    return bytes(found) if isinstance(found, bytes) else b""
