"""The report as a file: written whole or not at all, of any period, with the figures of the other formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailsla.cli import run
from tests.cli.every_key import BEFORE, mboxes
from tests.presentation.illustrated import Reader, fraction, number
from tests.trials.office import toml

SOME = ("2026-03", "2024..2027")
PERIODS = (*SOME, "2026-W12", "2026-Q1", "2025", "2026-03-02..2026-04-20", "2026-03-16", "2027", "1992-W05")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAILSLA_NOW", "2026-04-15T12:00:00+02:00")
    archive, made = tmp_path / "INBOX", tmp_path / "mailsla.toml"
    archive.write_text(mboxes()["INBOX"], encoding="utf-8")
    made.write_text(toml(BEFORE), encoding="utf-8")
    made.chmod(0o600)
    assert run(["import", str(archive), "--config", str(made)]) == 0
    return made


def report(config: Path, *options: str) -> int:
    return run(["report", "--config", str(config), *options])


@pytest.mark.parametrize("options", [(), ("--cohort", "received"), ("--by", "week"), ("--lang", "en")])
def test_the_page_has_the_figures_of_the_document_for_any_period(
    config: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    page, document = tmp_path / "page.html", tmp_path / "document.json"
    found = 0
    for period in ((), *(("--period", period) for period in (SOME if options else PERIODS))):
        assert report(config, "--format", "html", "-o", str(page), *period, *options) == 0
        assert report(config, "--format", "json", "-o", str(document), *period, *options) == 0
        read, sections = (
            Reader(page.read_text(encoding="utf-8")),
            json.loads(document.read_text())["sections"],
        )
        if options == ("--lang", "en"):
            continue
        rate = next(row for row in read.table("Détail").rows if row[0] == "Taux de respect")
        for cell, section in zip(rate[1:], sections, strict=True):
            attained = section["attainment"]
            due = attained["denominator"]
            assert fraction(cell) == ((attained["numerator"], due) if due else None)
            found += due
        _check_series(read, sections[-1], is_cut=bool(period))
    assert found > 0 or options == ("--lang", "en")


def _check_series(read: Reader, section: dict[str, object], *, is_cut: bool) -> None:
    """Hold the days against the section that they cut: they add up to it."""
    counts = section["population"]
    assert isinstance(counts, dict)
    days = [table for table in read.tables if table.under.startswith("Ces jours")]
    first, last = (str(section["period"][key]) for key in ("first", "last"))  # type: ignore[index]  # (a document)
    if not days or int(last[:4]) - int(first[:4]) > 0 or not is_cut:
        return
    sums = [sum(number(text) for text in days[0].column(place)) for place in (1, 2, 3)]
    assert sums == [counts["met"], counts["missed"], counts["not_due_answered"] + counts["not_due_waiting"]]


def test_of_one_service_only_its_requests_are_counted_and_it_is_named(config: Path, tmp_path: Path) -> None:
    config.write_text(
        toml({**BEFORE, "services": [{"name": "<b>Permis</b>", "addresses": ["permis@pref.example.fr"]}]}),
        encoding="utf-8",
    )
    page = tmp_path / "page.html"

    assert report(config, "--format", "html", "-o", str(page), "--service", "<b>Permis</b>") == 0

    read = Reader(page.read_text(encoding="utf-8"))
    assert any("du service «\u00a0<b>Permis</b>\u00a0»" in text for text in read.texts)
    assert "b" not in {tag for tag, _attributes in read.elements}


def test_the_same_report_gives_the_same_bytes_on_the_screen_and_in_a_file(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    capsys.readouterr()

    assert report(config, "--format", "html") == 0
    assert report(config, "--format", "html", "-o", str(page)) == 0

    assert page.read_text(encoding="utf-8") == capsys.readouterr().out


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("missing/page.html", "son dossier n'existe pas"),
        ("mailsla.toml/page.html", "son dossier n'en est pas un"),
        ("folder", "c'est un dossier"),
        ("/dev/full", "il n'y a plus de place"),
        ("x" * 300, "son nom est trop long"),
    ],
)
def test_what_cannot_be_written_is_said_in_one_sentence(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str, why: str
) -> None:
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.rglob("*"))
    capsys.readouterr()

    code = report(config, "--format", "html", "-o", str(tmp_path / place))

    written = capsys.readouterr()
    assert (code, written.out, len(written.err.strip().splitlines())) == (2, "", 1)
    assert f"({why})" in " ".join(written.err.split())
    assert sorted(tmp_path.rglob("*")) == before
