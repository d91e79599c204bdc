"""How many connections a process holds to PostgreSQL, as the server counts them; and what those to SQLite keep."""

from __future__ import annotations

import _sqlite3
import ctypes
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, func, make_url, select, text

from mailsla.adapters.database import schema
from mailsla.adapters.database.bulk import AT_ONCE as AT_ONCE_THERE
from mailsla.adapters.database.bulk import insert_rows
from mailsla.adapters.database.derivations import Derivations
from mailsla.adapters.database.engine import (
    POOLED,
    open_engine,
    reading,
    writing,
)
from mailsla.adapters.database.kept_at_hand import BULK, LITTLE, MUCH, checked_in, give_back_caches
from mailsla.adapters.database.store import store_on
from mailsla.adapters.database.tables import SEALED_ID
from mailsla.bootstrap.application import open_application
from mailsla.bootstrap.daemon import SiteWork
from mailsla.config import parse
from mailsla.usecases.derive import derive_pending
from tests.adapters.test_derivation_beside import add
from tests.factories import RULES, mail
from tests.trials.office import document

AT_ONCE = 12
MEGABYTE = 1 << 20
NUMBERS = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 8000)"


def held(url: str) -> int:
    """Return how many connections the server has that say they are mailsla's."""
    judge = create_engine(make_url(url).update_query_dict({"application_name": "judge"}))
    ours = "datname = current_database() and application_name = 'mailsla'"
    with judge.connect() as connection:
        found: int = connection.execute(
            text(f"select count(*) from pg_stat_activity where {ours}")
        ).scalar_one()
    judge.dispose()
    return found


def left(url: str, expected: int = 0) -> int:
    """Return how many it has once it has had the time to notice those that were closed."""
    deadline = time.monotonic() + 10
    while (found := held(url)) > expected and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def test_a_burst_is_served_and_few_connections_are_kept(postgresql_url: str) -> None:
    engine = open_engine(postgresql_url)
    schema.upgrade(engine)
    together = Barrier(AT_ONCE + 1)

    def read() -> None:
        with reading(engine) as connection:
            connection.execute(text("select 1"))
            together.wait()
            together.wait()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        reads = [threads.submit(read) for _number in range(AT_ONCE)]
        together.wait()
        in_use = held(postgresql_url)
        together.wait()
    for done in reads:
        done.result()

    assert (in_use, left(postgresql_url, POOLED)) == (AT_ONCE, POOLED)
    engine.dispose()
    assert left(postgresql_url) == 0


def kept_by_sqlite() -> int:
    """Return how many bytes SQLite holds in this process (sqlite3_memory_used)."""
    used = ctypes.CDLL(_sqlite3.__file__).sqlite3_memory_used
    used.restype = ctypes.c_longlong
    return int(used())


def filled(tmp_path: Path, *, is_bulk: bool) -> tuple[Engine, int]:
    """Return a store into which much was written, and by how many bytes what SQLite holds grew."""
    engine = open_engine(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    before = kept_by_sqlite()
    with writing(engine, repeatable=True, is_bulk=is_bulk) as connection:
        connection.execute(text("create table bulk (filling blob)"))
        connection.execute(text(f"{NUMBERS} insert into bulk select zeroblob(1000) from n"))
    return engine, kept_by_sqlite() - before


def test_what_connections_keep_of_a_sqlite_store_is_given_back_when_nothing_uses_them(tmp_path: Path) -> None:
    engine, grown = filled(tmp_path, is_bulk=True)
    before = kept_by_sqlite()
    give_back_caches(engine)

    assert grown > 6 * MEGABYTE
    assert before - kept_by_sqlite() > grown - MEGABYTE
    with reading(engine) as connection:
        assert connection.execute(text("select count(*) from bulk")).scalar_one() == 8000
    assert checked_in(engine) == 1
    engine.dispose()


def test_only_what_goes_through_much_keeps_much_of_a_sqlite_store_at_hand(tmp_path: Path) -> None:
    engine, grown = filled(tmp_path, is_bulk=False)

    assert grown < 4 * MEGABYTE
    engine.dispose()


def test_statements_of_many_rows_and_the_values_in_them_go_with_their_connection(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    with writing(engine) as connection:
        SEALED_ID.create(connection)
    give_back_caches(engine)
    before = kept_by_sqlite()
    with writing(engine) as connection:
        insert_rows(
            connection, SEALED_ID, ("digest",), [(b"%32d" % number,) for number in range(AT_ONCE_THERE)]
        )
    written = kept_by_sqlite() - before
    give_back_caches(engine)

    assert written > kept_by_sqlite() - before
    with reading(engine) as connection:
        assert connection.info == {}
        assert connection.execute(select(func.count()).select_from(SEALED_ID)).scalar_one() == AT_ONCE_THERE
    engine.dispose()


def test_giving_back_caches_leaves_a_store_that_is_used_and_another_database_alone(
    migrated_postgresql_url: str, empty_engine: Engine
) -> None:
    other = open_engine(migrated_postgresql_url)
    with reading(empty_engine) as connection, reading(other):
        give_back_caches(empty_engine)
        give_back_caches(other)
        assert connection.execute(text("select 1")).scalar_one() == 1
    other.dispose()


def test_the_rounds_of_a_daemon_hold_one_connection_each_at_most(postgresql_url: str, tmp_path: Path) -> None:
    account = {"host": "127.0.0.1", "tls": "none", "user": "contact", "password": "x"}
    settings = parse(document(account, store={"url": postgresql_url}), folder=tmp_path)

    with open_application(settings) as app:
        work = SiteWork(app)
        sound = partial(work.sound_alarms, {"contact"})
        rounds = (work.derive, work.half_read, sound, work.prepare_alerts, work.deliver)
        with ThreadPoolExecutor(len(rounds)) as threads:
            for done in [threads.submit(act) for _time in range(4) for act in rounds]:
                done.result()
        kept = held(postgresql_url)

    assert 1 <= kept <= min(len(rounds), POOLED)
    assert left(postgresql_url) == 0


def kept_at_hand(engine: Engine) -> list[str]:
    """Return the list that receives how much each later transaction of a SQLite store is to keep at hand."""
    told: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if "cache_size" in statement:
            told.append(statement.removeprefix("PRAGMA "))

    event.listen(engine, "before_cursor_execute", note)
    return told


@pytest.mark.parametrize(("count", "at_hand"), [(3, {LITTLE}), (BULK, {LITTLE, MUCH})])
def test_a_days_mail_goes_through_little_of_a_sqlite_store_and_a_first_collection_through_much(
    tmp_path: Path, count: int, at_hand: set[str]
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    schema.upgrade(engine)
    store = store_on(engine)
    add(engine, [mail("2026-11-02 09:00", by=f"connu{number}@example.org") for number in range(2 * BULK)], 1)
    derive_pending(Derivations(engine), RULES)
    told = kept_at_hand(engine)
    letters = [mail("2026-11-03 09:00", by=f"usager{number}@example.org") for number in range(count)]
    add(engine, letters, 5_000)
    added, told[:] = set(told), []
    derive_pending(Derivations(engine), RULES)
    derived, told[:] = set(told), []
    derive_pending(Derivations(engine), replace(RULES, default_category="autre"))
    again, told[:] = set(told), []
    store.derivations.requests()

    assert added == derived == at_hand
    assert again == {LITTLE, MUCH}
    assert told == [LITTLE], "whoever only reads keeps little again"
    engine.dispose()
