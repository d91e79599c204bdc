"""Runs of collection kept as spans answer whatever is asked of them as if each run were there, whoever made them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select

from mailsla.adapters.database import as_of, migrating, schema
from mailsla.adapters.database.engine import open_engine, reading, writing
from mailsla.adapters.database.store import store_on
from mailsla.adapters.database.tables import COLLECTION
from mailsla.core.collection.gap import Gap
from mailsla.core.collection.outcome import RunOutcome
from tests.adapters.formerly import instants_as_before_0028
from tests.factories import paris

START = paris("2026-01-05 09:00")
BEFORE = "0018"
"""A version that kept each run."""

ACCOUNTS = {1: "contact", 2: "permis"}
SILENCES = tuple(timedelta(hours=hours) for hours in (1.1, 4, 12, 30))
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 5, 5, 5, 5, 5, 20, 31, 60, 62, 200, 725, 1500))
LASTS = timedelta(seconds=20)

OK, PARTIAL = (RunOutcome.OK, None), (RunOutcome.OK, "le dossier « Permis » est refusé")
ENDINGS = (
    *(OK, OK, OK, PARTIAL),
    (RunOutcome.TRANSIENT, "le serveur ne répond pas"),
    (RunOutcome.TRANSIENT, "le réseau est coupé"),
    (RunOutcome.REFUSED, "mot de passe refusé"),
    (RunOutcome.STOPPED, None),
    (RunOutcome.RUNNING, None),
)

Run = dict[str, Any]


def lived(seed: int, count: int) -> list[Run]:
    """Return runs of two accounts, as an earlier version kept them: one row each."""
    random = Random(seed)
    at, found = START, list[Run]()
    whole: set[int] = set()
    while len(found) < count:
        account, (outcome, reason) = random.choice([1, 1, 2]), random.choice(ENDINGS)
        pause = random.choice(PAUSES)
        for _turn in range(random.choice([1, 2, 3, 12, 40])):
            at += pause
            is_whole = (outcome, reason) == OK
            lost = (0 if account in whole else None) if is_whole else None
            whole |= {account} if is_whole else set()
            is_ended = outcome is not RunOutcome.RUNNING
            found.append(
                {
                    "id": len(found) + 1,
                    "account_id": account,
                    "started_at": at,
                    "finished_at": at + LASTS if is_ended else None,
                    "outcome": outcome.value,
                    "reason": reason,
                    "messages": int(is_ended and random.random() < 0.3),
                    "set_aside": 0,
                    "lost": lost,
                }
            )
    return found


def stored(engine: Engine, runs: Sequence[Run]) -> None:
    """Store each run in a row of its own."""
    with writing(engine) as connection:
        for number, name in ACCOUNTS.items():
            connection.exec_driver_sql(f"insert into account (id, name) values ({number}, '{name}')")
        connection.execute(insert(COLLECTION), runs)
        if schema.version(engine) == BEFORE:
            instants_as_before_0028(connection)


def recorded(engine: Engine, runs: Sequence[Run]) -> None:
    """Record each run as a collection does."""
    store = store_on(engine)
    for name in ACCOUNTS.values():
        store.runs.start(name, START - timedelta(days=400))
    with writing(engine) as connection:
        connection.execute(COLLECTION.delete())
    for run in runs:
        number = store.runs.start(ACCOUNTS[run["account_id"]], run["started_at"])
        if run["finished_at"] is not None:
            store.runs.finish(
                number,
                run["finished_at"],
                RunOutcome(run["outcome"]),
                reason=run["reason"],
                messages=run["messages"],
                set_aside=0,
            )


def kept(engine: Engine) -> list[tuple[Any, ...]]:
    """Return what is kept of the runs, but for their numbers."""
    columns = [column for column in COLLECTION.c if column.name != "id"]
    with reading(engine) as connection:
        rows = connection.execute(select(*columns).order_by(COLLECTION.c.account_id, COLLECTION.c.id))
        return [tuple(row) for row in rows]


def answers(engine: Engine, now: datetime) -> list[object]:
    """Return all that is asked of runs."""
    store = store_on(engine)
    known: list[object] = [store.runs.read_whole(), store.runs.spans({"contact"}), store.runs.half_read()]
    known += [[(run.account, run.started_at, run.outcome, run.reason) for run in store.runs.last()]]
    for silence in SILENCES:
        for accounts in ({"contact"}, {"contact", "permis", "new"}):
            found = store.runs.gaps(accounts, silence, now)
            known.append(store.runs.with_losses(found))
            for days in (0, 3, 10):
                since = now - timedelta(days=days)
                lately = store.runs.gaps(accounts, silence, now, since)
                assert not_over(lately, since) == not_over(found, since)
    for name in ACCOUNTS.values():
        logins = store.attempts.failed_logins(name)
        recent = [item for item in logins if now - item.at < timedelta(minutes=30)]
        known.append(sorted(recent, key=lambda item: item.at))
    return known


def not_over(gaps: Sequence[Gap], since: datetime) -> list[Gap]:
    return [gap for gap in gaps if gap.until is None or gap.until >= since]


@contextmanager
def as_known(source: Engine, at: datetime, path: Path) -> Iterator[Engine]:
    """Open what a store knew at an instant."""
    path.unlink(missing_ok=True)
    engine = open_engine(f"sqlite:///{path}")
    try:
        as_of.copy_as_of(source, engine, at, lambda _done, _total: None)
        yield engine
    finally:
        engine.dispose()


@pytest.mark.in_parts(2)
@pytest.mark.parametrize("seed", [1, 2])
def test_spans_answer_as_each_run_would_and_a_store_of_before_keeps_the_same(
    empty_engine: Engine, tmp_path: Path, seed: int
) -> None:
    runs = lived(seed, 200)
    now = runs[-1]["started_at"] + timedelta(minutes=1)
    told: list[tuple[int, int]] = []
    engines = [open_engine(f"sqlite:///{tmp_path / name}.sqlite3") for name in ("each", "live")]
    each, live = engines
    for engine in engines:
        schema.upgrade(engine)
    stored(each, runs)
    recorded(live, runs)
    schema.upgrade(empty_engine, BEFORE)
    stored(empty_engine, runs)

    schema.upgrade(empty_engine, told=lambda done, total: told.append((done, total)))

    migrating.check(empty_engine)
    assert answers(live, now) == answers(empty_engine, now) == answers(each, now)
    assert kept(empty_engine) == kept(live)
    assert len(kept(live)) < len(runs) * 0.8
    assert (told[0], told[-1]) == ((0, len(runs)), (len(runs), len(runs)))
    for number in range(15, len(runs), 67):
        at = runs[number]["started_at"] + timedelta(seconds=10 if number % 2 else 100)
        with as_known(each, at, tmp_path / "then") as reference:
            expected = answers_then(reference, at)
        with as_known(empty_engine, at, tmp_path / "then") as spanned:
            assert answers_then(spanned, at) == expected, f"of run {number}"
    for engine in engines:
        engine.dispose()


def answers_then(engine: Engine, at: datetime) -> list[object]:
    """Return what figures ask of the runs that were known at an instant."""
    runs = store_on(engine).runs
    return [
        runs.read_whole(),
        runs.spans(ACCOUNTS.values()),
        *(runs.with_losses(runs.gaps(ACCOUNTS.values(), silence, at)) for silence in SILENCES),
    ]


def test_a_span_goes_on_from_one_part_of_a_conversion_to_the_next(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    schema.upgrade(engine, BEFORE)
    count = 11_000
    ended: dict[int, Run] = {
        1: {"outcome": "ok", "reason": None, "lost": 0},
        2: {"outcome": "transient", "reason": "panne", "lost": None},
    }
    stored(
        engine,
        [
            {
                "account_id": account,
                "started_at": at,
                "finished_at": at + LASTS,
                "messages": 1,
                "set_aside": 0,
            }
            | ended[account]
            for at in (START + timedelta(minutes=5 * number) for number in range(count))
            for account in ACCOUNTS
        ],
    )
    schema.upgrade(engine)

    with reading(engine) as connection:
        good = select(COLLECTION).where(COLLECTION.c.account_id == 1).order_by(COLLECTION.c.id)
        first, span = connection.execute(good).all()
        failed = select(func.count(COLLECTION.c.id)).where(COLLECTION.c.account_id == 2)
        # Failures so close to each other are counted one by one.
        assert connection.execute(failed).scalar_one() == count
    engine.dispose()
    assert (first.messages, span.messages) == (1, count - 1)
    assert span.last_started_at == START + timedelta(minutes=5 * (count - 1))
    assert span.finished_at == span.last_started_at + LASTS


def test_quiet_days_are_two_rows_however_many_and_what_changes_is_one(engine: Engine) -> None:
    store = store_on(engine)
    at = START
    for hour in range(60):
        at = START + timedelta(hours=hour)
        run = store.runs.start("contact", at)
        store.runs.finish(run, at + LASTS, RunOutcome.OK, reason=None, messages=hour % 2, set_aside=0)
    with reading(engine) as connection:
        quiet = connection.execute(select(func.count()).select_from(COLLECTION)).scalar_one()
    for hour in range(60, 90):
        run = store.runs.start("contact", START + timedelta(hours=hour))
        store.runs.finish(
            run, START + timedelta(hours=hour), RunOutcome.TRANSIENT, reason="panne", messages=0, set_aside=0
        )
    with reading(engine) as connection:
        rows = connection.execute(
            select(COLLECTION.c.outcome, COLLECTION.c.messages).order_by(COLLECTION.c.id)
        ).all()

    assert quiet == 2
    assert [tuple(row) for row in rows] == [("ok", 0), ("ok", 30), ("transient", 0), ("transient", 0)]
    assert store.runs.last()[0].started_at == at
