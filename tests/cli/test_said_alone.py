"""What is said when a command ends: one sentence with its capital, and nothing when nobody reads any more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailsla.cli import run
from mailsla.core.errors import MailslaError, UsageError


@pytest.mark.parametrize(
    ("said", "alone"),
    [
        ("le serveur ne répond pas", "Le serveur ne répond pas"),
        ("État inconnu", "État inconnu"),
        ("contact : mot de passe refusé", "contact : mot de passe refusé"),
        ("mailsla travaille déjà", "mailsla travaille déjà"),
        ("./rapport.pdf ne peut être écrit", "./rapport.pdf ne peut être écrit"),
    ],
)
@pytest.mark.parametrize("kind", [MailslaError, UsageError])
def test_an_error_said_alone_begins_as_a_sentence_does(
    said: str,
    alone: str,
    kind: type[MailslaError],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refused(*_given: object) -> int:
        raise kind(said)

    monkeypatch.setattr("mailsla.cli.usage.explained", refused)
    assert run(["check"]) in {1, 2}
    assert capsys.readouterr().err.replace("\u00a0", " ") == alone + "\n"


@pytest.mark.parametrize("arguments", [["--help"], ["calendar", "2026", "--departement", "75"]])
def test_whoever_reads_no_further_sees_no_failure(arguments: list[str], tmp_path: Path) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    ended = subprocess.run(
        [sys.executable, "-m", "mailsla", *arguments],
        stdout=writes,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        check=False,
        timeout=60,
    )
    os.close(writes)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize("kind", ["mysql", "https", "oracle+thin"])
def test_a_database_of_another_kind_is_refused_in_words(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", "--store", f"{kind}://base.example.fr/x"]) == 2
    assert f"« {kind} » n'est pas une base de mailsla" in capsys.readouterr().err.replace("\u00a0", " ")
