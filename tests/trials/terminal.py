"""A person at a terminal: a command line run on one of its own, whose questions are answered as they come."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
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
    child, screen = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execv(sys.executable, [sys.executable, "-m", "mailsla", *words])  # the interpreter of this test
    shown, waiting, seen = "", list(answers), 0
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
            # The terminal shows what is typed until the command has asked it not to.
            time.sleep(0.2)
            os.write(screen, f"{answer}\n".encode())
    else:
        os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    os.close(screen)
    return os.waitstatus_to_exitcode(status), shown
