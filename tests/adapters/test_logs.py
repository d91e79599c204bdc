"""What goes to the journal: enough to find a fault, and nothing that is secret."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from mailsla.adapters.machine.logs import start_logging


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """Put logging back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


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
        structlog.get_logger().error("job failed", exc_info=error)

    said = capsys.readouterr().err
    assert json.loads(said)["event"] == "job failed"
    assert "ValueError" in said
    assert "s3cret-token" not in said
    assert ('"name": "fail"' in said) is names_the_line


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
        structlog.get_logger().info("collected")
        structlog.get_logger().error("job failed")
        logging.getLogger("some.library").warning("deprecated")
        log.seek(0)
        lines = log.read().splitlines()

    priorities = [line[:3] for line in lines]
    if is_journal:
        assert priorities == ["<6>", "<3>", "<4>"]
        lines = [line[3:] for line in lines]
    assert [json.loads(line)["event"] for line in lines[:2]] == ["collected", "job failed"]
    assert lines[2] == "deprecated"
