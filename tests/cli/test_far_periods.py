"""Periods far from the mail, and figures published of other years: answered, or refused in one plain sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailsla.bootstrap import commands
from mailsla.bootstrap.application import open_application
from mailsla.cli import run
from mailsla.config import load
from mailsla.core.rate.period import parse_period
from mailsla.core.rate.publication import Published
from tests.cli.every_key import BEFORE, mboxes
from tests.trials.office import toml


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAILSLA_NOW", "2026-04-15T12:00:00+02:00")
    archive, made = tmp_path / "INBOX", tmp_path / "mailsla.toml"
    archive.write_text(mboxes()["INBOX"], encoding="utf-8")
    made.write_text(toml(BEFORE), encoding="utf-8")
    made.chmod(0o600)
    assert run(["import", str(archive), "--config", str(made)]) == 0
    return made


def test_a_figure_published_of_an_old_year_stops_no_later_report(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_application(load(config)) as app:
        for period in ("2024", "2026"):
            commands.publish(app, commands.report(app, [parse_period(period)]), Published())
    for now in ("2026-04-15", "2027-05-20", "2028-04-10"):
        monkeypatch.setenv("MAILSLA_NOW", f"{now}T12:00:00+02:00")
        assert run(["report", "--config", str(config)]) == 0
        assert run(["report", "--period", f"{now[:4]}-W15", "--config", str(config)]) == 0


@pytest.mark.in_parts(3)
@pytest.mark.parametrize("period", ["0001", "1900", "2015", "2031", "2100", "9998"])
def test_a_period_far_away_is_answered_or_refused_in_a_sentence(
    config: Path, capsys: pytest.CaptureFixture[str], period: str
) -> None:
    capsys.readouterr()

    code = run(["report", "--format", "json", "--period", period, "--config", str(config)])

    written = capsys.readouterr()
    if code == 0:
        assert json.loads(written.out)["definitive"] is False
    else:
        assert (code, len(written.err.strip().splitlines())) == (2, 1)
        assert "∉" not in written.err
