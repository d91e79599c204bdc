"""A store of a former version is converted at the first command, which says so once, however many steps that takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailsla.adapters.database import schema
from mailsla.adapters.database.engine import open_engine, writing
from mailsla.cli import run
from tests.trials.office import document, toml

ACCOUNT = {"host": "localhost", "user": "contact", "password_env": "NONE"}
KEY, SEEN = "a1".zfill(32), "2026-11-13 08:00:00.000000"
FORMER = (
    (
        "insert into message (id, key, subject, ids, people, kept, first_seen_at) "
        f"values (1, '{KEY}', 'Demande', '{{}}', '{{}}', '[]', '{SEEN}')"
    ),
    (
        "insert into derived_message (key, conversation, evidence, side, kind, at, basis) "
        f"values ('{KEY}', '{KEY}', 'none', 'citizen', 'person', '{SEEN}', 'server')"
    ),
)


def test_a_store_of_a_former_version_is_said_to_be_converted_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, config = f"sqlite:///{tmp_path / 'store.sqlite3'}", tmp_path / "mailsla.toml"
    config.write_text(toml(document(ACCOUNT, store={"url": url})), encoding="utf-8")
    engine = open_engine(url)
    schema.upgrade(engine, "0015")
    with writing(engine) as connection:
        for statement in FORMER:
            connection.exec_driver_sql(statement)
    engine.dispose()

    said = []
    for _again in range(2):
        assert run(["decisions", "--config", str(config)]) == 0
        said.append(capsys.readouterr().err.count("La base passe au format de cette version"))

    assert said == [1, 0]
