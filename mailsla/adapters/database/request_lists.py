"""Requests read for lists and for alerts: no more of them than may be shown, a few at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, select

from mailsla.adapters.database.bulk import STREAMED, among, listed_in
from mailsla.adapters.database.derived_requests import (
    BY_RECEIPT,
    CASES,
    REQUESTS,
    case_of,
    doubts_in,
    requests_in,
)
from mailsla.adapters.database.engine import reading
from mailsla.adapters.database.keys import has_key, numbers_of
from mailsla.adapters.database.request_rows import grounds_of, waiting_of
from mailsla.adapters.database.sealed_messages import SEALED, UNSEALED
from mailsla.adapters.database.tables import DERIVED_DOUBT, DERIVED_MESSAGE, DERIVED_REQUEST, MESSAGE
from mailsla.core.alerts.digests import Waiting
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.pairing.request import Grounds, Request
from mailsla.core.rate.case import Case
from mailsla.core.rate.narrowed import Narrowed

REQUEST = DERIVED_REQUEST.c
WAITING = REQUESTS.with_only_columns(
    MESSAGE.c.key,
    REQUEST.received_at,
    REQUEST.service,
    REQUEST.category,
    REQUEST.announcements,
    REQUEST.imported,
)


class RequestLists:
    """Requests as lists show them. Satisfies `mailsla.usecases.listing.ListedRequests`.

    Args:
        engine: The store.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cases_of(self, wanted: Narrowed) -> Iterator[Case]:
        """Yield some requests as the figures count them, by receipt; they are not held all at once."""
        yield from map(case_of, self._by_receipt(CASES, wanted))

    def cases_with_grounds(self, wanted: Narrowed) -> Iterator[tuple[Case, Grounds]]:
        """Yield the same, each with what it rests on."""
        reply, answer = DERIVED_MESSAGE.alias(), MESSAGE.alias()
        query = (
            CASES.add_columns(REQUEST.detail, MESSAGE.c.message_id)
            .add_columns(reply.c.evidence, answer.c.key.label("answered_by"))
            .outerjoin(reply, reply.c.message_id == REQUEST.answered_by)
            .outerjoin(answer, answer.c.id == REQUEST.answered_by)
        )
        for row in self._by_receipt(query, wanted):
            yield case_of(row), grounds_of(row)

    def _by_receipt(self, query: Select[Any], wanted: Narrowed) -> Iterator[Any]:
        with reading(self._engine) as connection:
            narrow = query.where(*_conditions(wanted, connection)).order_by(*BY_RECEIPT)
            yield from connection.execute(narrow, execution_options=STREAMED)

    def waiting(
        self, received_from: datetime, received_before: datetime, *, imported: bool
    ) -> tuple[Waiting, ...]:
        """Return the requests of [received_from, received_before[ that nothing answered and nobody left out.

        Those of archives alone are among them where `imported` says so. Sealed ones never are: nobody could find the
        mail, and no answer could be tied to it.
        """
        query = (
            WAITING.where(REQUEST.answered_at.is_(None), REQUEST.excluded.is_(None), UNSEALED)
            .where(REQUEST.received_at >= received_from, REQUEST.received_at < received_before)
            .order_by(*BY_RECEIPT)
        )
        if not imported:
            query = query.where(REQUEST.imported.is_(False))
        with reading(self._engine) as connection:
            return tuple(waiting_of(row) for row in connection.execute(query))

    def requests_of(self, keys: Collection[str]) -> tuple[Request, ...]:
        """Return some requests, by receipt."""
        with reading(self._engine) as connection:
            query = REQUESTS.where(has_key(keys, connection)).order_by(*BY_RECEIPT)
            return tuple(requests_in(connection, query))

    def doubts_about(self, keys: Collection[str]) -> tuple[Doubt, ...]:
        """Return what a person must look at about some requests, by date."""
        with reading(self._engine) as connection:
            listed = listed_in(DERIVED_DOUBT.c.candidates, connection)
            numbers = numbers_of(connection, keys).values()
            is_about = select(listed).where(among(listed, numbers, connection)).exists()
            return tuple(doubts_in(connection, is_about))


def _conditions(wanted: Narrowed, connection: Connection) -> Iterator[ColumnElement[bool]]:
    yield REQUEST.received_at <= wanted.now
    yield from _between(REQUEST.received_at, wanted.received_from, wanted.received_before)
    yield from _between(REQUEST.answered_at, wanted.answered_from, wanted.answered_before)
    if wanted.answered is not None:
        answered = REQUEST.answered_at <= wanted.now
        yield answered if wanted.answered else REQUEST.answered_at.is_(None) | ~answered
    for column, value in (
        (REQUEST.service, wanted.service),
        (REQUEST.category, wanted.category),
        (REQUEST.follow_up, wanted.follow_up),
        (REQUEST.excluded, wanted.reason),
    ):
        if value is not None:
            yield column == value
    if wanted.unassigned:
        yield REQUEST.service.is_(None)
    if wanted.other_than:
        yield REQUEST.category.not_in(wanted.other_than)
    if wanted.excluded is not None:
        yield REQUEST.excluded.is_not(None) if wanted.excluded else REQUEST.excluded.is_(None)
    if wanted.keys is not None:
        yield has_key(wanted.keys, connection)
    if wanted.sealed:
        yield SEALED


def _between(
    column: ColumnElement[datetime], since: datetime | None, until: datetime | None
) -> Iterator[ColumnElement[bool]]:
    if since is not None:
        yield column >= since
    if until is not None:
        yield column < until
