"""Numbers and names as IMAP says them: a mailbox's status, sequence sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mailsla.core.collection.on_server import MailboxStatus

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
