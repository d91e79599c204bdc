"""What the database holds about one person, read in parts: however much it is, little of it is in memory at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Text, cast, or_, select, true

from mailsla.adapters.database import rows
from mailsla.adapters.database.bulk import among, as_kept
from mailsla.adapters.database.engine import reading
from mailsla.adapters.database.tables import (
    ACCOUNT,
    ALERT,
    DERIVED_MESSAGE,
    DERIVED_REQUEST,
    KEYWORD,
    LOCATION,
    MAILBOX,
    MESSAGE,
    OUTGOING,
)
from mailsla.core.collection.held import Borne, HeldMail, OpenedRequest, Place, SentMail, is_about, names
from mailsla.core.mail.copies import Mail

PORTION = 500
"""Messages looked at at once."""

SAYING = ("message_id", "subject", "ids", "people", "kept")
"""The columns of a message in which an address may stand."""


class HeldAboutPeople:
    """What is held about people. Satisfies `mailsla.usecases.person.Holdings`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def mails(self, address: str) -> Iterator[HeldMail]:
        """Yield every mail that names an address, in the order in which they were first stored."""
        with reading(self._engine) as connection:
            for about in naming(connection, address):
                yield from _held(connection, about)

    def sent(self, address: str) -> tuple[SentMail, ...]:
        """Return the mails that mailsla wrote to an address."""
        query = select(OUTGOING).where(OUTGOING.c.recipient.icontains(address, autoescape=True))
        with reading(self._engine) as connection:
            written = connection.execute(query.order_by(OUTGOING.c.id)).all()
            found = [row for row in written if names(row.recipient, address)]
            told: dict[int, list[str]] = defaultdict(list)
            named = among(ALERT.c.outgoing_id, [row.id for row in found], connection)
            for row in connection.execute(select(ALERT).where(named).order_by(ALERT.c.request)):
                told[row.outgoing_id].append(row.request)
        return tuple(
            SentMail(row.purpose, row.day, row.subject, row.created_at, row.sent_at, tuple(told[row.id]))
            for row in found
        )


def naming(connection: Connection, address: str) -> Iterator[dict[int, Mail]]:
    """Yield the messages that name an address, by number, some at once."""
    query = select(*as_kept(MESSAGE, rows.STORED_MESSAGE)).where(_may_name(address))
    query, last = query.order_by(MESSAGE.c.id).limit(PORTION), 0
    while found := connection.execute(query.where(MESSAGE.c.id > last)).all():
        last = found[-1][0]
        mails = {row[0]: rows.mail_of(tuple(row), ()) for row in found}
        yield {number: mail for number, mail in mails.items() if is_about(mail.header, address)}


def _may_name(address: str) -> ColumnElement[bool]:
    """Return a condition that holds of every message that names an address, and of few others."""
    if not address.isascii():
        # A document writes what is beyond ASCII in its own way, and databases do not know its capitals.
        return true()
    said = (cast(MESSAGE.c[name], Text) for name in SAYING)
    return or_(*(column.icontains(address, autoescape=True) for column in said))


def _held(connection: Connection, about: Mapping[int, Mail]) -> Iterator[HeldMail]:
    if not about:
        return
    places = _places(connection, about)
    derived = _by_number(connection, DERIVED_MESSAGE, about)
    requests = _by_number(connection, DERIVED_REQUEST, about)
    for number, mail in about.items():
        row = derived.get(number)
        yield HeldMail(
            mail.key,
            mail.header,
            mail.first_seen_at,
            tuple(places[number]),
            "" if row is None else row.side,
            "" if row is None else row.kind,
            _opened(requests.get(number)),
        )


def _places(connection: Connection, numbers: Collection[int]) -> dict[int, list[Place]]:
    query = (
        select(LOCATION, MAILBOX.c.name.label("mailbox"), ACCOUNT.c.name.label("account"))
        .join(MAILBOX, MAILBOX.c.id == LOCATION.c.mailbox_id)
        .join(ACCOUNT, ACCOUNT.c.id == MAILBOX.c.account_id)
        .where(among(LOCATION.c.message_id, list(numbers), connection))
        .order_by(LOCATION.c.id)
    )
    rows_of = connection.execute(query).all()
    borne = _keywords(connection, [row.id for row in rows_of])
    found: dict[int, list[Place]] = defaultdict(list)
    for row in rows_of:
        seen = (row.internal_at, row.first_seen_at, row.gone_at)
        place = Place(row.account, row.mailbox, abs(row.uid), *seen, tuple(borne[row.id]))
        found[row.message_id].append(place)
    return found


def _keywords(connection: Connection, copies: Sequence[int]) -> dict[int, list[Borne]]:
    query = select(KEYWORD).where(among(KEYWORD.c.location_id, copies, connection)).order_by(KEYWORD.c.id)
    found: dict[int, list[Borne]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.location_id].append(Borne(row.name, row.first_seen_at, row.gone_at))
    return found


def _by_number(connection: Connection, target: Any, numbers: Collection[int]) -> dict[int, Any]:
    these = among(target.c.message_id, list(numbers), connection)
    return {row.message_id: row for row in connection.execute(select(target).where(these))}


def _opened(row: Any) -> OpenedRequest | None:
    if row is None:
        return None
    return OpenedRequest(
        row.received_at, row.answered_at, row.service, row.category, row.follow_up, row.excluded
    )
