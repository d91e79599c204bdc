"""The copy of a store: whole, of one instant, while others write; or none at all."""

from __future__ import annotations

import errno
import os
import resource
import signal
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from mailsla.adapters.database import schema
from mailsla.adapters.database.backup import copy_whole
from mailsla.adapters.database.engine import open_engine, writing
from mailsla.cli import run
from mailsla.core.errors import PermanentError, TransientError, UsageError
from tests.trials.office import document, toml

PAIR = "insert into account (name) values ('{name} of {number}')"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of an empty store."""
    found = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    engine = open_engine(found)
    schema.upgrade(engine)
    engine.dispose()
    return found


def names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as copy:
        return [name for (name,) in copy.execute("select name from account order by id")]


def test_a_copy_made_while_others_write_holds_whole_transactions_alone(url: str, tmp_path: Path) -> None:
    stop, engine = threading.Event(), open_engine(url)
    written = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            with writing(engine) as connection:
                for name in ("one", "other"):
                    connection.exec_driver_sql(PAIR.format(name=name, number=number))
            number += 1
            written.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert written.wait(20)
    for number in range(3):
        copy_whole(url, tmp_path / f"copy{number}")
    stop.set()
    writer.join()
    engine.dispose()

    copies = [names(tmp_path / f"copy{number}") for number in range(3)]
    assert all(len(found) % 2 == 0 for found in copies)
    assert 0 < len(copies[0]) <= len(copies[1]) <= len(copies[2])
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith((".mailsla", "copy"))} == {
        *("copy0", "copy1", "copy2")
    }, "each is one file"
    assert {(tmp_path / f"copy{number}").stat().st_mode & 0o777 for number in range(3)} == {0o600}


def test_a_copy_is_a_store(url: str, tmp_path: Path) -> None:
    copy_whole(url, tmp_path / "copy")
    engine = open_engine(f"sqlite:///{tmp_path / 'copy'}", is_new=False)
    schema.demand(engine)
    engine.dispose()


def test_where_files_have_one_name_the_copy_takes_it_by_another_way(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_source: Path, _target: Path) -> None:
        raise PermissionError(errno.EPERM, "as a memory stick does")

    monkeypatch.setattr(os, "link", refuse)
    copy_whole(url, tmp_path / "copy")

    assert names(tmp_path / "copy") == []
    assert not list(tmp_path.glob(".mailsla-*"))


def test_a_store_of_an_earlier_version_is_copied_as_it_is(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    engine = open_engine(url)
    schema.upgrade(engine, "0017")
    engine.dispose()

    copy_whole(url, tmp_path / "copy")

    for path in (tmp_path / "store.sqlite3", tmp_path / "copy"):
        with closing(sqlite3.connect(path)) as store:
            assert store.execute("select version_num from alembic_version").fetchone() == ("0017",)


def test_nothing_is_replaced_and_nothing_is_left_of_what_failed(url: str, tmp_path: Path) -> None:
    there, link = tmp_path / "there", tmp_path / "link"
    there.write_text("mine", encoding="utf-8")
    link.symlink_to(tmp_path / "elsewhere")
    for target in (there, link):
        with pytest.raises(FileExistsError):
            copy_whole(url, target)
    damaged = tmp_path / "damaged.sqlite3"
    damaged.write_bytes(b"no database" * 100)
    other = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(other)) as made:
        made.execute("create table another (id)")
    for wrong in (
        f"sqlite:///{damaged}",
        f"sqlite:///{other}",
        f"sqlite:///{tmp_path / 'none'}",
        "postgresql://localhost/mailsla",
    ):
        with pytest.raises((PermanentError, UsageError)):
            copy_whole(wrong, tmp_path / "copy")

    assert there.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "elsewhere").exists()
    assert not (tmp_path / "copy").exists()
    assert not list(tmp_path.glob(".mailsla-*"))


def test_a_store_damaged_in_the_middle_and_a_full_disk_are_said_in_words_and_leave_nothing(
    url: str, tmp_path: Path
) -> None:
    store, small = tmp_path / "store.sqlite3", tmp_path / "small"
    with closing(sqlite3.connect(store)) as filled, filled:
        filled.executemany("insert into account (name) values (?)", [(f"{n:0200}",) for n in range(2_000)])
    small.mkdir()
    # What the whole copy takes is more than a file of this process may have: SQLite meets what a full disk says.
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    former = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
        with pytest.raises(TransientError):
            copy_whole(url, small / "copy")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, former)
    bad = bytearray(store.read_bytes())
    bad[300_000:304_096] = b"\xff" * 4096
    store.write_bytes(bad)
    with pytest.raises(PermanentError, match="abîmée"):
        copy_whole(url, small / "copy")

    assert not list(small.iterdir())


def test_the_command_says_what_it_made_and_refuses_what_is_there(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "mailsla.toml"
    account = {"host": "localhost", "user": "contact", "password": "essai"}
    config.write_text(toml(document(account, store={"url": url})), encoding="utf-8")
    config.chmod(0o600)
    command = ["backup", str(tmp_path / "copy"), "--config", str(config)]

    done, said = run(command), capsys.readouterr().out
    again, refused = run(command), capsys.readouterr().err
    nowhere = run(["backup", str(tmp_path / "none" / "copy"), "--config", str(config)])

    assert (done, again, nowhere) == (0, 2, 2)
    assert "copy" in said
    assert "existe déjà" in " ".join(refused.split())
    assert "n'existe pas" in " ".join(capsys.readouterr().err.split())
