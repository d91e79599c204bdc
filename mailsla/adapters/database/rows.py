"""Messages and copies: values to rows, and back; a value written and read again is equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from mailsla.adapters.database.column_values import (
    ColumnValues,
    document_of,
    instant_of,
    key_of,
)
from mailsla.adapters.database.traces import kept_trace
from mailsla.core.mail.copies import DRAFT_MARKS, Copy, Mail, MailboxRole
from mailsla.core.mail.header import Header
from mailsla.core.mail.instants import Basis
from mailsla.core.mail.kinds import MailKind
from mailsla.core.mail.salted_hashes import salted_hashes
from mailsla.core.office.sides import Reading, Side
from mailsla.core.pairing.apart import Underived
from mailsla.core.pairing.balance import MailClass
from mailsla.core.pairing.conversation import Evidence, Link
from mailsla.core.pairing.one_mail import PARENT_FIELD, origin

Rows = list[tuple[Any, ...]]

Counts = Counter[tuple[str, str]]
"""What is counted, two texts → how many messages."""


def _placed(*names: str) -> list[tuple[str, int]]:
    """Return some fields of a header with where they stand in it."""
    return [(name, Header._fields.index(name)) for name in names]


IDS = _placed("in_reply_to", "references")
PEOPLE = _placed("senders", "sender", "reply_to", "to", "cc", "bcc", "asked_by", "asks")

FACT_COLUMNS = (
    "key",
    "message_id",
    "thread_index",
    "subject",
    "sent_at",
    "ids",
    "people",
    "kept",
)


def message_values(key: str, header: Header, values: ColumnValues) -> tuple[Any, ...]:
    """Return what a row holds of a message, in the order of `FACT_COLUMNS`."""
    instant = values.instant
    return (
        values.key(key),
        header.message_id,
        header.thread_index,
        header.subject,
        instant(header.sent_at),
        values.document(_filled(IDS, header)),
        values.document(people_of(header)),
        values.document(header.kept),
    )


SALTED = ("salt", "hashes")
"""The columns of a message that stay when its values go, or go with them."""


def salted(facts: Sequence[Any], salt: bytes) -> tuple[bytes, bytes]:
    """Return the salt and the hashes of a message, from what its row holds in the order of `FACT_COLUMNS`."""
    _key, message_id, thread_index, subject, sent_at, *documents = facts
    at = instant_of(sent_at)
    sent = None if at is None else at.isoformat()
    return salt, salted_hashes(salt, (message_id, thread_index, subject, sent, *documents))


def people_of(header: Header) -> dict[str, Any]:
    """Return the addresses of a header, by field."""
    return _filled(PEOPLE, header)


def _filled(places: Iterable[tuple[str, int]], header: Header) -> dict[str, Any]:
    return {name: found for name, place in places if (found := header[place])}


STORED_MESSAGE = ("id", *FACT_COLUMNS, "first_seen_at")
"""The columns of a message, as `mail_of` reads them."""

STORED_COPY = (
    "id",
    "message_id",
    "mailbox_id",
    "uid_validity",
    "uid",
    "internal_at",
    "hop_at",
    "trace",
    "imported",
    "first_seen_at",
    "gone_at",
    "arrived",
)
"""The columns of a copy, as `copy_of` reads them."""

MESSAGE_OF_COPY, MAILBOX_OF_COPY = map(STORED_COPY.index, ("message_id", "mailbox_id"))


def numbers_of_copy(row: tuple[Any, ...]) -> tuple[int, int]:
    """Return the UIDVALIDITY and the UID of a copy."""
    return row[3], row[4]


def mail_of(row: tuple[Any, ...], copies: tuple[Copy, ...]) -> Mail:
    """Return the message that a row of `STORED_MESSAGE` holds; `hop_at` belongs to its copies."""
    _number, key, message_id, thread_index, subject, sent_at, ids, people, kept, first_seen_at = row
    lists: dict[str, Any] = {
        name: tuple(values) for document in (ids, people) for name, values in document_of(document).items()
    }
    header = Header(
        message_id=message_id,
        thread_index=thread_index,
        subject=subject,
        sent_at=instant_of(sent_at),
        kept=tuple([(name, value) for name, value in document_of(kept)]),
        **lists,
    )
    return Mail(key_of(key), header, instant(first_seen_at), copies)


def ids_named(messages: Rows) -> set[str]:
    """Return the ids that some messages, rows of `STORED_MESSAGE`, answer, or of which they are redirections."""
    ids, fields = STORED_MESSAGE.index("ids"), STORED_MESSAGE.index("kept")
    named = {name for row in messages for names in document_of(row[ids]).values() for name in names}
    redirected = (mail_of(row, ()).header for row in messages if PARENT_FIELD in str(row[fields]))
    return named.union(filter(None, map(origin, redirected)))


def copy_of(
    row: tuple[Any, ...],
    account: str,
    mailbox: str,
    role: MailboxRole,
    keywords: Sequence[tuple[Any, ...]] = (),
) -> Copy:
    """Return the copy that a row of `STORED_COPY` holds, with (name, first seen, gone) of what is on it."""
    internal_at, hop_at, trace, imported, first_seen_at, gone_at, arrived = row[5:]
    copy = Copy(
        account,
        mailbox,
        role,
        instant_of(internal_at),
        instant_of(hop_at),
        bool(imported),
        gone_at is None,
        instant_of(gone_at),
        instant(first_seen_at),
        trace=kept_trace(trace),
        arrived=bool(arrived),
    )
    return _with_keywords(copy, keywords) if keywords else copy


def _with_keywords(copy: Copy, keywords: Sequence[tuple[Any, ...]]) -> Copy:
    """Return a copy with its keywords, and as a draft from the first mark on it to the end of the last."""
    marks = [(instant(since), instant_of(gone)) for name, since, gone in keywords if name in DRAFT_MARKS]
    ends = [gone for _since, gone in marks if gone is not None]
    return copy._replace(
        keywords=tuple((name, instant(since)) for name, since, _gone in keywords if name not in DRAFT_MARKS),
        draft_since=min((since for since, _gone in marks), default=None),
        draft_until=max(ends) if marks and len(ends) == len(marks) else None,
    )


def instant(kept: Any) -> datetime:
    """Return the instant of a column that always has one."""
    at = instant_of(kept)
    assert at is not None
    return at


Numbers = Mapping[str, int]
"""The numbers of the messages that are derived together, by key."""

DERIVED_MESSAGE_COLUMNS = (
    "message_id",
    "conversation",
    "evidence",
    "tied_to",
    "side",
    "kind",
    "reason",
    "at",
    "basis",
    "mail_class",
)


def derived_message_values(
    reading: Reading,
    link: Link,
    conversation: str,
    mail_class: MailClass,
    numbers: Numbers,
    values: ColumnValues,
) -> tuple[Any, ...]:
    """Return the row that says what a message is and what ties it, in the order of `DERIVED_MESSAGE_COLUMNS`."""
    reason = reading.reason
    return (
        numbers[reading.key],
        numbers[conversation],
        link.evidence.value,
        None if link.to is None else numbers[link.to],
        reading.side.value,
        reading.kind.value,
        None if reason is None else values.document([reason.code, reason.field, reason.value]),
        values.instant(reading.moment.at),
        reading.moment.basis.value,
        mail_class.value,
    )


def underived_message_values(underived: Underived, numbers: Numbers, values: ColumnValues) -> tuple[Any, ...]:
    """Return the row that says that a message could not be derived, in the order of `DERIVED_MESSAGE_COLUMNS`."""
    mail = underived.mail
    number = numbers[mail.key]
    return (
        number,
        number,
        Evidence.NONE.value,
        None,
        Side.ASIDE.value,
        MailKind.UNDERIVED.value,
        values.document([underived.error.name, "", ""]),
        values.instant(mail.first_seen_at),
        Basis.FIRST_SEEN.value,
        MailClass.SET_ASIDE.value,
    )
