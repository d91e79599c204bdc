"""What fails on our side, a full disk or a database that another program holds: nothing lost, nothing half there."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, text

from mailsla.adapters.database import schema
from mailsla.adapters.database.engine import open_engine, reading
from mailsla.adapters.database.store import Store, store_on
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.errors import TransientError
from mailsla.usecases.poll import Collected, poll
from mailsla.usecases.terms import Progress, Terms
from tests.adapters.boxes import AT, Box, letter
from tests.trials.office import account_of, document, toml
from tests.trials.servers.dovecot import DovecotServer

MAILS = 2_500
HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""
FACTS = """
select message.key, message.subject, mailbox.name, location.uid_validity, location.uid, location.internal_at,
       location.first_seen_at, location.gone_at, mailbox.last_uid, mailbox.uid_next, mailbox.messages
from location join message on message.id = location.message_id join mailbox on mailbox.id = location.mailbox_id
order by mailbox.name, location.uid
"""


@pytest.fixture
def box(dovecot: DovecotServer, tmp_path: Path) -> Iterator[Box]:
    """A mailbox larger than one batch, and a store that waits a second for who holds it."""
    found = Box(dovecot, dovecot.new_user(), tmp_path, busy_seconds=1)
    found.put(*(letter(number) for number in range(MAILS)))
    yield found
    found.engine.dispose()


def facts(engine: Engine) -> list[tuple[object, ...]]:
    """Return the facts, row by row."""
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(FACTS))]


def clean_pass(box: Box, folder: Path) -> list[tuple[object, ...]]:
    """Return the facts that a collection without any failure gives."""
    folder.mkdir()
    clean = Box(box.server, box.user, folder)
    once(clean)
    found = facts(clean.engine)
    clean.engine.dispose()
    return found


def once(
    box: Box, store: Store | None = None, progress: Progress = lambda _mailbox, _done, _total: None
) -> Collected:
    """Collect once, as the daemon does."""
    return poll(
        box.session,
        store or box.store,
        Terms("contact", now=lambda: AT, progress=progress),
        worker="test",
    )


@contextmanager
def held_by_another_program(path: str) -> Iterator[None]:
    command = [sys.executable, "-c", HOLD, path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield
        other.communicate("")


def path_of(box: Box) -> str:
    return str(box.engine.url.database)


def test_a_database_held_by_another_program_is_said_and_the_next_collection_finds_everything(
    box: Box, tmp_path: Path
) -> None:
    with (
        held_by_another_program(path_of(box)),
        pytest.raises(TransientError, match="un autre programme la tient"),
    ):
        once(box)

    assert once(box).outcome is RunOutcome.OK
    assert facts(box.engine) == clean_pass(box, tmp_path / "clean")


def test_a_database_held_in_the_midst_of_a_collection_keeps_whole_batches_alone(
    box: Box, tmp_path: Path
) -> None:
    with ExitStack() as holding:

        def hold(_mailbox: str, _done: int, _total: int) -> None:
            holding.enter_context(held_by_another_program(path_of(box)))

        with pytest.raises(TransientError, match="un autre programme la tient"):
            once(box, progress=hold)
    kept = facts(box.engine)

    again = once(box)

    last_uid = kept[-1][8]
    assert 0 < len(kept) < MAILS
    assert len(kept) == last_uid
    assert (again.outcome, again.tally.messages) == (RunOutcome.OK, MAILS - len(kept))
    assert facts(box.engine) == clean_pass(box, tmp_path / "clean")


def test_a_full_disk_is_said_and_recorded_and_the_next_collection_finds_everything(
    box: Box, tmp_path: Path
) -> None:
    with reading(box.engine) as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    limited = open_engine(str(box.engine.url))
    # SQLite then fails as it does when the disk is full (SQLITE_FULL).
    event.listen(limited, "connect", lambda made, _: made.execute(f"PRAGMA max_page_count = {pages + 200}"))

    failed = once(box, store_on(limited))
    limited.dispose()
    kept = facts(box.engine)

    assert failed.outcome is RunOutcome.TRANSIENT
    assert failed.reason == "le disque de la base de données est plein."
    assert [run.reason for run in box.store.runs.last()] == [failed.reason]
    assert len(kept) < MAILS
    assert once(box).outcome is RunOutcome.OK
    assert facts(box.engine) == clean_pass(box, tmp_path / "clean")


def test_what_nobody_foresaw_ends_its_run_without_its_words_and_leaves_the_account_free(box: Box) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("Camille Durand")

    failed = once(box, progress=broken)
    recorded = [(run.outcome, run.reason) for run in box.store.runs.last()]
    again = poll(box.session, box.store, Terms("contact", now=lambda: AT), worker="another")

    assert (failed.outcome, type(failed.error)) == (RunOutcome.TRANSIENT, ZeroDivisionError)
    assert recorded == [("transient", failed.reason)]
    assert failed.reason is not None
    assert failed.reason.startswith("erreur imprévue de mailsla ;")
    assert "Durand" not in failed.reason
    assert (again.outcome, again.error) == (RunOutcome.OK, None)


def test_the_command_says_in_one_sentence_that_its_file_may_not_grow(box: Box, tmp_path: Path) -> None:
    configuration = tmp_path / "mailsla.toml"
    account = account_of(box.server, box.user, password=None, password_env="MAILSLA_TEST_PASSWORD")
    configuration.write_text(toml(document(account, store={"url": f"sqlite:///{path_of(box)}"})))
    size = Path(path_of(box)).stat().st_size + 200_000
    command = [sys.executable, "-m", "mailsla", "--config", str(configuration), "poll"]
    environment = os.environ | {"MAILSLA_TEST_PASSWORD": box.server.password}

    def run(limit: int) -> subprocess.CompletedProcess[str]:
        def limited() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

        return subprocess.run(
            command, preexec_fn=limited, env=environment, capture_output=True, text=True, check=False
        )

    failed = run(size)
    kept = len(facts(box.engine))
    succeeded = run(resource.RLIM_INFINITY)

    assert failed.returncode == 1
    assert "base de données" in failed.stdout + failed.stderr
    assert "Traceback" not in failed.stdout + failed.stderr
    assert kept < MAILS
    assert succeeded.returncode == 0
    assert len(facts(box.engine)) == MAILS


def test_a_postgresql_table_held_by_another_program_is_not_waited_for_without_end(
    box: Box, postgresql_url: str
) -> None:
    engine = open_engine(postgresql_url, busy_seconds=1)
    schema.upgrade(engine)
    other = create_engine(postgresql_url)
    with other.begin() as connection:
        connection.execute(text("LOCK TABLE account IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(TransientError, match="un autre programme la tient"):
            once(box, store_on(engine))

    assert once(box, store_on(engine)).outcome is RunOutcome.OK
    assert len(facts(engine)) == MAILS
    other.dispose()
    engine.dispose()
