"""Mistakes that people make in a configuration: each has its sentence, or is accepted for a reason."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailsla.bootstrap.declared import declared
from mailsla.bootstrap.site_rules import Site
from mailsla.config import load
from mailsla.core.errors import ConfigError
from mailsla.language import speaking
from mailsla.presentation import check_lines
from mailsla.usecases.advise import of_configuration
from tests.config.wrong_configurations import ACCEPTED, ADVISED, BASE, REFUSED, Wrong

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
THERE = ("INBOX", "Envoyés", "Permis", "Archives", "Traité", "Brouillons")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mailsla.toml"


def write(file: Path, wrong: Wrong) -> Path:
    assert wrong.instead in BASE
    text = BASE.replace(wrong.instead, wrong.written, 1) if wrong.instead else f"{BASE}{wrong.written}\n"
    file.write_text(text, encoding="utf-8")
    return file


def test_there_are_more_than_a_hundred_each_another() -> None:
    everything = [(wrong.instead, wrong.written) for wrong in (*REFUSED, *ADVISED, *ACCEPTED)]

    assert len(set(everything)) == len(everything) > 100


@pytest.mark.parametrize("wrong", REFUSED, ids=lambda wrong: wrong.written[:40])
def test_a_mistake_has_its_sentence_in_the_language_in_use(file: Path, wrong: Wrong) -> None:
    said = []
    for language in ("fr", "en"):
        with speaking(language), pytest.raises(ConfigError) as refused:
            load(write(file, wrong))
        said.append(str(refused.value))

    french, english = said
    assert french == wrong.said
    assert french != english
    assert all(line.endswith(".") for line in said)
    assert not re.search(r"\b(should|Input|valid|Error|None)\b", french)


@pytest.mark.parametrize("wrong", ADVISED, ids=lambda wrong: wrong.written[:40])
def test_what_can_be_read_and_would_make_a_figure_wrong_is_advised_against(file: Path, wrong: Wrong) -> None:
    settings = load(write(file, wrong))
    file.chmod(0o644)
    calendar = Site(settings).clock(datetime(2026, 1, 1, tzinfo=UTC), NOW).calendar

    found = list(of_configuration(declared(settings, None, file), calendar, {"contact": THERE}, NOW))

    said = check_lines.lines(found, Site(settings).zone)
    assert [line.code for line in said] == [wrong.said]


@pytest.mark.parametrize("wrong", ACCEPTED, ids=lambda wrong: wrong.written[:40])
def test_what_looks_wrong_and_harms_nothing_is_read(file: Path, wrong: Wrong) -> None:
    assert load(write(file, wrong)).accounts[0].name == "contact"
    assert wrong.said
