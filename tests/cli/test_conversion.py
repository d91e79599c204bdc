"""A store of a former version is converted at the first command, which says so once; never by `check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailsla.adapters.database import schema
from mailsla.adapters.database.engine import open_engine, writing
from mailsla.cli import run
from tests.trials.office import document, toml

ACCOUNT = {"host": "localhost", "user": "contact", "password_env": "NONE"}
CLOSURE = {"on": "2026-11-14", "reason": "samedi"}
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


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return the configuration of a store that a former version made."""
    url, path = f"sqlite:///{tmp_path / 'store.sqlite3'}", tmp_path / "mailsla.toml"
    path.write_text(
        toml(document(ACCOUNT, store={"url": url}, calendar={"closures": [CLOSURE]})), encoding="utf-8"
    )
    engine = open_engine(url)
    schema.upgrade(engine, "0015")
    with writing(engine) as connection:
        for statement in FORMER:
            connection.exec_driver_sql(statement)
    engine.dispose()
    return path


def test_a_store_of_a_former_version_is_said_to_be_converted_once(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for _again in range(2):
        assert run(["decisions", "--config", str(config)]) == 0
        said.append(capsys.readouterr().err.count("La base passe au format de cette version"))

    assert said == [1, 0]


@pytest.mark.parametrize("quick", [True, False])
def test_check_converts_no_store_and_goes_on_with_what_needs_none(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, quick: bool
) -> None:
    monkeypatch.setenv("MAILSLA_NOW", "2026-11-13T08:00:00+00:00")
    store = config.with_name("store.sqlite3")
    before = store.read_bytes()

    code = run(["check", "--format", "json", "--config", str(config), *(["--quick"] if quick else [])])

    assert code == 1
    codes = [item["code"] for item in json.loads(capsys.readouterr().out)["checks"]]
    assert codes[:2] == ["configuration-read", "schema-apart"]
    beside = ["closed-anyway", "file-open", "sending-unconfigured", "next-working-day", "clock-shows"]
    assert codes[2:] == ([] if quick else beside)
    assert store.read_bytes() == before


def test_a_quick_look_makes_no_store_and_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, folder = tmp_path / "mailsla.toml", tmp_path / "data"
    url = f"sqlite:///{folder / 'store.sqlite3'}"
    config.write_text(toml(document(ACCOUNT, store={"url": url})), encoding="utf-8")

    assert run(["check", "--quick", "--config", str(config)]) == 1
    assert "il n'y a pas de base de mailsla" in " ".join(capsys.readouterr().out.split())
    assert not folder.exists()


def test_a_quick_look_at_a_store_of_this_version_changes_no_byte_of_it(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = config.with_name("store.sqlite3")
    engine = open_engine(f"sqlite:///{store}")
    schema.upgrade(engine)
    engine.dispose()
    before, beside = store.read_bytes(), sorted(config.parent.iterdir())

    assert run(["check", "--quick", "--config", str(config)]) == 1

    assert capsys.readouterr().out
    assert (store.read_bytes(), sorted(config.parent.iterdir())) == (before, beside)
