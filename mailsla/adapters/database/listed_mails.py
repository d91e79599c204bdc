"""Mails as lists show them, read from the facts and from what was derived of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, func, select

from mailsla.adapters.database.bulk import STREAMED, among
from mailsla.adapters.database.class_counts import class_counts
from mailsla.adapters.database.engine import reading, snapshot
from mailsla.adapters.database.keys import has_key
from mailsla.adapters.database.set_aside import HERE
from mailsla.adapters.database.tables import ACCOUNT, DERIVED_MESSAGE, LOCATION, MAILBOX, MESSAGE, SET_ASIDE
from mailsla.core.office.sides import Side
from mailsla.core.pairing.balance import Balance, MailClass
from mailsla.core.pairing.derivation import ListedMail
from mailsla.core.pairing.mail_list import MailList

UNREADABLE = "unreadable"
"""The kind of what could not be read, beside those of `MailKind`."""


class ListedMails:
    """Mails that a person looks at. Satisfies `mailsla.usecases.look_at_mails.Mails`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def is_empty(self) -> bool:
        """Tell whether no mail was ever collected, nor imported."""
        with reading(self._engine) as connection:
            return connection.execute(select(MESSAGE.c.id).limit(1)).first() is None

    @contextmanager
    def left_out(
        self, since: datetime | None = None, until: datetime | None = None, kind: str | None = None
    ) -> Iterator[MailList]:
        """List the mails of [since, until[ that are nobody's letter, of one kind or of all."""
        which = DERIVED_MESSAGE.c.side == Side.ASIDE.value
        if kind is not None:
            which &= DERIVED_MESSAGE.c.kind == kind
        query = _within(_QUERY.where(which), since, until)
        with snapshot(self._engine) as connection:
            yield _list(connection, query)

    @contextmanager
    def of_class(
        self,
        wanted: MailClass | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        kind: str | None = None,
    ) -> Iterator[MailList]:
        """List the mails of [since, until[ that are in a class; without one, every message, once.

        Those that could not be read come last. They have no key, and are of the instant at which the server got them.
        """
        which: ColumnElement[bool] = _class_of_mail != MailClass.FURTHER_COPY.value
        if wanted is not None:
            which = _class_of_mail == wanted.value
        if kind is not None:
            which &= DERIVED_MESSAGE.c.kind == kind
        query = _within(_QUERY.where(which), since, until)
        with snapshot(self._engine) as connection:
            has_unread = wanted in {None, MailClass.SET_ASIDE} and kind is None
            unread = _unread(connection, since, until) if has_unread else []
            yield _list(connection, query, unread)

    @contextmanager
    def copies(
        self, since: datetime | None = None, until: datetime | None = None, *, further: bool = False
    ) -> Iterator[MailList]:
        """List the mails of [since, until[ as they were seen, one for each place, gone or not.

        When `further`, without the first copy of each message; else those that could not be read come last.
        """
        other = LOCATION.alias()
        first = select(func.min(other.c.id)).where(other.c.message_id == MESSAGE.c.id).scalar_subquery()
        query = (
            _QUERY.add_columns(ACCOUNT.c.name.label("account"), MAILBOX.c.name.label("mailbox"))
            .join(LOCATION, LOCATION.c.message_id == MESSAGE.c.id)
            .join(MAILBOX, MAILBOX.c.id == LOCATION.c.mailbox_id)
            .join(ACCOUNT, ACCOUNT.c.id == MAILBOX.c.account_id)
            .order_by(LOCATION.c.id)
        )
        if further:
            query = query.where((LOCATION.c.id != first) | (_class_of_mail == MailClass.FURTHER_COPY.value))
        query = _within(query, since, until)
        with snapshot(self._engine) as connection:
            unread = [] if further else _unread(connection, since, until)
            yield _list(connection, query, unread, _by_copy)

    def balance(self) -> Balance:
        """Return how many messages each class has, and how many mails were seen in all."""
        counts: Counter[MailClass] = Counter()
        kinds: list[tuple[str, int]] = []
        with snapshot(self._engine) as connection:
            for (mail_class, kind), count in sorted(class_counts(connection).items()):
                counts[MailClass(mail_class)] += count
                if mail_class == MailClass.LEFT_OUT.value:
                    kinds.append((kind, count))
            messages = connection.execute(select(func.count()).select_from(MESSAGE)).scalar_one()
            copies = connection.execute(select(func.count()).select_from(LOCATION)).scalar_one()
            unread = connection.execute(select(func.count()).select_from(SET_ASIDE).where(HERE)).scalar_one()
        counts[MailClass.PENDING] += messages - counts.total()
        counts[MailClass.SET_ASIDE] += unread
        del counts[MailClass.FURTHER_COPY]
        return Balance(counts, tuple(kinds), copies + unread)

    def internal_count(self, since: datetime | None = None, until: datetime | None = None) -> int:
        """Count the mails of [since, until[ that stayed inside the office."""
        query = (
            select(func.count())
            .select_from(DERIVED_MESSAGE)
            .join(MESSAGE, MESSAGE.c.id == DERIVED_MESSAGE.c.message_id)
            .where(DERIVED_MESSAGE.c.side == Side.INTERNAL.value)
        )
        with reading(self._engine) as connection:
            count: int = connection.execute(_within(query, since, until)).scalar_one()
        return count

    def mails(self, keys: Collection[str]) -> dict[str, ListedMail]:
        """Return some mails by key; those that nothing was derived of yet are left out."""
        with reading(self._engine) as connection:
            derived = _QUERY.where(DERIVED_MESSAGE.c.message_id.is_not(None))
            found = _by_message(connection, derived.where(has_key(keys, connection)))
            return {mail.key: mail for mail in found}


_AT = func.coalesce(DERIVED_MESSAGE.c.at, MESSAGE.c.first_seen_at, type_=DERIVED_MESSAGE.c.at.type)
_class_of_mail = func.coalesce(DERIVED_MESSAGE.c.mail_class, MailClass.PENDING.value)
"""The class of a message; of one that nothing was derived of yet, that it waits."""

_naming = MESSAGE.alias("naming")
_QUERY = (
    select(MESSAGE.c.id, MESSAGE.c.key, MESSAGE.c.message_id, MESSAGE.c.subject, MESSAGE.c.people)
    .add_columns(DERIVED_MESSAGE.c.side, DERIVED_MESSAGE.c.kind, DERIVED_MESSAGE.c.reason)
    .add_columns(_naming.c.key.label("conversation"), _AT.label("at"), _class_of_mail.label("mail_class"))
    .select_from(MESSAGE)
    .outerjoin(DERIVED_MESSAGE, DERIVED_MESSAGE.c.message_id == MESSAGE.c.id)
    .outerjoin(_naming, _naming.c.id == DERIVED_MESSAGE.c.conversation)
    .order_by(_AT, MESSAGE.c.key)
)


def _within(query: Select[Any], since: datetime | None, until: datetime | None) -> Select[Any]:
    if since is not None:
        query = query.where(since <= _AT)
    return query if until is None else query.where(until > _AT)


def _unread(connection: Connection, since: datetime | None, until: datetime | None) -> list[ListedMail]:
    """Return what could not be read, and is still there, by date."""
    query = (
        select(SET_ASIDE, MAILBOX.c.name.label("mailbox"), ACCOUNT.c.name.label("account"))
        .join(MAILBOX, MAILBOX.c.id == SET_ASIDE.c.mailbox_id)
        .join(ACCOUNT, ACCOUNT.c.id == MAILBOX.c.account_id)
        .where(HERE)
        .order_by(SET_ASIDE.c.id)
    )
    found = (
        ListedMail(
            key="",
            at=row.internal_at or row.seen_at,
            side=Side.ASIDE.value,
            kind=UNREADABLE,
            reason=(row.reason,),
            subject="",
            senders=(),
            recipients=(),
            mailboxes=((row.account, row.mailbox),),
            conversation="",
            mail_class=MailClass.SET_ASIDE.value,
        )
        for row in connection.execute(query)
    )
    kept = (mail for mail in found if (not since or mail.at >= since) and (not until or mail.at < until))
    return sorted(kept, key=lambda mail: mail.at)


def _by_copy(connection: Connection, query: Select[Any]) -> Iterator[ListedMail]:
    """Yield the copies that a query finds, each in its place."""
    for row in connection.execute(query, execution_options=STREAMED):
        yield _mail(row, ((row.account, row.mailbox),))


def _by_message(connection: Connection, query: Select[Any]) -> Iterator[ListedMail]:
    """Yield the messages that a query finds, each with where it lies."""
    for part in connection.execute(query, execution_options=STREAMED).partitions():
        places = _places(connection, [row.id for row in part])
        yield from (_mail(row, tuple(places[row.id])) for row in part)


def _list(
    connection: Connection,
    query: Select[Any],
    unread: Sequence[ListedMail] = (),
    read: Callable[[Connection, Select[Any]], Iterator[ListedMail]] = _by_message,
) -> MailList:
    """Return the mails that a query finds, as `read` yields them, then those that could not be read."""
    counting = select(func.count()).select_from(query.order_by(None).subquery())
    count = connection.execute(counting).scalar_one() + len(unread)
    return MailList(chain(read(connection, query), unread), shown=count, found=count)


def _places(connection: Connection, numbers: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Return where some messages lie; where they lay, when they are gone."""
    query = (
        select(LOCATION.c.message_id, LOCATION.c.gone_at, ACCOUNT.c.name, MAILBOX.c.name.label("mailbox"))
        .join(MAILBOX, MAILBOX.c.id == LOCATION.c.mailbox_id)
        .join(ACCOUNT, ACCOUNT.c.id == MAILBOX.c.account_id)
        .where(among(LOCATION.c.message_id, numbers, connection))
        .order_by(LOCATION.c.id)
    )
    present: dict[int, list[tuple[str, str]]] = defaultdict(list)
    gone: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in connection.execute(query):
        places = present if row.gone_at is None else gone
        place = (row.name, row.mailbox)
        if place not in places[row.message_id]:
            places[row.message_id].append(place)
    return defaultdict(list, {number: present[number] or gone[number] for number in {*present, *gone}})


def _mail(row: Row[Any], mailboxes: tuple[tuple[str, str], ...]) -> ListedMail:
    people = row.people
    return ListedMail(
        key=row.key,
        at=row.at,
        side=row.side or "",
        kind=row.kind or "",
        reason=tuple(row.reason or ()),
        subject=row.subject,
        senders=tuple(people.get("senders", ())),
        recipients=tuple(address for name in ("to", "cc", "bcc") for address in people.get(name, ())),
        mailboxes=mailboxes,
        conversation=row.conversation or "",
        mail_class=row.mail_class,
        message_id=row.message_id,
    )
