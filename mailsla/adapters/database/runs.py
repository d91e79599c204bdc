"""Runs of collection in the database: who has an account, what each run did, and the gaps between successes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, case, extract, func, insert, or_, select, update

from mailsla.adapters.database.engine import reading, writing
from mailsla.adapters.database.targets import ACCOUNT, COLLECTION, MAILBOX, insert_new
from mailsla.core.collection.gap import Gap


@dataclass(frozen=True, slots=True)
class CollectionRun:
    """One run of collection, as recorded."""

    account: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    reason: str | None
    messages: int
    set_aside: int

    @property
    def needs_a_person(self) -> bool:
        """Tell whether it failed in a way that lasts until somebody acts."""
        return self.outcome in {"permanent", "refused"}


class Runs:
    """The record of the runs. Satisfies, with `Facts`, `mailsla.usecases.poll.RunStore`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, account: str, worker: str, now: datetime, until: datetime) -> bool:
        """Take an account for `worker` until an instant; False while another worker has it."""
        free = or_(
            ACCOUNT.c.claimed_until.is_(None), ACCOUNT.c.claimed_until <= now, ACCOUNT.c.claimed_by == worker
        )
        with writing(self._engine) as connection:
            insert_new(connection, ACCOUNT, [{"name": account}])
            taken = connection.execute(
                update(ACCOUNT)
                .where(ACCOUNT.c.name == account, free)
                .values(claimed_by=worker, claimed_until=until)
            )
        return taken.rowcount == 1

    def release(self, account: str, worker: str) -> None:
        """Give an account back, so that any worker may take it."""
        with writing(self._engine) as connection:
            connection.execute(
                update(ACCOUNT)
                .where(ACCOUNT.c.name == account, ACCOUNT.c.claimed_by == worker)
                .values(claimed_by=None, claimed_until=None)
            )

    def start_run(self, account: str, at: datetime) -> int:
        """Record that a collection starts and return its number."""
        with writing(self._engine) as connection:
            insert_new(connection, ACCOUNT, [{"name": account}])
            account_id = connection.execute(
                select(ACCOUNT.c.id).where(ACCOUNT.c.name == account)
            ).scalar_one()
            started = insert(COLLECTION).values(
                account_id=account_id, started_at=at, outcome="running", messages=0, set_aside=0
            )
            return int(connection.execute(started.returning(COLLECTION.c.id)).scalar_one())

    def finish_run(
        self, run: int, at: datetime, outcome: str, *, reason: str | None, messages: int, set_aside: int
    ) -> None:
        """Record how a collection ended (`ok`, `stopped`, `transient`, `permanent`), and why, in one sentence."""
        with writing(self._engine) as connection:
            connection.execute(
                update(COLLECTION)
                .where(COLLECTION.c.id == run)
                .values(
                    finished_at=at, outcome=outcome, reason=reason, messages=messages, set_aside=set_aside
                )
            )

    def last_runs(self) -> tuple[CollectionRun, ...]:
        """Return, for each account, its last ended run and its last successful one."""
        ended = COLLECTION.c.finished_at.is_not(None)
        last = select(func.max(COLLECTION.c.id)).where(ended).group_by(COLLECTION.c.account_id)
        good = (
            select(func.max(COLLECTION.c.id))
            .where(COLLECTION.c.outcome == "ok")
            .group_by(COLLECTION.c.account_id)
        )
        query = (
            select(COLLECTION, ACCOUNT.c.name.label("account"))
            .join(ACCOUNT, ACCOUNT.c.id == COLLECTION.c.account_id)
            .where(COLLECTION.c.id.in_(last) | COLLECTION.c.id.in_(good))
            .order_by(COLLECTION.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(
                CollectionRun(
                    row.account,
                    row.started_at,
                    row.finished_at,
                    row.outcome,
                    row.reason,
                    row.messages,
                    row.set_aside,
                )
                for row in connection.execute(query)
            )

    def read_whole(self) -> set[str]:
        """Return the accounts that were read to their end at least once, by whichever process."""
        good = select(COLLECTION.c.id).where(
            COLLECTION.c.account_id == ACCOUNT.c.id, COLLECTION.c.outcome == "ok"
        )
        with reading(self._engine) as connection:
            return set(connection.execute(select(ACCOUNT.c.name).where(good.exists())).scalars())

    def half_read(self) -> set[str]:
        """Return the accounts of which something was read, and which never were to their end."""
        begun = select(MAILBOX.c.id).where(MAILBOX.c.account_id == ACCOUNT.c.id, MAILBOX.c.last_uid > 0)
        with reading(self._engine) as connection:
            names = set(connection.execute(select(ACCOUNT.c.name).where(begun.exists())).scalars())
        return names - self.read_whole()

    def gaps(self, accounts: Collection[str], silence: timedelta, now: datetime) -> tuple[Gap, ...]:
        """Return the stretches over which accounts were not read whole, from success to success, by their ends.

        Where collections failed, however short; where none ended, or none was tried, those longer than `silence`;
        and, as partial, where they had to leave a mailbox out, and said so. Of the accounts that are not among
        `accounts` any more, only what is over. One of them that was never read has a gap since it was first tried,
        or since `now`.
        """
        good, ended = (
            COLLECTION.c.outcome == "ok",
            COLLECTION.c.outcome.in_(("ok", "transient", "permanent", "refused")),
        )
        never = set(accounts) - self.read_whole()
        tried = self._first_tries() if never else {}
        found = (
            *(gap for gap in self._gaps(ended, good, silence, now) if gap.account not in never),
            *(Gap(name, tried.get(name, now), None, never=True) for name in sorted(never)),
            *(replace(gap, partial=True) for gap in self._gaps(good, COLLECTION.c.reason.is_(None))),
        )
        return tuple(gap for gap in found if gap.until is not None or gap.account in accounts)

    def _first_tries(self) -> dict[str, datetime]:
        first = func.min(COLLECTION.c.started_at, type_=COLLECTION.c.started_at.type)
        query = (
            select(ACCOUNT.c.name, first.label("first"))
            .join(COLLECTION, ACCOUNT.c.id == COLLECTION.c.account_id)
            .group_by(ACCOUNT.c.name)
        )
        with reading(self._engine) as connection:
            return {row.name: row.first for row in connection.execute(query)}

    def _gaps(
        self,
        which: ColumnElement[bool],
        is_good: ColumnElement[bool],
        silence: timedelta = timedelta.max,
        now: datetime | None = None,
    ) -> Iterator[Gap]:
        """Yield the stretches, among some runs, from the last good one to the next; with `now`, silent ones too."""
        open_since: dict[str, datetime] = {}
        for row in self._turns(which, is_good, silence):
            before = row.started_before or row.started_at
            if not row.good:
                open_since.setdefault(row.name, before)
            elif row.name in open_since or row.started_at - before > silence:
                yield Gap(row.name, open_since.pop(row.name, before), row.started_at)
            if row.good and row.next is None and now is not None and now - row.started_at > silence:
                open_since[row.name] = row.started_at
        for name, since in open_since.items():
            yield Gap(name, since, None)

    def _turns(
        self, which: ColumnElement[bool], is_good: ColumnElement[bool], silence: timedelta
    ) -> Sequence[Any]:
        """Return, of some runs, those that end otherwise than the one before or follow a silence, and the last.

        One scan: of a year of runs, hardly any is read.
        """
        account, order = COLLECTION.c.account_id, COLLECTION.c.id
        instant = COLLECTION.c.started_at.type
        good = case((is_good, 1), else_=0)
        runs = (
            select(
                COLLECTION.c.id,
                COLLECTION.c.account_id,
                COLLECTION.c.started_at,
                good.label("good"),
                func.lag(good).over(partition_by=account, order_by=order).label("before"),
                func.lag(COLLECTION.c.started_at, type_=instant)
                .over(partition_by=account, order_by=order)
                .label("started_before"),
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
            return connection.execute(query).all()
