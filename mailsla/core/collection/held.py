"""What a store holds about one person: every mail that names their address, whatever names it there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from mailsla.core.mail.erased import ERASED
from mailsla.core.mail.header import Header

OF_A_LOCAL_PART = r"[\w.!#$%&'*+/=?^`{|}~-]"


class Borne(NamedTuple):
    """A keyword that a copy of a mail bears, or bore: a mark that people put on it, or that of a draft."""

    name: str
    first_seen_at: datetime
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail was seen.

    Attributes:
        account: The account's name.
        mailbox: The mailbox's.
        uid: Its UID there; of an archive, a number.
        received_at: When that server got it, as it says (INTERNALDATE).
        first_seen_at: When it was first seen there.
        gone_at: When it was seen to be there no more.
        keywords: Those that were seen on it there.
    """

    account: str
    mailbox: str
    uid: int
    received_at: datetime | None
    first_seen_at: datetime
    gone_at: datetime | None
    keywords: tuple[Borne, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenedRequest:
    """What was made of a mail that opens a request."""

    received_at: datetime
    answered_at: datetime | None
    service: str | None
    category: str
    follow_up: bool
    excluded: str | None


@dataclass(frozen=True, slots=True)
class HeldMail:
    """A mail that names somebody, with all that is held of it.

    Attributes:
        key: The mail's key.
        header: What is kept of its header.
        first_seen_at: When it was first seen.
        places: Where it was.
        side: What the mail is to the office, in a word; empty while it waits to be derived.
        kind: What kind of mail it is; empty too.
        request: What was made of it when it opens a request.
    """

    key: str
    header: Header
    first_seen_at: datetime
    places: tuple[Place, ...]
    side: str
    kind: str
    request: OpenedRequest | None


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that mailsla itself wrote to somebody: an alert, an alarm.

    Attributes:
        purpose: What it is for, and what it is about.
        day: The day it is of.
        subject: Its subject, until it was handed over.
        created_at: When it was due.
        sent_at: When it was handed over.
        requests: The keys of the requests that it told of.
    """

    purpose: str
    day: date
    subject: str
    created_at: datetime
    sent_at: datetime | None
    requests: tuple[str, ...] = ()


class Words(NamedTuple):
    """Words of a person beside the figures: of a note, or of why something was published."""

    kind: str
    number: int
    text: str


def fields_of(header: Header) -> Iterator[tuple[str, str]]:
    """Yield what is kept of a header, as (field name in lower case, value): each address and each id by itself."""
    if header.message_id is not None:
        yield "message-id", header.message_id
    for name, ids in (("in-reply-to", header.in_reply_to), ("references", header.references)):
        yield from ((name, found) for found in ids)
    if header.thread_index is not None:
        yield "thread-index", header.thread_index
    yield "subject", header.subject
    if header.sent_at is not None:
        yield "date", header.sent_at.isoformat()
    for name, addresses in (
        *(("from", header.senders), ("sender", header.sender), ("reply-to", header.reply_to)),
        *(("to", header.to), ("cc", header.cc), ("bcc", header.bcc), ("asked-by", header.asked_by)),
        ("asks", header.asks),
    ):
        yield from ((name, address) for address in addresses)
    yield from header.kept


def names(text: str, address: str) -> bool:
    """Tell whether a text names an address, and not one that only ends or begins so.

    >>> names("<Camille@Example.org>", "camille@example.org"), names("x.camille@example.org", "camille@example.org")
    (True, False)
    """
    return re.search(_whole(address), text, re.IGNORECASE) is not None


def without(text: str, address: str) -> str:
    """Return a text in which an address is erased wherever it is named.

    >>> without("écrit à Camille@Example.org", "camille@example.org")
    'écrit à …'
    """
    return re.sub(_whole(address), ERASED, text, flags=re.IGNORECASE)


def _whole(address: str) -> str:
    return rf"(?<!{OF_A_LOCAL_PART}){re.escape(address)}(?![\w-]|\.\w)"


def is_about(header: Header, address: str) -> bool:
    """Tell whether anything kept of a header names an address."""
    return any(names(value, address) for _name, value in fields_of(header))
