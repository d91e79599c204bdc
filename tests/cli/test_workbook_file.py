"""The report as a workbook: the figures of the JSON document, a whole file, or one sentence that says why not."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from math import floor
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.cli.every_key import BEFORE
from tests.cli.test_report_file import PERIODS, config, report
from tests.trials.office import toml

__all__ = ["config"]

Rows = dict[str, list[tuple[object, ...]]]


def rows(path: Path) -> Rows:
    """Return the rows of each sheet."""
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in load_workbook(path).worksheets}


@pytest.mark.in_parts(3)
@pytest.mark.parametrize(
    "options", [(), ("--cohort", "received"), ("--by", "week"), *(("--period", period) for period in PERIODS)]
)
def test_the_workbook_has_the_figures_of_the_document(
    config: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    book, document = tmp_path / "r.xlsx", tmp_path / "r.json"

    assert report(config, "--format", "xlsx", "-o", str(book), *options) == 0
    assert report(config, "--format", "json", "-o", str(document), *options) == 0

    found, built = rows(book), json.loads(document.read_text())
    figures = {row[0]: row[1:] for row in found["Synthèse"]}
    for place, section in enumerate(built["sections"]):
        counts, attained = section["population"], section["attainment"]
        assert figures["Échues"][place] == attained["denominator"]
        assert figures["Échues, répondues dans les temps"][place] == counts["met"]
        assert figures["Échues, hors délai ou sans réponse"][place] == counts["missed"]
        assert figures["Pas encore échues, répondues"][place] == counts["not_due_answered"]
        assert figures["Pas encore échues, en attente"][place] == counts["not_due_waiting"]
        share = attained["share"]
        cut = None if share is None else floor(attained["numerator"] * 1000 / attained["denominator"]) / 1000
        assert figures["Taux de respect"][place] == cut
    _check_lists(found, built)


def _check_lists(found: Rows, built: dict[str, list[dict[str, dict[str, int]]]]) -> None:
    """Hold the lists against the widest section of which anything has fallen due."""
    fallen = [item for item in built["sections"] if item["attainment"]["denominator"]]
    section = fallen[-1] if fallen else built["sections"][-1]
    counts = section["population"]
    verdicts = [row[5] for row in found["Demandes"][1:]]
    assert verdicts.count("dans les temps") == counts["met"]
    assert verdicts.count("hors délai") + verdicts.count("en retard, sans réponse") == counts["missed"]
    assert verdicts.count("en attente") == counts["not_due_waiting"]
    assert verdicts.count("répondue, pas encore échue") == counts["not_due_answered"]
    assert all(isinstance(row[1], datetime) for row in found["Demandes"][1:])
    services = [row for row in found["Services"][1:] if row[1] == found["Services"][1][1]]
    assert sum(row[4] for row in services) >= section["attainment"]["denominator"]  # type: ignore[misc]  # (a number)
    if "Au fil de la période" in found:
        pieces = found["Au fil de la période"][1:]
        assert sum(row[4] for row in pieces) == counts["met"]  # type: ignore[misc]  # (a number)
        assert sum(row[5] for row in pieces) == counts["missed"]  # type: ignore[misc]  # (a number)


def test_the_same_report_gives_the_same_bytes(config: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"

    assert report(config, "--format", "xlsx", "-o", str(first)) == 0
    assert report(config, "--format", "xlsx", "-o", str(second)) == 0

    assert first.read_bytes() == second.read_bytes()
    assert load_workbook(first).properties.created == datetime(2026, 4, 15, 10)  # noqa: DTZ001 (of UTC)


def test_of_one_service_only_its_requests_are_listed_without_the_registers(
    config: Path, tmp_path: Path
) -> None:
    name = "=1+1"
    services = [{"name": name, "addresses": ["permis@pref.example.fr"]}]
    config.write_text(toml({**BEFORE, "services": services}), encoding="utf-8")
    book = tmp_path / "r.xlsx"

    assert report(config, "--format", "xlsx", "-o", str(book), "--service", name) == 0

    found = rows(book)
    assert {row[6] for row in found["Demandes"][1:]} <= {name}
    assert {"Décisions", "Publications"}.isdisjoint(found)


def test_as_known_then_it_lists_what_was_received_by_then(config: Path, tmp_path: Path) -> None:
    book = tmp_path / "r.xlsx"

    assert report(config, "--format", "xlsx", "-o", str(book), "--at", "2026-03-20", "--period", "2026") == 0

    found = rows(book)
    assert all(row[1] < datetime(2026, 3, 21) for row in found["Demandes"][1:])  # type: ignore[operator]  # noqa: DTZ001 (local)
    assert "Décisions" not in found


def test_a_workbook_is_not_written_to_a_terminal(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()

    assert report(config, "--format", "xlsx") == 2

    written = capsys.readouterr()
    assert written.out == ""
    assert "-o rapport.xlsx" in " ".join(written.err.split())


def test_without_its_library_one_sentence_says_what_to_install(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    capsys.readouterr()

    assert report(config, "--format", "xlsx", "-o", str(tmp_path / "r.xlsx")) == 2

    assert "mailsla[xlsx]" in capsys.readouterr().err
    assert not (tmp_path / "r.xlsx").exists()


@pytest.mark.parametrize("place", ["missing/r.xlsx", "folder", "/dev/full"])
def test_what_cannot_be_written_is_said_in_one_sentence(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.rglob("*"))
    capsys.readouterr()

    assert report(config, "--format", "xlsx", "-o", str(tmp_path / place)) == 2

    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_where_temporary_files_have_no_room_one_sentence_says_so_and_the_former_file_stays(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    book, gone = tmp_path / "r.xlsx", tmp_path / "gone"
    book.write_bytes(b"former")
    monkeypatch.setattr("tempfile.tempdir", str(gone))
    capsys.readouterr()

    assert report(config, "--format", "xlsx", "-o", str(book)) == 2

    assert "ne peut pas être écrit" in " ".join(capsys.readouterr().err.split())
    assert book.read_bytes() == b"former"
    assert not gone.exists()
