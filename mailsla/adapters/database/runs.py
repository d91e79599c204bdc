"""Runs of collection in the database: when each began, how it ended, and where they leave gaps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, case, extract, func, insert, select, update

from mailsla.adapters.database.bulk import insert_new
from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.losses import loss_at, settled_loss
from mailsla.adapters.database.tables import ACCOUNT, COLLECTION, MAILBOX
from mailsla.core.collection.gap import AccountRead, Gap, History, Span, Turn, gaps
from mailsla.core.collection.outcome import RecordedRun, RunOutcome

GOOD = COLLECTION.c.outcome == RunOutcome.OK.value
KNOWN = COLLECTION.c.outcome.in_([outcome.value for outcome in RunOutcome if outcome.is_known])
WITHOUT_LEAVINGS = COLLECTION.c.reason.is_(None)
"""Of a success, that no mailbox had to be left out."""


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
        """Record how a collection ended, and why, in one sentence."""
        ended = {"finished_at": at, "outcome": outcome.value, "reason": reason}
        is_whole = outcome is RunOutcome.OK and reason is None
        with writing(self._engine) as connection:
            lost = settled_loss(connection, run) if is_whole else None
            connection.execute(
                update(COLLECTION)
                .where(COLLECTION.c.id == run)
                .values(**ended, messages=messages, set_aside=set_aside, lost=lost)
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
        newest = select(func.max(COLLECTION.c.id)).group_by(COLLECTION.c.account_id)
        ended = newest.where(COLLECTION.c.finished_at.is_not(None))
        query = (
            select(COLLECTION, ACCOUNT.c.name.label("account"))
            .join(ACCOUNT, ACCOUNT.c.id == COLLECTION.c.account_id)
            .where(COLLECTION.c.id.in_(ended) | COLLECTION.c.id.in_(newest.where(GOOD)))
            .order_by(COLLECTION.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(
                RecordedRun(
                    row.account,
                    row.started_at,
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
        last = func.max(COLLECTION.c.started_at, type_=COLLECTION.c.started_at.type)
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

    def gaps(self, accounts: Collection[str], silence: timedelta, now: datetime) -> tuple[Gap, ...]:
        """Return the stretches over which accounts were not read whole: see `mailsla.core.collection.gap`."""
        read_whole = self.read_whole()
        history = History(
            whole=self._turns(KNOWN, GOOD, silence),
            partial=self._turns(GOOD, WITHOUT_LEAVINGS, timedelta.max),
            first_tries={} if read_whole.issuperset(accounts) else self._first_tries(),
            read_whole=read_whole,
        )
        return gaps(history, accounts, silence, now)

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

        One scan: of a year of runs, hardly any is read.
        """
        account, order = COLLECTION.c.account_id, COLLECTION.c.id
        good = case((is_good, 1), else_=0)
        started_before = func.lag(COLLECTION.c.started_at, type_=COLLECTION.c.started_at.type)
        runs = (
            select(
                COLLECTION.c.id,
                COLLECTION.c.account_id,
                COLLECTION.c.started_at,
                good.label("good"),
                func.lag(good).over(partition_by=account, order_by=order).label("before"),
                started_before.over(partition_by=account, order_by=order).label("started_before"),
                func.lead(COLLECTION.c.id).over(partition_by=account, order_by=order).label("next"),
            )
            .where(which)
            .subquery()
        )
        turned = runs.c.before.is_(None) | (runs.c.good != runs.c.before)
        lasted = extract("epoch", runs.c.started_at) - extract("epoch", runs.c.started_before)
        query = (
            select(ACCOUNT.c.name, runs.c.good, runs.c.started_at, runs.c.started_before, runs.c.next)
            .join(ACCOUNT, ACCOUNT.c.id == runs.c.account_id)
            .where(turned | runs.c.next.is_(None) | (lasted >= silence.total_seconds()))
            .order_by(runs.c.id)
        )
        with reading(self._engine) as connection:
            return [
                Turn(row.name, bool(row.good), row.started_at, row.started_before, row.next is None)
                for row in connection.execute(query)
            ]
