"""A store copied into another database: all of it, compared, with the same figures; or nothing at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text

from mailsla.adapters.database.copying import copy_store
from mailsla.adapters.database.engine import open_engine, reading, writing
from mailsla.adapters.database.tables import ACCOUNT, MESSAGE, METADATA
from mailsla.cli import run
from mailsla.core.errors import PermanentError, UsageError
from tests.cli.few_requests import mbox, office
from tests.factories import paris
from tests.trials.stores import upgraded

AT = paris("2026-11-13 09:00")


@pytest.fixture
def other(request: pytest.FixtureRequest, engine: Engine, tmp_path: Path) -> Iterator[Engine]:
    """An engine on an empty database of the other kind."""
    is_sqlite = engine.dialect.name == "sqlite"
    url = (
        request.getfixturevalue("postgresql_url") if is_sqlite else f"sqlite:///{tmp_path / 'other.sqlite3'}"
    )
    found = open_engine(url)
    yield found
    found.dispose()


def fill(engine: Engine, messages: int = 3) -> None:
    with writing(engine) as connection:
        connection.execute(insert(ACCOUNT).values(id=7, name="contact", claimed_by="w", claimed_until=AT))
        connection.execute(
            insert(MESSAGE),
            [
                {
                    "id": number,
                    "key": f"{number:032x}",
                    "subject": "Déménagement \U0001f69a\u2028« ligne »",
                    "sent_at": AT if number % 2 else None,
                    "ids": ["b", "a"],
                    "people": {"z": 1, "a": [None, "é"]},
                    "kept": [],
                    "first_seen_at": AT,
                    "salt": bytes(range(256)),
                }
                for number in range(1, messages + 1)
            ],
        )


def contents(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with reading(engine) as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in METADATA.sorted_tables
        }


def test_all_is_the_same_in_the_other_kind_of_database_but_that_no_worker_has_an_account(
    engine: Engine, other: Engine
) -> None:
    fill(engine)
    told: list[tuple[int, int]] = []

    rows = copy_store(engine, other, lambda done, total: told.append((done, total)))

    before, after = contents(engine), contents(other)
    [account] = before.pop("account")
    assert after.pop("account") == [(*account[:2], None, None)]
    assert after == before
    assert rows == sum(map(len, before.values())) + 1 == told[-1][0] == told[-1][1]


def test_what_is_written_to_the_copy_is_numbered_after_what_was_copied(engine: Engine, other: Engine) -> None:
    fill(engine)
    copy_store(engine, other, lambda _done, _total: None)

    with writing(other) as connection:
        assert connection.execute(insert(ACCOUNT).values(name="next")).inserted_primary_key == (8,)


def test_a_database_in_which_something_is_is_left_as_it_is(engine: Engine, other: Engine) -> None:
    fill(engine)
    with other.begin() as connection:
        connection.execute(text("create table another (id integer)"))
    with pytest.raises(UsageError, match="vide"):
        copy_store(engine, other, lambda _done, _total: None)
    with other.begin() as connection:
        connection.execute(text("drop table another"))
    copy_store(engine, other, lambda _done, _total: None)
    with pytest.raises(UsageError, match="vide"):
        copy_store(engine, other, lambda _done, _total: None)

    assert len(contents(other)["message"]) == 3


def test_what_the_other_database_cannot_hold_is_said_in_words_and_nothing_is_kept(
    tmp_path: Path, postgresql_url: str
) -> None:
    source, target = open_engine(f"sqlite:///{tmp_path / 'nul.sqlite3'}"), open_engine(postgresql_url)
    upgraded(str(source.url))
    with writing(source) as connection:
        connection.execute(insert(ACCOUNT).values(name="no\0text"))

    with pytest.raises(PermanentError, match="a refusé"):
        copy_store(source, target, lambda _done, _total: None)

    assert not any(contents(target).values())
    source.dispose()
    target.dispose()


def test_a_copy_that_differs_or_is_cut_leaves_an_empty_store_that_can_be_copied_to(
    engine: Engine, tmp_path: Path
) -> None:
    fill(engine)
    path = tmp_path / "spoilt.sqlite3"
    target = open_engine(f"sqlite:///{path}")
    copy_store(engine, target, lambda _done, _total: None)
    with writing(target) as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())
        connection.execute(
            text(
                "create trigger spoils after insert on message when new.id = 2 "
                "begin update message set subject = 'autre' where id = 2; end"
            )
        )
    with pytest.raises(PermanentError, match="message"):
        copy_store(engine, target, lambda _done, _total: None)
    assert not any(contents(target).values())

    def cut(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with closing(sqlite3.connect(path)) as mended:
        mended.execute("drop trigger spoils")
    with pytest.raises(KeyboardInterrupt):
        copy_store(engine, target, cut)
    assert not any(contents(target).values())
    copy_store(engine, target, lambda _done, _total: None)
    assert len(contents(target)["message"]) == 3
    target.dispose()


def test_a_report_of_the_copy_says_what_that_of_the_store_does_both_ways(
    tmp_path: Path, postgresql_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def config(name: str, url: str) -> list[str]:
        return ["--config", str(office(tmp_path / name, {"store": {"url": url}}))]

    first = config("first", "sqlite:///store.sqlite3")
    second = config("second", postgresql_url)
    third = config("third", "sqlite:///store.sqlite3")
    (tmp_path / "archive.mbox").write_text(mbox(), encoding="utf-8")
    monkeypatch.setenv("MAILSLA_NOW", "2026-04-15T12:00:00+02:00")
    assert run(["import", str(tmp_path / "archive.mbox"), *first]) == 0
    said: list[str] = []
    back = str(tmp_path / "third" / "store.sqlite3")
    for step in (
        [],
        ["copy", "--to", postgresql_url, *first],
        ["copy", "--to", back, *second],
    ):
        assert not step or run(step) == 0
        copied = capsys.readouterr().out
        for command in ("report", "requests"):
            assert run([command, "--format", "json", *(first, second, third)[len(said) // 2]]) == 0
            said.append(capsys.readouterr().out)
        assert ("[store]\nurl = " in copied) == bool(step)
        assert "Bonjour" not in copied

    assert said[0:2] == said[2:4] == said[4:6]
    (tmp_path / "link").symlink_to(tmp_path / "planted")
    refused = {"ftp://nowhere": 2, str(tmp_path / "link"): 2, back: 2, str(tmp_path / "none" / "x"): 2}
    for to, code in refused.items():
        assert run(["copy", "--to", to, *first]) == code
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not (tmp_path / "planted").exists()
    assert {path.name for path in (tmp_path / "third").iterdir()} >= {"store.sqlite3"}
    assert Path(back).stat().st_mode & 0o777 == 0o600
    assert not list((tmp_path / "third").glob(".mailsla-*"))
