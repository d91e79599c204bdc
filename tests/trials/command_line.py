"""Command lines run in this process at a chosen instant: hundreds of them, without a start for each."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Sequence
from datetime import datetime

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
