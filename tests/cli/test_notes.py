"""`mailsla note`: added with who and when by the machine's own word; listed in every format, harmless in each."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from mailsla.cli import run
from tests.cli.few_requests import office

HOSTILE = "=1+1 <b>\x1b[31m"
SERVICE = "Permis"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return office(
        tmp_path / "site", {"services": [{"name": SERVICE, "addresses": ["permis@pref.example.fr"]}]}
    )


def note(config: Path, *arguments: str) -> int:
    return run(["note", *arguments, "--config", str(config)])


def listed(config: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert run(["notes", *arguments, "--config", str(config)]) == 0
    return capsys.readouterr().out


def test_notes_are_added_taken_back_and_listed_in_every_format(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Aucune note." in listed(config, capsys)
    assert note(config, "cause", HOSTILE, "--period", "2026-08", "--service", SERVICE) == 0
    assert note(config, "planned", "Une formation", "--period", "2027") == 0
    assert note(config, "undo", "Une erreur", "--number", "1", "--by", "Camille Durand") == 0

    document = json.loads(listed(config, capsys, "--format", "json"))["notes"]
    assert [item["kind"] for item in document] == ["cause", "planned", "undo"]
    assert [item["undone_by"] for item in document] == [3, None, None]
    assert document[0]["service"] == SERVICE
    assert document[2]["noted_by"] == "Camille Durand"
    assert document[2]["recorded_by"] != "Camille Durand"
    rows = list(csv.DictReader(io.StringIO(listed(config, capsys, "--format", "csv")[1:]), delimiter=";"))
    assert rows[0]["note"].startswith("'=1+1 <b>")
    assert [row["retirée par"] for row in rows] == ["3", "", ""]
    text = listed(config, capsys, "--period", "2026")
    assert "\x1b" not in text
    assert "Une formation" not in text
    assert "0 note en vigueur." in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cause", "x"), "--period"),
        (("cause", " ", "--period", "2026"), "ce qui est à noter"),
        (("cause", "x", "--period", "2026", "--service", "Inconnu"), "Permis"),
        (("undo", "x", "--number", "4"), "n° 4"),
        (("idée", "x", "--period", "2026"), "cause"),
    ],
)
def test_what_cannot_be_noted_is_said_in_one_sentence(
    config: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    capsys.readouterr()

    assert note(config, *arguments) == 2

    assert said in " ".join(capsys.readouterr().err.split())
    assert json.loads(listed(config, capsys, "--format", "json"))["notes"] == []


def test_nothing_is_noted_at_a_time_that_is_set(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILSLA_NOW", "2026-11-13T09:00:00+01:00")

    assert note(config, "cause", "x", "--period", "2026") == 2

    assert "MAILSLA_NOW" in capsys.readouterr().err
