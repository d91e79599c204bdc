"""Runs mailsla as a person would: a configuration file, the command line, the daemon as a subprocess."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def plainly_spaced(done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    """Return what a command wrote with spaces as people type them: those that are not to be broken are plain."""
    done.stdout, done.stderr = (
        text.replace("\u00a0", " ").replace("\u202f", " ") for text in (done.stdout, done.stderr)
    )
    return done


class Installation:
    """A configured mailsla in a folder of its own.

    Args:
        folder: Where the configuration and the store go.
        configuration: The configuration, TOML.
        now: What its clock shows, ISO 8601.
    """

    def __init__(self, folder: Path, configuration: str, *, now: str | None = None) -> None:
        self.folder = folder
        self.config = folder / "mailsla.toml"
        self.config.write_text(configuration, encoding="utf-8")
        self.environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self.environment.pop("MAILSLA_NOW", None)
        if now is not None:
            self.environment["MAILSLA_NOW"] = now

    def command(self, *arguments: str) -> list[str]:
        """Return a command line on this configuration."""
        return [sys.executable, "-m", "mailsla", "--config", str(self.config), *arguments]

    def run(
        self, *arguments: str, check: bool = True, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"{arguments} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return plainly_spaced(done)

    def json(self, *arguments: str) -> Any:
        """Run a command with `--format json` and return its document."""
        return json.loads(self.run(*arguments, "--format", "json").stdout)

    @contextmanager
    def daemon(self, command: Sequence[str] = ()) -> Iterator[subprocess.Popen[str]]:
        """Run `mailsla run`, by another command line when one is given; kill it at the end if it is still there."""
        log = (self.folder / "daemon.log").open("a", encoding="utf-8")
        process = subprocess.Popen(
            # It must not outlive tests that were killed themselves.
            ["setpriv", "--pdeathsig", "KILL", *(command or self.command("run"))],
            env=self.environment,
            stdout=log,
            stderr=log,
            text=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(timeout=10)
            log.close()

    def log(self) -> str:
        """Return what the daemon has logged so far."""
        return (self.folder / "daemon.log").read_text(encoding="utf-8")


def wait_until(condition: Callable[[], bool], *, seconds: float = 30, what: str = "") -> None:
    """Wait until `condition` holds.

    Raises:
        AssertionError: When it does not within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)
