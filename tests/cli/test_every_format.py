"""One model: the figures of a report, read back from each of its formats, are those of the JSON document."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.cli.test_report_file import config, report
from tests.presentation.illustrated import Reader, fraction, number
from tests.presentation.printed_pages import Printed

__all__ = ["config"]

LABELS = {
    "Échues, répondues dans les temps": "met",
    "Échues, hors délai ou sans réponse": "missed",
    "Pas encore échues, répondues": "not_due_answered",
    "Pas encore échues, en attente": "not_due_waiting",
}

Figures = list[dict[str, int]]
"""Of each cohort, how many of its requests stand where."""


def of_json(path: Path) -> tuple[Figures, list[tuple[int, int] | None]]:
    """Return the figures, and the rate of each cohort as it is said: None of no request that has fallen due."""
    sections = json.loads(path.read_text())["sections"]
    rates = [(item["attainment"]["numerator"], item["attainment"]["denominator"]) for item in sections]
    figures = [{key: item["population"][key] for key in LABELS.values()} for item in sections]
    return figures, [rate if rate[1] else None for rate in rates]


def of_rows(rows: Mapping[str, Sequence[str]], cohorts: int) -> Figures:
    """Return the figures that stand beside their labels; of what is not said, there is none."""
    none = ["0"] * cohorts
    return [
        {key: number(str(rows.get(label, none)[place])) for label, key in LABELS.items()}
        for place in range(cohorts)
    ]


def of_lines(lines: Iterable[str]) -> dict[str, list[str]]:
    """Return what stands beside each label on lines of text, in columns."""
    found: dict[str, list[str]] = {}
    for line in lines:
        label, *cells = re.split(r" {2,}", line.replace("\u00a0", " ").strip())
        found.setdefault(label, cells)
    return found


def of_csv(path: Path) -> Figures:
    rows = [*csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";")]
    columns = ("dans les temps", "hors délai", "répondues, pas encore échues", "en attente")
    return [
        dict(zip(LABELS.values(), (int(row[column]) for column in columns), strict=True))
        for row in rows
        if (row["service"], row["engagement"]) == ("ensemble", rows[0]["engagement"])
    ]


@pytest.mark.in_parts(2)
@pytest.mark.parametrize("options", [(), ("--cohort", "received", "--period", "2026-03")])
def test_every_format_has_the_figures_of_the_document(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    files = {name: tmp_path / f"r.{name}" for name in ("text", "csv", "json", "html", "xlsx", "pdf")}
    for name, path in files.items():
        assert report(config, "--format", name, "-o", str(path), *options) == 0
    figures, rates = of_json(files["json"])
    cohorts = len(figures)
    assert sum(sum(item.values()) for item in figures) > 0

    page = Reader(files["html"].read_text(encoding="utf-8")).table("Détail").rows
    book = load_workbook(files["xlsx"]).worksheets[0].iter_rows(values_only=True)
    tables = {
        "text": of_lines(files["text"].read_text(encoding="utf-8").splitlines()),
        "html": {row[0]: row[1:] for row in page if row[0]},
        "pdf": of_lines(Printed(files["pdf"].read_bytes()).lines),
    }
    for name, rows in tables.items():
        assert of_rows(rows, cohorts) == figures, name
        assert [fraction(cell) for cell in rows["Taux de respect"][:cohorts]] == rates, name
    assert of_rows({str(row[0]): [*map(str, row[1:])] for row in book}, cohorts) == figures
    assert of_csv(files["csv"]) == figures
