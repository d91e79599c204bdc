"""Structured logs, one JSON object a line, on standard error; no address, subject or secret goes in."""

from __future__ import annotations

import logging
import os
import sys
from typing import TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer

# Locals hold tokens, and what citizens wrote.
_with_traceback = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))


PRIORITIES = {
    "critical": 2,
    "exception": 3,
    "error": 3,
    "warning": 4,
    "info": 6,
    "debug": 7,
}
"""What the journal calls the levels (sd-daemon(3)): `journalctl -p warning` then shows what it should."""

_as_json = structlog.processors.JSONRenderer(ensure_ascii=False)


def start_logging(*, debug: bool = False) -> None:
    """Send mailsla's events, and what the libraries warn about, to standard error as JSON.

    Where that is the journal, each line begins with its priority, which the journal takes off.
    """
    to_journal = _is_journal(sys.stderr)
    said = f"<{PRIORITIES['warning']}>%(message)s" if to_journal else "%(message)s"
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format=said, force=True)
    # IMAPClient logs whole commands below this, and APScheduler job arguments.
    for name in ("imapclient", "apscheduler"):
        logging.getLogger(name).setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_traceback if debug else _without_traceback,
            _with_priority if to_journal else _as_json,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if debug else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _is_journal(stream: TextIO) -> bool:
    """Tell whether what is written there goes to the journal: systemd says which file that is (systemd.exec(5))."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def _with_priority(logger: object, name: str, event: structlog.types.EventDict) -> str:
    return f"<{PRIORITIES[name]}>{_as_json(logger, name, event)!s}"


def _without_traceback(
    _logger: object, _name: str, event: structlog.types.EventDict
) -> structlog.types.EventDict:
    # A traceback may quote what a citizen wrote; its class says enough unless --debug is given.
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
    return event
