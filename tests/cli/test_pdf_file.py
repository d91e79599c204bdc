"""The report on paper: the same bytes each time, a whole file, or one sentence that says why not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_report_file import config, report

__all__ = ["config"]

ROOT = Path(__file__).parents[2]


def in_a_process(config: Path, output: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Ask for the report on paper in a process of its own."""
    asked = ("report", "--config", str(config), "--format", "pdf", "-o", str(output))
    return subprocess.run(
        [sys.executable, "-m", "mailsla", *asked],
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_same_report_gives_the_same_bytes_in_another_process(config: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "1.pdf", tmp_path / "2.pdf"

    assert report(config, "--format", "pdf", "-o", str(first)) == 0
    assert in_a_process(config, second, PYTHONHASHSEED="1", TZ="Pacific/Noumea").returncode == 0

    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().startswith(b"%PDF-1.7")


def test_a_pdf_is_not_written_to_a_terminal(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()

    assert report(config, "--format", "pdf") == 2

    written = capsys.readouterr()
    assert written.out == ""
    assert "-o rapport.pdf" in " ".join(written.err.split())


def test_without_its_library_one_sentence_says_what_to_install(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    capsys.readouterr()

    assert report(config, "--format", "pdf", "-o", str(tmp_path / "r.pdf")) == 2

    assert "mailsla[pdf]" in capsys.readouterr().err
    assert not (tmp_path / "r.pdf").exists()


def test_without_a_library_of_the_system_or_a_font_one_sentence_says_what_to_install(
    config: Path, tmp_path: Path
) -> None:
    broken, no_font, output = tmp_path / "lib", tmp_path / "fonts.conf", tmp_path / "r.pdf"
    broken.mkdir()
    (broken / "libpango-1.0.so.0").touch()
    no_font.write_text(
        f"<fontconfig><cachedir>{tmp_path / 'cache'}</cachedir></fontconfig>", encoding="utf-8"
    )
    output.write_bytes(b"former")

    for variables, wanted in (
        ({"LD_LIBRARY_PATH": str(broken)}, "apt install libpango-1.0-0"),
        ({"FONTCONFIG_FILE": str(no_font)}, "apt install fonts-liberation2"),
    ):
        done = in_a_process(config, output, **variables)

        assert (done.returncode, done.stdout, len(done.stderr.strip().splitlines())) == (2, "", 1)
        assert wanted in " ".join(done.stderr.split())
        assert output.read_bytes() == b"former"


@pytest.mark.parametrize("place", ["missing/r.pdf", "folder", "/dev/full"])
def test_what_cannot_be_written_is_said_in_one_sentence(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.rglob("*"))
    capsys.readouterr()

    assert report(config, "--format", "pdf", "-o", str(tmp_path / place)) == 2

    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before
