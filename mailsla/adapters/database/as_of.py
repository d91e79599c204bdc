"""Copies what was known at a past instant into another database, where the same code derives and answers.

Facts are only added, each with the instant it was first seen: what was known is what had been seen by then, with what
was seen to go, and to come back, as it stood. What is no fact of its own, a mailbox's role or what a mail's body says,
is as it is known today. Sealed messages are copied with what is derived of them: it is a fact, and was one then, for no
instant before the last sealing is asked for; but the office's own, tied to nothing, which is of the class that it had
when it was sealed, and whose agents are the office's, as no figure tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    case,
    func,
    insert,
    literal,
    null,
    select,
)

from mailsla.adapters.database.bulk import STREAMED
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.sealed_messages import SEALED
from mailsla.adapters.database.tables import (
    ACCOUNT,
    ACT,
    ALERT,
    COLLECTION,
    DECISION,
    DERIVED_DOUBT,
    DERIVED_MESSAGE,
    DERIVED_REQUEST,
    KEYWORD,
    LAPSE,
    LOCATION,
    MAILBOX,
    MESSAGE,
    METADATA,
    NOTE,
    OUTGOING,
    PRIVACY,
    PUBLICATION,
    PURGE,
    SEALED_ID,
    SET_ASIDE,
    STORE_KEY,
)
from mailsla.core.collection.outcome import RunOutcome

Told = Callable[[int, int], None]
"""Takes how many messages were copied, and how many there are."""


def copy_as_of(source: Engine, target: Engine, at: datetime, told: Told) -> None:
    """Copy what was known at an instant into an empty database; nothing of it is derived yet.

    Args:
        source: The store.
        target: Where it goes; its tables are made.
        at: The instant; what was seen, taken or published at that instant is included.
        told: Is told how far the copy is.
    """
    with reading(source) as connection, writing(target) as into:
        METADATA.create_all(into)
        for table, rows in known(at):
            if table is MESSAGE:
                _copy_messages(connection, into, rows, told)
            else:
                _copy(connection, into, table, rows)


def _copy_messages(connection: Connection, into: Connection, rows: Select[Any], told: Told) -> None:
    count = connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one()
    done = 0
    for added in _copied(connection, into, MESSAGE, rows):
        done += added
        told(done, count)


def _copy(connection: Connection, into: Connection, table: Table, rows: Select[Any]) -> None:
    for _added in _copied(connection, into, table, rows):
        pass


def _copied(connection: Connection, into: Connection, table: Table, rows: Select[Any]) -> Iterator[int]:
    """Copy some rows in parts, and yield how many each part had."""
    found = connection.execute(rows, execution_options=STREAMED).mappings()
    for part in found.partitions():
        into.execute(insert(table), [dict(row) for row in part])
        yield len(part)


def known(at: datetime) -> Iterator[tuple[Table, Select[Any]]]:
    """Yield each table with what is to be copied of it, those that others refer to first."""
    is_seen = MESSAGE.c.first_seen_at <= at
    copies = LOCATION.join(MESSAGE, MESSAGE.c.id == LOCATION.c.message_id)
    is_copy_seen = is_seen & (LOCATION.c.first_seen_at <= at)
    yield ACCOUNT, select(ACCOUNT.c.id, ACCOUNT.c.name)
    yield MAILBOX, select(MAILBOX)
    yield MESSAGE, select(MESSAGE).where(is_seen)
    for derived in (DERIVED_MESSAGE, DERIVED_REQUEST, DERIVED_DOUBT):
        sealed = derived.join(MESSAGE, MESSAGE.c.id == derived.c.message_id)
        yield derived, select(derived).select_from(sealed).where(SEALED, is_seen)
    yield PURGE, select(PURGE).where(PURGE.c.at <= at)
    yield SEALED_ID, select(SEALED_ID)
    yield STORE_KEY, select(STORE_KEY)
    yield PRIVACY, select(PRIVACY)
    yield LOCATION, _but(LOCATION, gone_at=_gone(at)).select_from(copies).where(is_copy_seen)
    for bearing in (_keywords(at), _former_keywords(at)):
        yield KEYWORD, bearing.join(copies, LOCATION.c.id == _copy_of(bearing)).where(is_copy_seen)
    first_seen = func.coalesce(SET_ASIDE.c.first_seen_at, SET_ASIDE.c.seen_at)
    yield (
        SET_ASIDE,
        _but(SET_ASIDE, gone_at=_by(SET_ASIDE.c.gone_at, at)).where(first_seen <= at),
    )
    yield COLLECTION, _runs(at)
    yield DECISION, select(DECISION).where(DECISION.c.decided_at <= at)
    yield ACT, select(ACT).where(ACT.c.at <= at)
    yield PUBLICATION, select(PUBLICATION).where(PUBLICATION.c.published_at <= at)
    yield NOTE, select(NOTE).where(NOTE.c.noted_at <= at)
    yield OUTGOING, _outgoing(at)
    sent = ALERT.join(OUTGOING, OUTGOING.c.id == ALERT.c.outgoing_id)
    announced = (ALERT.c.created_at <= at) & (OUTGOING.c.created_at <= at)
    yield ALERT, select(ALERT).select_from(sent).where(announced)


def _but(table: Table, **others: ColumnElement[Any]) -> Select[Any]:
    """Return all columns of a table, some of them as they were."""
    kept: Sequence[Any] = [column for column in table.c if column.name not in others]
    return select(*kept, *(of.label(name) for name, of in others.items()))


def _by(column: ColumnElement[Any], at: datetime) -> ColumnElement[Any]:
    """Return an instant when it was past by then; else NULL."""
    return case((column <= at, column))


def _gone(at: datetime) -> ColumnElement[Any]:
    """Return when a copy was seen to go, as it was believed then."""
    lapsed = (
        select(func.max(LAPSE.c.gone_at, type_=LAPSE.c.gone_at.type))
        .where(LAPSE.c.location_id == LOCATION.c.id, LAPSE.c.keyword.is_(None))
        .where(LAPSE.c.gone_at <= at, LAPSE.c.back_at > at)
    )
    return func.coalesce(_by(LOCATION.c.gone_at, at), lapsed.scalar_subquery(), type_=LOCATION.c.gone_at.type)


def _keywords(at: datetime) -> Select[Any]:
    """Return the keywords that had been put on copies as they last were."""
    was = select(KEYWORD.c.location_id, KEYWORD.c.name, KEYWORD.c.first_seen_at)
    return was.add_columns(_by(KEYWORD.c.gone_at, at).label("gone_at")).where(KEYWORD.c.first_seen_at <= at)


def _former_keywords(at: datetime) -> Select[Any]:
    """Return those that had been, and were put on again only later."""
    was = select(LAPSE.c.location_id, LAPSE.c.keyword.label("name"), LAPSE.c.first_seen_at)
    return was.add_columns(_by(LAPSE.c.gone_at, at).label("gone_at")).where(
        LAPSE.c.keyword.is_not(None), LAPSE.c.first_seen_at <= at, LAPSE.c.back_at > at
    )


def _copy_of(bearing: Select[Any]) -> ColumnElement[int]:
    column: ColumnElement[int] = next(iter(bearing.selected_columns))
    return column


def _runs(at: datetime) -> Select[Any]:
    """Return the runs that had begun; of what had not ended, nothing is known but that.

    Of a span, the last run by then began then, or at most an hour before: no figure tells the difference.
    """
    last = COLLECTION.c.last_started_at
    ended = (COLLECTION.c.finished_at <= at) | (last > COLLECTION.c.started_at)
    return _but(
        COLLECTION,
        last_started_at=case((last <= at, last), (last.is_not(None), literal(at, last.type))),
        finished_at=case(
            (COLLECTION.c.finished_at <= at, COLLECTION.c.finished_at), (ended, literal(at, last.type))
        ),
        outcome=case((ended, COLLECTION.c.outcome), else_=RunOutcome.RUNNING.value),
        reason=case((ended, COLLECTION.c.reason)),
        messages=case((ended, COLLECTION.c.messages), else_=0),
        set_aside=case((ended, COLLECTION.c.set_aside), else_=0),
        lost=case((ended, COLLECTION.c.lost)),
    ).where(COLLECTION.c.started_at <= at)


def _outgoing(at: datetime) -> Select[Any]:
    """Return the mails that had been written, without their text; of what waited, tries and refusals have no date."""
    sent = OUTGOING.c.sent_at <= at
    return _but(
        OUTGOING,
        text=literal(""),
        claimed_until=null(),
        sent_at=_by(OUTGOING.c.sent_at, at),
        attempts=case((sent, OUTGOING.c.attempts), else_=0),
        refused=case((OUTGOING.c.undelivered_at <= at, OUTGOING.c.refused)),
        dropped_at=_by(OUTGOING.c.dropped_at, at),
        undelivered_at=_by(OUTGOING.c.undelivered_at, at),
        dropped=case((OUTGOING.c.dropped_at <= at, OUTGOING.c.dropped)),
    ).where(OUTGOING.c.created_at <= at)
