"""`mailsla bilan` and `mailsla poster`: a year with all that is told of it; a quarter once nothing of it can change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from mailsla.adapters.database.engine import open_engine
from mailsla.adapters.database.store import store_on
from mailsla.cli import run
from mailsla.core.pairing.decision import Action, Decision, Recorded
from mailsla.core.rate.note import Note, NoteKind
from mailsla.core.rate.period import parse_period
from mailsla.presentation import words
from mailsla.presentation.typography import typeset
from tests.cli.few_requests import CHANGES, mbox, office
from tests.factories import paris
from tests.presentation.illustrated import Reader, fraction, number
from tests.presentation.printed_pages import Printed

HOSTILE = "=1+1 <b>Étrangers</b>"
AT = paris("2026-06-01 09:00")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site with two categories, the mail of March, and notes about two years."""
    folder = tmp_path_factory.mktemp("bilan")
    archive = folder / "INBOX"
    archive.write_text(mbox(), encoding="utf-8")
    made = office(folder / "site", {**CHANGES["categories"], **CHANGES["services"]})
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MAILSLA_NOW", "2026-06-02T12:00:00+02:00")
        assert run(["import", str(archive), "--config", str(made)]) == 0
        engine = open_engine(f"sqlite:///{made.parent / 'mailsla.sqlite3'}")
        notes = store_on(engine).notes
        for period, text in (("2026-03", HOSTILE), ("2025", "autre année")):
            recorded = Recorded("agent", AT)
            notes.add(Note(0, NoteKind.CAUSE, text, "Camille", AT, recorded, parse_period(period)))
        engine.dispose()
        yield made


def bilan(config: Path, *arguments: str) -> int:
    return run(["bilan", *arguments, "--config", str(config)])


def test_the_bilan_has_the_figures_of_the_document_in_every_format(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for suffix in ("html", "pdf", "xlsx"):
        assert bilan(config, "2026", "-o", str(tmp_path / f"b.{suffix}")) == 0
    capsys.readouterr()
    assert run(["report", "--format", "json", "--period", "2026", "--config", str(config)]) == 0
    year = json.loads(capsys.readouterr().out)["sections"][0]
    attained = (year["attainment"]["numerator"], year["attainment"]["denominator"])
    assert attained[1] > 0

    read = Reader((tmp_path / "b.html").read_text(encoding="utf-8"))
    rows = {row[0]: row[1:] for row in read.table("L'année en chiffres").rows}
    assert fraction(rows["Taux de respect"][0]) == attained
    assert number(rows["Demandes échues"][0]) == attained[1]
    assert number(rows["Hors délai ou sans réponse"][0]) == year["population"]["missed"]
    categories = {row[0]: row[1:] for row in read.table("Par nature").rows}
    assert [number(row[1]) for name, row in categories.items() if name != "Nature"] == [
        item["answered"] for item in year["by_category"]
    ]
    printed = Printed((tmp_path / "b.pdf").read_bytes())
    assert f"{attained[0]} sur {attained[1]}" in printed.text.replace("\u202f", "").replace("\u00a0", " ")
    first = load_workbook(tmp_path / "b.xlsx").worksheets[0]
    found = {row[0]: row[1] for row in first.iter_rows(values_only=True)}
    assert (found["Demandes échues"], found["Répondues dans les temps"]) == (attained[1], attained[0])


def test_a_year_that_can_still_change_says_so_first(config: Path, tmp_path: Path) -> None:
    page = tmp_path / "b.html"
    assert bilan(config, "2026", "-o", str(page)) == 0

    texts = Reader(page.read_text(encoding="utf-8")).texts

    [provisional] = [place for place, text in enumerate(texts) if text.startswith("Bilan provisoire")]
    assert provisional == texts.index(next(text for text in texts if "bilan 2026" in text)) + 2
    assert "l'année n'est pas finie" in texts[provisional]


def test_what_was_noted_of_the_year_stands_in_it_and_no_more(config: Path, tmp_path: Path) -> None:
    page, book = tmp_path / "b.html", tmp_path / "b.xlsx"
    assert bilan(config, "2026", "-o", str(page)) == 0
    assert bilan(config, "2026", "-o", str(book)) == 0

    read = Reader(page.read_text(encoding="utf-8"))
    assert [row[2] for row in read.table("Causes de retard").rows[1:]] == [HOSTILE]
    assert "b" not in {tag for tag, _attributes in read.elements}
    sheet = load_workbook(book)["Causes et actions"]
    assert [row[3] for row in sheet.iter_rows(min_row=2, values_only=True)] == [HOSTILE]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}


def test_the_sample_is_that_of_its_command(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "b.html"
    assert bilan(config, "2026", "-o", str(page)) == 0
    read = Reader(page.read_text(encoding="utf-8"))
    [said] = [text for text in read.texts if "--sample" in text]
    command = said.split("«\u00a0mailsla ")[1].split("\u00a0»")[0].split()
    capsys.readouterr()

    assert run([*command, "--format", "json", "--config", str(config)]) == 0

    drawn = [words.reference(item["key"]) for item in json.loads(capsys.readouterr().out)["requests"]]
    assert [row[0] for row in read.table("Échantillon").rows[1:]] == drawn


def test_what_there_is_to_fill_in_is_written_once_and_read_from_then_on(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, text = tmp_path / "b.html", config.parent / "bilan-2024.md"
    capsys.readouterr()

    assert bilan(config, "2024", "-o", str(page)) == 0
    assert str(text) in capsys.readouterr().err.replace("\n", "")
    assert "À compléter." in Reader(page.read_text(encoding="utf-8")).texts

    text.write_bytes("## Enquête\r\nRépondu à 95 %\r\n".encode("cp1252"))
    assert bilan(config, "2024", "-o", str(page)) == 0

    assert capsys.readouterr().err == ""
    texts = Reader(page.read_text(encoding="utf-8")).texts
    assert ("Enquête" in texts, "À compléter." in texts) == (True, False)
    assert text.read_bytes().startswith(b"## Enqu")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("bilan", "2026"), "-o bilan.pdf"),
        (("bilan", "2026", "-o", "b.doc"), "--format"),
        (("bilan", "2026-03", "-o", "b.html"), "mailsla bilan 2026"),
        (("bilan", "2026", "-o", "b.html", "--blocks", "rien.md"), "n'existe pas"),
        (("bilan", "2026", "-o", "dossier/b.pdf"), "son dossier n'existe pas"),
        (("poster", "2026-03", "-o", "a.html"), "mailsla poster 2026-Q3"),
        (("poster", "2026-Q1", "-o", "a.html"), "définitif"),
        (("poster", "2026-Q1"), "-o affiche.pdf"),
    ],
)
def test_what_cannot_be_made_is_said_in_one_sentence_and_no_file_is_left(
    config: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (config.parent / "bilan-2026.md").write_text("", encoding="utf-8")
    capsys.readouterr()

    assert run([*arguments, "--config", str(config)]) == 2

    written = capsys.readouterr()
    assert (written.out, len(written.err.strip().splitlines())) == ("", 1)
    assert said in " ".join(written.err.split())
    assert list(tmp_path.iterdir()) == []


def declare_whole(config: Path) -> None:
    """Say that the archive has all the mail that decides the quarter."""
    engine = open_engine(f"sqlite:///{config.parent / 'mailsla.sqlite3'}")
    store_on(engine).decisions.add(
        Decision(
            0, "archives", Action.COMPLETE, "essai", "Camille", AT,
            text="2025-12-01..2026-04-30", recorded=Recorded("agent", AT),
        )
    )  # fmt: skip
    engine.dispose()


def test_a_definitive_quarter_has_its_poster_the_same_bytes_each_time(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declare_whole(config)
    page, sheet = tmp_path / "a.html", tmp_path / "a.pdf"
    capsys.readouterr()
    assert run(["report", "--format", "json", "--period", "2026-Q1", "--config", str(config)]) == 0
    quarter = json.loads(capsys.readouterr().out)["sections"][0]
    assert quarter["definitive"], quarter["missing"]

    assert run(["poster", "T1 2026", "-o", str(page), "--config", str(config)]) == 0
    assert run(["poster", "2026-Q1", "-o", str(sheet), "--config", str(config)]) == 0

    read, printed = Reader(page.read_text(encoding="utf-8")), Printed(sheet.read_bytes())
    said = "".join(read.texts)
    assert str(quarter["attainment"]["denominator"]) in said
    assert typeset(words.working_days(quarter["delays"]["median"])) in read.texts
    assert len(printed.reader.pages) == 1
    assert [len(printed.tags.every(name)) for name in ("H1", "P")] == [1, 6]
    assert printed.unmarked() == []
