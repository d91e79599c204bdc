"""A set clock is for trials: nobody decides or publishes by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailsla.cli import run
from tests.cli.few_requests import mbox, office

COMMANDS = {
    "decide": ["decide", "abcd", "exclude", "--reason", "essai"],
    "publish": ["report", "--publish"],
}


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAILSLA_NOW", "2026-04-15T12:00:00+02:00")
    archive = tmp_path / "archive.mbox"
    archive.write_text(mbox(), encoding="utf-8")
    made = office(tmp_path / "office", {})
    assert run(["import", str(archive), "--config", str(made)]) == 0
    return made


@pytest.mark.parametrize("name", COMMANDS)
def test_nobody_decides_or_publishes_while_the_clock_is_set(
    config: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    capsys.readouterr()

    code = run([*COMMANDS[name], "--config", str(config)])

    written = capsys.readouterr()
    assert (code, written.out, len(written.err.strip().splitlines())) == (2, "", 1)
    assert "MAILSLA_NOW" in written.err


@pytest.mark.parametrize("command", ["report", "requests", "alerts"])
def test_whoever_reads_may_set_the_clock(config: Path, command: str) -> None:
    assert run([command, "--config", str(config)]) == 0


def test_publishing_says_what_it_froze_and_its_number(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MAILSLA_NOW")
    capsys.readouterr()

    for _time in range(2):
        assert run(["report", "--publish", "--period", "2026-03", "--config", str(config)]) == 0
    said = capsys.readouterr().out.replace("\xa0", " ")
    texts = [line for line in said.splitlines() if line.startswith("Publication")]
    assert run(["report", "--publish", "--format", "json", "--config", str(config)]) == 0
    others = capsys.readouterr()

    assert texts == [
        f"Publication n° {number} : mars 2026, 3 sur 9 (33,3 %), demandes échues, non définitif."
        for number in (1, 2)
    ]
    assert "Publication" not in others.out
    assert "Publication n° 3" in others.err.replace("\xa0", " ")


def test_the_figures_of_one_service_are_not_published(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MAILSLA_NOW")

    assert run(["report", "--publish", "--service", "Permis", "--config", str(config)]) == 2
    assert "--service" in capsys.readouterr().err
