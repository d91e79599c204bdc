"""Requests as reports count them: those that no figure tells from each other in one row, the others each in its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal, or_, select

from mailsla.adapters.database.bulk import among
from mailsla.adapters.database.days_of_requests import Shape
from mailsla.adapters.database.derived_requests import BY_RECEIPT, CASES, case_of
from mailsla.adapters.database.keys import has_key
from mailsla.adapters.database.request_days import shapes
from mailsla.adapters.database.tables import DERIVED_DAYS, DERIVED_REQUEST, DERIVED_SHAPE
from mailsla.core.clock.local_days import NEVER, LocalDays
from mailsla.core.mail.instants import Basis
from mailsla.core.rate.case import Case
from mailsla.core.rate.reading import Reading

_Group = tuple[int, ...]
"""A shape, and days: received, answered, first response, assigned, mailed."""

_DAYS = DERIVED_DAYS.c
_DETAILED = (_DAYS.shape, _DAYS.received, _DAYS.answered, _DAYS.first_response, _DAYS.assigned, _DAYS.mailed)
_NOT_READ: Any = literal(NEVER)
_COARSE = (_DAYS.shape, _DAYS.received, _DAYS.answered, _NOT_READ, _NOT_READ, _DAYS.mailed)


def counted_requests(connection: Connection, wanted: Reading) -> Iterator[Case]:
    """Yield what a report must read of the requests, by no particular order."""
    by_number = shapes(connection)
    groups = _groups(connection, wanted)
    for row in connection.execute(_apart(wanted, by_number, connection)):
        group = _group_of(row, wanted)
        if group in groups:
            # It is read alone: not with those alike.
            groups[group] -= 1
        yield case_of(row)
    groups.update(_first_of_others(connection, groups, wanted))
    stand_for = _Standing(by_number, wanted.days)
    for group, count in groups.items():
        if count:
            yield stand_for.case(group, count)


def _groups(connection: Connection, wanted: Reading) -> Counter[_Group]:
    """Count the requests to read, by what figures can tell of them."""
    count = func.count()
    detailed = wanted.days.first_start(wanted.detailed_from)
    recent = select(*_DETAILED, count).where(_DAYS.received >= detailed).group_by(*_DETAILED)
    former = (
        select(*_COARSE, count)
        .where(_DAYS.received < detailed, _is_read(wanted))
        .group_by(_DAYS.shape, _DAYS.received, _DAYS.answered, _DAYS.mailed)
    )
    found = (row for query in (recent, former) for row in connection.execute(query).all())
    return Counter({row[:-1]: row[-1] for row in found})


def _is_read(wanted: Reading) -> ColumnElement[bool]:
    """Return the condition that a request is among those to read."""
    return or_(
        _DAYS.received >= wanted.days.first_start(wanted.counted_from),
        _DAYS.answered == NEVER,
        *(
            _DAYS.answered.between(period.first.toordinal(), period.last.toordinal())
            for period in wanted.answered
        ),
    )


def _apart(wanted: Reading, by_number: dict[int, Shape], connection: Connection) -> Select[Any]:
    """Return the requests that are read alone."""
    disputed = or_(
        DERIVED_REQUEST.c.received_disputed.is_not(None), DERIVED_REQUEST.c.answered_disputed.is_not(None)
    )
    is_apart = [_DAYS.apart_until >= wanted.today.toordinal()]
    if wanted.apart is None:
        is_apart.append(_DAYS.shape.is_not(None))
    elif wanted.apart:
        named = [number for number, shape in by_number.items() if shape.category in wanted.apart]
        is_apart.append(among(_DAYS.shape, named, connection))
    if wanted.keys:
        is_apart.append(has_key(wanted.keys, connection))
    return (
        CASES.add_columns(*_DETAILED)
        .join(DERIVED_DAYS, _DAYS.message_id == DERIVED_REQUEST.c.message_id)
        .where(or_(*is_apart), or_(_is_read(wanted), disputed))
        .order_by(*BY_RECEIPT)
    )


def _group_of(row: Any, wanted: Reading) -> _Group:
    """Return with which others a request would be read, were it not alone."""
    is_detailed = row.received >= wanted.days.first_start(wanted.detailed_from)
    first, assigned = (row.first_response, row.assigned) if is_detailed else (NEVER, NEVER)
    return (row.shape, row.received, row.answered, first, assigned, row.mailed)


def _first_of_others(connection: Connection, groups: Counter[_Group], wanted: Reading) -> Counter[_Group]:
    """Return the first request of each shape of which nothing as old is read: since when there are any is told."""
    counted_from = wanted.days.first_start(wanted.counted_from)
    read = {shape for shape, received, *_days in groups if received < counted_from}
    first = select(func.min(_DAYS.received)).where(_DAYS.shape == DERIVED_SHAPE.c.id).scalar_subquery()
    found = connection.execute(select(DERIVED_SHAPE.c.id, first))
    return Counter(
        {
            (shape, received, received // 2, NEVER, NEVER, NEVER): 1
            for shape, received in found
            if received is not None and received < counted_from and shape not in read
        }
    )


def unanswered_requests(since: datetime, most: int | None, service: str | None) -> Select[Any]:
    """Return the requests that nothing answered, by receipt (`Derivations.unanswered_cases`)."""
    requests = DERIVED_REQUEST.c
    waiting: list[ColumnElement[bool]] = [requests.answered_at.is_(None), requests.excluded.is_(None)]
    if service is not None:
        waiting.append(requests.service == service)
    if most is None:
        return CASES.where(*waiting).order_by(*BY_RECEIPT)
    # Of one category, what was received first is due first, but for the dates that replies announced.
    place = func.rank().over(
        partition_by=(requests.category, requests.announcements.is_(None)), order_by=requests.received_at
    )
    ranked = select(requests.message_id, place.label("place")).where(*waiting).subquery()
    is_wanted = or_(
        ranked.c.place <= most, requests.received_at >= since, requests.announcements.is_not(None)
    )
    return (
        CASES.join(ranked, ranked.c.message_id == requests.message_id).where(is_wanted).order_by(*BY_RECEIPT)
    )


class _Standing:
    """Makes the requests that stand for others: their instants are any of the same days."""

    def __init__(self, by_number: dict[int, Shape], days: LocalDays) -> None:
        self._shapes = by_number
        self._start, self._end = cache(days.start_at), cache(days.end_at)

    def case(self, group: _Group, count: int) -> Case:
        """Return the request that stands for so many of a group."""
        number, received, answered, first, assigned, mailed = group
        shape = self._shapes[number]
        received_at: datetime = self._start(received)
        return Case(
            key="",
            received_at=received_at,
            answered_at=self._end(answered),
            service=shape.service,
            assigned_at=self._start(assigned) if assigned else None,
            category=shape.category,
            follow_up=shape.follow_up,
            imported=shape.imported,
            announcements=(),
            first_response_at=self._end(first),
            acknowledged_at=received_at if shape.acknowledged else None,
            excluded=shape.excluded,
            subject="",
            otherwise=None if shape.otherwise is None else Basis(shape.otherwise),
            mailed_at=self._end(mailed),
            count=count,
        )
