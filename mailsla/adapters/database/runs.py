"""Runs of collection in the database: when each began, how it ended, and where they leave gaps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    case,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    true,
    union_all,
    update,
)

from mailsla.adapters.database.bulk import insert_new, seconds_between
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.losses import loss_at, settled_loss
from mailsla.adapters.database.tables import ACCOUNT, COLLECTION, MAILBOX
from mailsla.core.collection.gap import AccountRead, Gap, History, Span, Turn, gaps
from mailsla.core.collection.outcome import RecordedRun, RunOutcome
from mailsla.core.collection.spans import EndedRun

GOOD = COLLECTION.c.outcome == RunOutcome.OK.value
KNOWN = COLLECTION.c.outcome.in_([outcome.value for outcome in RunOutcome if outcome.is_known])
WITHOUT_LEAVINGS = COLLECTION.c.reason.is_(None)
"""Of a success, that no mailbox had to be left out."""


LAST_STARTED_AT = func.coalesce(
    COLLECTION.c.last_started_at, COLLECTION.c.started_at, type_=COLLECTION.c.started_at.type
)
"""When a run began, or the last one of a span."""


class Runs:
    """The record of the runs. Satisfies `mailsla.usecases.poll.Runs`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def start(self, account: str, at: datetime) -> int:
        """Record that a collection starts and return its number."""
        with writing(self._engine) as connection:
            insert_new(connection, ACCOUNT, [{"name": account}])
            known = select(ACCOUNT.c.id).where(ACCOUNT.c.name == account)
            started = insert(COLLECTION).values(
                account_id=connection.execute(known).scalar_one(),
                started_at=at,
                outcome=RunOutcome.RUNNING.value,
                messages=0,
                set_aside=0,
            )
            return int(connection.execute(started.returning(COLLECTION.c.id)).scalar_one())

    def finish(
        self,
        run: int,
        at: datetime,
        outcome: RunOutcome,
        *,
        reason: str | None,
        messages: int,
        set_aside: int,
    ) -> None:
        """Record how a collection ended, and why, in one sentence; one that changes nothing lengthens a span."""
        with writing(self._engine) as connection:
            row = connection.execute(select(COLLECTION).where(COLLECTION.c.id == run)).one()
            is_whole = outcome is RunOutcome.OK and reason is None
            lost = settled_loss(connection, run) if is_whole else None
            before = _ended_before(connection, row)
            goes_on = before is not None and EndedRun(row.started_at, outcome, reason, lost).goes_on_from(
                EndedRun(before.last, RunOutcome(before.outcome), before.reason, before.lost)
            )
            counted = {"messages": messages, "set_aside": set_aside}
            if goes_on and before is not None and before.last_started_at is not None:
                _lengthen(connection, before.id, row.started_at, at, counted)
                connection.execute(delete(COLLECTION).where(COLLECTION.c.id == run))
                return
            ended = {"finished_at": at, "outcome": outcome.value, "reason": reason, "lost": lost}
            spans = {"last_started_at": row.started_at} if goes_on else {}
            connection.execute(
                update(COLLECTION).where(COLLECTION.c.id == run).values(**ended, **counted, **spans)
            )

    def with_losses(self, gaps: Iterable[Gap]) -> tuple[Gap, ...]:
        """Return gaps with what the next whole read of the account found to have been lost in each."""
        with reading(self._engine) as connection:
            return tuple(
                gap if gap.until is None else replace(gap, lost=loss_at(connection, gap.account, gap.until))
                for gap in gaps
            )

    def last(self) -> tuple[RecordedRun, ...]:
        """Return, for each account, its last ended run and its last successful one."""
        runs = COLLECTION.alias()
        of_account = runs.c.account_id == ACCOUNT.c.id
        # Asked every minute: each walks back from the end, however many runs there were.
        newest = [
            select(runs.c.id).where(of_account, which).order_by(runs.c.id.desc()).limit(1).scalar_subquery()
            for which in (runs.c.finished_at.is_not(None), runs.c.outcome == RunOutcome.OK.value)
        ]
        found = union_all(*(select(number).select_from(ACCOUNT) for number in newest))
        query = (
            select(COLLECTION, LAST_STARTED_AT.label("last"), ACCOUNT.c.name.label("account"))
            .join(ACCOUNT, ACCOUNT.c.id == COLLECTION.c.account_id)
            .where(COLLECTION.c.id.in_(found))
            .order_by(COLLECTION.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(
                RecordedRun(
                    row.account,
                    row.last,
                    row.finished_at,
                    RunOutcome(row.outcome),
                    row.reason,
                    row.messages,
                    row.set_aside,
                )
                for row in connection.execute(query)
            )

    def read_whole(self) -> set[str]:
        """Return the accounts that were read to their end at least once, by whichever process."""
        good = select(COLLECTION.c.id).where(COLLECTION.c.account_id == ACCOUNT.c.id, GOOD)
        with reading(self._engine) as connection:
            return set(connection.execute(select(ACCOUNT.c.name).where(good.exists())).scalars())

    def spans(self, accounts: Collection[str]) -> tuple[Span, ...]:
        """Return from when to when each account was read; those that are not among `accounts` are not any more."""
        first = func.min(COLLECTION.c.finished_at, type_=COLLECTION.c.finished_at.type)
        last = func.max(LAST_STARTED_AT, type_=COLLECTION.c.started_at.type)
        query = (
            select(ACCOUNT.c.name, first.label("first"), last.label("last"))
            .join(COLLECTION, ACCOUNT.c.id == COLLECTION.c.account_id)
            .where(GOOD)
            .group_by(ACCOUNT.c.name)
            .order_by(ACCOUNT.c.name)
        )
        with reading(self._engine) as connection:
            return tuple(
                Span(row.name, row.first, None if row.name in accounts else row.last)
                for row in connection.execute(query)
            )

    def read_of(self, account: str) -> AccountRead | None:
        """Return when an account was first read to its end, and when it was last; None when it never was."""
        account_id = select(ACCOUNT.c.id).where(ACCOUNT.c.name == account).scalar_subquery()
        good = select(COLLECTION.c.finished_at).where(COLLECTION.c.account_id == account_id, GOOD).limit(1)
        with reading(self._engine) as connection:
            first = connection.execute(good.order_by(COLLECTION.c.id)).scalar()
            last = connection.execute(good.order_by(COLLECTION.c.id.desc())).scalar()
        return None if first is None or last is None else AccountRead(first, last)

    def half_read(self) -> set[str]:
        """Return the accounts of which something was read, and which never were to their end."""
        begun = select(MAILBOX.c.id).where(MAILBOX.c.account_id == ACCOUNT.c.id, MAILBOX.c.last_uid > 0)
        with reading(self._engine) as connection:
            names = set(connection.execute(select(ACCOUNT.c.name).where(begun.exists())).scalars())
        return names - self.read_whole()

    def gaps(
        self, accounts: Collection[str], silence: timedelta, now: datetime, since: datetime | None = None
    ) -> tuple[Gap, ...]:
        """Return the stretches over which accounts were not read whole: see `mailsla.core.collection.gap`.

        With `since`, those that were not over by then: of all runs, only those that tell of them are read.
        """
        read_whole = self.read_whole()
        history = History(
            whole=self._turns(KNOWN & self._from(GOOD, since), GOOD, silence),
            partial=self._turns(
                GOOD & self._from(GOOD & WITHOUT_LEAVINGS, since), WITHOUT_LEAVINGS, timedelta.max
            ),
            first_tries={} if read_whole.issuperset(accounts) else self._first_tries(),
            read_whole=read_whole,
        )
        return gaps(history, accounts, silence, now)

    def _from(self, is_good: ColumnElement[bool], since: datetime | None) -> ColumnElement[bool]:
        """Return the condition of being, of each account, its last good run that ended before an instant, or later."""
        if since is None:
            return true()
        newest = select(COLLECTION.c.id).where(is_good, COLLECTION.c.finished_at < since)
        newest = newest.order_by(COLLECTION.c.id.desc()).limit(1)
        with reading(self._engine) as connection:
            firsts = [
                (account, connection.execute(newest.where(COLLECTION.c.account_id == account)).scalar() or 0)
                for account in connection.execute(select(ACCOUNT.c.id)).scalars().all()
            ]
        return or_(
            false(),
            *((COLLECTION.c.account_id == account) & (COLLECTION.c.id >= run) for account, run in firsts),
        )

    def _first_tries(self) -> dict[str, datetime]:
        first = func.min(COLLECTION.c.started_at, type_=COLLECTION.c.started_at.type)
        query = (
            select(ACCOUNT.c.name, first.label("first"))
            .join(COLLECTION, ACCOUNT.c.id == COLLECTION.c.account_id)
            .group_by(ACCOUNT.c.name)
        )
        with reading(self._engine) as connection:
            return {row.name: row.first for row in connection.execute(query)}

    def _turns(
        self, which: ColumnElement[bool], is_good: ColumnElement[bool], silence: timedelta
    ) -> Sequence[Turn]:
        """Return, of some runs, those that end otherwise than the one before or follow a silence, and the last.

        One scan over spans: what is alike, and soon after each other, is one row.
        """
        account, order = COLLECTION.c.account_id, COLLECTION.c.id
        good = case((is_good, 1), else_=0)
        started_before = func.lag(LAST_STARTED_AT, type_=COLLECTION.c.started_at.type)
        runs = (
            select(
                COLLECTION.c.id,
                COLLECTION.c.account_id,
                COLLECTION.c.started_at,
                LAST_STARTED_AT.label("last"),
                good.label("good"),
                func.lag(good).over(partition_by=account, order_by=order).label("before"),
                started_before.over(partition_by=account, order_by=order).label("started_before"),
                func.lead(COLLECTION.c.id).over(partition_by=account, order_by=order).label("next"),
            )
            .where(which)
            .subquery()
        )
        turned = runs.c.before.is_(None) | (runs.c.good != runs.c.before)
        lasted = seconds_between(runs.c.started_before, runs.c.started_at, self._engine.dialect)
        query = (
            select(
                ACCOUNT.c.name,
                runs.c.good,
                runs.c.started_at,
                runs.c.started_before,
                runs.c.last,
                runs.c.next,
            )
            .join(ACCOUNT, ACCOUNT.c.id == runs.c.account_id)
            .where(turned | runs.c.next.is_(None) | (lasted >= silence.total_seconds()))
            .order_by(runs.c.id)
        )
        with reading(self._engine) as connection:
            return [
                Turn(
                    row.name,
                    bool(row.good),
                    row.started_at,
                    row.started_before,
                    row.last if row.next is None else None,
                )
                for row in connection.execute(query)
            ]


def _ended_before(connection: Connection, run: Row[Any]) -> Row[Any] | None:
    """Return the last run of an account, or span of runs, that ended before one; None when there is none."""
    query = (
        select(COLLECTION, LAST_STARTED_AT.label("last"))
        .where(COLLECTION.c.account_id == run.account_id, COLLECTION.c.id < run.id)
        .where(COLLECTION.c.finished_at.is_not(None))
        .order_by(COLLECTION.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).one_or_none()


def _lengthen(
    connection: Connection, span: int, started_at: datetime, ended_at: datetime, counted: Mapping[str, int]
) -> None:
    """Make a span last until the end of one more run, and add what that counted."""
    sums = {name: COLLECTION.c[name] + count for name, count in counted.items()}
    connection.execute(
        update(COLLECTION)
        .where(COLLECTION.c.id == span)
        .values(last_started_at=started_at, finished_at=ended_at, **sums)
    )
