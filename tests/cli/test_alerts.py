"""`mailsla alerts`: what would be sent, one of them as it would look, and the journal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailsla.adapters.database.engine import open_engine
from mailsla.adapters.database.runs import Runs
from mailsla.cli import run
from mailsla.core.collection.outcome import RunOutcome
from tests.factories import paris
from tests.trials.office import document, toml

REFERENT = "qualite@pref.example.fr"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A site whose archive holds one request that was late before anybody knew of it."""
    monkeypatch.setenv("MAILSLA_NOW", "2026-11-13T09:00:00+01:00")
    account = {"host": "imap.example.fr", "user": "contact@pref.example.fr", "password_env": "NONE"}
    path = tmp_path / "mailsla.toml"
    path.write_text(toml(document(account, alerts={"referent": REFERENT})), encoding="utf-8")
    archive = tmp_path / "ancien.mbox"
    archive.write_text(
        "From a@example.org Mon Jan  5 09:00:00 2026\nFrom: camille@example.org\nTo: contact@pref.example.fr\n"
        "Date: Mon, 5 Jan 2026 09:00:00 +0100\nMessage-ID: <a@mail.example>\nSubject: Titre\n\nBonjour.\n\n",
        encoding="utf-8",
    )
    assert run(["import", str(archive), "--config", str(path)]) == 0
    engine = open_engine(f"sqlite:///{tmp_path / 'mailsla.sqlite3'}")
    runs, at = Runs(engine), paris("2026-11-13 08:00")
    runs.finish(runs.start("contact", at), at, RunOutcome.OK, reason=None, messages=0, set_aside=0)
    engine.dispose()
    return str(path)


def test_one_alert_is_written_as_it_would_look(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = tmp_path / "alerte.html"

    assert run(["alerts", "--preview", REFERENT.upper(), "-o", str(shown), "--config", config]) == 0
    assert "1 demande était déjà en retard" in shown.read_text(encoding="utf-8").replace("\u00a0", " ")
    capsys.readouterr()
    assert run(["alerts", "--preview", "nobody@pref.example.fr", "--config", config]) == 2
    assert "Aucune alerte n'est à envoyer à cette adresse" in capsys.readouterr().err


def test_the_journal_is_empty_before_anything_was_to_be_sent(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()

    assert run(["alerts", "--journal", "--config", config]) == 0
    assert capsys.readouterr().out.strip() == "Aucune alerte n'est encore partie."


def test_a_day_to_come_is_foretold_to_a_dry_run_alone(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ahead = ["alerts", "--dry-run", "--config", config, "--at"]
    shown = tmp_path / "alerte.html"
    capsys.readouterr()

    # The summary of what was late leaves today.
    assert run([*ahead, "2026-11-16"]) == 0
    said = capsys.readouterr().out.replace("\u00a0", " ")
    assert "Alertes du lundi 16 novembre 2026, 8 h 00" in said
    assert "Aucune alerte ne partira ce jour-là" in said
    assert run([*ahead, "2026-11-13T17:00", "--preview", REFERENT, "-o", str(shown)]) == 0
    assert "1 demande était déjà en retard" in shown.read_text(encoding="utf-8").replace("\u00a0", " ")
    assert run([*ahead, "2026-11-13T17:00", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["due"][0]["backlog"] == 1
    assert run([*ahead, "2027-06-01"]) == 2
    assert "au plus 62 jours" in capsys.readouterr().err.replace("\u00a0", " ")
    assert run(["alerts", "--config", config, "--at", "2026-11-16"]) == 2


@pytest.mark.parametrize(
    "options",
    [("--output", "x"), ("--journal", "--format", "json"), ("--journal", "--preview", REFERENT)],
)
def test_options_that_do_not_go_together_are_refused(config: str, options: tuple[str, ...]) -> None:
    assert run(["alerts", *options, "--config", config]) == 2
