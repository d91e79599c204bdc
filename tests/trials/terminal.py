"""A person at a terminal: a command line run on one of its own, whose questions are answered as they come."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
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
    waiting = list(answers)

    def answer(shown: str) -> str | None:
        return waiting.pop(0)[1] if waiting and waiting[0][0] in shown else None

    return _run(words, answer, folder)


def conversed(words: Sequence[str], answers: Mapping[str, str], folder: Path) -> tuple[int, str, list[str]]:
    """Run a command line whose questions come as they come; return its exit code, what was shown, what was asked.

    Args:
        words: The command line.
        answers: What a question says → what is typed; any other is answered by the Enter key, as it proposes.
        folder: Where it runs.
    """
    asked: list[str] = []

    def answer(shown: str) -> str | None:
        question = shown.rpartition("\n")[2]
        if not _QUESTION.search(question):
            return None
        asked.append(question.strip())
        return next((answer for known, answer in answers.items() if known in question), "")

    code, shown = _run(words, answer, folder)
    return code, shown, asked


_QUESTION = re.compile(r"(?: :|\[[^\]]+\]:?) \Z")


def _run(words: Sequence[str], answer: Callable[[str], str | None], folder: Path) -> tuple[int, str]:
    """Run a command line; `answer` returns what is typed once something is shown since the last answer, if anything."""
    screen, terminal = pty.openpty()
    command = [sys.executable, "-m", "mailsla", *words]
    # Without a terminal to control it, a password is asked for on its standard input, which is this one.
    process = subprocess.Popen(
        command, cwd=folder, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True
    )
    os.close(terminal)
    try:
        shown = _answered(screen, answer)
        assert process.poll() is not None or _has_ended(process), shown
        return process.returncode, shown
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=5)
    return process.returncode is not None


def _answered(screen: int, answer: Callable[[str], str | None]) -> str:
    """Type each answer once its question is shown; return all that was shown until the command's end."""
    shown, seen = "", 0
    while select.select([screen], [], [], SECONDS)[0]:
        try:
            piece = os.read(screen, 65_536)
        except OSError:
            # Linux says so of a terminal that nobody writes on any more.
            break
        shown += piece.decode("utf-8", "replace").replace("\u00a0", " ").replace("\u202f", " ")
        said = answer(shown[seen:])
        if said is not None:
            if "ne s'affiche pas" in shown[seen:].rpartition("\n")[2]:
                _wait_until_hidden(screen)
            seen = len(shown)
            os.write(screen, f"{said}\n".encode())
    return shown


def _wait_until_hidden(screen: int) -> None:
    """Wait until the terminal no longer shows what is typed: what was typed before is thrown away then."""
    ending = time.monotonic() + SECONDS
    while termios.tcgetattr(screen)[3] & termios.ECHO and time.monotonic() < ending:
        time.sleep(0.01)
