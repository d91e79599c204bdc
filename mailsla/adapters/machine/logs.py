"""Structured logs, one JSON object a line, on standard error; no address, subject or secret goes in."""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TextIO

PRIORITIES = {"error": 3, "warning": 4, "info": 6}
"""What the journal calls the levels (sd-daemon(3)): `journalctl -p warning` then shows what it should."""


@dataclass
class _Way:
    """How lines are written.

    Attributes:
        to_journal: Whether each begins with its priority.
        debug: Whether errors are shown whole.
    """

    to_journal: bool = False
    debug: bool = False


_way = _Way()


def start_logging(*, debug: bool = False) -> None:
    """Send mailsla's events, and what the libraries warn about, to standard error as JSON.

    Where that is the journal, each line begins with its priority, which the journal takes off.
    """
    _way.to_journal, _way.debug = _is_journal(sys.stderr), debug
    said = f"<{PRIORITIES['warning']}>%(message)s" if _way.to_journal else "%(message)s"
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format=said, force=True)
    # IMAPClient logs whole commands below this, and APScheduler job arguments.
    for name in ("imapclient", "apscheduler"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _is_journal(stream: TextIO) -> bool:
    """Tell whether what is written there goes to the journal: systemd says which file that is (systemd.exec(5))."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


@dataclass(frozen=True)
class Log:
    """Where events are told. A library for it would bring as much as everything else that a daemon at rest holds.

    Attributes:
        known: What each line says besides.
    """

    known: Mapping[str, object] = field(default_factory=dict)

    def bind(self, **known: object) -> Log:
        """Return one whose lines say more."""
        return Log({**self.known, **known})

    def info(self, event: str, **known: object) -> None:
        """Tell what happened."""
        self._write("info", event, known)

    def warning(self, event: str, **known: object) -> None:
        """Tell what somebody should look at."""
        self._write("warning", event, known)

    def error(self, event: str, *, exc_info: BaseException | None = None, **known: object) -> None:
        """Tell what failed; of an error its class, and with `--debug` where, but never what the program held."""
        self._write("error", event, known if exc_info is None else {**known, **_failure(exc_info)})

    def _write(self, level: str, event: str, known: Mapping[str, object]) -> None:
        said = {**self.known, **known, "event": event, "level": level, "timestamp": _now()}
        priority = f"<{PRIORITIES[level]}>" if _way.to_journal else ""
        # At once: lines of several threads do not mix.
        sys.stderr.write(f"{priority}{json.dumps(said, ensure_ascii=False, default=repr)}\n")
        sys.stderr.flush()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _failure(error: BaseException) -> Mapping[str, object]:
    # A traceback may quote what a citizen wrote; its class says enough unless --debug is given.
    if not _way.debug:
        return {"error": type(error).__name__}
    # Locals, which it leaves out, hold tokens, and what citizens wrote.
    return {"exception": [*_raised(traceback.TracebackException.from_exception(error))]}


def _raised(error: traceback.TracebackException | None) -> Iterator[Mapping[str, Any]]:
    """Yield an error, then what led to it."""
    while error is not None:
        frames = [{"filename": at.filename, "lineno": at.lineno, "name": at.name} for at in error.stack]
        yield {"error": "".join(error.format_exception_only()).strip(), "frames": frames}
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


LOG = Log()
"""Where what happens is told."""
