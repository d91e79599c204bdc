"""A store put back from a copy: converted, in its place at once, the former one kept; or nothing is changed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailsla.adapters.database import schema
from mailsla.adapters.database.backup import copy_whole
from mailsla.adapters.database.engine import open_engine, writing
from mailsla.adapters.database.leases import Leases
from mailsla.adapters.database.restoring import Held, restore
from mailsla.cli import run
from mailsla.core.errors import PermanentError, UsageError
from tests.trials.office import document, toml
from tests.trials.stores import new_store

NOW = datetime(2026, 11, 13, 8, tzinfo=UTC)
KEPT = "store.sqlite3.20261113T080000Z"
SEEN = "2026-11-13 08:00:00.000000"
MESSAGES = {
    "0001": ("pending", "'" + "a1".zfill(32) + "'", "false"),
    "0010": ("first_seen_at", "'" + "a1".zfill(32) + "'", f"'{SEEN}'"),
    "0018": ("first_seen_at", f"x'{'a1'.zfill(32)}'", f"'{SEEN}'"),
}
"""Versions, how a message is named in each, and the last column of one."""


class Place:
    """A folder with a store in it, and copies beside."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store, self.copy = folder, folder / "store.sqlite3", folder / "copy"
        self.url = f"sqlite:///{self.store}"

    def make(self, path: Path, *accounts: str) -> None:
        """Make a store that has some accounts."""
        path.write_bytes(new_store())
        with closing(sqlite3.connect(path)) as made, made:
            made.executemany("insert into account (name) values (?)", [(name,) for name in accounts])

    def accounts(self, path: Path | None = None) -> list[str]:
        with closing(sqlite3.connect(path or self.store)) as read:
            return [name for (name,) in read.execute("select name from account order by id")]

    def files(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_copy_takes_the_place_of_the_store_which_is_kept_with_its_mode(place: Place) -> None:
    place.make(place.store, "now")
    place.store.chmod(0o640)
    place.make(place.copy, "then")
    before = place.copy.read_bytes()

    done = restore(place.copy, place.url, NOW, replaces=True)

    assert (place.accounts(), place.accounts(place.folder / KEPT)) == (["then"], ["now"])
    assert done.former == place.folder / KEPT
    assert place.store.stat().st_mode & 0o777 == 0o640
    assert place.copy.read_bytes() == before
    assert place.files() == {"store.sqlite3", "copy", KEPT}


def test_where_no_store_stands_the_copy_is_for_its_user_alone(place: Place) -> None:
    place.make(place.copy, "then")

    done = restore(place.copy, place.url, NOW, replaces=False)

    assert (done.former, place.accounts()) == (None, ["then"])
    assert place.store.stat().st_mode & 0o777 == 0o600


def test_what_root_puts_back_belongs_to_whom_the_store_or_the_folder_did(place: Place) -> None:
    place.make(place.copy, "then")
    of_folder, of_store = (65_534, 65_533) if os.geteuid() == 0 else (os.geteuid(), os.geteuid())
    os.chown(place.folder, of_folder, -1)

    restore(place.copy, place.url, NOW, replaces=False)
    first = place.store.stat().st_uid
    os.chown(place.store, of_store, -1)
    restore(place.copy, place.url, NOW, replaces=True)

    assert (first, place.store.stat().st_uid) == (of_folder, of_store)


def test_who_owns_the_folder_cannot_have_root_write_through_a_link(place: Place) -> None:
    place.make(place.copy, "then")
    owned, seen, done = place.folder / "owned", set[str](), threading.Event()
    owned.mkdir()
    if os.geteuid() == 0:
        os.chown(owned, 65_534, 65_534)

    def look() -> None:
        while not done.is_set():
            seen.update(path.name for path in owned.iterdir())

    looking = threading.Thread(target=look)
    looking.start()
    restore(place.copy, f"sqlite:///{owned / 'store.sqlite3'}", NOW, replaces=False)
    done.set()
    looking.join()

    assert place.accounts(owned / "store.sqlite3") == ["then"]
    assert not list(place.folder.glob(".mailsla-*"))
    # Of whoever is not root, the folder is their own.
    assert os.geteuid() or seen <= {"store.sqlite3"}, (
        "whatever is half made stands where root alone changes names"
    )


def test_a_store_that_stands_there_is_replaced_only_when_that_is_said(place: Place) -> None:
    place.make(place.store, "now")
    place.make(place.copy, "then")

    with pytest.raises(FileExistsError):
        restore(place.copy, place.url, NOW, replaces=False)

    assert place.accounts() == ["now"]
    assert place.files() == {"store.sqlite3", "copy"}


@pytest.mark.parametrize("version", MESSAGES)
def test_copies_of_former_versions_are_converted_and_stay_as_they_are(place: Place, version: str) -> None:
    last, key, value = MESSAGES[version]
    engine = open_engine(place.url)
    schema.upgrade(engine, version)
    columns = f"id, key, subject, ids, people, kept, {'first_seen_at, ' if last == 'pending' else ''}{last}"
    seen = f"'{SEEN}', " if last == "pending" else ""
    with writing(engine) as connection:
        connection.exec_driver_sql(
            f"insert into message ({columns}) values (1, {key}, 'Demande', '{{}}', '{{}}', '[]', {seen}{value})"
        )
        connection.exec_driver_sql("insert into account (name) values ('then')")
    engine.dispose()
    copy_whole(place.url, place.copy)
    place.store.unlink()

    done = restore(place.copy, place.url, NOW, replaces=False)

    opened = open_engine(place.url, is_new=False)
    schema.demand(opened)
    opened.dispose()
    assert done.held == Held(1, 0, 0, None)
    with closing(sqlite3.connect(place.copy)) as copy:
        assert copy.execute("select version_num from alembic_version").fetchone() == (version,)


HOLDER = """\
import sys
from mailsla.adapters.database.engine import open_engine, reading
engine = open_engine(sys.argv[1])
with reading(engine) as connection:
    connection.exec_driver_sql("select 1 from account").fetchone()
print("open", flush=True)
sys.stdin.read()
"""
"""What a daemon between two collections is to its store: a connection that does nothing."""


def test_a_store_that_another_process_has_open_is_left_alone(place: Place) -> None:
    place.make(place.store, "now")
    place.make(place.copy, "then")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, place.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(PermanentError, match="arrêtez-le"):
            restore(place.copy, place.url, NOW, replaces=True)
        assert holder.stdin is not None
        holder.stdin.close()

    assert place.accounts() == ["now"]
    assert KEPT not in place.files()
    restore(place.copy, place.url, NOW, replaces=True)
    assert place.accounts() == ["then"]


def test_no_worker_has_an_account_of_a_store_that_was_copied_while_one_did(place: Place) -> None:
    place.make(place.store, "contact")
    engine = open_engine(place.url)
    assert Leases(engine).claim("contact", "elsewhere:1", NOW, NOW + timedelta(days=1))
    engine.dispose()
    copy_whole(place.url, place.copy)

    restore(place.copy, place.url, NOW, replaces=True)

    engine = open_engine(place.url)
    assert Leases(engine).holder("contact") is None
    engine.dispose()


def test_the_log_of_a_store_that_is_replaced_goes_with_it_and_not_into_the_other(place: Place) -> None:
    place.make(place.store, "now")
    place.make(place.copy, "then")
    # A log that SQLite cannot even open, so that it does not take it back.
    (place.folder / "store.sqlite3-wal").mkdir()
    (place.folder / "store.sqlite3-shm").touch()

    restore(place.copy, place.url, NOW, replaces=True)

    assert place.accounts() == ["then"]
    assert place.files() == {"store.sqlite3", "copy", KEPT, f"{KEPT}-wal"}


def test_a_store_copied_with_its_log_is_read_with_it(place: Place) -> None:
    place.make(place.copy, "then")
    with closing(sqlite3.connect(place.copy)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("insert into account (name) values ('later')")
        writer.commit()
        taken = {name: (place.folder / f"copy{name}").read_bytes() for name in ("", "-wal")}
    for name, content in taken.items():
        (place.folder / f"taken{name}").write_bytes(content)

    restore(place.folder / "taken", place.url, NOW, replaces=False)

    assert place.accounts() == ["then", "later"]


def test_what_is_no_store_of_ours_or_a_newer_one_changes_nothing(place: Place) -> None:
    place.make(place.store, "now")
    other, damaged, newer, empty = (place.folder / name for name in ("other", "damaged", "newer", "empty"))
    with closing(sqlite3.connect(other)) as made:
        made.execute("create table another (id)")
    with closing(sqlite3.connect(empty)) as made:
        made.execute("create table message (id)")
    damaged.write_bytes(b"no database" * 100)
    place.make(newer)
    with closing(sqlite3.connect(newer)) as made, made:
        made.execute("update alembic_version set version_num = '9999'")
    before = place.files()

    for wrong, said in (
        (other, "pas une base de mailsla"),
        (empty, "pas une base de mailsla"),
        (damaged, "abîmé"),
        (newer, "plus récente"),
    ):
        with pytest.raises(UsageError, match=said):
            restore(wrong, place.url, NOW, replaces=True)
    with pytest.raises(UsageError, match="pg_restore"):
        restore(newer, "postgresql://localhost/mailsla", NOW, replaces=True)

    assert place.accounts() == ["now"]
    assert place.files() == before


def test_the_command_says_what_it_put_back_and_refuses_in_one_sentence(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.make(place.copy, "then")
    config = place.folder / "mailsla.toml"
    account = {"host": "localhost", "user": "contact", "password": "essai"}
    config.write_text(toml(document(account, store={"url": place.url})), encoding="utf-8")
    config.chmod(0o600)

    codes, said = [], []
    for arguments in (
        [str(place.copy)],
        [str(place.copy)],
        ["--replace", str(place.copy)],
        ["none"],
        ["--replace", str(config)],
    ):
        codes.append(run(["restore", *arguments, "--config", str(config)]))
        captured = capsys.readouterr()
        said.append(" ".join(f"{captured.out} {captured.err}".split()))

    assert codes == [0, 2, 0, 2, 2]
    assert "Base remise : 0 courriel, 0 décision, 0 chiffre publié." in said[0].replace("\u00a0", " ")
    assert "--replace" in said[1]
    assert "L'ancienne est gardée" in said[2]
    assert "pas de fichier" in said[3]
    assert "abîmé" in said[4]
