"""What goes to the journal: enough to find a fault, and nothing that is secret."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailsla.adapters.machine.logs import LOG, start_logging


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """Put logging back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    start_logging()
    root.handlers[:], root.level = handlers, level


def fail() -> None:
    token = "s3cret-token"
    raise ValueError(len(token))


@pytest.mark.parametrize(("debug", "names_the_line"), [(True, True), (False, False)])
def test_a_failure_is_told_without_what_the_program_held(
    capsys: pytest.CaptureFixture[str], debug: bool, names_the_line: bool
) -> None:
    start_logging(debug=debug)
    try:
        fail()
    except ValueError as error:
        LOG.error("job failed", exc_info=error)

    said = capsys.readouterr().err
    assert json.loads(said)["event"] == "job failed"
    assert "ValueError" in said
    assert "s3cret-token" not in said
    assert ('"name": "fail"' in said) is names_the_line


def test_an_error_is_told_with_what_led_to_it_and_a_line_is_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    start_logging(debug=True)
    try:
        try:
            fail()
        except ValueError as error:
            raise RuntimeError("first\nsecond") from error
    except RuntimeError as error:
        LOG.bind(account="contact").error("job failed", exc_info=error, at=Path("é"))

    [line] = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert [found["error"] for found in said.pop("exception")] == [
        "RuntimeError: first\nsecond",
        "ValueError: 12",
    ]
    assert datetime.fromisoformat(said.pop("timestamp")).utcoffset() == timedelta()
    assert said == {"account": "contact", "at": repr(Path("é")), "event": "job failed", "level": "error"}


@pytest.mark.parametrize("is_journal", [True, False])
def test_what_goes_to_the_journal_bears_its_priority_and_what_goes_elsewhere_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_journal: bool
) -> None:
    with (tmp_path / "log").open("w+", encoding="utf-8") as log:
        found = os.fstat(log.fileno())
        stream = f"{found.st_dev}:{found.st_ino}" if is_journal else "1:2"
        monkeypatch.setenv("JOURNAL_STREAM", stream)
        monkeypatch.setattr("sys.stderr", log)
        start_logging()
        LOG.info("collected")
        LOG.error("job failed")
        logging.getLogger("some.library").warning("deprecated")
        log.seek(0)
        lines = log.read().splitlines()

    priorities = [line[:3] for line in lines]
    if is_journal:
        assert priorities == ["<6>", "<3>", "<4>"]
        lines = [line[3:] for line in lines]
    assert [json.loads(line)["event"] for line in lines[:2]] == ["collected", "job failed"]
    assert lines[2] == "deprecated"
