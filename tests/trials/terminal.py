"""A person at a terminal: a command line run on one of its own, whose questions are answered as they come."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path

SECONDS = 60.0
"""That a person waits for the next words; then the command is ended."""


def typed(words: Sequence[str], answers: Sequence[tuple[str, str]], folder: Path) -> tuple[int, str]:
    """Run a command line in a folder; return its exit code and what the terminal showed.

    Args:
        words: The command line.
        answers: What is waited for on the screen, each with what is then typed.
        folder: Where it runs.
    """
    screen, terminal = pty.openpty()
    command = [sys.executable, "-m", "mailsla", *words]
    # Without a terminal to control it, a password is asked for on its standard input, which is this one.
    process = subprocess.Popen(
        command, cwd=folder, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True
    )
    os.close(terminal)
    try:
        shown = _answered(screen, list(answers))
        return process.wait(timeout=SECONDS), shown
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def _answered(screen: int, waiting: list[tuple[str, str]]) -> str:
    """Type each answer once its question is shown; return all that was shown until the command's end."""
    shown, seen = "", 0
    while select.select([screen], [], [], SECONDS)[0]:
        try:
            piece = os.read(screen, 65_536)
        except OSError:
            # Linux says so of a terminal that nobody writes on any more.
            break
        shown += piece.decode("utf-8", "replace").replace("\u00a0", " ").replace("\u202f", " ")
        if waiting and waiting[0][0] in shown[seen:]:
            question, answer = waiting.pop(0)
            seen = shown.index(question, seen) + len(question)
            if "ne s'affiche pas" in question:
                _wait_until_hidden(screen)
            os.write(screen, f"{answer}\n".encode())
    return shown


def _wait_until_hidden(screen: int) -> None:
    """Wait until the terminal no longer shows what is typed: what was typed before is thrown away then."""
    ending = time.monotonic() + SECONDS
    while termios.tcgetattr(screen)[3] & termios.ECHO and time.monotonic() < ending:
        time.sleep(0.01)
