"""Structured logs, one JSON object a line, on standard error; no address, subject or secret goes in."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.tracebacks import ExceptionDictTransformer

# Locals hold tokens, and what citizens wrote.
_with_traceback = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))


def start_logging(*, debug: bool = False) -> None:
    """Send mailsla's events, and what the libraries warn about, to standard error as JSON."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s", force=True)
    # IMAPClient logs whole commands below this, and APScheduler job arguments.
    for name in ("imapclient", "apscheduler"):
        logging.getLogger(name).setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_traceback if debug else _without_traceback,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if debug else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _without_traceback(
    _logger: object, _name: str, event: structlog.types.EventDict
) -> structlog.types.EventDict:
    # A traceback may quote what a citizen wrote; its class says enough unless --debug is given.
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
    return event
