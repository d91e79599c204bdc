"""Command lines run in this process at a chosen instant: hundreds of them, without a start for each."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

from mailsla.adapters.machine.written_files import PRIVATE
from mailsla.cli import run


def command(now: datetime, words: Sequence[str]) -> str:
    """Run a command line when it is `now`; return what it printed.

    Raises:
        AssertionError: When it fails, with what it said.
    """
    printed, said = io.StringIO(), io.StringIO()
    with _as_a_process(now), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
        code = run(list(words))
    assert code == 0, (words, said.getvalue())
    return printed.getvalue()


def answered(
    words: Sequence[str], folder: Path | None, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command line in a folder, with that environment instead of what this one has of ours."""
    printed, said = io.StringIO(), io.StringIO()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAILSLA_")}
    # As a command does first.
    mask = os.umask(PRIVATE)
    try:
        with (
            patch.dict(os.environ, {**clean, **environment}, clear=True),
            contextlib.chdir(folder or Path.cwd()),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(said),
        ):
            code = run(list(words))
    finally:
        os.umask(mask)
    return subprocess.CompletedProcess(list(words), code, printed.getvalue(), said.getvalue())


@contextlib.contextmanager
def _as_a_process(now: datetime) -> Iterator[None]:
    """Set the clock, and leave this process as it was: who may read its files is a command's own."""
    former, mask = os.environ.get("MAILSLA_NOW"), os.umask(0o077)
    os.umask(mask)
    os.environ["MAILSLA_NOW"] = now.isoformat()
    try:
        yield
    finally:
        os.umask(mask)
        del os.environ["MAILSLA_NOW"]
        if former is not None:
            os.environ["MAILSLA_NOW"] = former
