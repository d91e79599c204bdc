"""What goes to the journal: enough to find a fault, and nothing that is secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

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
