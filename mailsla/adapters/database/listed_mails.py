"""Mails as lists show them, read from the facts and from what was derived of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, select

from mailsla.adapters.database.bulk import among
from mailsla.adapters.database.engine import reading
from mailsla.adapters.database.tables import ACCOUNT, DERIVED_MESSAGE, LOCATION, MAILBOX, MESSAGE
from mailsla.core.office.sides import Side
from mailsla.core.pairing.derivation import ListedMail


class ListedMails:
    """Mails that a person looks at. Satisfies `mailsla.usecases.look_at_mails.Mails`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def left_out(
        self, since: datetime | None = None, until: datetime | None = None, kind: str | None = None
    ) -> list[ListedMail]:
        """Return the mails of [since, until[ that are nobody's letter, of one kind or of all, by date."""
        which = DERIVED_MESSAGE.c.side == Side.ASIDE.value
        if kind is not None:
            which &= DERIVED_MESSAGE.c.kind == kind
        with reading(self._engine) as connection:
            return _listed(connection, _within(_QUERY.where(which), since, until))

    def internal_count(self, since: datetime | None = None, until: datetime | None = None) -> int:
        """Count the mails of [since, until[ that stayed inside the office."""
        query = (
            select(func.count())
            .select_from(DERIVED_MESSAGE)
            .where(DERIVED_MESSAGE.c.side == Side.INTERNAL.value)
        )
        with reading(self._engine) as connection:
            count: int = connection.execute(_within(query, since, until)).scalar_one()
        return count

    def mails(self, keys: Collection[str]) -> dict[str, ListedMail]:
        """Return some mails by key; those that nothing was derived of yet are left out."""
        with reading(self._engine) as connection:
            found = _listed(connection, _QUERY.where(among(DERIVED_MESSAGE.c.key, keys, connection)))
        return {mail.key: mail for mail in found}


_QUERY = (
    select(DERIVED_MESSAGE, MESSAGE.c.id, MESSAGE.c.subject, MESSAGE.c.people)
    .join(MESSAGE, MESSAGE.c.key == DERIVED_MESSAGE.c.key)
    .order_by(DERIVED_MESSAGE.c.at, DERIVED_MESSAGE.c.key)
)


def _within(query: Select[Any], since: datetime | None, until: datetime | None) -> Select[Any]:
    if since is not None:
        query = query.where(DERIVED_MESSAGE.c.at >= since)
    return query if until is None else query.where(DERIVED_MESSAGE.c.at < until)


def _listed(connection: Connection, query: Select[Any]) -> list[ListedMail]:
    rows = connection.execute(query).all()
    places = _places(connection, [row.id for row in rows])
    return [_mail(row, tuple(places[row.id])) for row in rows]


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
        side=row.side,
        kind=row.kind,
        reason=tuple(row.reason or ()),
        subject=row.subject,
        senders=tuple(people.get("senders", ())),
        recipients=tuple(address for name in ("to", "cc", "bcc") for address in people.get(name, ())),
        mailboxes=mailboxes,
        conversation=row.conversation,
    )
